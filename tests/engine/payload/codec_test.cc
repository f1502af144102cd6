#include "engine/payload/codec.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/payload/payload_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/payload/random_payloads.h"
#include "tests/support/status_matchers.h"

namespace mi::payload {
namespace {

using ::mi::testing::IsOkAndHolds;
using ::mi::testing::StatusIs;
using ::testing::HasSubstr;

using namespace std::string_literals;

std::string Encode(const Payload& payload) {
  const auto bytes = EncodePayload(payload);
  EXPECT_OK(bytes);
  return *bytes;
}

// By hand, from the table in codec.h.
TEST(EncodePayloadTest, WritesTheFormatOfTheTable) {
  EXPECT_EQ(Encode({}), "");
  EXPECT_EQ(Encode({{"x", Null{}}}), "\x01\x01x\x00"s);
  EXPECT_EQ(Encode({{"x", true}}), "\x01\x01x\x11"s);
  EXPECT_EQ(Encode({{"x", 14}}), "\x01\x01x\xf2"s);
  EXPECT_EQ(Encode({{"x", 15}}), "\x01\x01x\x02\x1e"s);
  EXPECT_EQ(Encode({{"x", -1}}), "\x01\x01x\x02\x01"s);
  EXPECT_EQ(Encode({{"x", 1.25}}), "\x01\x01x\x24\xfa\x01"s);  // 125 / 10^2
  EXPECT_EQ(Encode({{"x", "ab"}}), "\x01\x01x\x25"s + "ab");
  EXPECT_EQ(Encode({{"x", DateTime{86'400'000'000}}}), "\x01\x01x\x26\x01"s);
  EXPECT_EQ(Encode({{"x", List{1, Null{}}}}), "\x01\x01x\x08\x02\x22\x00"s);
  EXPECT_EQ(Encode({{"x", Object{{"y", false}}}}),
            "\x01\x01x\x09\x03\x01y\x01"s);
}

TEST(EncodePayloadTest, KnownKeysTakeOneByte) {
  EXPECT_EQ(Encode({{"platform", true}}).size(), 3);
  EXPECT_EQ(Encode({{"platforn", true}}).size(), 11);
}

// The budget of the memory plan: 150 bytes for a typical campaign.
TEST(EncodePayloadTest, ATypicalCampaignTakesAtMost150Bytes) {
  const Payload campaign = {
      {"name", "Spring Sale 2026 - Retargeting DE"},
      {"platform", "facebook"},
      {"objective", "conversions"},
      {"market", "DE"},
      {"budget", Object{{"daily", int64_t{150'000'000}}, {"currency", "EUR"}}},
      {"start_date", DateTime{1'772'323'200'000'000}},
      {"end_time", DateTime{1'775'001'599'000'000}},
      {"tags", List{"sale", "retargeting", "spring"}},
      {"spend", int64_t{1'234'567'890}},
      {"roas", 3.27}};
  EXPECT_LE(Encode(campaign).size(), 150);
  EXPECT_GE(Encode(campaign).size(), 100);
}

TEST(EncodePayloadTest, NamesTheFieldAtFault) {
  EXPECT_THAT(EncodePayload({{"a", Object{{"b", List{1, "\xff"}}}}}, "payload"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("payload.a.b[1]")));
}

TEST(EncodePayloadTest, RefusesMoreThanAMegabyte) {
  const std::string half(600'000, 'a');
  EXPECT_OK(EncodePayload({{"a", half}}));
  EXPECT_THAT(
      EncodePayload({{"a", half}, {"b", half}}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1048576")));
}

Value Nested(int levels) {
  Value value = 1;
  for (int i = 0; i < levels; ++i) value = List{value};
  return value;
}

TEST(EncodePayloadTest, DepthIsLimited) {
  EXPECT_OK(EncodePayload({{"a", Nested(kMaxDepth - 1)}}));
  EXPECT_OK(DecodePayload(Encode({{"a", Nested(kMaxDepth - 1)}})));
  EXPECT_THAT(EncodePayload({{"a", Nested(kMaxDepth)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("32")));
}

TEST(DecodePayloadTest, RandomPayloadsComeBackAsTheyWere) {
  constexpr uint64_t kSeed = 42;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const Payload payload = testing::RandomPayload(&random);
    const std::string bytes = Encode(payload);
    ASSERT_THAT(DecodePayload(bytes), IsOkAndHolds(payload)) << i;
    ASSERT_EQ(PayloadView(bytes).Decode(), payload) << i;
  }
}

TEST(DecodePayloadTest, FloatsKeepEveryBit) {
  Random random(7);
  std::vector<double> floats = {-0.0, 0.0, 5e-324, 1.7976931348623157e308,
                                0.1,  1e9, 1e22,   123456789.123456789};
  for (int i = 0; i < 100'000; ++i) {
    floats.push_back(testing::RandomFloat(&random));
  }
  for (const double value : floats) {
    const auto payload = DecodePayload(Encode({{"x", value}}));
    ASSERT_OK(payload);
    ASSERT_EQ(std::bit_cast<uint64_t>(std::get<double>(payload->at("x").data)),
              std::bit_cast<uint64_t>(value))
        << value;
  }
}

// What EncodePayload cannot have written, and why.
TEST(DecodePayloadTest, RefusesBytesThatWereNotEncoded) {
  struct Case {
    std::string bytes;
    std::string reason;
  };
  const std::string nines = "\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  const std::vector<Case> cases = {
      {"\x02\x01x\x00"s, "format"},
      {"\x01"s, "no fields"},
      {"\x01\x01x"s, "value missing"},
      {"\x01\x02x"s, "key cut short"},
      {"\x01\x00"s, "key cut short"},
      {"\x01\x00\x05xxxxx\x00"s, "key length"},
      {"\x01\xff\x00"s, "unknown key number"},
      {"\x01\x08platform\x00"s, "key should be a number"},
      {"\x01\x01\xff\x00"s, "key is not UTF-8"},
      {"\x01\x01y\x00\x01x\x00"s, "out of order"},
      {"\x01\x01x\x00\x01x\x00"s, "out of order"},
      {"\x01\x01x\x0a"s, "unknown type"},
      {"\x01\x01x\x21"s, "unknown type"},      // a bool that is 2
      {"\x01\x01x\x10"s, "unknown type"},      // a null that is 1
      {"\x01\x01x\xa4\x02"s, "unknown type"},  // ten decimal places
      {"\x01\x01x\x02"s, "number cut short"},
      {"\x01\x01x\x02\x80"s, "number cut short"},
      {"\x01\x01x\x02\x80\x00"s, "short form"},
      {"\x01\x01x\x02" + nines + "\x02", "too large"},
      {"\x01\x01x\x02" + nines + "\x80\x01", "too large"},
      {"\x01\x01x\x03\x00\x00"s, "float cut short"},
      {"\x01\x01x\x03\x00\x00\x00\x00\x00\x00\xf0\x7f"s, "out of range"},
      {"\x01\x01x\x35xy"s, "string cut short"},
      {"\x01\x01x\xf5\xff\xff\xff\xff\x0fxy"s, "string cut short"},
      {"\x01\x01x\x15\xff"s, "string is not UTF-8"},
      {"\x01\x01x\x26\xff\xff\xff\xff\x0f"s, "datetime out of range"},
      // 91 degrees north: 910,000,000 as a zig-zag varint.
      {"\x01\x01x\x17\x80\xfe\xeb\xe3\x06\x00"s, "coordinate out of range"},
      {"\x01\x01x\x17\x00"s, "number cut short"},
      {"\x01\x01x\x07\x00\x00\x00\x00\x00\x00\x00\x00"s, "float cut short"},
      {"\x01\x01x\x08\x05\x00"s, "list or object cut short"},
      {"\x01\x01x\x08\x01\x15"s, "string cut short"},
      {"\x01\x01x\x08\x01\x15q"s, "string cut short"},  // beyond the list
      {"\x01\x01x\x09\x03\x01y\x15q"s, "string cut short"},
      {"\x01\x01x\x00\x01"s, "key cut short"},
      {"\x01" + std::string(kMaxPayloadBytes, 'x'), "longer"},
  };
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_THAT(
        DecodePayload(cases[i].bytes),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr(cases[i].reason)))
        << "case " << i;
  }
}

TEST(DecodePayloadTest, RefusesNestingBeyondTheLimit) {
  std::string body = "\x22";
  for (int i = 0; i < kMaxDepth + 3; ++i) {
    body.insert(0, {'\x08', static_cast<char>(body.size())});
  }
  EXPECT_THAT(DecodePayload("\x01\x01x" + body),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("deep")));
}

// Any bytes either are refused or decode to a payload that can be encoded
// again. Run under AddressSanitizer this also shows that nothing outside the
// bytes is read; the copy below makes their end an end of memory.
TEST(DecodePayloadTest, MutatedBytesAreRefusedOrMeanSomething) {
  constexpr uint64_t kSeed = 1234;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  int refused = 0;
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    std::string bytes = Encode(testing::RandomPayload(&random));
    for (uint64_t edits = 1 + random.Below(3); edits > 0; --edits) {
      if (bytes.empty()) break;
      const size_t place = random.Below(bytes.size());
      switch (random.Below(4)) {
        case 0:
          bytes[place] = static_cast<char>(random.Bits());
          break;
        case 1:
          bytes[place] ^= static_cast<char>(1 << random.Below(8));
          break;
        case 2:
          bytes.resize(place);
          break;
        default:
          bytes.insert(place, 1, static_cast<char>(random.Bits()));
          break;
      }
    }
    const std::vector<char> exact(bytes.begin(), bytes.end());
    const auto payload =
        DecodePayload(std::string_view(exact.data(), exact.size()));
    if (!payload.ok()) {
      ASSERT_EQ(payload.status().code(), absl::StatusCode::kDataLoss);
      ++refused;
      continue;
    }
    ++accepted;
    ASSERT_THAT(DecodePayload(Encode(*payload)), IsOkAndHolds(*payload)) << i;
  }
  EXPECT_GT(refused, 10'000);
  EXPECT_GT(accepted, 10'000);
}

}  // namespace
}  // namespace mi::payload
