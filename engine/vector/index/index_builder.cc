#include "engine/vector/index/index_builder.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/vector/kernels/exact_rank.h"
#include "fmt/format.h"

namespace mi::vector {
namespace {

constexpr size_t kMaxDimension = 4096;
constexpr uint32_t kMinM = 2;
constexpr uint32_t kMaxM = 128;
constexpr size_t kMaxRows = size_t{1} << 31;

absl::Status Validate(const IndexConfig& config, size_t floats) {
  if (config.dimension < 1 || config.dimension > kMaxDimension) {
    return InvalidField(
        "dimension",
        fmt::format("{} is outside 1..{}", config.dimension, kMaxDimension));
  }
  if (config.m < kMinM || config.m > kMaxM) {
    return InvalidField(
        "m", fmt::format("{} is outside {}..{}", config.m, kMinM, kMaxM));
  }
  if (config.ef_construction < 1) {
    return InvalidField("ef_construction", "must be at least 1");
  }
  if (floats % config.dimension != 0) {
    return InvalidField(
        "rows", fmt::format("{} components are no whole rows of {}", floats,
                            config.dimension));
  }
  if (floats / config.dimension >= kMaxRows) {
    return InvalidField("rows", "2^31 rows or more");
  }
  return absl::OkStatus();
}

class IndexBuilder {
 public:
  IndexBuilder(const IndexConfig& config, std::vector<float> rows,
               const std::stop_token& stop, const Kernels& kernels)
      : input_(std::move(rows)),
        stop_(stop),
        parts_(std::make_unique<IndexParts>()) {
    parts_->config = config;
    parts_->kernels = &kernels;
    parts_->rows = input_.size() / config.dimension;
  }

  absl::StatusOr<std::unique_ptr<IndexParts>> Build() {
    IndexParts& parts = *parts_;
    parts.quantizer =
        ScalarQuantizer(parts.config.metric, parts.config.dimension, input_);
    if (!parts.quantizer.EncodeRows(input_, stop_, &parts.codes,
                                    &parts.code_errors)) {
      return Cancelled();
    }
    if (parts.config.kind != IndexKind::kFlat && parts.rows > 0) {
      RETURN_IF_ERROR(MakeLists());
    }
    StoreVectors();
    if (parts.config.kind == IndexKind::kHnsw &&
        parts.rows >= std::max<size_t>(1, parts.config.min_graph_rows)) {
      RETURN_IF_ERROR(MakeGraph());
    }
    PrepareForQueries();
    return std::move(parts_);
  }

 private:
  static absl::Status Cancelled() {
    return absl::CancelledError("index build");
  }

  // Lists, and everything that there is of rows in their order.
  absl::Status MakeLists() {
    IndexParts& parts = *parts_;
    const size_t count = parts.config.n_lists != 0
                             ? parts.config.n_lists
                             : DefaultListCount(parts.rows);
    ASSIGN_OR_RETURN(parts.lists,
                     CoarseLists::Train(parts.codes, count, parts.config.seed,
                                        *parts.kernels, stop_));
    parts.originals = parts.lists.TakeOrder();
    CodeTable codes(parts.rows, parts.codes.stride);
    std::vector<float> errors(parts.rows);
    for (size_t i = 0; i < parts.rows; ++i) {
      const uint32_t from = parts.originals[i];
      std::memcpy(codes.mutable_row(i), parts.codes.row(from), codes.stride);
      errors[i] = parts.code_errors[from];
    }
    parts.codes = std::move(codes);
    parts.code_errors = std::move(errors);
    return absl::OkStatus();
  }

  void StoreVectors() {
    IndexParts& parts = *parts_;
    const size_t dimension = parts.config.dimension;
    parts.vectors = HugeArray<float>(input_.size());
    const bool cosine = parts.config.metric == Metric::kCosine;
    parts.inverse_norms.resize(cosine ? parts.rows : 0);
    for (size_t i = 0; i < parts.rows; ++i) {
      const size_t from = parts.originals.empty() ? i : parts.originals[i];
      float* vector = &parts.vectors[i * dimension];
      std::memcpy(vector, &input_[from * dimension], dimension * sizeof(float));
      if (cosine) parts.inverse_norms[i] = InverseNorm(vector, dimension);
    }
    input_ = {};
  }

  absl::Status MakeGraph() {
    IndexParts& parts = *parts_;
    KeyForm form = KeyForm::kNegativeL1;
    float alpha = 2;
    switch (parts.config.metric) {
      case Metric::kCosine:
      case Metric::kEuclidean:
        // Rows under cosine have length one: nearer is nearer in angle.
        form = KeyForm::kBiasedDot;
        SetSquaredLengthBias();
        break;
      case Metric::kDot:
        form = KeyForm::kBiasedDot;
        alpha = 1;
        parts.codes.bias.resize(parts.rows);
        for (size_t i = 0; i < parts.rows; ++i) {
          parts.codes.bias[i] = parts.quantizer.MeanProduct(parts.codes.row(i));
        }
        break;
      case Metric::kManhattan:
        break;
    }
    const GraphOptions options = {
        .m = parts.config.m,
        .ef_construction = parts.config.ef_construction,
        .seed = parts.config.seed};
    ASSIGN_OR_RETURN(parts.graph,
                     BuildGraph(parts.codes, form, alpha, parts.lists, options,
                                *parts.kernels, stop_));
    return absl::OkStatus();
  }

  // The biases that queries need, which are not those of the build.
  void PrepareForQueries() {
    IndexParts& parts = *parts_;
    parts.codes.bias = {};
    if (parts.config.metric == Metric::kEuclidean) SetSquaredLengthBias();
    if (parts.config.metric == Metric::kCosine) {
      // Queries are not centred under cosine, centroids are.
      for (CodeTable* table :
           {&parts.lists.mutable_centroids(), &parts.lists.mutable_groups()}) {
        for (size_t i = 0; i < table->rows; ++i) {
          table->bias[i] -= 2 * parts.quantizer.MeanProduct(table->row(i));
        }
      }
    }
  }

  void SetSquaredLengthBias() {
    CodeTable& codes = parts_->codes;
    codes.bias.resize(codes.rows);
    for (size_t i = 0; i < codes.rows; ++i) {
      codes.bias[i] = parts_->quantizer.NegativeSquaredLength(codes.row(i));
    }
  }

  std::vector<float> input_;
  const std::stop_token& stop_;
  std::unique_ptr<IndexParts> parts_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<IndexParts>> BuildIndexParts(
    const IndexConfig& config, std::vector<float> rows,
    const std::stop_token& stop, const Kernels& kernels) {
  RETURN_IF_ERROR(Validate(config, rows.size()));
  return IndexBuilder(config, std::move(rows), stop, kernels).Build();
}

}  // namespace mi::vector
