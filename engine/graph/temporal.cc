#include "engine/graph/temporal.h"

#include <chrono>
#include <cstdlib>
#include <limits>
#include <optional>

#include "absl/status/status.h"
#include "fmt/format.h"

namespace mi::graph {
namespace {

constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kSecondsPerDay = 86'400;
constexpr int32_t kMaxOffset = 18 * 3600;
constexpr size_t kMaxZoneBytes = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Reads a text from left to right; once something is not there, all fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  // Exactly so many digits.
  int64_t Digits(size_t count) {
    int64_t value = 0;
    for (size_t i = 0; i < count; ++i) {
      if (rest_.empty() || !IsDigit(rest_.front())) {
        ok_ = false;
        return 0;
      }
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return value;
  }

  bool Take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char c) { ok_ = Take(c) && ok_; }

  // Up to nine digits of a fraction, in units of 1e-9.
  int64_t Fraction() {
    int64_t value = 0;
    int64_t unit = kNanosPerSecond;
    while (!rest_.empty() && IsDigit(rest_.front()) && unit > 1) {
      unit /= 10;
      value += (rest_.front() - '0') * unit;
      rest_.remove_prefix(1);
    }
    if (unit == kNanosPerSecond) ok_ = false;
    return value;
  }

  std::string_view rest() const { return rest_; }
  void Skip(size_t count) { rest_.remove_prefix(count); }
  void Fail() { ok_ = false; }
  bool ok() const { return ok_; }
  bool done() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

absl::Status Malformed(std::string_view text, std::string_view example) {
  constexpr size_t kShown = 64;
  return absl::InvalidArgumentError(fmt::format(
      "'{}' is not of the form {}", text.substr(0, kShown), example));
}

Date ScanDate(Scanner& in) {
  const auto year = static_cast<int>(in.Digits(4));
  in.Expect('-');
  const auto month = static_cast<unsigned>(in.Digits(2));
  in.Expect('-');
  const auto day = static_cast<unsigned>(in.Digits(2));
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) {
    in.Fail();
    return {};
  }
  return {static_cast<int32_t>(
      std::chrono::sys_days(date).time_since_epoch().count())};
}

// Nanoseconds since midnight.
int64_t ScanTimeOfDay(Scanner& in) {
  const int64_t hours = in.Digits(2);
  in.Expect(':');
  const int64_t minutes = in.Digits(2);
  int64_t seconds = 0;
  int64_t nanos = 0;
  if (in.Take(':')) {
    seconds = in.Digits(2);
    if (in.Take('.')) nanos = in.Fraction();
  }
  if (hours > 23 || minutes > 59 || seconds > 59) in.Fail();
  return (hours * 3600 + minutes * 60 + seconds) * kNanosPerSecond + nanos;
}

// Seconds east of UTC: "Z", "+01:00", "-03:30", "+01:00:30".
int32_t ScanOffset(Scanner& in) {
  if (in.Take('Z')) return 0;
  const bool west = in.Take('-');
  if (!west) in.Expect('+');
  const int64_t hours = in.Digits(2);
  in.Expect(':');
  const int64_t minutes = in.Digits(2);
  const int64_t seconds = in.Take(':') ? in.Digits(2) : 0;
  const int64_t offset = hours * 3600 + minutes * 60 + seconds;
  if (minutes > 59 || seconds > 59 || offset > kMaxOffset) in.Fail();
  return static_cast<int32_t>(west ? -offset : offset);
}

bool IsZoneCharacter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || IsDigit(c) ||
         c == '_' || c == '+' || c == '-' || c == '/';
}

// "[Europe/Berlin]", or nothing.
std::string ScanZone(Scanner& in) {
  if (!in.Take('[')) return {};
  const size_t end = in.rest().find(']');
  if (end == std::string_view::npos || end == 0 || end > kMaxZoneBytes) {
    in.Fail();
    return {};
  }
  std::string zone(in.rest().substr(0, end));
  for (const char c : zone) {
    if (!IsZoneCharacter(c)) in.Fail();
  }
  in.Skip(end + 1);
  return zone;
}

LocalDateTime ScanLocalDateTime(Scanner& in) {
  const Date date = ScanDate(in);
  in.Expect('T');
  const int64_t nanos = ScanTimeOfDay(in);
  return {.seconds = date.days * kSecondsPerDay + nanos / kNanosPerSecond,
          .nanos = static_cast<int32_t>(nanos % kNanosPerSecond)};
}

std::string FormatFraction(int64_t nanos) {
  if (nanos == 0) return {};
  std::string digits = fmt::format(".{:09}", nanos);
  while (digits.back() == '0') digits.pop_back();
  return digits;
}

std::string FormatTimeOfDay(int64_t nanos) {
  const int64_t seconds = nanos / kNanosPerSecond;
  return fmt::format("{:02}:{:02}:{:02}{}", seconds / 3600, seconds / 60 % 60,
                     seconds % 60, FormatFraction(nanos % kNanosPerSecond));
}

std::string FormatOffset(int32_t seconds) {
  if (seconds == 0) return "Z";
  const int32_t east = std::abs(seconds);
  std::string text = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+',
                                 east / 3600, east / 60 % 60);
  if (east % 60 != 0) text += fmt::format(":{:02}", east % 60);
  return text;
}

// A part of a duration: its number, and a letter that says of what.
struct DurationPart {
  int64_t number = 0;
  int64_t nanos = 0;  // of a fraction, with the sign of the number
  char unit = 0;
};

std::optional<DurationPart> ScanPart(Scanner& in) {
  // Far from where sums of a few parts could overflow.
  constexpr int64_t kMax = int64_t{1} << 53;
  DurationPart part;
  const bool negative = in.Take('-');
  size_t digits = 0;
  for (; !in.rest().empty() && IsDigit(in.rest().front()); ++digits) {
    part.number = part.number * 10 + in.Digits(1);
    if (part.number > kMax) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  if (in.Take('.')) part.nanos = in.Fraction();
  if (!in.ok() || in.rest().empty()) return std::nullopt;
  part.unit = in.rest().front();
  in.Skip(1);
  if (part.nanos != 0 && part.unit != 'S') return std::nullopt;
  if (negative) {
    part.number = -part.number;
    part.nanos = -part.nanos;
  }
  return part;
}

// Adds a part to a duration. False when its unit does not belong there.
bool AddPart(const DurationPart& part, bool in_time, Duration* duration) {
  if (in_time) {
    const int64_t unit = part.unit == 'H'   ? 3600
                         : part.unit == 'M' ? 60
                         : part.unit == 'S' ? 1
                                            : 0;
    if (unit == 0) return false;
    duration->seconds += part.number * unit;
    duration->nanos += static_cast<int32_t>(part.nanos);
    return true;
  }
  switch (part.unit) {
    case 'Y':
      duration->months += part.number * 12;
      return true;
    case 'M':
      duration->months += part.number;
      return true;
    case 'W':
      duration->days += part.number * 7;
      return true;
    case 'D':
      duration->days += part.number;
      return true;
    default:
      return false;
  }
}

}  // namespace

absl::StatusOr<Date> ParseDate(std::string_view text) {
  Scanner in(text);
  const Date date = ScanDate(in);
  if (!in.done()) return Malformed(text, "2026-03-01");
  return date;
}

absl::StatusOr<LocalTime> ParseLocalTime(std::string_view text) {
  Scanner in(text);
  const LocalTime time{ScanTimeOfDay(in)};
  if (!in.done()) return Malformed(text, "09:30:00");
  return time;
}

absl::StatusOr<Time> ParseTime(std::string_view text) {
  Scanner in(text);
  Time time;
  time.nanos = ScanTimeOfDay(in);
  time.offset_seconds = ScanOffset(in);
  if (!in.done()) return Malformed(text, "09:30:00+01:00");
  return time;
}

absl::StatusOr<LocalDateTime> ParseLocalDateTime(std::string_view text) {
  Scanner in(text);
  const LocalDateTime datetime = ScanLocalDateTime(in);
  if (!in.done()) return Malformed(text, "2026-03-01T09:30:00");
  return datetime;
}

absl::StatusOr<ZonedDateTime> ParseZonedDateTime(std::string_view text) {
  Scanner in(text);
  const LocalDateTime local = ScanLocalDateTime(in);
  ZonedDateTime datetime;
  datetime.offset_seconds = ScanOffset(in);
  datetime.seconds = local.seconds - datetime.offset_seconds;
  datetime.nanos = local.nanos;
  datetime.zone = ScanZone(in);
  if (!in.done()) {
    return Malformed(text, "2026-03-01T09:30:00+01:00[Europe/Berlin]");
  }
  return datetime;
}

absl::StatusOr<Duration> ParseDuration(std::string_view text) {
  const auto malformed = [&text] {
    return Malformed(text, "P1Y2M3DT4H5M6.5S");
  };
  Scanner in(text);
  in.Expect('P');
  Duration duration;
  bool in_time = false;
  size_t parts = 0;
  while (in.ok() && !in.rest().empty()) {
    if (in.Take('T')) {
      if (in_time || in.rest().empty()) return malformed();
      in_time = true;
      continue;
    }
    const auto part = ScanPart(in);
    if (!part || !AddPart(*part, in_time, &duration)) return malformed();
    if (++parts > 7) return malformed();
  }
  if (!in.ok() || parts == 0) return malformed();
  if (duration.nanos < 0) {
    duration.nanos += static_cast<int32_t>(kNanosPerSecond);
    --duration.seconds;
  }
  return duration;
}

std::string Format(const Date& date) {
  const std::chrono::year_month_day day{
      std::chrono::sys_days(std::chrono::days(date.days))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::string Format(const LocalTime& time) {
  return FormatTimeOfDay(time.nanos);
}

std::string Format(const Time& time) {
  return FormatTimeOfDay(time.nanos) + FormatOffset(time.offset_seconds);
}

std::string Format(const LocalDateTime& datetime) {
  int64_t days = datetime.seconds / kSecondsPerDay;
  int64_t seconds = datetime.seconds % kSecondsPerDay;
  if (seconds < 0) {
    --days;
    seconds += kSecondsPerDay;
  }
  return Format(Date{static_cast<int32_t>(days)}) + "T" +
         FormatTimeOfDay(seconds * kNanosPerSecond + datetime.nanos);
}

std::string Format(const ZonedDateTime& datetime) {
  std::string text =
      Format(LocalDateTime{datetime.seconds + datetime.offset_seconds,
                           datetime.nanos}) +
      FormatOffset(datetime.offset_seconds);
  if (!datetime.zone.empty()) text += "[" + datetime.zone + "]";
  return text;
}

std::string Format(const Duration& duration) {
  std::string text = "P";
  if (duration.months / 12 != 0)
    text += fmt::format("{}Y", duration.months / 12);
  if (duration.months % 12 != 0)
    text += fmt::format("{}M", duration.months % 12);
  if (duration.days != 0) text += fmt::format("{}D", duration.days);
  // A negative number of seconds with a fraction is written as one number.
  int64_t seconds = duration.seconds;
  int64_t nanos = duration.nanos;
  const bool negative = seconds < 0;
  if (negative && nanos > 0) {
    ++seconds;
    nanos = kNanosPerSecond - nanos;
  }
  if (seconds != 0 || nanos != 0) {
    text += "T";
    if (seconds / 3600 != 0) text += fmt::format("{}H", seconds / 3600);
    if (seconds / 60 % 60 != 0) text += fmt::format("{}M", seconds / 60 % 60);
    if (seconds % 60 != 0 || nanos != 0) {
      text += fmt::format("{}{}{}S", negative ? "-" : "",
                          std::abs(seconds % 60), FormatFraction(nanos));
    }
  }
  return text == "P" ? "PT0S" : text;
}

}  // namespace mi::graph
