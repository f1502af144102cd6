// Collections against a plain map with brute-force search, under random writes
// with sealing, merging and concurrent readers.

#include "engine/vector/collection.h"

#include <atomic>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "engine/base/executor.h"
#include "engine/base/random.h"
#include "engine/filter/compiled_filter.h"
#include "engine/payload/codec.h"
#include "engine/vector/listing.h"
#include "engine/vector/search.h"
#include "engine/vector/stats.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::vector {
namespace {

using ::testing::SizeIs;

constexpr size_t kDimension = 8;

struct Stored {
  std::vector<float> vector;
  int64_t spend = 0;
  uint64_t version = 0;
};
using Model = std::map<std::string, Stored>;

double Score(Metric metric, const std::vector<float>& a,
             const std::vector<float>& b) {
  double dot = 0, a2 = 0, b2 = 0, l2 = 0, l1 = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double x = a[i], y = b[i];
    dot += x * y;
    a2 += x * x;
    b2 += y * y;
    l2 += (x - y) * (x - y);
    l1 += std::abs(x - y);
  }
  switch (metric) {
    case Metric::kCosine:
      return dot / std::sqrt(a2 * b2);
    case Metric::kDot:
      return dot;
    case Metric::kEuclidean:
      return std::sqrt(l2);
    case Metric::kManhattan:
      return l1;
  }
  return 0;
}

bool LowerIsBetter(Metric metric) {
  return metric == Metric::kEuclidean || metric == Metric::kManhattan;
}

std::vector<double> BestScores(const Model& model, Metric metric,
                               const std::vector<float>& query, size_t k,
                               int64_t max_spend) {
  std::vector<double> scores;
  for (const auto& [id, stored] : model) {
    if (stored.spend < max_spend) {
      scores.push_back(Score(metric, query, stored.vector));
    }
  }
  std::sort(scores.begin(), scores.end());
  if (!LowerIsBetter(metric)) std::reverse(scores.begin(), scores.end());
  scores.resize(std::min(k, scores.size()));
  return scores;
}

filter::CompiledFilter SpendBelow(int64_t bound) {
  filter::Range range;
  range.less_than = payload::Value(bound);
  return *filter::CompiledFilter::Compile(
      filter::Filter::Of({.path = "spend",
                          .quantifier = filter::Quantifier::kAny,
                          .test = range}));
}

// A collection with threads for its background work.
class CollectionFixture {
 public:
  CollectionFixture(Metric metric, IndexKind kind)
      : seals_({.name = "seal"}), merges_({.name = "merge"}) {
    CollectionConfig config;
    config.dimension = kDimension;
    config.metric = metric;
    config.index.kind = kind;
    config.payload_fields = {{"spend", filter::FieldType::kInteger}};
    CollectionOptions options;
    options.max_delta_rows = 100;
    options.build.min_graph_rows = 500;
    collection = Collection::Create(
        config, options,
        {.seal =
             [this](auto task) { return seals_.TrySubmit(std::move(task)); },
         .merge =
             [this](auto task) { return merges_.TrySubmit(std::move(task)); },
         .on_error =
             [](const absl::Status& status) {
               ADD_FAILURE() << status.ToString();
             }},
        /*sequence=*/0);
  }

  ~CollectionFixture() { collection->StopBackground(); }

  std::shared_ptr<Collection> collection;

 private:
  Executor seals_;
  Executor merges_;
};

std::vector<float> RandomVector(Random& random) {
  std::vector<float> vector(kDimension);
  for (float& x : vector) x = static_cast<float>(random.Gaussian());
  return vector;
}

std::string Payload(int64_t spend) {
  return *payload::EncodePayload({{"spend", spend}});
}

// Random batches, applied to the collection and to the model.
class Writer {
 public:
  Writer(Collection& collection, uint64_t seed)
      : collection_(collection), random_(seed) {}

  void Step() {
    ++sequence_;
    if (random_.Below(4) == 0) {
      Delete();
    } else {
      Upsert();
    }
  }

  const Model& model() const { return model_; }
  uint64_t sequence() const { return sequence_; }
  Random& random() { return random_; }

 private:
  std::set<std::string> RandomIds() {
    std::set<std::string> ids;
    for (size_t i = 1 + random_.Below(40); i > 0; --i) {
      ids.insert("p" + std::to_string(random_.Below(1500)));
    }
    return ids;
  }

  void Upsert() {
    const std::set<std::string> ids = RandomIds();
    std::map<std::string, std::string> payloads;
    size_t replaced = 0;
    for (const std::string& id : ids) {
      replaced += model_.contains(id);
      const auto spend = static_cast<int64_t>(random_.Below(1000));
      model_[id] = {RandomVector(random_), spend, sequence_};
      payloads[id] = Payload(spend);
    }
    std::vector<PointToWrite> points;
    for (const std::string& id : ids) {
      points.push_back({id, model_[id].vector, payloads[id]});
    }
    const UpsertCounts counts = collection_.Upsert(points, sequence_);
    EXPECT_EQ(counts.replaced, replaced);
    EXPECT_EQ(counts.inserted, ids.size() - replaced);
  }

  void Delete() {
    const std::set<std::string> ids = RandomIds();
    size_t present = 0;
    for (const std::string& id : ids) present += model_.erase(id);
    const std::vector<std::string_view> views(ids.begin(), ids.end());
    EXPECT_EQ(collection_.Delete(views, sequence_), present);
  }

  Collection& collection_;
  Random random_;
  uint64_t sequence_ = 0;
  Model model_;
};

void ExpectScores(const std::vector<Hit>& hits,
                  const std::vector<double>& expected) {
  ASSERT_EQ(hits.size(), expected.size());
  for (size_t i = 0; i < hits.size(); ++i) {
    EXPECT_NEAR(hits[i].score, expected[i], 1e-4);
  }
}

void ExpectEqualToModel(const Collection& collection, const Model& model,
                        Metric metric, Random& random) {
  const auto view = collection.View();
  ASSERT_EQ(view->CountLive(), model.size());
  for (int i = 0; i < 20; ++i) {
    const std::string id = "p" + std::to_string(random.Below(1500));
    const auto found = view->Find(id);
    const auto expected = model.find(id);
    ASSERT_EQ(found.has_value(), expected != model.end()) << id;
    if (!found) continue;
    EXPECT_EQ(found->version(), expected->second.version);
    EXPECT_EQ(found->payload(), Payload(expected->second.spend));
    EXPECT_TRUE(std::equal(expected->second.vector.begin(),
                           expected->second.vector.end(), found->vector()));
  }

  const std::vector<float> query = RandomVector(random);
  for (const int64_t bound : {1000, 500, 50, 2}) {
    const filter::CompiledFilter filter = SpendBelow(bound);
    SearchRequest request{.vector = query, .k = 10, .exact = true};
    if (bound < 1000) request.filter = &filter;
    ASSERT_OK_AND_ASSIGN(const SearchResult exact, Search(*view, request, {}));
    const auto expected = BestScores(model, metric, query, 10, bound);
    ExpectScores(exact.hits, expected);

    request.exact = false;
    ASSERT_OK_AND_ASSIGN(const SearchResult approximate,
                         Search(*view, request, {}));
    EXPECT_THAT(approximate.hits, SizeIs(expected.size()));
    std::set<std::string_view> ids;
    for (const Hit& hit : approximate.hits) ids.insert(hit.point.id());
    EXPECT_THAT(ids, SizeIs(approximate.hits.size()));

    ASSERT_OK_AND_ASSIGN(const uint64_t count, CountPoints(*view, &filter, {}));
    EXPECT_EQ(count,
              std::count_if(model.begin(), model.end(), [&](const auto& entry) {
                return entry.second.spend < bound;
              }));
  }

  SearchRequest range{.vector = query, .k = 50};
  range.score_threshold =
      static_cast<float>(Score(metric, query, model.begin()->second.vector));
  ASSERT_OK_AND_ASSIGN(const RangeSearchResult in_range,
                       RangeSearch(*view, range, {}));
  size_t within = 0;
  for (const auto& [id, stored] : model) {
    const double score = Score(metric, query, stored.vector);
    within += LowerIsBetter(metric) ? score <= *range.score_threshold + 1e-5
                                    : score >= *range.score_threshold - 1e-5;
  }
  EXPECT_NEAR(static_cast<double>(in_range.total_count),
              static_cast<double>(within), 1);
  EXPECT_EQ(in_range.hits.size(), std::min<size_t>(50, in_range.total_count));
}

struct Case {
  Metric metric;
  IndexKind kind;
};

class CollectionModelTest : public ::testing::TestWithParam<Case> {};

TEST_P(CollectionModelTest, EqualsTheModelUnderRandomWrites) {
  constexpr uint64_t kSeed = 20261122;
  RecordProperty("seed", std::to_string(kSeed));
  CollectionFixture fixture(GetParam().metric, GetParam().kind);
  Writer writer(*fixture.collection, kSeed);
  const auto start = std::chrono::steady_clock::time_point();
  for (int step = 0; step < 400; ++step) {
    writer.Step();
    if (step % 20 == 19) {
      ExpectEqualToModel(*fixture.collection, writer.model(), GetParam().metric,
                         writer.random());
    }
    if (step % 100 == 99) {
      fixture.collection->Tick(start + std::chrono::hours(step));
      fixture.collection->Tick(start + std::chrono::hours(step + 1));
    }
  }
  fixture.collection->WaitForBuilds(/*fold=*/true);
  ExpectEqualToModel(*fixture.collection, writer.model(), GetParam().metric,
                     writer.random());
  const CollectionStats stats = ComputeStats(*fixture.collection);
  EXPECT_EQ(stats.live_points, writer.model().size());
  EXPECT_EQ(stats.tombstones, 0);
  EXPECT_EQ(stats.pending_builds, 0);
  ASSERT_THAT(stats.segments, SizeIs(2));  // one sealed, and an empty delta
  EXPECT_EQ(stats.segments[0].has_graph, GetParam().kind == IndexKind::kHnsw);
  EXPECT_EQ(stats.fields[0].indexed_points, writer.model().size());
}

INSTANTIATE_TEST_SUITE_P(
    AllIndexes, CollectionModelTest,
    ::testing::Values(Case{Metric::kCosine, IndexKind::kHnsw},
                      Case{Metric::kDot, IndexKind::kFlat},
                      Case{Metric::kEuclidean, IndexKind::kIvf},
                      Case{Metric::kManhattan, IndexKind::kHnsw}));

TEST(CollectionTest, AReaderKeepsTheStateThatItStartedWith) {
  CollectionFixture fixture(Metric::kCosine, IndexKind::kHnsw);
  Writer writer(*fixture.collection, 3);
  for (int i = 0; i < 50; ++i) writer.Step();
  const auto view = fixture.collection->View();
  const Model before = writer.model();
  for (int i = 0; i < 200; ++i) writer.Step();
  fixture.collection->WaitForBuilds(true);

  EXPECT_EQ(view->CountLive(), before.size());
  for (const auto& [id, stored] : before) {
    const auto found = view->Find(id);
    ASSERT_TRUE(found.has_value()) << id;
    EXPECT_EQ(found->version(), stored.version);
  }
}

// Every batch rewrites the same ten points with one new version, so a reader
// that ever sees two versions, or other than ten points, saw half a batch.
TEST(CollectionTest, BatchesAreAtomicForConcurrentReaders) {
  CollectionFixture fixture(Metric::kDot, IndexKind::kHnsw);
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) ids.push_back("p" + std::to_string(i));
  const std::vector<float> vector(kDimension, 1);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!done) {
      const auto view = fixture.collection->View();
      if (view->sequence == 0) continue;
      const SearchRequest request{.vector = vector, .k = 20};
      const auto result = Search(*view, request, {});
      ASSERT_TRUE(result.ok());
      ASSERT_THAT(result->hits, SizeIs(10));
      for (const Hit& hit : result->hits) {
        ASSERT_EQ(hit.point.version(), view->sequence);
      }
      ++reads;
    }
  });
  for (uint64_t sequence = 1; sequence <= 2000; ++sequence) {
    std::vector<PointToWrite> points;
    for (const std::string& id : ids) points.push_back({id, vector, ""});
    fixture.collection->Upsert(points, sequence);
  }
  done = true;
  reader.join();
  EXPECT_GT(reads.load(), 0);
}

TEST(CollectionTest, ListsPointsInOrderOfIdsPageByPage) {
  CollectionFixture fixture(Metric::kCosine, IndexKind::kHnsw);
  Writer writer(*fixture.collection, 5);
  for (int i = 0; i < 100; ++i) writer.Step();
  const filter::CompiledFilter filter = SpendBelow(300);
  std::vector<std::string> listed;
  std::string after;
  while (true) {
    const auto view = fixture.collection->View();
    ASSERT_OK_AND_ASSIGN(const auto page,
                         ListPoints(*view, &filter, after, 7, {}));
    for (const PointRef& point : page) listed.emplace_back(point.id());
    if (page.size() < 7) break;
    after = listed.back();
  }
  std::vector<std::string> expected;
  for (const auto& [id, stored] : writer.model()) {
    if (stored.spend < 300) expected.push_back(id);
  }
  EXPECT_EQ(listed, expected);
  ASSERT_OK_AND_ASSIGN(auto ids,
                       MatchingIds(*fixture.collection->View(), filter, {}));
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(ids, expected);
}

TEST(CollectionTest, NewSettingsReachOldSegments) {
  CollectionFixture fixture(Metric::kCosine, IndexKind::kFlat);
  Writer writer(*fixture.collection, 6);
  while (writer.model().size() < 1000) writer.Step();
  fixture.collection->WaitForBuilds(true);
  EXPECT_FALSE(ComputeStats(*fixture.collection).segments[0].has_graph);

  fixture.collection->Configure({.kind = IndexKind::kHnsw}, {},
                                writer.sequence() + 1);
  fixture.collection->WaitForBuilds(true);
  const CollectionStats stats = ComputeStats(*fixture.collection);
  EXPECT_TRUE(stats.segments[0].has_graph);
  EXPECT_TRUE(stats.fields.empty());
  EXPECT_EQ(stats.live_points, writer.model().size());
}

TEST(CollectionTest, TheQueryPointCanBeLeftOut) {
  CollectionFixture fixture(Metric::kCosine, IndexKind::kHnsw);
  Writer writer(*fixture.collection, 8);
  for (int i = 0; i < 20; ++i) writer.Step();
  const auto& [id, stored] = *writer.model().begin();
  const auto view = fixture.collection->View();
  SearchRequest request{.vector = stored.vector, .k = 5};
  ASSERT_OK_AND_ASSIGN(const SearchResult with, Search(*view, request, {}));
  EXPECT_EQ(with.hits[0].point.id(), id);
  request.excluded_id = id;
  ASSERT_OK_AND_ASSIGN(const SearchResult without, Search(*view, request, {}));
  EXPECT_THAT(without.hits, SizeIs(5));
  EXPECT_NE(without.hits[0].point.id(), id);
}

TEST(CollectionTest, ASearchThatWasCancelledSaysSo) {
  CollectionFixture fixture(Metric::kCosine, IndexKind::kHnsw);
  Writer writer(*fixture.collection, 9);
  for (int i = 0; i < 100; ++i) writer.Step();
  std::stop_source stop;
  stop.request_stop();
  const std::vector<float> query(kDimension, 1);
  EXPECT_THAT(
      Search(*fixture.collection->View(),
             {.vector = query, .k = 5, .exact = true}, stop.get_token()),
      ::mi::testing::StatusIs(absl::StatusCode::kCancelled, ::testing::_));
}

}  // namespace
}  // namespace mi::vector
