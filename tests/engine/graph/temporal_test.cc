// Dates and times: texts of the standard, the calendar of <chrono>, and what is
// refused.

#include "engine/graph/temporal.h"

#include <chrono>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

using mi::testing::IsOkAndHolds;
using mi::testing::StatusIs;
using ::testing::_;

TEST(TemporalTest, DaysAreThoseOfTheCalendar) {
  using std::chrono::sys_days;
  const sys_days first = std::chrono::year(0) / 1 / 1;
  const sys_days last = std::chrono::year(9999) / 12 / 31;
  for (sys_days day = first; day <= last; day += std::chrono::days(37)) {
    const std::chrono::year_month_day date(day);
    char text[16];
    (void)std::snprintf(
        text, sizeof(text), "%04d-%02u-%02u", static_cast<int>(date.year()),
        static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    const Date expected = {
        static_cast<int32_t>(day.time_since_epoch().count())};
    ASSERT_THAT(ParseDate(text), IsOkAndHolds(expected)) << text;
    ASSERT_EQ(Format(expected), text);
  }
}

TEST(TemporalTest, LeapDays) {
  EXPECT_OK(ParseDate("2024-02-29"));
  EXPECT_OK(ParseDate("2000-02-29"));
  for (const char* wrong : {"2023-02-29", "1900-02-29", "2026-04-31"}) {
    EXPECT_THAT(ParseDate(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _));
  }
}

constexpr int64_t kSecond = 1'000'000'000;

TEST(TemporalTest, ReadsTimes) {
  EXPECT_THAT(ParseLocalTime("09:30"),
              IsOkAndHolds(LocalTime{(9 * 3600 + 30 * 60) * kSecond}));
  EXPECT_THAT(ParseLocalTime("23:59:59.999999999"),
              IsOkAndHolds(LocalTime{86'400 * kSecond - 1}));
  EXPECT_THAT(ParseLocalTime("00:00:00.5"),
              IsOkAndHolds(LocalTime{kSecond / 2}));
  EXPECT_THAT(ParseTime("09:30:00+01:00"),
              IsOkAndHolds(Time{(9 * 3600 + 30 * 60) * kSecond, 3600}));
  EXPECT_THAT(ParseTime("00:00Z"), IsOkAndHolds(Time{0, 0}));
  EXPECT_THAT(ParseTime("00:00-05:30"), IsOkAndHolds(Time{0, -19'800}));
}

TEST(TemporalTest, ReadsInstants) {
  EXPECT_THAT(ParseLocalDateTime("1970-01-02T00:00:01"),
              IsOkAndHolds(LocalDateTime{86'401, 0}));
  EXPECT_THAT(ParseLocalDateTime("1969-12-31T23:59:59.25"),
              IsOkAndHolds(LocalDateTime{-1, 250'000'000}));
  const ZonedDateTime berlin = {.seconds = 1'772'353'800,
                                .offset_seconds = 3600,
                                .zone = "Europe/Berlin"};
  EXPECT_THAT(ParseZonedDateTime("2026-03-01T09:30:00+01:00[Europe/Berlin]"),
              IsOkAndHolds(berlin));
  EXPECT_EQ(Format(berlin), "2026-03-01T09:30:00+01:00[Europe/Berlin]");
}

TEST(TemporalTest, ReadsDurations) {
  EXPECT_THAT(ParseDuration("P1Y2M3DT4H5M6.789S"),
              IsOkAndHolds(Duration{.months = 14,
                                    .days = 3,
                                    .seconds = 4 * 3600 + 5 * 60 + 6,
                                    .nanos = 789'000'000}));
  EXPECT_THAT(ParseDuration("P2W"), IsOkAndHolds(Duration{.days = 14}));
  EXPECT_THAT(ParseDuration("P-1M"), IsOkAndHolds(Duration{.months = -1}));
  EXPECT_THAT(ParseDuration("PT-0.5S"),
              IsOkAndHolds(Duration{.seconds = -1, .nanos = 500'000'000}));
}

TEST(TemporalTest, WhatIsWrittenReadsBackTheSame) {
  Random random(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto offset = static_cast<int32_t>(random.Below(2'161)) * 60 - 64'800;
    const auto nanos =
        static_cast<int32_t>(random.Below(2) * random.Below(1'000'000'000));
    const auto seconds =
        static_cast<int64_t>(random.Below(300'000'000'000)) - 60'000'000'000;
    const Time time = {
        static_cast<int64_t>(random.Below(86'400)) * kSecond + nanos, offset};
    ASSERT_THAT(ParseTime(Format(time)), IsOkAndHolds(time)) << Format(time);
    const LocalDateTime local = {seconds, nanos};
    ASSERT_THAT(ParseLocalDateTime(Format(local)), IsOkAndHolds(local))
        << Format(local);
    const ZonedDateTime zoned = {seconds, nanos, offset, ""};
    ASSERT_THAT(ParseZonedDateTime(Format(zoned)), IsOkAndHolds(zoned))
        << Format(zoned);
    const auto any = [&] {
      return static_cast<int64_t>(random.Below(2'000'001)) - 1'000'000;
    };
    const Duration duration = {any(), any(), any(), nanos};
    ASSERT_THAT(ParseDuration(Format(duration)), IsOkAndHolds(duration))
        << Format(duration);
  }
}

TEST(TemporalTest, WhatIsNotATimeIsRefused) {
  for (const char* wrong :
       {"", "2026", "2026-13-01", "2026-00-01", "2026-01-00", "26-01-01",
        "2026-1-1", "2026-01-01 ", " 2026-01-01", "2026-01-01T00:00",
        "+2026-01-01", "12026-01-01"}) {
    EXPECT_THAT(ParseDate(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << wrong;
  }
  for (const char* wrong : {"24:00", "12:60", "12:00:60", "12:00:00.", "12",
                            "12:00:00.1234567890", "12:00Z", "-1:00"}) {
    EXPECT_THAT(ParseLocalTime(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << wrong;
  }
  for (const char* wrong :
       {"12:00", "12:00+19:00", "12:00+01:60", "12:00+1", "12:00Zz"}) {
    EXPECT_THAT(ParseTime(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << wrong;
  }
  for (const char* wrong :
       {"2026-03-01T09:30:00", "2026-03-01T09:30:00+01:00[",
        "2026-03-01T09:30:00+01:00[]", "2026-03-01 09:30:00Z",
        "2026-03-01T09:30:00+01:00[Europe/Berlin]x"}) {
    EXPECT_THAT(ParseZonedDateTime(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << wrong;
  }
  for (const char* wrong :
       {"", "P", "PT", "1Y", "P1", "P1H", "PT1D", "P1Y1Y", "P1D1Y",
        "PT0.9S0.9S", "P1.5Y", "PT1.S", "P99999999999999999999D"}) {
    EXPECT_THAT(ParseDuration(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << wrong;
  }
}

}  // namespace
}  // namespace mi::graph
