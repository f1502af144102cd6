#include "engine/vector/index/index_cost.h"

#include <algorithm>

namespace mi::vector {
namespace {

// Walks wider than this cost more than an exact scan would.
constexpr uint64_t kMaxEf = 1 << 20;

// Nanoseconds, measured with 384 components (6 cache lines of codes) on 100,000
// rows, with all that belongs to it: choosing, and ranking again.
constexpr double kMeasuredDimension = 384;
constexpr double kScannedRow = 17;  // codes in order
constexpr double kListedRow = 25;   // codes here and there
constexpr double kCandidate = 630;  // of a walk: some 15 rows
constexpr double kFixed = 6'000;    // coding the query, lists, ranking again

double DimensionFactor(size_t dimension) {
  // Bookkeeping does not shrink with the dimension.
  return 0.25 + 0.75 * static_cast<double>(dimension) / kMeasuredDimension;
}

}  // namespace

uint32_t WidenedEf(uint32_t ef, uint64_t allowed, uint64_t rows) {
  const uint64_t some = std::clamp<uint64_t>(allowed, 1, rows);
  const uint64_t widened = (uint64_t{ef} * rows + some - 1) / some;
  return static_cast<uint32_t>(
      std::clamp<uint64_t>(widened, ef, std::max<uint64_t>(ef, kMaxEf)));
}

size_t ListPatience(uint32_t ef, uint64_t allowed, uint64_t rows) {
  constexpr uint32_t kMinPatience = 4;
  constexpr uint32_t kEfPerList = 8;
  return WidenedEf(std::max(kMinPatience, ef / kEfPerList), allowed, rows);
}

double EstimateScanMicros(uint64_t rows, size_t dimension) {
  return (kFixed + static_cast<double>(rows) * kScannedRow *
                       DimensionFactor(dimension)) /
         1000;
}

double EstimateListedMicros(uint64_t listed, size_t dimension) {
  return (kFixed + static_cast<double>(listed) * kListedRow *
                       DimensionFactor(dimension)) /
         1000;
}

double EstimateWalkMicros(uint32_t ef, uint64_t allowed, uint64_t rows,
                          size_t dimension) {
  return (kFixed + static_cast<double>(WidenedEf(ef, allowed, rows)) *
                       kCandidate * DimensionFactor(dimension)) /
         1000;
}

}  // namespace mi::vector
