// mi graph against the real server: every command, every format there and back,
// and files that are at fault.

#include <fstream>
#include <string>
#include <vector>

#include "clients/cpp/export/graph/csv_columns.h"
#include "clients/cpp/export/graph/graph_writer.h"
#include "clients/cpp/output/sink.h"
#include "tests/clients/cpp/input_testing.h"
#include "tests/clients/cpp/random_graph.h"
#include "tests/clients/cpp/real_server_fixture.h"

namespace mi::client {
namespace {

using ::testing::HasSubstr;

class GraphCommandTest : public RealServerTest {
 protected:
  std::string Write(const std::string& name, const std::string& content) {
    std::ofstream(PathOf(name), std::ios::binary) << content;
    return PathOf(name);
  }

  // Two campaigns, two creatives, two audiences and a hyperedge in graph "g".
  void LoadCampaigns() {
    Write("nodes.csv",
          ":ID,:LABEL,name,budget:int\n"
          "spring,Campaign,Spring,500\n"
          "summer,Campaign,Summer,900\n"
          "video,Creative,,\n"
          "banner,Creative,,\n"
          "runners,Audience,,\n"
          "cooks,Audience,,\n");
    Write("edges.csv",
          ":START_ID,:END_ID,:TYPE,share:float\n"
          "spring,video,HAS,0.5\n"
          "spring,banner,HAS,2\n"
          "summer,banner,HAS,\n"
          "video,runners,SHOWN_TO,\n"
          "banner,cooks,SHOWN_TO,\n");
    Write("more.ndjson",
          R"({"hyperedge": {"id": "h", "type": "RAN", "members": [)"
          R"({"node_id": "video", "role": "creative"},)"
          R"({"node_id": "runners", "role": "audience"}]}})"
          "\n");
    const Json loaded =
        Mi({"graph", "load", "g", PathOf("edges.csv"), PathOf("nodes.csv"),
            PathOf("more.ndjson"), "--create", "--index", "Campaign:name"});
    EXPECT_EQ(loaded["loaded"], 12);
  }

  // Everything in a graph, in the order of an export.
  std::string Exported(const std::string& graph) {
    const std::string path = PathOf(graph + ".out.ndjson");
    Mi({"graph", "export", graph, path});
    return ContentOf(path);
  }
};

void WriteAll(const RandomGraph& graph, GraphWriter& writer) {
  for (const auto& node : graph.nodes) ASSERT_OK(writer.Write(node));
  for (const auto& edge : graph.edges) ASSERT_OK(writer.Write(edge));
  for (const auto& hyperedge : graph.hyperedges) {
    ASSERT_OK(writer.Write(hyperedge));
  }
  ASSERT_OK(writer.Finish());
}

TEST_F(GraphCommandTest, AnExportLoadsToTheSameGraph) {
  for (const uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    const RandomGraph graph = MakeRandomGraph(seed, 200);
    const std::string path = PathOf("random.ndjson");
    {
      ASSERT_OK_AND_ASSIGN(const auto sink, OpenFileSink(path));
      WriteAll(graph, *MakeGraphNdjsonWriter(*sink));
      ASSERT_OK(sink->Commit());
    }
    const std::string first = "first" + std::to_string(seed);
    Mi({"graph", "load", first, path, "--create", "--in-flight", "1"});
    const std::string exported = Exported(first);
    const std::string second = "second" + std::to_string(seed);
    Mi({"graph", "load", second, PathOf(first + ".out.ndjson"), "--create",
        "--in-flight", "1", "--stream"});
    EXPECT_EQ(Exported(second), exported);
    EXPECT_GT(exported.size(), 10'000);
  }
}

TEST_F(GraphCommandTest, CsvAndHifComeBackAsTheyWere) {
  LoadCampaigns();
  Mi({"graph", "export", "g", PathOf("g.csv"), "--without-hyperedges"});
  Mi({"graph", "load", "copy", PathOf("g.nodes.csv"), PathOf("g.edges.csv"),
      "--create"});
  const Json stats = Mi({"graph", "stats", "copy"});
  EXPECT_EQ(stats["node_count"], 6);
  EXPECT_EQ(stats["edge_count"], 5);

  Mi({"graph", "export", "g", PathOf("g.hif"), "--without-edges"});
  Mi({"graph", "load", "hyper", PathOf("g.hif"), "--create"});
  Mi({"graph", "export", "hyper", PathOf("again.hif"), "--without-edges"});
  EXPECT_EQ(ContentOf(PathOf("again.hif")), ContentOf(PathOf("g.hif")));
}

TEST_F(GraphCommandTest, EveryQuestionHasAnAnswer) {
  LoadCampaigns();
  const auto text = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "graph");
    return Mi(std::move(arguments)).dump();
  };
  EXPECT_THAT(text({"list"}), HasSubstr("\"g\""));
  EXPECT_THAT(text({"info", "g"}), HasSubstr("\"Campaign\""));
  EXPECT_THAT(text({"neighbors", "g", "spring", "--direction", "out"}),
              HasSubstr("banner"));
  EXPECT_THAT(text({"expand", "g", "spring", "--hops", "2"}),
              HasSubstr("cooks"));
  EXPECT_THAT(text({"path", "g", "spring", "cooks"}), HasSubstr("banner"));
  EXPECT_THAT(text({"path", "g", "spring", "cooks", "--weight", "share"}),
              HasSubstr("3"));
  EXPECT_THAT(text({"subgraph", "g", "video", "--with-hyperedges"}),
              HasSubstr("\"h\""));
  EXPECT_THAT(text({"hyperedges", "g", "video"}), HasSubstr("\"h\""));
  EXPECT_THAT(text({"co-members", "g", "video"}), HasSubstr("runners"));
  EXPECT_THAT(text({"similar", "g", "spring", "--direction", "out"}),
              HasSubstr("summer"));
  EXPECT_THAT(text({"run", "components", "g"}), HasSubstr("\"group_count\":1"));
  EXPECT_THAT(text({"run", "pagerank", "g", "--write-property", "rank"}),
              HasSubstr("\"written_count\":6"));
  EXPECT_THAT(text({"run", "communities", "g", "--job"}),
              HasSubstr("modularity"));
  EXPECT_THAT(text({"run", "betweenness", "g", "--limit", "1"}),
              HasSubstr("banner"));
  text({"index", "create", "g", "Campaign", "budget", "--type", "integer"});
  const auto [exit_code, out, err] =
      TryMi({"graph", "nodes", "g", "--label", "Campaign", "--where",
             "budget > 600 and name == \"Summer\""});
  EXPECT_EQ(exit_code, kExitOk) << err;
  EXPECT_THAT(out, HasSubstr("summer"));
  EXPECT_EQ(out.find("spring"), std::string::npos) << out;
  text({"index", "delete", "g", "Campaign", "budget"});
  text({"delete", "g"});
  EXPECT_EQ(std::get<0>(TryMi({"graph", "info", "g"})), kExitRefused);
}

TEST_F(GraphCommandTest, ABrokenLineIsNamedAndNothingOrTheRestIsLoaded) {
  std::string rows = ":ID,age:int\n";
  for (int line = 2; line <= 8'000; ++line) {
    rows += "n" + std::to_string(line) + (line == 7'001 ? ",old\n" : ",40\n");
  }
  const std::string path = Write("nodes.csv", rows);
  auto [exit_code, out, err] =
      TryMi({"graph", "load", "g", path, "--create", "--check"});
  EXPECT_EQ(exit_code, kExitInput);
  EXPECT_THAT(err, HasSubstr("7001"));
  EXPECT_THAT(err, HasSubstr("age"));
  EXPECT_EQ(std::get<0>(TryMi({"graph", "info", "g"})), kExitRefused)
      << "nothing was made";

  const Json loaded =
      Mi({"graph", "load", "g", path, "--create", "--on-error", "skip"});
  EXPECT_EQ(loaded["loaded"], 7'998);
  EXPECT_EQ(loaded["skipped"], 1);
}

}  // namespace
}  // namespace mi::client
