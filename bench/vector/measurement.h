// Times searches and says how good their answers are.

#ifndef MI_BENCH_VECTOR_MEASUREMENT_H_
#define MI_BENCH_VECTOR_MEASUREMENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/synthetic_vectors.h"

namespace mi::bench {

using Rows = std::vector<uint32_t>;

// One way to search, at one setting. Answers are rows of the base, best first.
struct Contender {
  std::string name;
  size_t setting = 0;  // ef, or whatever the name says
  std::function<void(const float* query, Rows* rows)> search;

  // Filled in by Measure.
  double recall = 0;
  double p50_micros = 0;  // of CPU, each query at its best pass
  double p99_micros = 0;
  double mean_micros = 0;
};

// Searches all queries with every contender in turn, `passes` times, so that
// all of them meet the machine in the same states.
void Measure(const testing::VectorSet& set, const std::vector<Rows>& truth,
             size_t passes, std::vector<Contender>* contenders);

void PrintTable(const std::vector<Contender>& contenders);

// The median time at which `name` reaches `recall`, interpolated between the
// two nearest settings; none where it does not.
std::optional<double> MicrosAtRecall(const std::vector<Contender>& contenders,
                                     const std::string& name, double recall);

}  // namespace mi::bench

#endif  // MI_BENCH_VECTOR_MEASUREMENT_H_
