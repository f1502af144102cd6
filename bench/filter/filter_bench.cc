// What does a filter cost before any vector is looked at: estimating how many
// rows match, and finding them, at several selectivities, with and without an
// index, beside testing every payload?
//
// Run: build/release/bench/filter_bench --benchmark_counters_tabular=true
// Times are thread CPU time. "matches" is the true number of matching rows.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "benchmark/benchmark.h"
#include "engine/base/random.h"
#include "engine/filter/payload_index.h"
#include "engine/payload/codec.h"

namespace mi::filter {
namespace {

using payload::DateTime;
using payload::GeoPoint;
using payload::List;
using payload::Object;
using payload::Payload;

constexpr const char* kPlatforms[] = {"facebook", "google", "instagram",
                                      "linkedin", "tiktok", "youtube"};
constexpr const char* kObjectives[] = {"awareness", "traffic", "leads",
                                       "conversions", "retention"};
constexpr const char* kTags[] = {"summer", "sale",  "video",  "retargeting",
                                 "brand",  "promo", "launch", "test"};

template <size_t kSize>
std::string OneOf(const char* const (&choices)[kSize], Random* random) {
  return choices[random->Below(kSize)];
}

constexpr int64_t kMaxSpend = 5'000'000'000;

// `spend` is uniform: below p * kMaxSpend / 1000 lie p per mille.
Payload Campaign(uint32_t row, Random* random) {
  return {
      {"name", "Campaign " + std::to_string(row) + " " + OneOf(kTags, random)},
      {"platform", OneOf(kPlatforms, random)},
      {"objective", OneOf(kObjectives, random)},
      {"market", std::string{static_cast<char>('A' + random->Below(26)),
                             static_cast<char>('A' + random->Below(4))}},
      {"budget", Object{{"daily", static_cast<int64_t>(random->Below(1'000)) *
                                      1'000'000}}},
      {"start_date", DateTime{static_cast<int64_t>(1'700'000'000 +
                                                   random->Below(80'000'000)) *
                              1'000'000}},
      {"tags", List{OneOf(kTags, random), OneOf(kTags, random)}},
      {"spend", static_cast<int64_t>(random->Below(kMaxSpend))},
      {"roas", static_cast<double>(random->Below(1'000)) / 100},
      {"location",
       GeoPoint{35 + 25 * random->Uniform(), -10 + 40 * random->Uniform()}},
      {"bucket", "p" + std::to_string(random->Below(1'000))},
      {"permille", static_cast<int64_t>(random->Below(1'000))}};
}

struct Segment {
  std::vector<std::string> payloads;
  PayloadIndex index;
  PayloadIndex no_index;

  auto Reader() const {
    return [this](uint32_t row) -> std::string_view { return payloads[row]; };
  }
};

const Segment& SegmentOf(int64_t num_rows) {
  static std::unique_ptr<Segment> segment;
  if (segment && segment->payloads.size() == static_cast<size_t>(num_rows)) {
    return *segment;
  }
  segment = std::make_unique<Segment>();
  Random random(1);
  for (uint32_t row = 0; row < num_rows; ++row) {
    segment->payloads.push_back(
        *payload::EncodePayload(Campaign(row, &random)));
  }
  const std::vector<FieldSchema> schema = {
      {"name", FieldType::kText},      {"platform", FieldType::kKeyword},
      {"market", FieldType::kKeyword}, {"start_date", FieldType::kDateTime},
      {"tags", FieldType::kKeyword},   {"spend", FieldType::kInteger},
      {"roas", FieldType::kFloat},     {"location", FieldType::kGeo},
      {"bucket", FieldType::kKeyword}};
  segment->index = *PayloadIndex::Build(schema, static_cast<uint32_t>(num_rows),
                                        segment->Reader());
  segment->no_index = PayloadIndex(static_cast<uint32_t>(num_rows));
  return *segment;
}

template <typename Test>
Filter Where(std::string_view path, Test test) {
  return Filter::Of({.path = std::string(path), .test = std::move(test)});
}

Filter SpendBelow(int64_t permille) {
  return Where("spend", Range{.less_than = permille * kMaxSpend / 1000});
}

CompiledFilter Compile(const Filter& filter) {
  return *CompiledFilter::Compile(filter);
}

void Report(benchmark::State& state, const Segment& segment,
            const CompiledFilter& filter) {
  std::vector<uint32_t> rows;
  SelectStats stats;
  if (!segment.index.SelectRows(filter, segment.Reader(), &rows, {}, &stats)
           .ok()) {
    state.SkipWithError("select failed");
  }
  state.counters["matches"] = static_cast<double>(rows.size());
  state.counters["payloads_read"] = static_cast<double>(stats.payloads_read);
}

void EstimateLoop(benchmark::State& state, const Filter& filter) {
  const Segment& segment = SegmentOf(state.range(0));
  const CompiledFilter compiled = Compile(filter);
  for (auto _ : state) {
    benchmark::DoNotOptimize(segment.index.Estimate(compiled));
  }
  Report(state, segment, compiled);
}

void SelectLoop(benchmark::State& state, const Filter& filter) {
  const Segment& segment = SegmentOf(state.range(0));
  const CompiledFilter compiled = Compile(filter);
  for (auto _ : state) {
    Bitset bits;
    if (!segment.index.Select(compiled, segment.Reader(), &bits).ok()) {
      state.SkipWithError("select failed");
    }
    benchmark::DoNotOptimize(bits);
  }
  Report(state, segment, compiled);
}

void SelectRowsLoop(benchmark::State& state, const Filter& filter) {
  const Segment& segment = SegmentOf(state.range(0));
  const CompiledFilter compiled = Compile(filter);
  for (auto _ : state) {
    std::vector<uint32_t> rows;
    if (!segment.index.SelectRows(compiled, segment.Reader(), &rows).ok()) {
      state.SkipWithError("select failed");
    }
    benchmark::DoNotOptimize(rows);
  }
  Report(state, segment, compiled);
}

// One indexed range.
void BM_EstimateRange(benchmark::State& state) {
  EstimateLoop(state, SpendBelow(state.range(1)));
}
void BM_SelectRange(benchmark::State& state) {
  SelectLoop(state, SpendBelow(state.range(1)));
}
void BM_SelectRowsRange(benchmark::State& state) {
  SelectRowsLoop(state, SpendBelow(state.range(1)));
}

// An indexed range, an indexed keyword and a condition without index.
Filter Mixed(int64_t permille) {
  return Filter::And({SpendBelow(permille),
                      Where("platform", Equal{"facebook"}),
                      Where("objective", NotEqual{"leads"})});
}
void BM_SelectRowsMixed(benchmark::State& state) {
  SelectRowsLoop(state, Mixed(state.range(1)));
}

// Every payload is read: what Matches() costs a row.
void BM_ScanWithoutIndex(benchmark::State& state) {
  const Segment& segment = SegmentOf(state.range(0));
  const CompiledFilter compiled = Compile(SpendBelow(state.range(1)));
  for (auto _ : state) {
    Bitset bits;
    if (!segment.no_index.Select(compiled, segment.Reader(), &bits).ok()) {
      state.SkipWithError("select failed");
    }
    benchmark::DoNotOptimize(bits);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

constexpr int64_t kRows = 100'000;
constexpr int64_t kManyRows = 1'000'000;

#define MI_SELECTIVITIES                          \
  ArgNames({"rows", "permille"})                  \
      ->ArgsProduct({{kRows}, {500, 100, 10, 1}}) \
      ->Unit(benchmark::kMicrosecond)

BENCHMARK(BM_EstimateRange)->MI_SELECTIVITIES;
BENCHMARK(BM_SelectRange)->MI_SELECTIVITIES;
BENCHMARK(BM_SelectRowsRange)->MI_SELECTIVITIES;
BENCHMARK(BM_SelectRowsMixed)->MI_SELECTIVITIES;
BENCHMARK(BM_ScanWithoutIndex)
    ->ArgNames({"rows", "permille"})
    ->Args({kRows, 100})
    ->Unit(benchmark::kMicrosecond);

// Each kind of index.
void BM_SelectKeyword(benchmark::State& state) {
  SelectLoop(state, Where("platform", Equal{"facebook"}));
}
void BM_SelectRareKeyword(benchmark::State& state) {
  SelectRowsLoop(state, Where("bucket", Equal{"p7"}));
}
void BM_SelectText(benchmark::State& state) {
  SelectRowsLoop(state, Where("name", TextMatch{.query = "sale campaign"}));
}
void BM_SelectGeoRadius(benchmark::State& state) {
  SelectRowsLoop(state, Where("location", GeoRadius{{52.5, 13.4}, 100'000}));
}
void BM_EstimateGeoRadius(benchmark::State& state) {
  EstimateLoop(state, Where("location", GeoRadius{{52.5, 13.4}, 100'000}));
}
void BM_SelectFourConditions(benchmark::State& state) {
  SelectRowsLoop(
      state,
      Filter::And({Where("platform", In{{"facebook", "instagram"}}),
                   Where("tags", Equal{"sale"}),
                   Where("spend", Range{.greater_than = kMaxSpend * 4 / 5}),
                   Filter::Not(Where("roas", Range{.less_than = 2.5}))}));
}

#define MI_ONE_SIZE ArgName("rows")->Arg(kRows)->Unit(benchmark::kMicrosecond)

BENCHMARK(BM_SelectKeyword)->MI_ONE_SIZE;
BENCHMARK(BM_SelectRareKeyword)->MI_ONE_SIZE;
BENCHMARK(BM_SelectText)->MI_ONE_SIZE;
BENCHMARK(BM_SelectGeoRadius)->MI_ONE_SIZE;
BENCHMARK(BM_EstimateGeoRadius)->MI_ONE_SIZE;
BENCHMARK(BM_SelectFourConditions)->MI_ONE_SIZE;

// Building, and the bytes that result, by row.
void BM_Build(benchmark::State& state) {
  const Segment& segment = SegmentOf(state.range(0));
  const std::vector<FieldSchema> schema = {
      {"platform", FieldType::kKeyword}, {"market", FieldType::kKeyword},
      {"tags", FieldType::kKeyword},     {"start_date", FieldType::kDateTime},
      {"spend", FieldType::kInteger},    {"roas", FieldType::kFloat}};
  uint64_t bytes = 0;
  for (auto _ : state) {
    const auto index = PayloadIndex::Build(
        schema, static_cast<uint32_t>(state.range(0)), segment.Reader());
    if (!index.ok()) state.SkipWithError("build failed");
    bytes = index->MemoryBytes();
  }
  size_t payload_bytes = 0;
  for (const std::string& payload : segment.payloads) {
    payload_bytes += payload.size();
  }
  const auto rows = static_cast<double>(state.range(0));
  state.counters["index_bytes_a_row"] = static_cast<double>(bytes) / rows;
  state.counters["payload_bytes_a_row"] =
      static_cast<double>(payload_bytes) / rows;
}
BENCHMARK(BM_Build)->ArgName("rows")->Arg(kRows)->Unit(benchmark::kMillisecond);

// The cost must follow the matches, not the rows.
BENCHMARK(BM_SelectRowsRange)
    ->Name("BM_SelectRowsRangeOfAMillion")
    ->ArgNames({"rows", "permille"})
    ->Args({kManyRows, 1})
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SelectRareKeyword)
    ->Name("BM_SelectRareKeywordOfAMillion")
    ->ArgName("rows")
    ->Arg(kManyRows)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(BM_SelectRowsMixed)
    ->Name("BM_SelectRowsMixedOfAMillion")
    ->ArgNames({"rows", "permille"})
    ->Args({kManyRows, 1})
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mi::filter

BENCHMARK_MAIN();
