#include "engine/payload/datetime.h"

#include <charconv>
#include <chrono>
#include <optional>

#include "absl/status/status.h"
#include "engine/payload/wire.h"
#include "fmt/format.h"

namespace mi::payload {
namespace {

// Reads a text from left to right; each step says whether it succeeded.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }

  // Exactly `digits` digits.
  bool Number(size_t digits, int* value) {
    if (rest_.size() < digits) return false;
    for (size_t i = 0; i < digits; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
    }
    std::from_chars(rest_.data(), rest_.data() + digits, *value);
    rest_.remove_prefix(digits);
    return true;
  }

  // One of these characters; `found` tells which.
  bool OneOf(std::string_view choices, char* found) {
    if (AtEnd() || choices.find(rest_[0]) == std::string_view::npos) {
      return false;
    }
    *found = rest_[0];
    rest_.remove_prefix(1);
    return true;
  }
  bool One(char c) { return OneOf({&c, 1}, &c); }

  // A fraction of a second after its dot, in microseconds.
  bool Fraction(int64_t* micros) {
    int64_t unit = wire::kMicrosPerSecond;
    int digit = 0;
    if (!Number(1, &digit)) return false;
    do {
      unit /= 10;
      *micros += digit * unit;
    } while (Number(1, &digit));
    return true;
  }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::sys_days> ScanDate(Scanner* in) {
  int year = 0, month = 0, day = 0;
  if (!in->Number(4, &year) || !in->One('-') || !in->Number(2, &month) ||
      !in->One('-') || !in->Number(2, &day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{
      std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
      std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

// "hh:mm:ss", fraction, offset: microseconds since the day began, in UTC.
std::optional<int64_t> ScanTime(Scanner* in) {
  int hour = 0, minute = 0, second = 0;
  if (!in->Number(2, &hour) || !in->One(':') || !in->Number(2, &minute) ||
      !in->One(':') || !in->Number(2, &second) || hour > 23 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  int64_t micros = 0;
  if (in->One('.') && !in->Fraction(&micros)) return std::nullopt;
  int offset_minutes = 0;
  char sign = 0;
  if (in->OneOf("+-", &sign)) {
    int offset_hour = 0, offset_minute = 0;
    if (!in->Number(2, &offset_hour) || !in->One(':') ||
        !in->Number(2, &offset_minute) || offset_hour > 23 ||
        offset_minute > 59) {
      return std::nullopt;
    }
    offset_minutes = offset_hour * 60 + offset_minute;
    if (sign == '-') offset_minutes = -offset_minutes;
  } else if (!in->OneOf("Zz", &sign)) {
    return std::nullopt;
  }
  const int64_t seconds =
      int64_t{hour} * 3600 + (int64_t{minute} - offset_minutes) * 60 + second;
  return seconds * wire::kMicrosPerSecond + micros;
}

}  // namespace

absl::StatusOr<DateTime> ParseDateTime(std::string_view text) {
  Scanner in(text);
  const auto malformed = [&] {
    return absl::InvalidArgumentError(fmt::format(
        "'{}' is not a datetime such as 2026-03-01T09:30:00Z", text));
  };
  const auto days = ScanDate(&in);
  if (!days) return malformed();
  int64_t micros =
      int64_t{days->time_since_epoch().count()} * wire::kMicrosPerDay;
  char separator = 0;
  if (in.OneOf("Tt ", &separator)) {
    const auto time = ScanTime(&in);
    if (!time) return malformed();
    micros += *time;
  }
  if (!in.AtEnd()) return malformed();
  if (micros < 0 || micros > kMaxDateTimeMicros) {
    return absl::InvalidArgumentError(
        fmt::format("'{}' is outside the years 1970 to 2200", text));
  }
  return DateTime{micros};
}

std::string FormatDateTime(DateTime datetime) {
  using std::chrono::floor;
  const std::chrono::sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(datetime.micros)};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::string text = fmt::format(
      "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
      clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (const auto micros = clock.subseconds().count(); micros != 0) {
    text += fmt::format(".{:06}", micros);
  }
  return text + 'Z';
}

}  // namespace mi::payload
