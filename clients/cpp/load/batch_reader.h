// Makes batches of rows.

#ifndef MI_CLIENTS_CPP_LOAD_BATCH_READER_H_
#define MI_CLIENTS_CPP_LOAD_BATCH_READER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/load/batch.h"
#include "clients/cpp/load/load_options.h"
#include "clients/cpp/load/row_source.h"

namespace mi::client {

// Told of each row that is at fault: "ads.csv:17: column 'age': ...".
using ReportProblem = std::function<void(const std::string& problem)>;

// Thread-compatible.
class BatchReader {
 public:
  // Reads from `rows`, which must outlive it.
  BatchReader(RowSource& rows, const LoadOptions& options,
              ReportProblem report);

  // Fills an empty batch; one without rows means that there are no more.
  // A batch never has an id twice. Errors: the file cannot be read, or a row is
  // at fault and rows are not skipped; the batch then has the rows before, and
  // is to be sent all the same.
  absl::Status Next(Batch* batch);

  uint64_t rows() const { return rows_; }
  uint64_t skipped() const { return skipped_; }
  const Position& position() const { return position_; }

 private:
  // Goes on to the next good row; false at the end.
  absl::StatusOr<bool> ReadRow();
  bool Fits(const Batch& batch, size_t bytes) const;
  static bool IsAnyIn(const std::vector<uint64_t>& ids,
                      const absl::flat_hash_set<uint64_t>& set);

  RowSource& source_;
  const LoadOptions& options_;
  const ReportProblem report_;
  bool row_waits_ = false;  // the last row did not fit into the last batch
  Position row_end_;        // behind the last row
  Position position_;       // behind the last row of the last batch
  uint64_t rows_ = 0;
  uint64_t skipped_ = 0;
  uint64_t batches_ = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_BATCH_READER_H_
