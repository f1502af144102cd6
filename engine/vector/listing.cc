#include "engine/vector/listing.h"

#include <algorithm>

#include "engine/base/bitset.h"
#include "engine/base/status_macros.h"

namespace mi::vector {
namespace {

constexpr size_t kRowsBetweenStopChecks = 1024;

// The rows of a segment that match, tombstones included.
absl::StatusOr<Bitset> SelectRows(const Segment& segment,
                                  const filter::CompiledFilter* filter,
                                  std::stop_token stop) {
  if (filter == nullptr) return Bitset(segment.size(), true);
  Bitset rows;
  RETURN_IF_ERROR(segment.payload_index().Select(
      *filter, [&](uint32_t row) { return segment.payload(row); }, &rows,
      std::move(stop)));
  return rows;
}

// Calls visit(row) for the rows of a delta that are visible and match.
template <typename Visitor>
absl::Status VisitDelta(const DeltaView& part, uint64_t sequence,
                        const filter::CompiledFilter* filter,
                        const std::stop_token& stop, Visitor&& visit) {
  for (uint32_t row = 0; row < part.rows; ++row) {
    if (row % kRowsBetweenStopChecks == 0 && stop.stop_requested()) {
      return absl::CancelledError("cancelled");
    }
    if (!part.delta->LiveAt(row, sequence)) continue;
    if (filter != nullptr &&
        !filter->Matches(payload::PayloadView(part.delta->payload(row)))) {
      continue;
    }
    visit(row);
  }
  return absl::OkStatus();
}

// Appends up to `limit` matching points of a segment with ids after `after`.
void AppendInOrder(const Segment& segment, const Bitset& matching,
                   uint64_t sequence, std::string_view after, size_t limit,
                   std::vector<PointRef>* points) {
  const auto& in_order = segment.ids().in_order();
  size_t taken = 0;
  for (size_t i = segment.ids().FirstAfter(after);
       i < in_order.size() && taken < limit; ++i) {
    const uint32_t row = in_order[i];
    if (!matching.Test(row) || !segment.LiveAt(row, sequence)) continue;
    points->emplace_back(&segment, row);
    ++taken;
  }
}

}  // namespace

absl::StatusOr<uint64_t> CountPoints(const CollectionView& view,
                                     const filter::CompiledFilter* filter,
                                     std::stop_token stop) {
  if (filter == nullptr) return view.CountLive();
  uint64_t count = 0;
  for (const auto& segment : view.segments) {
    ASSIGN_OR_RETURN(const Bitset rows, SelectRows(*segment, filter, stop));
    if (segment->tombstones() == 0) {
      count += rows.Count();
      continue;
    }
    rows.ForEach([&](size_t row) {
      if (segment->LiveAt(static_cast<uint32_t>(row), view.sequence)) ++count;
    });
  }
  for (const DeltaView& part : view.deltas) {
    RETURN_IF_ERROR(VisitDelta(part, view.sequence, filter, stop,
                               [&](uint32_t) { ++count; }));
  }
  return count;
}

absl::StatusOr<std::vector<PointRef>> ListPoints(
    const CollectionView& view, const filter::CompiledFilter* filter,
    std::string_view after, size_t limit, std::stop_token stop) {
  std::vector<PointRef> points;
  for (const auto& segment : view.segments) {
    ASSIGN_OR_RETURN(const Bitset rows, SelectRows(*segment, filter, stop));
    AppendInOrder(*segment, rows, view.sequence, after, limit, &points);
  }
  for (const DeltaView& part : view.deltas) {
    RETURN_IF_ERROR(
        VisitDelta(part, view.sequence, filter, stop, [&](uint32_t row) {
          if (part.delta->id(row) > after) {
            points.emplace_back(part.delta.get(), row);
          }
        }));
  }
  const size_t kept = std::min(limit, points.size());
  std::partial_sort(
      points.begin(), points.begin() + static_cast<ptrdiff_t>(kept),
      points.end(),
      [](const PointRef& a, const PointRef& b) { return a.id() < b.id(); });
  points.erase(points.begin() + static_cast<ptrdiff_t>(kept), points.end());
  return points;
}

absl::StatusOr<std::vector<std::string>> MatchingIds(
    const CollectionView& view, const filter::CompiledFilter& filter,
    std::stop_token stop) {
  std::vector<std::string> ids;
  for (const auto& segment : view.segments) {
    ASSIGN_OR_RETURN(const Bitset rows, SelectRows(*segment, &filter, stop));
    rows.ForEach([&](size_t bit) {
      const auto row = static_cast<uint32_t>(bit);
      if (segment->LiveAt(row, view.sequence)) {
        ids.emplace_back(segment->id(row));
      }
    });
  }
  for (const DeltaView& part : view.deltas) {
    RETURN_IF_ERROR(VisitDelta(
        part, view.sequence, &filter, stop,
        [&](uint32_t row) { ids.emplace_back(part.delta->id(row)); }));
  }
  return ids;
}

}  // namespace mi::vector
