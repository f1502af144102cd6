#include "engine/vector/index/index_cost.h"

#include <algorithm>

namespace mi::vector {
namespace {

// Walks wider than this cost more than an exact scan would.
constexpr uint64_t kMaxEf = 1 << 20;

// Nanoseconds, measured with 384 components (6 cache lines of codes).
constexpr double kMeasuredDimension = 384;
constexpr double kScannedRow = 25;   // codes in order
constexpr double kListedRow = 45;    // codes here and there, and ranking again
constexpr double kWalkedRow = 40;    // and the bookkeeping of the walk
constexpr double kFixedMicros = 10;  // coding the query, lists, ranking again
constexpr double kRowsPerEf = 12;    // rows ranked per candidate kept

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
  return kFixedMicros + static_cast<double>(rows) * kScannedRow *
                            DimensionFactor(dimension) / 1000;
}

double EstimateListedMicros(uint64_t rows, size_t dimension) {
  return kFixedMicros + static_cast<double>(rows) * kListedRow *
                            DimensionFactor(dimension) / 1000;
}

double EstimateWalkMicros(uint32_t ef, uint64_t allowed, uint64_t rows,
                          size_t dimension) {
  const double ranked = kRowsPerEf * WidenedEf(ef, allowed, rows);
  return kFixedMicros + std::min(ranked, static_cast<double>(rows)) *
                            kWalkedRow * DimensionFactor(dimension) / 1000;
}

}  // namespace mi::vector
