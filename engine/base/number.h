// Exact comparison of integers with floats. Converting either to the other's
// type would lose digits beyond 2^53.

#ifndef MI_ENGINE_BASE_NUMBER_H_
#define MI_ENGINE_BASE_NUMBER_H_

#include <cmath>
#include <compare>
#include <cstdint>
#include <optional>

namespace mi {

// 2^63: the first float that is greater than every int64.
inline constexpr double kTwoTo63 = 0x1p63;

inline std::strong_ordering CompareNumbers(int64_t a, int64_t b) {
  return a <=> b;
}

// `b` must not be NaN.
inline std::strong_ordering CompareNumbers(int64_t a, double b) {
  if (b >= kTwoTo63) return std::strong_ordering::less;
  if (b < -kTwoTo63) return std::strong_ordering::greater;
  const double whole = std::trunc(b);
  const auto order = a <=> static_cast<int64_t>(whole);
  if (order != 0) return order;
  const double fraction = b - whole;
  return fraction > 0   ? std::strong_ordering::less
         : fraction < 0 ? std::strong_ordering::greater
                        : std::strong_ordering::equal;
}

inline std::strong_ordering CompareNumbers(double a, int64_t b) {
  return 0 <=> CompareNumbers(b, a);
}

// Neither may be NaN.
inline std::strong_ordering CompareNumbers(double a, double b) {
  return a < b   ? std::strong_ordering::less
         : a > b ? std::strong_ordering::greater
                 : std::strong_ordering::equal;
}

// The integer equal to `value`, if there is one in int64.
inline std::optional<int64_t> AsInteger(double value) {
  if (!(value >= -kTwoTo63 && value < kTwoTo63)) return std::nullopt;
  const double whole = std::trunc(value);
  if (whole != value) return std::nullopt;
  return static_cast<int64_t>(whole);
}

// The float equal to `value`, if there is one.
inline std::optional<double> AsFloat(int64_t value) {
  const auto number = static_cast<double>(value);
  if (number >= kTwoTo63 || static_cast<int64_t>(number) != value) {
    return std::nullopt;
  }
  return number;
}

}  // namespace mi

#endif  // MI_ENGINE_BASE_NUMBER_H_
