#include "clients/cpp/load/batch_reader.h"

#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {

BatchReader::BatchReader(RowSource& rows, const LoadOptions& options,
                         ReportProblem report)
    : source_(rows),
      options_(options),
      report_(std::move(report)),
      position_(rows.position()) {}

absl::Status BatchReader::Next(Batch* batch) {
  batch->number = batches_++;
  batch->start = position_;
  source_.Begin(batch);
  absl::flat_hash_set<uint64_t> written;
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
    const RowSource::RowFacts& row = source_.row();
    if (!Fits(*batch, bytes + row.bytes)) break;
    if (IsAnyIn(row.writes, written)) break;
    row_waits_ = false;
    written.insert(row.writes.begin(), row.writes.end());
    bytes += row.bytes;
    batch->needs.insert(batch->needs.end(), row.needs.begin(), row.needs.end());
    batch->lines.push_back(row.line);
    source_.MoveTo(batch);
    position_ = row_end_;
  }
  batch->end = position_;
  batch->writes.assign(written.begin(), written.end());
  return absl::OkStatus();
}

bool BatchReader::Fits(const Batch& batch, size_t bytes) const {
  return batch.lines.empty() || (batch.lines.size() < options_.batch_rows &&
                                 bytes <= options_.batch_bytes);
}

bool BatchReader::IsAnyIn(const std::vector<uint64_t>& ids,
                          const absl::flat_hash_set<uint64_t>& set) {
  for (const uint64_t id : ids) {
    if (set.contains(id)) return true;
  }
  return false;
}

absl::StatusOr<bool> BatchReader::ReadRow() {
  while (rows_ < options_.limit) {
    ASSIGN_OR_RETURN(const bool more, source_.Next());
    if (!more) return false;
    row_end_ = source_.position();
    const RowSource::RowFacts& row = source_.row();
    if (row.problem.empty()) {
      ++rows_;
      return true;
    }
    const std::string problem =
        fmt::format("{}:{}: {}", source_.path(), row.line, row.problem);
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

}  // namespace mi::client
