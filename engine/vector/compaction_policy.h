// Decides which sealed segments to merge: few segments make searches fast, and
// few rewrites leave the processor to them.

#ifndef MI_ENGINE_VECTOR_COMPACTION_POLICY_H_
#define MI_ENGINE_VECTOR_COMPACTION_POLICY_H_

#include <cstddef>
#include <span>
#include <vector>

namespace mi::vector {

// What the policy needs to know of a sealed segment.
struct SegmentSummary {
  size_t rows = 0;
  size_t tombstones = 0;
  // Built for another index configuration than the collection's present one.
  bool outdated = false;
};

struct CompactionOptions {
  // Segments of like size that are merged into one; each row is rewritten
  // about log(rows) / log(fan_in) times.
  size_t fan_in = 4;
  // A segment with more than this share of tombstones is rewritten.
  double max_tombstone_share = 0.2;
  // When no writes come: everything becomes one segment once the smaller
  // segments hold this share of the largest one's rows.
  double idle_merge_share = 0.1;
  // When no writes come, up to this many rows are always folded into one
  // segment without tombstones: it takes seconds.
  size_t idle_fold_rows = 50'000;
  // Never makes a larger segment.
  size_t max_rows = 4'000'000;
};

// The positions of the segments to rewrite as one, or none when there is
// nothing worth doing. A single position means: rewrite without tombstones, or
// for the new configuration. `idle` says that no writes have come of late.
//
// Size tiers as in log-structured merge trees: a tier holds segments within a
// factor of `fan_in` of each other.
// Source: P. O'Neil et al., "The log-structured merge-tree", Acta Informatica
// 33, 1996.
std::vector<size_t> ChooseSegmentsToMerge(
    std::span<const SegmentSummary> segments, bool idle,
    const CompactionOptions& options);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_COMPACTION_POLICY_H_
