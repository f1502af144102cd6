// The spends that a campaign's own bounds allow.

#ifndef MI_ENGINE_BUDGET_SPEND_RANGE_H_
#define MI_ENGINE_BUDGET_SPEND_RANGE_H_

#include <algorithm>
#include <cmath>

#include "engine/budget/problem.h"

namespace mi::budget {

struct SpendRange {
  Micros min = 0;
  Micros max = kMaxMicros;
};

// The tighter of absolute and relative bounds, relative ones rounded inwards.
inline SpendRange RangeOf(const Campaign& campaign) {
  if (campaign.fixed) return {campaign.current_spend, campaign.current_spend};
  SpendRange range{campaign.min_spend, campaign.max_spend.value_or(kMaxMicros)};
  const auto current = static_cast<double>(campaign.current_spend);
  const auto limit = static_cast<double>(kMaxMicros);
  if (campaign.min_factor.has_value()) {
    const double low = std::ceil(*campaign.min_factor * current);
    range.min = std::max(range.min,
                         low < limit ? static_cast<Micros>(low) : kMaxMicros);
  }
  if (campaign.max_factor.has_value()) {
    const double high = std::floor(*campaign.max_factor * current);
    range.max = std::min(range.max,
                         high < limit ? static_cast<Micros>(high) : kMaxMicros);
  }
  return range;
}

// Sums stop above the largest amount, so that no limit admits them.
inline constexpr Micros kMaxSum = kMaxMicros + kMaxMicros / 2;

inline Micros SaturatingAdd(Micros a, Micros b) {
  return a >= kMaxSum - b ? kMaxSum : a + b;
}

}  // namespace mi::budget

#endif  // MI_ENGINE_BUDGET_SPEND_RANGE_H_
