#include "clients/cpp/load/batch_reader.h"

#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {

BatchReader::BatchReader(PointReader& reader, const LoadOptions& options,
                         ReportProblem report)
    : reader_(reader),
      options_(options),
      report_(std::move(report)),
      dimension_(options.dimension),
      position_(reader.position()) {}

absl::Status BatchReader::Next(Batch* batch) {
  batch->number = batches_++;
  batch->request.set_collection(options_.collection);
  absl::flat_hash_set<std::string> ids;
  size_t bytes = 0;
  while (true) {
    if (!row_waits_) {
      const absl::StatusOr<bool> more = ReadRow();
      // Rows that were passed over count as done, too.
      if (!more.ok() || !*more) batch->end = position_;
      RETURN_IF_ERROR(more.status());
      if (!*more) return absl::OkStatus();
    }
    row_waits_ = true;
    const size_t size = row_.point.ByteSizeLong();
    if (!Fits(*batch, bytes + size) || ids.contains(row_.point.id())) break;
    row_waits_ = false;
    ids.insert(row_.point.id());
    bytes += size;
    *batch->request.add_points()->mutable_point() = std::move(row_.point);
    batch->lines.push_back(row_.line);
    position_ = row_end_;
  }
  batch->end = position_;
  return absl::OkStatus();
}

bool BatchReader::Fits(const Batch& batch, size_t bytes) const {
  return batch.lines.empty() || (batch.lines.size() < options_.batch_points &&
                                 bytes <= options_.batch_bytes);
}

absl::StatusOr<bool> BatchReader::ReadRow() {
  while (rows_ < options_.limit) {
    ASSIGN_OR_RETURN(const bool more, reader_.Next(&row_));
    if (!more) return false;
    row_end_ = reader_.position();
    if (row_.problem.empty()) row_.problem = CheckPoint();
    if (row_.problem.empty()) {
      ++rows_;
      return true;
    }
    const std::string problem =
        fmt::format("{}:{}: {}", reader_.path(), row_.line, row_.problem);
    if (!options_.skip_bad_rows) return InputError(problem);
    report_(problem);
    ++rows_;
    ++skipped_;
    // Nothing waits to be acknowledged before it, unless a batch is half full:
    // then the batch's end moves over it with its next row or at its end.
    position_ = row_end_;
  }
  return false;
}

std::string BatchReader::CheckPoint() {
  const auto components = static_cast<size_t>(row_.point.vector_size());
  if (dimension_ == 0) dimension_ = components;
  if (components == dimension_) return "";
  return fmt::format(
      "the vector has {} components, {} {}", components,
      options_.dimension == 0 ? "the first row has" : "the collection has",
      dimension_);
}

}  // namespace mi::client
