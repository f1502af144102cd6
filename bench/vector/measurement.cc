#include "bench/vector/measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "bench/vector/machine_state.h"

namespace mi::bench {
namespace {

double Recall(const std::vector<Rows>& truth, const std::vector<Rows>& found) {
  size_t right = 0, total = 0;
  for (size_t q = 0; q < truth.size(); ++q) {
    total += truth[q].size();
    for (const uint32_t row : truth[q]) {
      right += std::count(found[q].begin(), found[q].end(), row) > 0 ? 1 : 0;
    }
  }
  return total == 0 ? 1
                    : static_cast<double>(right) / static_cast<double>(total);
}

double Quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<size_t>(q *
                                    static_cast<double>(sorted.size() - 1))];
}

}  // namespace

void Measure(const testing::VectorSet& set, const std::vector<Rows>& truth,
             size_t passes, std::vector<Contender>* contenders) {
  const size_t queries = set.query_count();
  std::vector<std::vector<double>> best(
      contenders->size(),
      std::vector<double>(queries, std::numeric_limits<double>::infinity()));
  std::vector<Rows> found(queries);
  for (size_t pass = 0; pass < passes; ++pass) {
    for (size_t c = 0; c < contenders->size(); ++c) {
      Contender& contender = (*contenders)[c];
      for (size_t q = 0; q < queries; ++q) {
        const double start = ThreadCpuSeconds();
        contender.search(set.query(q), &found[q]);
        best[c][q] = std::min(best[c][q], ThreadCpuSeconds() - start);
      }
      contender.recall = Recall(truth, found);
    }
  }
  for (size_t c = 0; c < contenders->size(); ++c) {
    std::vector<double>& times = best[c];
    std::sort(times.begin(), times.end());
    Contender& contender = (*contenders)[c];
    contender.p50_micros = 1e6 * Quantile(times, 0.5);
    contender.p99_micros = 1e6 * Quantile(times, 0.99);
    contender.mean_micros = 1e6 *
                            std::accumulate(times.begin(), times.end(), 0.0) /
                            static_cast<double>(times.size());
  }
}

void PrintTable(const std::vector<Contender>& contenders) {
  fmt::print(
      "| engine | setting | recall@10 | p50 us | p99 us | QPS, one "
      "thread |\n|---|---|---|---|---|---|\n");
  for (const Contender& c : contenders) {
    fmt::print("| {} | {} | {:.4f} | {:.1f} | {:.1f} | {:.0f} |\n", c.name,
               c.setting, c.recall, c.p50_micros, c.p99_micros,
               1e6 / c.mean_micros);
  }
}

std::optional<double> MicrosAtRecall(const std::vector<Contender>& contenders,
                                     const std::string& name, double recall) {
  const Contender* below = nullptr;
  const Contender* above = nullptr;
  for (const Contender& c : contenders) {
    if (c.name != name) continue;
    if (c.recall < recall) {
      below = &c;
    } else if (above == nullptr || c.p50_micros < above->p50_micros) {
      above = &c;
    }
  }
  if (above == nullptr) return std::nullopt;
  if (below == nullptr || below->p50_micros > above->p50_micros) {
    return above->p50_micros;
  }
  const double share =
      (recall - below->recall) / (above->recall - below->recall);
  return below->p50_micros + share * (above->p50_micros - below->p50_micros);
}

}  // namespace mi::bench
