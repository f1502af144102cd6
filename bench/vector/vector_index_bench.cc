// How fast the vector index finds neighbours, beside hnswlib and FAISS.
//
// Run: build/release/bench/vector_index_bench
//        [--data clustered|smooth] [--rows 100000] [--queries 1000]
//        [--passes 3] [--faiss-hnsw] [--no-peers]
// One thread, 384 components, cosine, k = 10, M = 16, ef_construction = 200 for
// all. Times are CPU times of the thread, so that other work on the machine
// disturbs them little.

#include "engine/vector/index/vector_index.h"

#include <fmt/format.h>
#include <omp.h>

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/vector/machine_state.h"
#include "bench/vector/measurement.h"
#include "bench/vector/peer.h"
#include "engine/base/bitset.h"
#include "engine/base/random.h"
#include "tests/support/synthetic_vectors.h"

namespace mi::bench {
namespace {

using vector::Neighbor;
using vector::RowFilter;
using vector::SearchOptions;
using vector::SearchStats;
using vector::VectorIndex;

constexpr size_t kResults = 10;

struct Options {
  std::string data = "clustered";
  size_t rows = 100'000;
  size_t queries = 1'000;
  size_t passes = 3;
  bool faiss_hnsw = false;
  bool peers = true;
};

[[noreturn]] void Fail(std::string_view message) {
  fmt::print(stderr, "{}\n", message);
  std::exit(1);
}

Options Parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const auto value = [&]() -> std::string {
      if (++i == argc) Fail(fmt::format("{} needs a value", name));
      return argv[i];
    };
    if (name == "--data") {
      options.data = value();
    } else if (name == "--rows") {
      options.rows = std::stoul(value());
    } else if (name == "--queries") {
      options.queries = std::stoul(value());
    } else if (name == "--passes") {
      options.passes = std::stoul(value());
    } else if (name == "--faiss-hnsw") {
      options.faiss_hnsw = true;
    } else if (name == "--no-peers") {
      options.peers = false;
    } else {
      Fail(fmt::format("unknown option {}", name));
    }
  }
  return options;
}

template <typename Make>
auto Timed(const char* what, Make&& make) {
  const double start = ThreadCpuSeconds();
  auto made = make();
  fmt::print("build {}: {:.1f} CPU s\n", what, ThreadCpuSeconds() - start);
  std::fflush(stdout);
  return made;
}

Rows OriginalRows(const VectorIndex& index,
                  const std::vector<Neighbor>& neighbors) {
  Rows rows;
  rows.reserve(neighbors.size());
  for (const Neighbor& n : neighbors) rows.push_back(index.original_row(n.row));
  return rows;
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options) {
    const testing::VectorSetSize size = {.rows = options.rows,
                                         .queries = options.queries};
    set_ = options.data == "smooth" ? testing::SmoothUnitVectors(size, 7)
                                    : testing::ClusteredUnitVectors(size, 7);
  }

  void Run() {
    Build();
    FindTruth();
    CompareWalks();
    if (options_.peers) CompareScans();
    Filters();
    fmt::print("\n{}\n", DescribeMachine());
  }

 private:
  void Build() {
    const PeerOptions peer_options = {.dimension = set_.dimension};
    vector::IndexConfig config;
    config.dimension = set_.dimension;
    config.min_graph_rows = 1;
    index_ = Timed("ours", [&] {
      auto built = VectorIndex::Build(config, set_.base);
      if (!built.ok()) Fail(built.status().ToString());
      return std::move(built).value();
    });
    const vector::IndexMemory memory = index_->memory();
    fmt::print(
        "memory of ours, MB: vectors {:.1f}, codes {:.1f}, lists {:.1f}, graph "
        "{:.1f}; {:.3f} x the vectors without the graph\n",
        1e-6 * static_cast<double>(memory.vectors),
        1e-6 * static_cast<double>(memory.codes),
        1e-6 * static_cast<double>(memory.lists),
        1e-6 * static_cast<double>(memory.graph),
        static_cast<double>(memory.vectors + memory.codes + memory.lists) /
            static_cast<double>(memory.vectors));
    if (!options_.peers) return;
    peers_.push_back(Timed(
        "hnswlib", [&] { return BuildHnswlib(set_.base, peer_options); }));
    if (options_.faiss_hnsw) {
      peers_.push_back(Timed("FAISS HNSW", [&] {
        return BuildFaissHnsw(set_.base, peer_options);
      }));
    }
    flat_ = BuildFaissFlat(set_.base, peer_options);
  }

  std::vector<Neighbor> Exact(const float* query, const RowFilter& filter) {
    std::vector<Neighbor> found;
    SearchStats stats;
    const absl::Status status = index_->SearchExact(
        {query, set_.dimension}, {.k = kResults}, filter, &found, &stats);
    if (!status.ok()) Fail(status.ToString());
    return found;
  }

  std::vector<Neighbor> Approximate(const float* query, size_t ef,
                                    const RowFilter& filter) {
    std::vector<Neighbor> found;
    SearchStats stats;
    const absl::Status status =
        index_->Search({query, set_.dimension},
                       {.k = kResults, .ef_search = static_cast<uint32_t>(ef)},
                       filter, &found, &stats);
    if (!status.ok()) Fail(status.ToString());
    return found;
  }

  void FindTruth() {
    for (size_t q = 0; q < set_.query_count(); ++q) {
      truth_.push_back(OriginalRows(*index_, Exact(set_.query(q), {})));
    }
  }

  Contender Ours(size_t ef) {
    return {.name = "ours",
            .setting = ef,
            .search = [this, ef](const float* query, Rows* rows) {
              *rows = OriginalRows(*index_, Approximate(query, ef, {}));
            }};
  }

  Contender Theirs(Peer* peer, size_t ef) {
    return {.name = peer->name(),
            .setting = ef,
            .search = [peer, ef](const float* query, Rows* rows) {
              peer->Search(query, kResults, ef, rows);
            }};
  }

  void CompareWalks() {
    std::vector<Contender> contenders;
    for (const size_t ef : {10, 16, 24, 32, 48, 64, 96, 128, 200, 300, 400}) {
      contenders.push_back(Ours(ef));
      for (const auto& peer : peers_) {
        contenders.push_back(Theirs(peer.get(), ef));
      }
    }
    Measure(set_, truth_, options_.passes, &contenders);
    fmt::print("\nGraph searches, setting = ef\n");
    PrintTable(contenders);
    if (peers_.empty()) return;
    fmt::print(
        "\n| recall@10 | ours us | hnswlib us | hnswlib / ours |\n"
        "|---|---|---|---|\n");
    for (const double recall : {0.95, 0.98, 0.99, 0.995}) {
      const auto ours = MicrosAtRecall(contenders, "ours", recall);
      const auto theirs = MicrosAtRecall(contenders, "hnswlib", recall);
      if (!ours.has_value() || !theirs.has_value()) continue;
      fmt::print("| {} | {:.1f} | {:.1f} | {:.2f} |\n", recall, *ours, *theirs,
                 *theirs / *ours);
    }
    std::fflush(stdout);
  }

  void CompareScans() {
    testing::VectorSet few = set_;
    few.base.clear();
    const size_t queries = std::min<size_t>(50, set_.query_count());
    few.queries.resize(queries * set_.dimension);
    std::vector<Contender> contenders;
    contenders.push_back({.name = "ours, exact",
                          .search = [this](const float* query, Rows* rows) {
                            *rows = OriginalRows(*index_, Exact(query, {}));
                          }});
    contenders.push_back(Theirs(flat_.get(), 0));
    Measure(few,
            std::vector<Rows>(truth_.begin(),
                              truth_.begin() + static_cast<ptrdiff_t>(queries)),
            options_.passes, &contenders);
    fmt::print("\nExact scans; FAISS / ours = {:.2f}\n",
               contenders[1].p50_micros / contenders[0].p50_micros);
    PrintTable(contenders);
  }

  void Filters() {
    fmt::print("\nFiltered searches at the default ef, {} queries each\n",
               set_.query_count());
    Random random(3);
    for (const double selectivity : {0.5, 0.1, 0.01, 0.001}) {
      Bitset allowed(options_.rows);
      std::vector<uint32_t> listed;
      for (uint32_t row = 0; row < options_.rows; ++row) {
        if (random.Uniform() >= selectivity) continue;
        allowed.Set(row);
        listed.push_back(row);
      }
      RowFilter filter;
      filter.allowed = allowed.words().data();
      filter.allowed_count = listed.size();
      std::vector<Rows> truth;
      for (size_t q = 0; q < set_.query_count(); ++q) {
        truth.push_back(OriginalRows(*index_, Exact(set_.query(q), filter)));
      }
      std::vector<Contender> contenders;
      contenders.push_back(
          {.name = fmt::format("{} %: walk", 100 * selectivity),
           .setting = SearchOptions().ef_search,
           .search = [&](const float* query, Rows* rows) {
             *rows = OriginalRows(
                 *index_,
                 Approximate(query, SearchOptions().ef_search, filter));
           }});
      contenders.push_back(
          {.name = fmt::format("{} %: scan of the bitset", 100 * selectivity),
           .setting = listed.size(),
           .search = [&](const float* query, Rows* rows) {
             *rows = OriginalRows(*index_, Exact(query, filter));
           }});
      contenders.push_back(
          {.name = fmt::format("{} %: scan of the rows", 100 * selectivity),
           .setting = listed.size(),
           .search = [&](const float* query, Rows* rows) {
             std::vector<Neighbor> found;
             SearchStats stats;
             const absl::Status status =
                 index_->SearchRows({query, set_.dimension}, listed,
                                    {.k = kResults}, {}, &found, &stats);
             if (!status.ok()) Fail(status.ToString());
             *rows = OriginalRows(*index_, found);
           }});
      Measure(set_, truth, 2, &contenders);
      PrintTable(contenders);
      fmt::print("listed rows: {:.1f} us per 1,000\n",
                 contenders[2].p50_micros /
                     (static_cast<double>(listed.size()) / 1000));
    }
  }

  const Options options_;
  testing::VectorSet set_;
  std::unique_ptr<VectorIndex> index_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::unique_ptr<Peer> flat_;
  std::vector<Rows> truth_;
};

}  // namespace
}  // namespace mi::bench

int main(int argc, char** argv) {
  omp_set_num_threads(1);
  const mi::bench::Options options = mi::bench::Parse(argc, argv);
  fmt::print("{}\n{} data, {} rows x 384, {} queries\n",
             mi::bench::DescribeMachine(), options.data, options.rows,
             options.queries);
  mi::bench::Bench(options).Run();
  return 0;
}
