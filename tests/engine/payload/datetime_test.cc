#include "engine/payload/datetime.h"

#include <cstdint>
#include <string>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::payload {
namespace {

using ::mi::testing::IsOkAndHolds;
using ::mi::testing::StatusIs;
using ::testing::_;

// Expected values from date -u -d '...' +%s.
TEST(ParseDateTimeTest, ReadsRfc3339) {
  EXPECT_THAT(ParseDateTime("1970-01-01T00:00:00Z"), IsOkAndHolds(DateTime{0}));
  EXPECT_THAT(ParseDateTime("2026-03-01T09:30:00Z"),
              IsOkAndHolds(DateTime{1'772'357'400'000'000}));
  EXPECT_THAT(ParseDateTime("2026-03-01T11:30:00+02:00"),
              IsOkAndHolds(DateTime{1'772'357'400'000'000}));
  EXPECT_THAT(ParseDateTime("2026-03-01t09:30:00.25z"),
              IsOkAndHolds(DateTime{1'772'357'400'250'000}));
  EXPECT_THAT(ParseDateTime("2026-03-01 09:30:00.1234567Z"),
              IsOkAndHolds(DateTime{1'772'357'400'123'456}));
  EXPECT_THAT(ParseDateTime("2026-03-01"),
              IsOkAndHolds(DateTime{1'772'323'200'000'000}));
  EXPECT_THAT(ParseDateTime("2024-02-29"),
              IsOkAndHolds(DateTime{1'709'164'800'000'000}));
  EXPECT_THAT(ParseDateTime("2200-12-31T23:59:59.999999Z"),
              IsOkAndHolds(DateTime{kMaxDateTimeMicros}));
}

TEST(ParseDateTimeTest, RefusesWhatIsNotADatetime) {
  for (const char* text : {"",
                           "now",
                           "2026",
                           "2026-3-1",
                           "2026-02-30",
                           "2025-02-29",
                           "2026-13-01",
                           "2026-03-01T",
                           "2026-03-01T09:30Z",
                           "2026-03-01T09:30:00",
                           "2026-03-01T24:00:00Z",
                           "2026-03-01T23:60:00Z",
                           "2026-03-01T23:59:60Z",
                           "2026-03-01T09:30:00.Z",
                           "2026-03-01T09:30:00+0200",
                           "2026-03-01T09:30:00+24:00",
                           "2026-03-01T09:30:00Z ",
                           "1969-12-31T23:59:59Z",
                           "1970-01-01T00:00:00+00:01",
                           "2201-01-01T00:00:00Z",
                           "+026-03-01"}) {
    EXPECT_THAT(ParseDateTime(text),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << text;
  }
}

TEST(FormatDateTimeTest, LeavesOutAZeroFraction) {
  EXPECT_EQ(FormatDateTime({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(FormatDateTime({1'772'357'400'000'000}), "2026-03-01T09:30:00Z");
  EXPECT_EQ(FormatDateTime({1'772'357'400'000'001}),
            "2026-03-01T09:30:00.000001Z");
}

TEST(FormatDateTimeTest, ReadsBackAsTheSame) {
  constexpr uint64_t kSeed = 3;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  for (int i = 0; i < 20'000; ++i) {
    const DateTime datetime{static_cast<int64_t>(
        random.Below(static_cast<uint64_t>(kMaxDateTimeMicros)))};
    const std::string text = FormatDateTime(datetime);
    ASSERT_THAT(ParseDateTime(text), IsOkAndHolds(datetime)) << text;
  }
}

}  // namespace
}  // namespace mi::payload
