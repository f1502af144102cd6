// Dates, times and durations as Cypher has them, and their ISO 8601 text.

#ifndef MI_ENGINE_GRAPH_TEMPORAL_H_
#define MI_ENGINE_GRAPH_TEMPORAL_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mi::graph {

// A day of the proleptic Gregorian calendar, years 0000 to 9999.
struct Date {
  int32_t days = 0;  // since 1970-01-01

  friend auto operator<=>(const Date&, const Date&) = default;
};

// A time of day, wherever.
struct LocalTime {
  int64_t nanos = 0;  // since midnight, below 24 hours

  friend auto operator<=>(const LocalTime&, const LocalTime&) = default;
};

// A time of day at an offset from UTC.
struct Time {
  int64_t nanos = 0;           // since midnight, there
  int32_t offset_seconds = 0;  // east of UTC, within 18 hours

  friend bool operator==(const Time&, const Time&) = default;
};

// A day and a time of day, wherever.
struct LocalDateTime {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00, there
  int32_t nanos = 0;    // 0 to 999,999,999

  friend auto operator<=>(const LocalDateTime&, const LocalDateTime&) = default;
};

// An instant, with where it was.
struct ZonedDateTime {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  int32_t nanos = 0;    // 0 to 999,999,999
  int32_t offset_seconds = 0;
  // "Europe/Berlin", or empty. Kept as given: the offset is what counts.
  std::string zone;

  friend bool operator==(const ZonedDateTime&, const ZonedDateTime&) = default;
};

// Months, days and seconds are counted apart: a month has no fixed number of
// days, nor a day of seconds.
struct Duration {
  int64_t months = 0;
  int64_t days = 0;
  int64_t seconds = 0;
  int32_t nanos = 0;  // 0 to 999,999,999, added to the seconds

  friend bool operator==(const Duration&, const Duration&) = default;
};

// Each reads the extended form of ISO 8601; seconds and fractions of up to nine
// digits may be left out. Errors: INVALID_ARGUMENT, whose message says what is
// wrong with the text.
absl::StatusOr<Date> ParseDate(std::string_view text);            // 2026-03-01
absl::StatusOr<LocalTime> ParseLocalTime(std::string_view text);  // 09:30:00
absl::StatusOr<Time> ParseTime(std::string_view text);  // 09:30:00+01:00
// 2026-03-01T09:30:00
absl::StatusOr<LocalDateTime> ParseLocalDateTime(std::string_view text);
// 2026-03-01T09:30:00+01:00, and behind it "[Europe/Berlin]" if wanted.
absl::StatusOr<ZonedDateTime> ParseZonedDateTime(std::string_view text);
// P1Y2M3DT4H5M6.789S, or PnW; parts may be negative, only the seconds may have
// a fraction.
absl::StatusOr<Duration> ParseDuration(std::string_view text);

// The shortest text that reads back the same; seconds are always written.
std::string Format(const Date& date);
std::string Format(const LocalTime& time);
std::string Format(const Time& time);
std::string Format(const LocalDateTime& datetime);
std::string Format(const ZonedDateTime& datetime);
std::string Format(const Duration& duration);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_TEMPORAL_H_
