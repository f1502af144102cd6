// Loads a file: reads, batches, sends several batches at once, and remembers
// what is acknowledged. Memory is bounded by the batches on their way.

#ifndef MI_CLIENTS_CPP_LOAD_LOADER_H_
#define MI_CLIENTS_CPP_LOAD_LOADER_H_

#include <functional>

#include "absl/status/status.h"
#include "clients/cpp/load/batch_reader.h"
#include "clients/cpp/load/load_options.h"
#include "clients/cpp/load/row_source.h"
#include "clients/cpp/load/state_file.h"
#include "clients/cpp/load/uploader.h"
#include "clients/cpp/output/progress.h"

namespace mi::client {

struct LoadResult {
  LoadSummary summary;  // also of a load that failed
  absl::Status status;
};

struct LoadObserver {
  std::function<void(const ProgressState&)> progress;  // from one thread
  ReportProblem problem;                               // from any thread
};

// Loads what `rows` has. With a `state` (it may be null) goes on where an
// earlier run stopped, and writes it as batches are acknowledged. When a load
// fails, the state has the acknowledged prefix; when it succeeds, the whole:
// removing it is the caller's business.
LoadResult Load(RowSource& rows, const Uploader& uploader,
                const LoadOptions& options, const StateFile* state,
                const LoadObserver& observer);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_LOADER_H_
