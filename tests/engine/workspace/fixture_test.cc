// What earlier versions stored must load for ever. tests/fixtures/README.md
// says what lies there and how a new version adds to it.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "engine/storage/sqlite_journal.h"
#include "engine/vector/listing.h"
#include "engine/vector/search.h"
#include "engine/workspace/workspace.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/graph_oracle.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/manual_clock.h"
#include "tests/support/source_dir.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::workspace {
namespace {

namespace fs = std::filesystem;
using ::mi::testing::StatusIs;
using ::testing::_;

constexpr size_t kDimension = 4;

fs::path FixturesFolder() {
  return testing::SourceDir() / "tests" / "fixtures";
}

std::string ReadFile(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

std::string DescribeProperties(const graph::GraphView& view,
                               const graph::Columns& columns, uint32_t keys,
                               uint32_t row) {
  std::string text;
  for (const auto& [name, value] :
       graph::PropertiesOf(view, columns, keys, row)) {
    text += fmt::format(" {}={}", name, Hex(value.bytes()));
  }
  return text;
}

std::string DescribeSpan(const graph::TimeSpan& span) {
  return span == graph::TimeSpan{}
             ? ""
             : fmt::format(" from {} to {}", span.from, span.to);
}

// Rows in order: they must stay what they are.
std::string DescribeGraph(const graph::GraphView& view) {
  std::string text = fmt::format("  next ids {} {} {}\n", view.next_node_id,
                                 view.next_edge_id, view.next_hyperedge_id);
  for (uint32_t row = 0; row < view.nodes.size(); ++row) {
    const graph::NodeRecord& node = view.nodes[row];
    if (node.version == 0) continue;
    text += fmt::format("  node {} {} version {}", row, Hex(node.id.bytes()),
                        node.version);
    for (const auto label : view.NamesIn(node.labels)) {
      text += fmt::format(" :{}", view.labels.name(label));
    }
    const auto link = view.LinkOf(row);
    if (link)
      text += fmt::format(" at {}/{}", link->collection, link->point_id);
    text +=
        DescribeProperties(view, view.node_properties, node.keys, row) + "\n";
  }
  for (uint32_t row = 0; row < view.edges.size(); ++row) {
    const graph::EdgeRecord& edge = view.edges[row];
    if (edge.version == 0) continue;
    text += fmt::format("  edge {} {} version {} {} {} {}{}", row,
                        Hex(edge.id.bytes()), edge.version, edge.source,
                        view.types.name(edge.type), edge.target,
                        DescribeSpan(view.EdgeSpan(row)));
    text +=
        DescribeProperties(view, view.edge_properties, edge.keys, row) + "\n";
  }
  for (uint32_t row = 0; row < view.hyperedges.size(); ++row) {
    const graph::HyperedgeRecord& hyperedge = view.hyperedges[row];
    if (hyperedge.version == 0) continue;
    text += fmt::format(
        "  hyperedge {} {} version {} {} weight {:a} confidence {:a}{}", row,
        Hex(hyperedge.id.bytes()), hyperedge.version,
        view.types.name(hyperedge.type), hyperedge.weight, hyperedge.confidence,
        DescribeSpan(view.HyperedgeSpan(row)));
    for (auto at = hyperedge.members.Begin(); !at.done(); at.Next()) {
      text += fmt::format(" ({} {})", view.roles.name(at->role), at->node);
    }
    text += DescribeProperties(view, view.hyperedge_properties, hyperedge.keys,
                               row) +
            "\n";
  }
  for (size_t i = 0; i < view.indexes.size(); ++i) {
    const graph::IndexDefinition& index = *view.indexes[i].definition;
    text += fmt::format("  index {}.{} unique {} type {} entries {}\n",
                        index.label, index.property, index.unique,
                        static_cast<int>(index.required_type),
                        view.indexes[i].entries.size());
  }
  return text;
}

// A workspace in a folder.
class Stored {
 public:
  explicit Stored(const fs::path& folder,
                  bool restore_missing_journal = false) {
    WorkspaceOptions options;
    options.snapshots.store.folder = folder / "snapshots";
    options.snapshots.restore_missing_journal = restore_missing_journal;
    options.collections.max_delta_rows = 96;
    options.collections.build.min_graph_rows = 64;
    auto journal = storage::OpenSqliteJournal({.folder = folder / "journal"});
    status_ = journal.status();
    if (!journal.ok()) return;
    const auto submit = [this](std::function<void()> task) {
      return builds_.TrySubmit(std::move(task));
    };
    WorkspaceEnvironment environment;
    environment.clock = &clock_;
    environment.lanes = {.seal = submit,
                         .merge = submit,
                         .on_error = [](const absl::Status&) {}};
    environment.on_snapshot_read = [this](const auto&, const absl::Status& s) {
      started_from_snapshot_ = s.ok();
    };
    auto opened =
        Workspace::Open(*std::move(journal), options, std::move(environment));
    status_ = opened.status();
    if (opened.ok()) workspace_ = *std::move(opened);
  }

  const absl::Status& status() const { return status_; }
  bool started_from_snapshot() const { return started_from_snapshot_; }
  Workspace& workspace() { return *workspace_; }

  // Everything that is stored, as lines of text.
  std::string Describe() const {
    std::string text;
    const auto catalog = workspace_->catalog();
    for (const auto& [alias, target] : catalog->aliases) {
      text += fmt::format("alias {} of {}\n", alias, target);
    }
    for (const auto& [name, entry] : catalog->collections) {
      const auto& config = entry->config;
      text += fmt::format(
          "collection {} id {} version {} created {} dimension {} metric {} "
          "index {} m {} ef_construction {} lists {} fields {}\n",
          name, entry->id, entry->version, entry->create_time, config.dimension,
          static_cast<int>(config.metric), static_cast<int>(config.index.kind),
          config.index.m, config.index.ef_construction, config.index.n_lists,
          config.payload_fields.size());
      const auto view = entry->points->View();
      const auto points = vector::ListPoints(*view, nullptr, "", 10'000, {});
      EXPECT_OK(points);
      for (const auto& point : *points) text += Line(point, config.dimension);
    }
    for (const auto& [name, entry] : catalog->graphs) {
      text += fmt::format("graph {} id {} created {}\n", name, entry->id,
                          entry->create_time);
      text += DescribeGraph(*entry->graph->View());
    }
    std::set<std::string> keys;
    for (const auto& row : workspace_->idempotency().Rows()) {
      keys.insert(fmt::format("key {} at {} answered {}\n", row->key,
                              row->sequence, row->answer));
    }
    for (const std::string& key : keys) text += key;
    return text;
  }

 private:
  // The payload in its stored form, which is canonical.
  static std::string Line(const vector::PointRef& point, size_t dimension) {
    std::string line =
        fmt::format("  {} version {} [", point.id(), point.version());
    for (size_t i = 0; i < dimension; ++i) {
      line += fmt::format("{}{:a}", i == 0 ? "" : " ", point.vector()[i]);
    }
    return line + "] " + Hex(point.payload()) + "\n";
  }

  mi::testing::ManualClock clock_;
  Executor builds_{{.name = "build", .threads = 1}};
  absl::Status status_;
  bool started_from_snapshot_ = false;
  std::unique_ptr<Workspace> workspace_;
};

// --- Reading.

class FixtureTest : public ::testing::TestWithParam<std::string> {
 protected:
  fs::path Fixture() const { return FixturesFolder() / GetParam(); }
  void PutJournal() const {
    fs::create_directories(folder_.path() / "journal");
    storage::ExecuteSql(folder_.path() / "journal",
                        ReadFile(Fixture() / "journal.sql"));
  }
  void PutSnapshots() const {
    fs::copy(Fixture() / "snapshots", folder_.path() / "snapshots");
  }
  std::string Expected() const { return ReadFile(Fixture() / "expected.txt"); }

  mi::testing::TemporaryFolder folder_;
};

TEST_P(FixtureTest, TheJournalGivesTheState) {
  PutJournal();
  const Stored stored(folder_.path());
  ASSERT_OK(stored.status());
  EXPECT_FALSE(stored.started_from_snapshot());
  EXPECT_EQ(stored.Describe(), Expected());
}

TEST_P(FixtureTest, TheSnapshotAndTheJournalBehindItGiveTheState) {
  PutJournal();
  PutSnapshots();
  const Stored stored(folder_.path());
  ASSERT_OK(stored.status());
  EXPECT_TRUE(stored.started_from_snapshot());
  EXPECT_EQ(stored.Describe(), Expected());
}

// Which is of the same moment as the journal's end.
TEST_P(FixtureTest, TheSnapshotAloneGivesTheState) {
  PutSnapshots();
  const Stored stored(folder_.path(), /*restore_missing_journal=*/true);
  ASSERT_OK(stored.status());
  EXPECT_TRUE(stored.started_from_snapshot());
  EXPECT_EQ(stored.Describe(), Expected());
}

TEST_P(FixtureTest, ASnapshotOfANewerFormatIsRefusedClearly) {
  PutSnapshots();
  for (const auto& file :
       fs::directory_iterator(folder_.path() / "snapshots")) {
    if (file.path().extension() != ".snapshot") continue;
    std::fstream out(file.path(),
                     std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(8);  // behind the magic
    out.put(99);
  }
  const Stored stored(folder_.path(), /*restore_missing_journal=*/true);
  EXPECT_THAT(stored.status(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        ::testing::HasSubstr("has format 99")));
}

std::vector<std::string> FixtureNames() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& folder : fs::directory_iterator(FixturesFolder(), error)) {
    if (folder.is_directory()) {
      names.push_back(folder.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

INSTANTIATE_TEST_SUITE_P(Versions, FixtureTest,
                         ::testing::ValuesIn(FixtureNames()),
                         [](const auto& info) { return info.param; });

// --- Writing, for the next version.

payload::Payload EveryType(int number) {
  return {{"text", std::string("käse ") + std::to_string(number)},
          {"integer", int64_t{9'007'199'254'740'993} + number},
          {"float", 0.1 * number},
          {"bool", number % 2 == 0},
          {"null", payload::Null()},
          {"time", payload::DateTime{1'700'000'000'000'000 + number}},
          {"place", payload::GeoPoint{52.5, 13.4 + number % 90}},
          {"list", payload::List{int64_t{number}, std::string("x")}},
          {"object", payload::Object{{"deep", int64_t{number}}}}};
}

void Upsert(Workspace& workspace, CollectionId collection, int first, int count,
            Random& random) {
  UpsertPoints upsert{.collection = collection};
  for (int i = first; i < first + count; ++i) {
    const payload::Payload payload =
        i % 10 == 0 ? EveryType(i) : payload::Payload{{"integer", int64_t{i}}};
    upsert.points.push_back(
        {fmt::format("p{}", i), *payload::EncodePayload(payload)});
    for (size_t j = 0; j < kDimension; ++j) {
      upsert.vectors.push_back(static_cast<float>(random.Gaussian()));
    }
  }
  WriteRequest request;
  request.write = std::move(upsert);
  request.idempotency = {
      .key = {.key = fmt::format("key {}", first), .request_hash = "hash"},
      .make_answer = [](const WriteResult& result) {
        return fmt::format("inserted {}", result.inserted);
      }};
  ASSERT_OK(workspace.Write(std::move(request), {}));
}

CollectionId Create(Workspace& workspace, const std::string& name,
                    vector::Metric metric, vector::IndexKind kind) {
  CreateCollection create;
  create.name = name;
  create.config.dimension = kDimension;
  create.config.metric = metric;
  create.config.index.kind = kind;
  create.config.payload_fields = {{"text", filter::FieldType::kKeyword},
                                  {"integer", filter::FieldType::kInteger}};
  const auto created = workspace.Write({.write = create}, {});
  EXPECT_OK(created);
  return created->sequence;
}

// Graphs with every kind of change behind them.
void WriteGraphs(Workspace& workspace, Random& random) {
  CreateGraph create{.name = "marketing"};
  create.indexes = {{.label = "Label1", .property = "property1"}};
  const auto created = workspace.Write({.write = create}, {});
  ASSERT_OK(created);
  const GraphId id = created->graph->id;
  ASSERT_OK(workspace.Write({.write = CreateGraph{.name = "empty"}}, {}));
  const auto gone = workspace.Write({.write = CreateGraph{.name = "gone"}}, {});
  ASSERT_OK(gone);
  ASSERT_OK(workspace.Write({.write = DeleteGraph{gone->graph->id}}, {}));
  const graph::IndexDefinition index{.label = "Label2",
                                     .property = "property2"};
  ASSERT_OK(workspace.Write({.write = CreateGraphIndex{id, index}}, {}));
  graph::RandomMutations mutations(random);
  graph::GraphOracle oracle;
  oracle.indexes = {create.indexes[0], index};
  for (int i = 0; i < 150; ++i) {
    const auto batch = mutations.Batch(oracle);
    const auto written = workspace.Write({.write = WriteGraph{id, batch}}, {});
    if (!written.ok()) continue;
    graph::MutationResult expected;
    ASSERT_EQ(
        oracle.Apply(batch, written->sequence, &written->mutations, &expected),
        absl::StatusCode::kOk);
  }
  ASSERT_OK(workspace.Write(
      {.write = DeleteGraphIndex{id, "Label1", "property1"}}, {}));
}

// Only with a folder to write into: MI_WRITE_FIXTURE.
TEST(FixtureWriter, WritesWhatThisVersionStores) {
  const char* target = std::getenv("MI_WRITE_FIXTURE");
  if (target == nullptr) GTEST_SKIP() << "MI_WRITE_FIXTURE names no folder";
  const fs::path folder(target);
  Stored stored(folder);
  ASSERT_OK(stored.status());
  Workspace& workspace = stored.workspace();
  Random random(1);
  const auto graph = Create(workspace, "graph", vector::Metric::kCosine,
                            vector::IndexKind::kHnsw);
  const auto flat = Create(workspace, "flat", vector::Metric::kManhattan,
                           vector::IndexKind::kFlat);
  const auto lists = Create(workspace, "lists", vector::Metric::kEuclidean,
                            vector::IndexKind::kIvf);
  const auto gone =
      Create(workspace, "gone", vector::Metric::kDot, vector::IndexKind::kHnsw);
  for (int i = 0; i < 4; ++i) Upsert(workspace, graph, 30 * i, 30, random);
  Upsert(workspace, flat, 1'000, 5, random);
  Upsert(workspace, lists, 2'000, 5, random);
  Upsert(workspace, graph, 10, 3, random);  // again
  ASSERT_OK(workspace.Write(
      {.write = DeletePoints{.collection = graph, .ids = {"p1", "p50"}}}, {}));
  ASSERT_OK(workspace.Write({.write = SetAlias{"live", graph}}, {}));
  ASSERT_OK(workspace.Write({.write = SetAlias{"old", flat}}, {}));
  ASSERT_OK(workspace.Write({.write = DeleteAlias{"old"}}, {}));
  ASSERT_OK(workspace.Write({.write = DeleteCollection{gone}}, {}));
  UpdateCollection update{.collection = flat};
  update.index.kind = vector::IndexKind::kFlat;
  update.payload_fields = {{"time", filter::FieldType::kDateTime}};
  ASSERT_OK(workspace.Write({.write = update}, {}));
  ASSERT_NO_FATAL_FAILURE(WriteGraphs(workspace, random));
  (*workspace.catalog()->Resolve("graph"))
      ->points->WaitForBuilds(/*fold=*/false);
  Progress progress;
  ASSERT_OK(workspace.WriteSnapshot(SnapshotTrigger::kRequest, "a fixture",
                                    progress));
  std::ofstream(folder / "expected.txt") << stored.Describe();
}

}  // namespace
}  // namespace mi::workspace
