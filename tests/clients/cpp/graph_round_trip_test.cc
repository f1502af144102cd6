// Graphs written to files and read back: nothing is lost, whatever it is.

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "clients/cpp/export/graph/csv_columns.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/input/graph/graph_csv_reader.h"
#include "clients/cpp/input/graph/graph_ndjson_reader.h"
#include "clients/cpp/input/graph/hif_reader.h"
#include "clients/cpp/output/sink.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/clients/cpp/input_testing.h"
#include "tests/clients/cpp/random_graph.h"

namespace mi::client {
namespace {

constexpr uint64_t kSeeds = 300;
constexpr size_t kMaxElements = 12;

void ReadAll(GraphReader& reader, std::vector<v1::GraphMutation>* mutations) {
  GraphRow row;
  while (true) {
    const auto more = reader.Next(&row);
    ASSERT_OK(more.status());
    if (!*more) return;
    ASSERT_EQ(row.problem, "") << reader.path() << ":" << row.line;
    mutations->push_back(row.mutation);
  }
}

void WriteAll(const RandomGraph& graph, GraphWriter& writer) {
  for (const auto& node : graph.nodes) ASSERT_OK(writer.Write(node));
  for (const auto& edge : graph.edges) ASSERT_OK(writer.Write(edge));
  for (const auto& hyperedge : graph.hyperedges) {
    ASSERT_OK(writer.Write(hyperedge));
  }
  ASSERT_OK(writer.Finish());
}

class GraphRoundTripTest : public ::testing::Test {
 protected:
  InputFiles files_;
};

TEST_F(GraphRoundTripTest, NdjsonHoldsEverything) {
  size_t elements = 0;
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const RandomGraph graph = MakeRandomGraph(seed, kMaxElements);
    elements +=
        graph.nodes.size() + graph.edges.size() + graph.hyperedges.size();
    const std::string path = files_.PathOf("g.ndjson");
    ASSERT_OK_AND_ASSIGN(const auto sink, OpenFileSink(path));
    WriteAll(graph, *MakeGraphNdjsonWriter(*sink));
    ASSERT_OK(sink->Commit());
    ASSERT_OK_AND_ASSIGN(const auto reader, OpenGraphNdjson(path));
    std::vector<v1::GraphMutation> mutations;
    ReadAll(*reader, &mutations);
    ASSERT_EQ(Difference(graph, GraphOf(mutations)), "");
  }
  EXPECT_GT(elements, 10 * kSeeds);
}

TEST_F(GraphRoundTripTest, CsvHoldsNodesAndEdges) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    RandomGraph graph = MakeRandomGraph(seed, kMaxElements);
    graph.hyperedges.clear();
    const CsvDelimiters delimiters = {.cell = seed % 2 == 0 ? ',' : '\t',
                                      .array = seed % 3 == 0 ? '|' : ';'};
    CsvNodeColumns node_columns;
    CsvEdgeColumns edge_columns;
    for (const auto& node : graph.nodes) {
      node_columns.Add(node, delimiters.array);
    }
    for (const auto& edge : graph.edges) {
      edge_columns.Add(edge, delimiters.array);
    }
    const std::string nodes = files_.PathOf("nodes.csv");
    const std::string edges = files_.PathOf("edges.csv");
    ASSERT_OK_AND_ASSIGN(const auto node_sink, OpenFileSink(nodes));
    ASSERT_OK_AND_ASSIGN(const auto edge_sink, OpenFileSink(edges));
    WriteAll(graph, *MakeGraphCsvWriter(*node_sink, *edge_sink, node_columns,
                                        edge_columns, delimiters));
    ASSERT_OK(node_sink->Commit());
    ASSERT_OK(edge_sink->Commit());

    std::vector<v1::GraphMutation> mutations;
    const GraphCsvOptions options = {.delimiter = delimiters.cell,
                                     .array_delimiter = delimiters.array};
    for (const std::string& path : {nodes, edges}) {
      ASSERT_OK_AND_ASSIGN(const auto kind,
                           DetectGraphCsv(path, delimiters.cell));
      EXPECT_EQ(kind,
                path == nodes ? GraphCsvKind::kNodes : GraphCsvKind::kEdges);
      ASSERT_OK_AND_ASSIGN(const auto reader, OpenGraphCsv(path, options));
      ReadAll(*reader, &mutations);
    }
    ASSERT_EQ(Difference(graph, GraphOf(mutations)), "");
  }
}

TEST_F(GraphRoundTripTest, HifHoldsNodesAndHyperedges) {
  for (uint64_t seed = 0; seed < kSeeds; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    RandomGraph graph = MakeRandomGraph(seed, kMaxElements);
    graph.edges.clear();
    const std::string path = files_.PathOf("g.json");
    ASSERT_OK_AND_ASSIGN(const auto sink, OpenFileSink(path));
    WriteAll(graph, *MakeHifWriter(*sink));
    ASSERT_OK(sink->Commit());
    ASSERT_OK_AND_ASSIGN(const auto reader, OpenHif(path, {}));
    EXPECT_THAT(reader->mentioned_nodes(), ::testing::IsEmpty());
    std::vector<v1::GraphMutation> mutations;
    ReadAll(*reader, &mutations);
    ASSERT_EQ(Difference(graph, GraphOf(mutations)), "");
  }
}

}  // namespace
}  // namespace mi::client
