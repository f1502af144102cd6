#include "engine/vector/index/graph.h"

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "engine/vector/index/index_builder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::vector {
namespace {

using mi::testing::VectorSet;

constexpr size_t kDimension = 48;
constexpr size_t kRows = 3000;

VectorSet Rows() {
  return mi::testing::ClusteredUnitVectors(
      {.rows = kRows, .queries = 50, .dimension = kDimension}, 41);
}

std::unique_ptr<IndexParts> Build(const VectorSet& set) {
  IndexConfig config;
  config.dimension = kDimension;
  config.metric = Metric::kEuclidean;
  config.min_graph_rows = 1;
  auto parts = BuildIndexParts(config, set.base, {}, BestKernels());
  EXPECT_OK(parts);
  return std::move(parts).value();
}

TEST(GraphTest, RowsHaveDistinctLinksToOthersAndFreePlacesAtTheEnd) {
  const auto parts = Build(Rows());
  const Graph& graph = parts->graph;
  ASSERT_EQ(graph.rows, kRows);
  ASSERT_EQ(graph.degree, 2 * parts->config.m);
  for (uint32_t row = 0; row < kRows; ++row) {
    const uint32_t* links = graph.of(row);
    const uint32_t* end = std::find(links, links + graph.degree, Graph::kNoRow);
    EXPECT_GT(end - links, 0) << row;
    EXPECT_EQ(std::count(end, links + graph.degree, Graph::kNoRow),
              links + graph.degree - end);
    const std::set<uint32_t> distinct(links, end);
    EXPECT_EQ(distinct.size(), static_cast<size_t>(end - links));
    EXPECT_FALSE(distinct.contains(row));
    EXPECT_LT(*distinct.rbegin(), kRows);
  }
}

// FAISS's own search, on full vectors and from a single entry point, walks our
// links: the graph is sound by itself, without our lists, codes or walk.
TEST(GraphTest, FaissFindsNeighboursInOurGraph) {
  const VectorSet set = Rows();
  const auto parts = Build(set);
  faiss::IndexHNSWFlat index(kDimension, static_cast<int>(parts->config.m));
  index.storage->add(kRows, parts->vectors.data());
  index.ntotal = kRows;
  faiss::HNSW& hnsw = index.hnsw;
  hnsw.levels.assign(kRows, 1);
  hnsw.offsets.clear();
  for (size_t row = 0; row <= kRows; ++row) {
    hnsw.offsets.push_back(row * parts->graph.degree);
  }
  hnsw.neighbors.clear();
  for (size_t i = 0; i < parts->graph.links.size(); ++i) {
    const uint32_t link = parts->graph.links[i];
    hnsw.neighbors.push_back(link == Graph::kNoRow ? -1
                                                   : static_cast<int>(link));
  }
  hnsw.max_level = 0;
  hnsw.entry_point = 0;
  hnsw.efSearch = 200;

  faiss::IndexFlatL2 exact(kDimension);
  exact.add(kRows, parts->vectors.data());
  constexpr size_t kK = 10;
  const size_t queries = set.query_count();
  std::vector<float> distances(kK * queries);
  std::vector<faiss::Index::idx_t> found(kK * queries), truth(kK * queries);
  const auto count = static_cast<faiss::Index::idx_t>(queries);
  index.search(count, set.queries.data(), kK, distances.data(), found.data());
  exact.search(count, set.queries.data(), kK, distances.data(), truth.data());
  size_t right = 0;
  for (size_t q = 0; q < queries; ++q) {
    const std::set<faiss::Index::idx_t> wanted(&truth[q * kK],
                                               &truth[q * kK] + kK);
    for (size_t i = 0; i < kK; ++i) right += wanted.count(found[q * kK + i]);
  }
  EXPECT_GE(static_cast<double>(right) / static_cast<double>(truth.size()),
            0.95);
}

}  // namespace
}  // namespace mi::vector
