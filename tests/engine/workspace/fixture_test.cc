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
    line += "] ";
    for (const char byte : point.payload()) {
      line += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return line + "\n";
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
  (*workspace.catalog()->Resolve("graph"))
      ->points->WaitForBuilds(/*fold=*/false);
  Progress progress;
  ASSERT_OK(workspace.WriteSnapshot(SnapshotTrigger::kRequest, "a fixture",
                                    progress));
  std::ofstream(folder / "expected.txt") << stored.Describe();
}

}  // namespace
}  // namespace mi::workspace
