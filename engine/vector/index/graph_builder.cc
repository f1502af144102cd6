// Inserts rows one by one, in random order: a search for the new row, a choice
// among what it found (Malkov & Yashunin, algorithm 4), and links both ways.

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/base/random.h"
#include "engine/vector/index/graph.h"

namespace mi::vector {
namespace {

// Rows already inserted that a search starts from: of the new row's own list,
// and of each of the next nearest.
constexpr uint32_t kOwnListSeeds = 48;
constexpr uint32_t kOtherListSeeds = 8;
constexpr size_t kSeedLists = 5;

// A row and how near it is to another: minus the squared distance, or the inner
// product, or minus the L1 distance, up to a constant that is the same for all
// pairs of rows.
struct Link {
  float nearness;
  uint32_t row;
};
bool IsNearer(const Link& a, const Link& b) {
  return a.nearness > b.nearness || (a.nearness == b.nearness && a.row < b.row);
}

class GraphBuilder {
 public:
  GraphBuilder(const CodeTable& rows, KeyForm form, float alpha,
               const CoarseLists& lists, const GraphOptions& options,
               const Kernels& kernels)
      : rows_(rows),
        form_(form),
        alpha_(alpha),
        lists_(lists),
        options_(options),
        kernels_(kernels),
        graph_(rows.rows, size_t{2} * options.m),
        nearness_(rows.rows * graph_.degree),
        counts_(rows.rows),
        inserted_(rows.rows),
        inserted_counts_(lists.size()),
        query_(rows.stride),
        pair_query_(rows.stride) {}

  absl::StatusOr<Graph> Build(const std::stop_token& stop) {
    std::vector<uint32_t> order(rows_.rows);
    std::iota(order.begin(), order.end(), 0u);
    Random random(options_.seed);
    for (size_t i = order.size(); i > 1; --i) {
      std::swap(order[i - 1], order[random.Below(i)]);
    }
    std::vector<uint32_t> list_of(rows_.rows);
    for (uint32_t l = 0; l < lists_.size(); ++l) {
      std::fill(list_of.begin() + lists_.begin(l),
                list_of.begin() + lists_.end(l), l);
    }
    if (!order.empty()) first_ = order[0];
    for (const uint32_t row : order) {
      if (stop.stop_requested()) return absl::CancelledError("index build");
      Insert(row);
      const uint32_t list = list_of[row];
      inserted_[lists_.begin(list) + inserted_counts_[list]++] = row;
    }
    return std::move(graph_);
  }

 private:
  // How a row ranks others. Writes its codes to `query`.
  CodeScorer ScorerFor(uint32_t row, std::vector<uint8_t>* query) const {
    if (form_ == KeyForm::kNegativeL1) {
      return CodeScorer(kernels_, rows_, form_, rows_.row(row), 0, 1);
    }
    const int32_t zero_sum =
        QueryFromRow(rows_.row(row), rows_.stride, query->data());
    return CodeScorer(kernels_, rows_, form_, query->data(), zero_sum, alpha_);
  }
  // What turns keys of `row`'s scorer into nearness, which is symmetric.
  float Offset(uint32_t row) const {
    return rows_.bias.empty() ? 0 : rows_.bias[row];
  }

  void Insert(uint32_t row) {
    const CodeScorer scorer = ScorerFor(row, &query_);
    scratch_.pool.Reset(options_.ef_construction);
    scratch_.visited.Clear(rows_.rows);
    scratch_.visited.Add(row);
    Seed(row, scorer);
    uint64_t scored = 0;
    Walk(graph_, scorer, &scratch_, &scored, [] { return false; });
    found_.clear();
    const float offset = Offset(row);
    for (size_t i = 0; i < scratch_.pool.size(); ++i) {
      found_.push_back({scratch_.pool[i].key + offset, scratch_.pool[i].row()});
    }
    Choose(options_.m, &found_);
    SetLinks(row, found_);
    for (const Link& link : found_) LinkBack(link.row, {link.nearness, row});
  }

  void Seed(uint32_t row, const CodeScorer& scorer) {
    seeds_.clear();
    if (row != first_) AddSeed(first_);
    const int32_t zero_sum =
        QueryFromRow(rows_.row(row), rows_.stride, pair_query_.data());
    uint64_t looked_at = 0;
    lists_.Nearest(kernels_, KeyForm::kBiasedDot, pair_query_.data(), zero_sum,
                   2, kSeedLists, &scratch_, &looked_at);
    uint32_t limit = kOwnListSeeds;
    for (const ScoredList& list : scratch_.lists) {
      const uint32_t count = inserted_counts_[list.list];
      const uint32_t begin = lists_.begin(list.list);
      for (uint32_t i = count - std::min(count, limit); i < count; ++i) {
        AddSeed(inserted_[begin + i]);
      }
      limit = kOtherListSeeds;
    }
    seed_keys_.resize(seeds_.size());
    scorer.Keys(seeds_, seed_keys_.data());
    for (size_t i = 0; i < seeds_.size(); ++i) {
      scratch_.pool.Insert(seed_keys_[i], seeds_[i]);
    }
  }

  void AddSeed(uint32_t row) {
    if (!scratch_.visited.Add(row)) return;
    seeds_.push_back(row);
    __builtin_prefetch(rows_.row(row));
  }

  // Keeps at most `limit` of `links`, which are sorted: a row is left out when
  // it is nearer to one that was kept, and so can be reached through it.
  void Choose(size_t limit, std::vector<Link>* links) {
    chosen_.clear();
    size_t kept = 0;
    for (size_t i = 0; i < links->size() && kept < limit; ++i) {
      const Link link = (*links)[i];
      if (IsCovered(link)) continue;
      chosen_.push_back(link.row);
      (*links)[kept++] = link;
    }
    links->resize(kept);
  }

  bool IsCovered(const Link& link) {
    if (chosen_.empty()) return false;
    const CodeScorer scorer = ScorerFor(link.row, &pair_query_);
    const float offset = Offset(link.row);
    for (size_t i = 0; i < chosen_.size(); i += 4) {
      uint32_t four[4];
      for (size_t j = 0; j < 4; ++j) {
        four[j] = chosen_[std::min(i + j, chosen_.size() - 1)];
      }
      float keys[4];
      scorer.Keys4(four, keys);
      for (size_t j = 0; j < 4; ++j) {
        if (keys[j] + offset > link.nearness) return true;
      }
    }
    return false;
  }

  void SetLinks(uint32_t row, const std::vector<Link>& links) {
    uint32_t* rows = graph_.of(row);
    float* nearness = &nearness_[row * graph_.degree];
    for (size_t i = 0; i < links.size(); ++i) {
      rows[i] = links[i].row;
      nearness[i] = links[i].nearness;
    }
    for (size_t i = links.size(); i < counts_[row]; ++i) {
      rows[i] = Graph::kNoRow;
    }
    counts_[row] = static_cast<uint16_t>(links.size());
  }

  void LinkBack(uint32_t row, const Link& link) {
    const size_t count = counts_[row];
    uint32_t* rows = graph_.of(row);
    float* nearness = &nearness_[row * graph_.degree];
    if (count < graph_.degree) {
      rows[count] = link.row;
      nearness[count] = link.nearness;
      ++counts_[row];
      return;
    }
    full_.clear();
    for (size_t i = 0; i < count; ++i) {
      full_.push_back({nearness[i], rows[i]});
      for (size_t offset = 0; offset < rows_.stride; offset += kCodeAlignment) {
        __builtin_prefetch(rows_.row(rows[i]) + offset);
      }
    }
    full_.push_back(link);
    std::sort(full_.begin(), full_.end(), IsNearer);
    Choose(graph_.degree, &full_);
    SetLinks(row, full_);
  }

  const CodeTable& rows_;
  const KeyForm form_;
  const float alpha_;
  const CoarseLists& lists_;
  const GraphOptions options_;
  const Kernels& kernels_;
  Graph graph_;
  HugeArray<float> nearness_;       // [rows, degree], beside the links
  std::vector<uint16_t> counts_;    // [rows], links so far
  std::vector<uint32_t> inserted_;  // rows so far, by list, from its begin on
  std::vector<uint32_t> inserted_counts_;  // [lists]
  uint32_t first_ = 0;                     // the row inserted first
  // Working space.
  SearchScratch scratch_;
  std::vector<uint8_t> query_;
  std::vector<uint8_t> pair_query_;
  std::vector<uint32_t> seeds_;
  std::vector<float> seed_keys_;
  std::vector<Link> found_;
  std::vector<Link> full_;
  std::vector<uint32_t> chosen_;
};

}  // namespace

absl::StatusOr<Graph> BuildGraph(const CodeTable& rows, KeyForm form,
                                 float alpha, const CoarseLists& lists,
                                 const GraphOptions& options,
                                 const Kernels& kernels,
                                 const std::stop_token& stop) {
  return GraphBuilder(rows, form, alpha, lists, options, kernels).Build(stop);
}

}  // namespace mi::vector
