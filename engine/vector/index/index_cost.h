// What searches of an index cost, for a planner to compare.

#ifndef MI_ENGINE_VECTOR_INDEX_INDEX_COST_H_
#define MI_ENGINE_VECTOR_INDEX_INDEX_COST_H_

#include <cstddef>
#include <cstdint>

namespace mi::vector {

// Candidates that a walk through a filter keeps so that about `ef` of them are
// allowed: ef * rows / allowed, within bounds. Graph searches widen themselves
// by it. `rows` >= 1.
uint32_t WidenedEf(uint32_t ef, uint64_t allowed, uint64_t rows);

// Lists that a list search goes on for without meeting a row among the best k,
// before it is content: more with a wider ef, and with a filter, through which
// most lists bring nothing.
size_t ListPatience(uint32_t ef, uint64_t allowed, uint64_t rows);

// Microseconds of one thread, of vectors of `dimension` components. They were
// measured on one kind of machine; only their ratios matter.

// SearchExact on `rows` rows.
double EstimateScanMicros(uint64_t rows, size_t dimension);
// SearchRows on `listed` rows, or SearchExact through a bitset that allows so
// many, where that is the cheaper.
double EstimateListedMicros(uint64_t listed, size_t dimension);
// Search on a graph of `rows` rows of which `allowed` are allowed, with `ef`
// candidates before widening.
double EstimateWalkMicros(uint32_t ef, uint64_t allowed, uint64_t rows,
                          size_t dimension);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_INDEX_COST_H_
