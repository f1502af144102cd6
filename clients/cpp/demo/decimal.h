// Numbers and days as the files of the demo data have them.

#ifndef MI_CLIENTS_CPP_DEMO_DECIMAL_H_
#define MI_CLIENTS_CPP_DEMO_DECIMAL_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "fmt/format.h"

namespace mi::client::demo {

inline constexpr double kCents = 100;
inline constexpr double kThousandths = 1'000;

// Correctly rounded, so its shortest decimal form has the digits of `number`.
inline double Divide(int64_t number, double unit) {
  return static_cast<double>(number) / unit;
}

// "2026-03-01"
inline std::string Date(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

}  // namespace mi::client::demo

#endif  // MI_CLIENTS_CPP_DEMO_DECIMAL_H_
