// Sends what a pipeline holds until there is no more: with retries, and without
// the rows that the server refuses if those are to be skipped.

#ifndef MI_CLIENTS_CPP_LOAD_SENDER_H_
#define MI_CLIENTS_CPP_LOAD_SENDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "clients/cpp/load/batch_reader.h"
#include "clients/cpp/load/load_options.h"
#include "clients/cpp/load/pipeline.h"
#include "clients/cpp/load/uploader.h"

namespace mi::client {

// Thread-safe: Run is for several threads at once.
class Sender {
 public:
  // `run_id` names the run in idempotency keys; `report` is called from any
  // thread.
  Sender(const Uploader& uploader, const LoadOptions& options,
         const std::string& input_path, const std::string& run_id,
         ReportProblem report);

  // Takes and sends batches until the pipeline has no more or has failed.
  void Run(Pipeline* pipeline) const;

 private:
  // OK if all batches were acknowledged, or if the pipeline failed elsewhere.
  absl::Status SendAll(std::vector<Batch> batches, Pipeline* pipeline) const;

  // Takes the rows that `error` names out of the batch, and reports them.
  // Returns how many; none if it names no row.
  size_t DropRefused(const absl::Status& error, Batch* batch) const;

  // The error with the lines of the rows that it names.
  absl::Status Locate(const absl::Status& error, const Batch& batch) const;

  const Uploader& uploader_;
  const LoadOptions& options_;
  const std::string input_path_;
  const std::string run_id_;
  const ReportProblem report_;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_SENDER_H_
