#include "engine/vector/compaction_policy.h"

#include <algorithm>
#include <map>

namespace mi::vector {
namespace {

size_t LiveRows(const SegmentSummary& segment) {
  return segment.rows - std::min(segment.tombstones, segment.rows);
}

size_t TierOf(size_t rows, size_t fan_in) {
  size_t tier = 0;
  for (; rows >= fan_in; rows /= fan_in) ++tier;
  return tier;
}

// The segment that is worst off by itself, if any is.
std::vector<size_t> ChooseRewrite(std::span<const SegmentSummary> segments,
                                  const CompactionOptions& options) {
  for (size_t i = 0; i < segments.size(); ++i) {
    const auto& segment = segments[i];
    const double share = static_cast<double>(segment.tombstones) /
                         static_cast<double>(std::max<size_t>(segment.rows, 1));
    if (segment.outdated || share > options.max_tombstone_share) return {i};
  }
  return {};
}

// The lowest tier with `fan_in` members, so that small work comes first.
std::vector<size_t> ChooseFullTier(std::span<const SegmentSummary> segments,
                                   const CompactionOptions& options) {
  std::map<size_t, std::vector<size_t>> tiers;
  for (size_t i = 0; i < segments.size(); ++i) {
    tiers[TierOf(LiveRows(segments[i]), options.fan_in)].push_back(i);
  }
  for (auto& [tier, members] : tiers) {
    if (members.size() < options.fan_in) continue;
    size_t rows = 0;
    std::vector<size_t> chosen;
    for (const size_t i : members) {
      if (rows + LiveRows(segments[i]) > options.max_rows) continue;
      rows += LiveRows(segments[i]);
      chosen.push_back(i);
    }
    if (chosen.size() >= 2) return chosen;
  }
  return {};
}

// Folds the small segments together, and into the largest when they have grown
// to a fair share of it.
std::vector<size_t> ChooseWhenIdle(std::span<const SegmentSummary> segments,
                                   const CompactionOptions& options) {
  if (segments.empty()) return {};
  if (segments.size() == 1) {
    const bool worth_it = segments[0].tombstones > 0 &&
                          segments[0].rows <= options.idle_fold_rows;
    return worth_it ? std::vector<size_t>{0} : std::vector<size_t>{};
  }
  std::vector<size_t> by_size(segments.size());
  for (size_t i = 0; i < by_size.size(); ++i) by_size[i] = i;
  std::stable_sort(by_size.begin(), by_size.end(), [&](size_t a, size_t b) {
    return LiveRows(segments[a]) > LiveRows(segments[b]);
  });
  const size_t largest = LiveRows(segments[by_size[0]]);
  size_t others = 0;
  for (size_t i = 1; i < by_size.size(); ++i) {
    others += LiveRows(segments[by_size[i]]);
  }
  const bool fold_into_largest =
      (largest + others <= options.idle_fold_rows ||
       static_cast<double>(others) >=
           options.idle_merge_share * static_cast<double>(largest)) &&
      largest + others <= options.max_rows;
  if (!fold_into_largest) by_size.erase(by_size.begin());
  if (by_size.size() < 2) return {};
  if (!fold_into_largest && others > options.max_rows) return {};
  std::sort(by_size.begin(), by_size.end());
  return by_size;
}

}  // namespace

std::vector<size_t> ChooseSegmentsToMerge(
    std::span<const SegmentSummary> segments, bool idle,
    const CompactionOptions& options) {
  if (auto chosen = ChooseFullTier(segments, options); !chosen.empty()) {
    return chosen;
  }
  if (idle) {
    if (auto chosen = ChooseWhenIdle(segments, options); !chosen.empty()) {
      return chosen;
    }
  }
  return ChooseRewrite(segments, options);
}

}  // namespace mi::vector
