#include "engine/vector/index/coarse_lists.h"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/base/random.h"

namespace mi::vector {
namespace {

// Beyond these, more of either improves lists by less than it costs.
constexpr size_t kSamplesPerCentroid = 48;
constexpr int kGroupIterations = 10;
constexpr int kListIterations = 6;
// Below, all centroids are looked at.
constexpr size_t kMinGroupedLists = 64;
// Groups whose members are looked at: for a row that is put into a list, and at
// least for a query.
constexpr size_t kGroupsPerRow = 3;
constexpr size_t kGroupsPerQuery = 6;

bool IsBetterList(const ScoredList& a, const ScoredList& b) {
  return a.key > b.key || (a.key == b.key && a.list < b.list);
}

// Keeps OpenMP, and so FAISS, to the calling thread while it lives.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  const int before_;
};

// k-means of `points` by FAISS, [n, stride] code units; returns [k, stride].
std::vector<float> KMeans(const std::vector<float>& points, size_t stride,
                          size_t k, int iterations, uint64_t seed) {
  const OneThread one_thread;
  faiss::ClusteringParameters parameters;
  parameters.niter = iterations;
  parameters.min_points_per_centroid = 1;  // it would warn on standard error
  parameters.max_points_per_centroid = kSamplesPerCentroid;
  parameters.seed = static_cast<int>(seed % 0x7fffffff);
  const int d = static_cast<int>(stride);
  faiss::Clustering clustering(d, static_cast<int>(k), parameters);
  faiss::IndexFlatL2 assigner(d);
  clustering.train(static_cast<faiss::Index::idx_t>(points.size() / stride),
                   points.data(), assigner);
  return std::move(clustering.centroids);
}

void AppendDecoded(const CodeTable& rows, uint32_t row,
                   std::vector<float>* points) {
  const uint8_t* codes = rows.row(row);
  for (size_t j = 0; j < rows.stride; ++j) {
    points->push_back(static_cast<float>(codes[j]) - kZeroCode);
  }
}

// Centroids as codes, with the bias for Euclidean distance.
CodeTable Encode(const std::vector<float>& centroids, size_t stride) {
  CodeTable table(centroids.size() / stride, stride);
  table.bias.resize(table.rows);
  for (size_t i = 0; i < table.rows; ++i) {
    uint8_t* codes = table.mutable_row(i);
    int32_t squared_length = 0;
    for (size_t j = 0; j < stride; ++j) {
      const int code = static_cast<int>(
          std::lrint(std::clamp(centroids[i * stride + j], -127.0f, 127.0f)));
      codes[j] = static_cast<uint8_t>(code + kZeroCode);
      squared_length += code * code;
    }
    table.bias[i] = -static_cast<float>(squared_length);
  }
  return table;
}

// Appends the keys of the rows [begin, end) of what `scorer` scores.
void ScoreRange(const CodeScorer& scorer, uint32_t begin, uint32_t end,
                std::vector<ScoredList>* out) {
  float keys[CodeScorer::kBlockRows];
  for (uint32_t i = begin; i < end;) {
    const uint32_t count = std::min<uint32_t>(end - i, CodeScorer::kBlockRows);
    scorer.BlockKeys(i, count, keys);
    for (uint32_t j = 0; j < count; ++j) out->push_back({keys[j], i + j});
    i += count;
  }
}

void KeepBest(size_t count, std::vector<ScoredList>* lists) {
  count = std::min(count, lists->size());
  std::partial_sort(lists->begin(),
                    lists->begin() + static_cast<ptrdiff_t>(count),
                    lists->end(), IsBetterList);
  lists->resize(count);
}

// Rows at random, without repetition, ascending.
std::vector<uint32_t> SampleRows(size_t rows, size_t count, Random* random) {
  std::vector<uint32_t> sample;
  sample.reserve(std::min(rows, count));
  // Each row in turn with the chance that is left (Knuth's algorithm S).
  for (size_t i = 0; i < rows && sample.size() < count; ++i) {
    if (random->Below(rows - i) < count - sample.size()) {
      sample.push_back(static_cast<uint32_t>(i));
    }
  }
  return sample;
}

// The place of the nearest row of `table` by Euclidean distance.
uint32_t NearestOf(const Kernels& kernels, const CodeTable& table,
                   const uint8_t* row, std::vector<uint8_t>* query,
                   std::vector<ScoredList>* scored) {
  const int32_t zero_sum = QueryFromRow(row, table.stride, query->data());
  const CodeScorer scorer(kernels, table, KeyForm::kBiasedDot, query->data(),
                          zero_sum, 2);
  scored->clear();
  ScoreRange(scorer, 0, static_cast<uint32_t>(table.rows), scored);
  return std::min_element(scored->begin(), scored->end(), IsBetterList)->list;
}

// Whether the bounds go from 0 to `end` without a step back.
bool Divides(const std::vector<uint32_t>& begins, size_t end) {
  return begins.front() == 0 && begins.back() == end &&
         std::is_sorted(begins.begin(), begins.end());
}

}  // namespace

size_t DefaultListCount(size_t rows) {
  return std::max<size_t>(
      1, static_cast<size_t>(4 * std::sqrt(static_cast<double>(rows))));
}

absl::StatusOr<CoarseLists> CoarseLists::Train(const CodeTable& rows,
                                               size_t count, uint64_t seed,
                                               const Kernels& kernels,
                                               const std::stop_token& stop) {
  CoarseLists lists;
  Random random(seed);
  const size_t stride = rows.stride;
  count = std::min(count, rows.rows);
  if (count == 0) return lists;
  const size_t group_count =
      count < kMinGroupedLists
          ? 1
          : static_cast<size_t>(std::sqrt(static_cast<double>(count)));
  const std::vector<uint32_t> sample =
      SampleRows(rows.rows, count * kSamplesPerCentroid, &random);

  // The upper level.
  std::vector<float> points;
  for (const uint32_t s :
       SampleRows(sample.size(), group_count * kSamplesPerCentroid, &random)) {
    AppendDecoded(rows, sample[s], &points);
  }
  lists.groups_ = Encode(
      KMeans(points, stride, group_count, kGroupIterations, random.Bits()),
      stride);
  if (stop.stop_requested()) return absl::CancelledError("index build");

  // The lower level: each group gets lists by its share of the sample.
  std::vector<uint8_t> query(stride);
  std::vector<ScoredList> scored;
  std::vector<std::vector<uint32_t>> members(group_count);
  for (const uint32_t row : sample) {
    members[NearestOf(kernels, lists.groups_, rows.row(row), &query, &scored)]
        .push_back(row);
  }
  std::vector<float> centroids;
  lists.group_begins_.push_back(0);
  for (const std::vector<uint32_t>& group : members) {
    if (stop.stop_requested()) return absl::CancelledError("index build");
    const size_t share = (count * group.size() + sample.size() / 2) /
                         std::max<size_t>(1, sample.size());
    const size_t k = std::min(std::max<size_t>(1, share), group.size());
    if (k > 0) {
      points.clear();
      for (const uint32_t row : group) AppendDecoded(rows, row, &points);
      const std::vector<float> found =
          KMeans(points, stride, k, kListIterations, random.Bits());
      centroids.insert(centroids.end(), found.begin(), found.end());
    }
    lists.group_begins_.push_back(
        static_cast<uint32_t>(centroids.size() / stride));
  }
  lists.centroids_ = Encode(centroids, stride);

  // Every row to its nearest list, then rows in the order of the lists.
  std::vector<uint32_t> list_of(rows.rows);
  std::vector<uint32_t> sizes(lists.size() + 1);
  SearchScratch scratch;
  uint64_t looked_at = 0;
  for (size_t i = 0; i < rows.rows; ++i) {
    if (i % 256 == 0 && stop.stop_requested()) {
      return absl::CancelledError("index build");
    }
    const int32_t zero_sum = QueryFromRow(rows.row(i), stride, query.data());
    lists.Nearest(kernels, KeyForm::kBiasedDot, query.data(), zero_sum, 2, 1,
                  &scratch, &looked_at);
    list_of[i] = scratch.lists[0].list;
    ++sizes[list_of[i] + 1];
  }
  for (size_t l = 1; l < sizes.size(); ++l) sizes[l] += sizes[l - 1];
  lists.begins_ = sizes;
  lists.order_.resize(rows.rows);
  for (uint32_t i = 0; i < rows.rows; ++i) {
    lists.order_[sizes[list_of[i]]++] = i;
  }
  return lists;
}

void CoarseLists::Write(Writer* writer) const {
  writer->Varint(groups_.rows);
  writer->Varint(centroids_.rows);
  if (centroids_.rows == 0) return;
  groups_.Write(writer);
  centroids_.Write(writer);
  writer->Array(absl::MakeConstSpan(group_begins_));
  writer->Array(absl::MakeConstSpan(begins_));
}

CoarseLists CoarseLists::Read(size_t rows, size_t stride, Reader* reader) {
  CoarseLists lists;
  const size_t groups = reader->VarintUpTo(rows);
  const size_t count = reader->VarintUpTo(rows);
  if (count == 0) return lists;
  lists.groups_ = CodeTable::Read(groups, stride, reader);
  lists.centroids_ = CodeTable::Read(count, stride, reader);
  reader->Array<uint32_t>(groups + 1, &lists.group_begins_);
  reader->Array<uint32_t>(count + 1, &lists.begins_);
  if (!reader->ok()) return {};
  if (!Divides(lists.group_begins_, count) || !Divides(lists.begins_, rows)) {
    reader->Fail("lists whose bounds do not ascend to the number of rows");
    return {};
  }
  return lists;
}

void CoarseLists::Nearest(const Kernels& kernels, KeyForm form,
                          const uint8_t* query, int32_t zero_sum, float alpha,
                          size_t count, SearchScratch* scratch,
                          uint64_t* looked_at) const {
  std::vector<ScoredList>& groups = scratch->groups;
  std::vector<ScoredList>& lists = scratch->lists;
  groups.clear();
  lists.clear();
  if (size() == 0) return;
  const CodeScorer group_scorer(kernels, groups_, form, query, zero_sum, alpha);
  const CodeScorer list_scorer(kernels, centroids_, form, query, zero_sum,
                               alpha);
  if (groups_.rows == 1) {
    groups.push_back({0, 0});
  } else {
    ScoreRange(group_scorer, 0, static_cast<uint32_t>(groups_.rows), &groups);
    *looked_at += groups_.rows;
    // Enough groups that their members are several times as many as are asked
    // for: the nearest lists are spread over them.
    const size_t per_group = size() / groups_.rows + 1;
    const size_t wanted =
        count == 1 ? kGroupsPerRow
                   : std::max(kGroupsPerQuery, 4 * count / per_group + 1);
    KeepBest(wanted, &groups);
  }
  for (const ScoredList& group : groups) {
    ScoreRange(list_scorer, group_begins_[group.list],
               group_begins_[group.list + 1], &lists);
  }
  *looked_at += lists.size();
  KeepBest(count, &lists);
}

}  // namespace mi::vector
