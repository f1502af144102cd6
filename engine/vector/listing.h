// Reads points by filter and in order of their ids.

#ifndef MI_ENGINE_VECTOR_LISTING_H_
#define MI_ENGINE_VECTOR_LISTING_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "engine/vector/collection_view.h"

namespace mi::vector {

// How many visible points match; all when `filter` is null. Exact. Errors:
// CANCELLED.
absl::StatusOr<uint64_t> CountPoints(const CollectionView& view,
                                     const filter::CompiledFilter* filter,
                                     std::stop_token stop);

// Up to `limit` visible points that match, in ascending order of id, from the
// first id greater than `after` on. Errors: CANCELLED.
absl::StatusOr<std::vector<PointRef>> ListPoints(
    const CollectionView& view, const filter::CompiledFilter* filter,
    std::string_view after, size_t limit, std::stop_token stop);

// The ids of all visible points that match. Errors: CANCELLED.
absl::StatusOr<std::vector<std::string>> MatchingIds(
    const CollectionView& view, const filter::CompiledFilter& filter,
    std::stop_token stop);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_LISTING_H_
