// A navigable graph over coded rows, and the walk through it.
//
// Source: Yu. Malkov and D. Yashunin, "Efficient and robust approximate nearest
// neighbor search using hierarchical navigable small world graphs", IEEE TPAMI
// 42(4), 2020. There is one layer only: where the paper descends through sparse
// upper layers to find an entry point, searches here start from the rows of the
// nearest inverted lists, which costs less and misses the right region less
// often.

#ifndef MI_ENGINE_VECTOR_INDEX_GRAPH_H_
#define MI_ENGINE_VECTOR_INDEX_GRAPH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/vector/index/coarse_lists.h"
#include "engine/vector/index/code_table.h"
#include "engine/vector/index/huge_array.h"
#include "engine/vector/index/search_scratch.h"
#include "engine/vector/kernels/kernels.h"

namespace mi::vector {

// Links of all rows: [rows, degree] row numbers, those of a row first and then
// kNoRow.
struct Graph {
  static constexpr uint32_t kNoRow = UINT32_MAX;

  size_t rows = 0;
  size_t degree = 0;
  HugeArray<uint32_t> links;

  Graph() = default;
  Graph(size_t rows, size_t degree)
      : rows(rows), degree(degree), links(rows * degree) {
    std::memset(links.data(), 0xff, links.bytes());
  }

  const uint32_t* of(uint32_t row) const { return &links[row * degree]; }
  uint32_t* of(uint32_t row) { return &links[row * degree]; }
};

// Candidates expanded before their neighbours are ranked: the next one's links
// are not waited for on their own, at the price of a few rows ranked in vain.
inline constexpr size_t kHopsAtOnce = 2;

// Walks from the candidates in scratch->pool, all of which must be in
// scratch->visited, until every candidate is expanded or `is_done`, asked
// before each hop, says so. Returns the hops; `scored` is increased by the rows
// ranked.
template <typename IsDone>
uint64_t Walk(const Graph& graph, const CodeScorer& scorer,
              SearchScratch* scratch, uint64_t* scored, IsDone&& is_done) {
  CandidatePool& pool = scratch->pool;
  VisitedRows& visited = scratch->visited;
  std::vector<uint32_t>& rows = scratch->rows;
  std::vector<float>& keys = scratch->keys;
  const size_t most = kHopsAtOnce * graph.degree;
  if (rows.size() < most) rows.resize(most);
  if (keys.size() < most) keys.resize(most);
  uint64_t hops = 0;
  while (!pool.exhausted() && !is_done()) {
    size_t count = 0;
    for (size_t h = 0; h < kHopsAtOnce && !pool.exhausted(); ++h) {
      const uint32_t* links = graph.of(pool.TakeNext());
      ++hops;
      for (size_t i = 0; i < graph.degree && links[i] != Graph::kNoRow; ++i) {
        if (!visited.Add(links[i])) continue;
        scorer.Prefetch(links[i]);
        rows[count++] = links[i];
      }
    }
    // Likely the next hop: its links arrive while codes are scored.
    if (!pool.exhausted()) {
      const uint32_t* next = graph.of(pool[pool.next()].row());
      __builtin_prefetch(next);
      __builtin_prefetch(next + 16);
    }
    scorer.Keys(std::span<const uint32_t>(rows.data(), count), keys.data());
    *scored += count;
    for (size_t i = 0; i < count; ++i) {
      if (keys[i] > pool.bar()) pool.Insert(keys[i], rows[i]);
    }
  }
  return hops;
}

struct GraphOptions {
  uint32_t m = 16;                 // links chosen for a row; it holds 2 * m
  uint32_t ef_construction = 200;  // candidates that they are chosen from
  uint64_t seed = 1;               // of the order of insertion
};

// Builds the graph of `rows`, which stand in the order of `lists`. `form` and
// `alpha` say how the codes of one row rank others, rows.bias being set
// accordingly: to minus the squared lengths with alpha 2 for Euclidean
// distance, or with alpha 1 to what makes the key an inner product.
// Deterministic. Errors: CANCELLED.
absl::StatusOr<Graph> BuildGraph(const CodeTable& rows, KeyForm form,
                                 float alpha, const CoarseLists& lists,
                                 const GraphOptions& options,
                                 const Kernels& kernels,
                                 const std::stop_token& stop);

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_INDEX_GRAPH_H_
