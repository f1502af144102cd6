#include "engine/vector/index/index_codec.h"

#include <algorithm>
#include <vector>

#include "absl/types/span.h"

namespace mi::vector {
namespace {

template <typename T>
absl::Span<const T> All(const HugeArray<T>& values) {
  return absl::MakeConstSpan(values.data(), values.size());
}

void WriteGraph(const Graph& graph, Writer* writer) {
  writer->Bool(graph.rows > 0);
  if (graph.rows == 0) return;
  writer->Varint(graph.degree);
  writer->Array(All(graph.links));
}

Graph ReadGraph(size_t rows, Reader* reader) {
  constexpr uint64_t kMaxDegree = 1024;
  Graph graph;
  if (!reader->Bool()) return graph;
  graph.degree = reader->VarintUpTo(kMaxDegree);
  reader->Array<uint32_t>(rows * graph.degree, &graph.links);
  if (!reader->ok()) return graph;
  const auto links = All(graph.links);
  if (std::any_of(links.begin(), links.end(), [rows](uint32_t row) {
        return row >= rows && row != Graph::kNoRow;
      })) {
    reader->Fail("a graph with links to rows that do not exist");
  }
  graph.rows = rows;
  return graph;
}

// Whether every number below the size stands there once.
bool IsPermutation(const std::vector<uint32_t>& values) {
  std::vector<bool> seen(values.size());
  for (const uint32_t value : values) {
    if (value >= values.size() || seen[value]) return false;
    seen[value] = true;
  }
  return true;
}

}  // namespace

void WriteIndexParts(const IndexParts& parts, Writer* writer) {
  writer->Array(All(parts.vectors));
  writer->Array(absl::MakeConstSpan(parts.inverse_norms));
  parts.quantizer.Write(writer);
  parts.codes.Write(writer);
  writer->Array(absl::MakeConstSpan(parts.code_errors));
  parts.lists.Write(writer);
  writer->Array(absl::MakeConstSpan(parts.originals));
  WriteGraph(parts.graph, writer);
}

std::unique_ptr<IndexParts> ReadIndexParts(const IndexConfig& config,
                                           size_t rows, const Kernels& kernels,
                                           Reader* reader) {
  auto parts = std::make_unique<IndexParts>();
  parts->config = config;
  parts->kernels = &kernels;
  parts->rows = rows;
  const size_t stride = CodeStride(config.dimension);
  reader->Array<float>(rows * config.dimension, &parts->vectors);
  reader->Array<float>(config.metric == Metric::kCosine ? rows : 0,
                       &parts->inverse_norms);
  parts->quantizer =
      ScalarQuantizer::Read(config.metric, config.dimension, reader);
  parts->codes = CodeTable::Read(rows, stride, reader);
  reader->Array<float>(rows, &parts->code_errors);
  parts->lists = CoarseLists::Read(rows, stride, reader);
  reader->ArrayOrNone<uint32_t>(rows, &parts->originals);
  parts->graph = ReadGraph(rows, reader);
  if (reader->ok() && !IsPermutation(parts->originals)) {
    reader->Fail("an index whose order of rows is none");
  }
  if (reader->ok() && parts->graph.rows > 0 && parts->lists.size() == 0) {
    reader->Fail("a graph without lists to enter it by");
  }
  if (!reader->ok()) return nullptr;
  return parts;
}

}  // namespace mi::vector
