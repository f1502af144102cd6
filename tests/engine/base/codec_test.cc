#include "engine/base/codec.h"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi {
namespace {

using ::mi::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

enum class Colour { kRed = 0, kGreen = 1, kBlue = 2 };

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (const int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

// Expected bytes by hand: 300 = 0b10'0101100, low seven bits first.
TEST(CodecTest, WritesWhatTheCommentsPromise) {
  Writer w;
  w.Varint(0);
  w.Varint(127);
  w.Varint(300);
  w.SignedVarint(-1);
  w.SignedVarint(1);
  w.Bool(true);
  w.Fixed32(0x01020304);
  w.Enum(Colour::kBlue);
  w.String("ab");
  EXPECT_EQ(std::move(w).Take(),
            Bytes({0, 127, 0xac, 0x02, 1, 2, 1, 4, 3, 2, 1, 2, 2, 'a', 'b'}));
}

// 1.0f is 0x3f800000.
TEST(CodecTest, WritesFloatsLittleEndianBehindTheirCount) {
  Writer w;
  w.Floats(std::vector<float>{1.0f});
  EXPECT_EQ(std::move(w).Take(), Bytes({1, 0, 0, 0x80, 0x3f}));
}

TEST(CodecTest, ReadsBackTheExtremesOfEveryType) {
  const std::vector<uint64_t> unsigned_values = {
      0, 1, 127, 128, 16383, 16384, std::numeric_limits<uint64_t>::max()};
  const std::vector<int64_t> signed_values = {
      0, -1, 1, std::numeric_limits<int64_t>::min(),
      std::numeric_limits<int64_t>::max()};
  const std::string binary("\0\xff nested", 9);
  Writer w(64);
  for (const uint64_t value : unsigned_values) w.Varint(value);
  for (const int64_t value : signed_values) w.SignedVarint(value);
  w.Fixed32(0xffffffff);
  w.Fixed64(0x8000000000000001);
  w.Float(-0.5f);
  w.Double(1e300);
  w.Bool(false);
  w.Enum(Colour::kGreen);
  w.String("");
  w.String(binary);
  w.Floats({});
  w.Floats(std::vector<float>{1, -2, 3.5f});
  const std::string bytes = std::move(w).Take();

  Reader r(bytes);
  for (const uint64_t value : unsigned_values) EXPECT_EQ(r.Varint(), value);
  for (const int64_t value : signed_values) {
    EXPECT_EQ(r.SignedVarint(), value);
  }
  EXPECT_EQ(r.Fixed32(), 0xffffffff);
  EXPECT_EQ(r.Fixed64(), 0x8000000000000001);
  EXPECT_EQ(r.Float(), -0.5f);
  EXPECT_EQ(r.Double(), 1e300);
  EXPECT_FALSE(r.Bool());
  EXPECT_EQ(r.Enum(Colour::kBlue), Colour::kGreen);
  EXPECT_EQ(r.String(), "");
  EXPECT_EQ(r.String(), binary);
  EXPECT_THAT(r.Floats(), IsEmpty());
  EXPECT_THAT(r.Floats(), ElementsAre(1, -2, 3.5f));
  EXPECT_OK(r.Finish());
}

TEST(CodecTest, AppendsFloatsBehindThoseThatAreThere) {
  Writer w;
  w.Floats(std::vector<float>{2, 3});
  const std::string bytes = std::move(w).Take();
  std::vector<float> values = {1};
  Reader r(bytes);
  r.AppendFloats(&values);
  EXPECT_OK(r.Finish());
  EXPECT_THAT(values, ElementsAre(1, 2, 3));
}

TEST(CodecTest, ReadsNestedValues) {
  Writer w;
  w.Nested([](Writer& inner) {
    inner.String("leaf");
    inner.Nested([](Writer& innermost) { innermost.Varint(7); });
  });
  w.Varint(9);
  const std::string bytes = std::move(w).Take();
  Reader r(bytes);
  std::string leaf;
  uint64_t seven = 0;
  r.Nested([&](Reader& inner) {
    leaf = inner.String();
    inner.Nested([&](Reader& innermost) { seven = innermost.Varint(); });
  });
  EXPECT_EQ(r.Varint(), 9);
  EXPECT_OK(r.Finish());
  EXPECT_EQ(leaf, "leaf");
  EXPECT_EQ(seven, 7);
}

TEST(CodecTest, ANestedValueMustBeReadToItsEnd) {
  Writer w;
  w.Nested([](Writer& inner) { inner.Fixed32(1); });
  const std::string bytes = std::move(w).Take();
  Reader r(bytes);
  r.Nested([](Reader& inner) { inner.Bool(); });
  EXPECT_THAT(r.Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                   HasSubstr("3 bytes left over")));
}

TEST(CodecTest, BytesLeftOverAreAnError) {
  Reader r("ab");
  r.Bool();
  EXPECT_FALSE(r.ok());
  Reader rest(std::string_view("\1\1", 2));
  EXPECT_TRUE(rest.Bool());
  EXPECT_THAT(rest.Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                      HasSubstr("offset 1: 1 bytes left")));
}

TEST(CodecTest, TheFirstErrorSticksAndValuesAreZeroFromThen) {
  Reader r(std::string_view("\x05xy\x07", 4));
  EXPECT_EQ(r.String(), "");  // 5 bytes are promised, 3 are there
  EXPECT_EQ(r.Varint(), 0);
  EXPECT_EQ(r.Fixed64(), 0);
  EXPECT_THAT(r.Floats(), IsEmpty());
  bool visited = false;
  r.Nested([&](Reader&) { visited = true; });
  EXPECT_FALSE(visited);
  r.Fail("a later error");
  EXPECT_THAT(r.Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                   HasSubstr("offset 1: 5 bytes wanted, 3")));
}

TEST(CodecTest, RefusesValuesThatNoWriterWrites) {
  const std::vector<std::string> malformed = {
      Bytes({0x80, 0x00}),  // 0 in two bytes
      Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02}),
      Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}),
      Bytes({0x80}),
      "",
  };
  for (const std::string& bytes : malformed) {
    Reader r(bytes);
    EXPECT_EQ(r.Varint(), 0);
    EXPECT_FALSE(r.ok()) << ::testing::PrintToString(bytes);
  }
  Reader not_bool(std::string_view("\2", 1));
  EXPECT_FALSE(not_bool.Bool());
  EXPECT_THAT(not_bool.Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                          HasSubstr("2 is not a bool")));
  Reader not_colour(std::string_view("\3", 1));
  EXPECT_EQ(not_colour.Enum(Colour::kBlue), Colour::kRed);
  EXPECT_THAT(not_colour.Finish(), StatusIs(absl::StatusCode::kDataLoss,
                                            HasSubstr("above its maximum 2")));
}

TEST(CodecTest, ACountIsComparedWithTheBytesBeforeAnythingIsAllocated) {
  Writer w;
  w.Varint(std::numeric_limits<uint64_t>::max() / 4);  // 2^64 bytes of floats
  w.Fixed64(0);
  const std::string bytes = std::move(w).Take();
  Reader floats(bytes);
  EXPECT_THAT(floats.Floats(), IsEmpty());
  EXPECT_FALSE(floats.ok());
  Reader count(bytes);
  EXPECT_EQ(count.Count(1), 0);
  EXPECT_FALSE(count.ok());
}

TEST(CodecTest, ACountThatJustFitsIsAccepted) {
  const std::string bytes = Bytes({2, 1, 1, 1, 1});
  EXPECT_EQ(Reader(bytes).Count(2), 2);
  EXPECT_EQ(Reader(bytes).Count(3), 0);
}

// A record like those of the journal: every kind of field, lists and nesting.
struct Item {
  std::string name;
  int64_t number = 0;
  bool flag = false;
  std::vector<float> values;
};

std::string Encode(const std::vector<Item>& items) {
  Writer w;
  w.Varint(items.size());
  for (const Item& item : items) {
    w.Nested([&](Writer& inner) {
      inner.String(item.name);
      inner.SignedVarint(item.number);
      inner.Bool(item.flag);
      inner.Floats(item.values);
    });
  }
  return std::move(w).Take();
}

absl::Status Decode(std::string_view bytes, std::vector<Item>* items) {
  Reader r(bytes);
  const size_t count = r.Count(/*min_bytes=*/5);
  items->reserve(count);
  for (size_t i = 0; i < count && r.ok(); ++i) {
    Item& item = items->emplace_back();
    r.Nested([&](Reader& inner) {
      item.name = inner.String();
      item.number = inner.SignedVarint();
      item.flag = inner.Bool();
      item.values = inner.Floats();
    });
  }
  return r.Finish();
}

std::vector<Item> RandomItems(Random& random) {
  std::vector<Item> items(random.Below(5));
  for (Item& item : items) {
    item.name.assign(random.Below(200), 'n');
    item.number = static_cast<int64_t>(random.Bits() >> random.Below(64));
    item.flag = random.Below(2) == 1;
    item.values.resize(random.Below(8));
    for (float& value : item.values) {
      value = static_cast<float>(random.Gaussian());
    }
  }
  return items;
}

TEST(CodecTest, EveryTruncationIsNoticed) {
  constexpr uint64_t kSeed = 20240301;
  Random random(kSeed);
  for (int round = 0; round < 50; ++round) {
    const std::string bytes = Encode(RandomItems(random));
    for (size_t size = 0; size < bytes.size(); ++size) {
      std::vector<Item> items;
      EXPECT_THAT(Decode(std::string_view(bytes).substr(0, size), &items),
                  StatusIs(absl::StatusCode::kDataLoss, HasSubstr("offset")))
          << "seed " << kSeed << " round " << round << " size " << size;
    }
  }
}

// The oracle: there is one encoding for each value, so whatever decodes must
// encode to the bytes that it came from. Sanitizers watch the rest.
TEST(CodecTest, MutatedBytesAreRefusedOrAreTheEncodingOfWhatWasRead) {
  constexpr uint64_t kSeed = 20240302;
  Random random(kSeed);
  int refused = 0;
  int accepted = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = Encode(RandomItems(random));
    for (uint64_t edits = 1 + random.Below(3); edits > 0; --edits) {
      const size_t at = random.Below(bytes.size());
      switch (random.Below(4)) {
        case 0:
          bytes[at] = static_cast<char>(random.Bits());
          break;
        case 1:
          bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.Below(8)));
          break;
        case 2:
          bytes.insert(at, 1, static_cast<char>(random.Bits()));
          break;
        default:
          if (bytes.size() > 1) bytes.erase(at, 1);
      }
    }
    std::vector<Item> items;
    if (Decode(bytes, &items).ok()) {
      ++accepted;
      ASSERT_EQ(Encode(items), bytes) << "seed " << kSeed << " round " << round;
    } else {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(accepted, 1000);
}

}  // namespace
}  // namespace mi
