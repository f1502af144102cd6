#include "clients/cpp/input/graph/temporal_text.h"

#include <chrono>
#include <cstddef>
#include <optional>

namespace mi::client {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes parts off the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool AtEnd() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits, at most `max` as a number.
  std::optional<int> Number(size_t count, int max) {
    if (rest_.size() < count) return std::nullopt;
    int number = 0;
    for (size_t i = 0; i < count; ++i) {
      if (!IsDigit(rest_[i])) return std::nullopt;
      number = 10 * number + (rest_[i] - '0');
    }
    if (number > max) return std::nullopt;
    rest_.remove_prefix(count);
    return number;
  }

  // How many digits there are, any number of them.
  size_t Digits() {
    size_t count = 0;
    while (count < rest_.size() && IsDigit(rest_[count])) ++count;
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

constexpr int kMaxSecond = 59;
constexpr int kMaxMinute = 59;
constexpr size_t kMaxFractionDigits = 9;

bool TakeDate(Scanner& in) {
  const auto year = in.Number(4, 9'999);
  if (!year || !in.Take('-')) return false;
  const auto month = in.Number(2, 12);
  if (!month || !in.Take('-')) return false;
  const auto day = in.Number(2, 31);
  return day && (std::chrono::year(*year) / static_cast<unsigned>(*month) /
                 static_cast<unsigned>(*day))
                    .ok();
}

bool TakeTimeOfDay(Scanner& in) {
  if (!in.Number(2, 23) || !in.Take(':') || !in.Number(2, kMaxMinute)) {
    return false;
  }
  if (!in.Take(':')) return true;
  if (!in.Number(2, kMaxSecond)) return false;
  if (!in.Take('.')) return true;
  const size_t digits = in.Digits();
  return digits >= 1 && digits <= kMaxFractionDigits;
}

bool TakeOffset(Scanner& in) {
  constexpr int kMaxHours = 18;
  if (in.Take('Z')) return true;
  if (!in.Take('+') && !in.Take('-')) return false;
  const auto hours = in.Number(2, kMaxHours);
  if (!hours) return false;
  int rest = 0;
  for (int i = 0; i < 2 && in.Take(':'); ++i) {
    const auto part = in.Number(2, kMaxMinute);
    if (!part) return false;
    rest += *part;
  }
  return *hours < kMaxHours || rest == 0;
}

bool TakeZone(Scanner& in) {
  if (in.AtEnd()) return true;
  const std::string_view zone = in.rest();
  return zone.size() > 2 && zone.front() == '[' && zone.back() == ']' &&
         zone.find_first_of("[]", 1) == zone.size() - 1;
}

// A number with a sign perhaps, and a unit of `units` behind, each once and in
// their order. Nothing at all is fine; false if something is wrong.
bool TakeParts(Scanner& in, std::string_view units, bool* any) {
  while (!in.AtEnd() && in.rest().front() != 'T') {
    static_cast<void>(in.Take('-'));
    if (in.Digits() == 0) return false;
    bool has_fraction = false;
    if (in.Take('.')) {
      const size_t digits = in.Digits();
      if (digits < 1 || digits > kMaxFractionDigits) return false;
      has_fraction = true;
    }
    if (in.AtEnd()) return false;
    const size_t unit = units.find(in.rest().front());
    if (unit == std::string_view::npos) return false;
    if (has_fraction && units[unit] != 'S') return false;
    in.Take(units[unit]);
    units.remove_prefix(unit + 1);
    *any = true;
  }
  return true;
}

}  // namespace

bool IsDate(std::string_view text) {
  Scanner in(text);
  return TakeDate(in) && in.AtEnd();
}

bool IsLocalTime(std::string_view text) {
  Scanner in(text);
  return TakeTimeOfDay(in) && in.AtEnd();
}

bool IsTime(std::string_view text) {
  Scanner in(text);
  return TakeTimeOfDay(in) && TakeOffset(in) && in.AtEnd();
}

bool IsLocalDateTime(std::string_view text) {
  Scanner in(text);
  return TakeDate(in) && in.Take('T') && TakeTimeOfDay(in) && in.AtEnd();
}

bool IsZonedDateTime(std::string_view text) {
  Scanner in(text);
  return TakeDate(in) && in.Take('T') && TakeTimeOfDay(in) && TakeOffset(in) &&
         TakeZone(in);
}

bool IsDuration(std::string_view text) {
  Scanner in(text);
  if (!in.Take('P')) return false;
  bool any = false;
  if (!TakeParts(in, "YMWD", &any)) return false;
  if (in.Take('T')) {
    bool any_time = false;
    return TakeParts(in, "HMS", &any_time) && in.AtEnd() && any_time;
  }
  return in.AtEnd() && any;
}

}  // namespace mi::client
