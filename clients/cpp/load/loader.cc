#include "clients/cpp/load/loader.h"

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "clients/cpp/load/pipeline.h"
#include "clients/cpp/load/sender.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

using std::chrono::steady_clock;

constexpr absl::Duration kTick = absl::Milliseconds(100);
constexpr auto kStateInterval = std::chrono::milliseconds(250);

// 32 random hexadecimal digits. Made anew for every run that does not go on
// from an earlier one: keys that followed from the file would keep a file that
// is loaded again on purpose from being written.
std::string RandomRunId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", random());
  return id;
}

// One load. Everything here runs on the caller's thread but the sender.
class Loading {
 public:
  Loading(RowSource& rows, const Uploader& uploader, const LoadOptions& options,
          const StateFile* state, const LoadObserver& observer,
          std::string run_id)
      : rows_(rows),
        options_(options),
        state_(state),
        observer_(observer),
        start_(rows.position()),
        batches_(rows, options, observer.problem),
        run_id_(std::move(run_id)),
        sender_(uploader, options, rows.path(), run_id_, observer.problem),
        pipeline_(options.in_flight * uploader.max_batches(),
                  /*in_order=*/options.in_flight == 1, start_) {}

  LoadResult Run() {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < options_.in_flight && !options_.dry_run; ++i) {
      threads.emplace_back([this] { sender_.Run(&pipeline_); });
    }
    absl::Status status = ReadAll();
    pipeline_.Close();
    if (absl::Status drained = Drain(); status.ok()) status = drained;
    // A state that cannot be written must end the threads as well.
    if (!status.ok()) pipeline_.Fail(status);
    for (std::thread& thread : threads) thread.join();
    return Finish(std::move(status));
  }

 private:
  absl::Status ReadAll() {
    while (true) {
      Batch batch;
      const absl::Status read = batches_.Next(&batch);
      read_end_ = batch.end;
      const bool has_rows = !batch.lines.empty();
      if (has_rows && !options_.dry_run) RETURN_IF_ERROR(Submit(&batch));
      RETURN_IF_ERROR(read);
      if (!has_rows) return absl::OkStatus();
      RETURN_IF_ERROR(Tick());
    }
  }

  absl::Status Submit(Batch* batch) {
    SetIdempotencyKey(run_id_, batch);
    while (true) {
      switch (pipeline_.Submit(batch, kTick)) {
        case Pipeline::Outcome::kDone:
          return absl::OkStatus();
        case Pipeline::Outcome::kFailed:
          return pipeline_.progress().status;
        case Pipeline::Outcome::kTimeout:
          RETURN_IF_ERROR(Tick());
      }
    }
  }

  // Waits for what was sent, also when reading failed.
  absl::Status Drain() {
    while (pipeline_.WaitUntilEmpty(kTick) == Pipeline::Outcome::kTimeout) {
      RETURN_IF_ERROR(Tick());
    }
    return pipeline_.progress().status;
  }

  absl::Status Tick() {
    observer_.progress(State());
    const auto now = steady_clock::now();
    if (now - state_written_ < kStateInterval) return absl::OkStatus();
    state_written_ = now;
    return WriteState(pipeline_.progress().done);
  }

  absl::Status WriteState(const Position& done) {
    if (state_ == nullptr || options_.dry_run || done == saved_) {
      return absl::OkStatus();
    }
    saved_ = done;
    return state_->Write({done, run_id_});
  }

  LoadResult Finish(absl::Status status) {
    const Pipeline::Progress progress = pipeline_.progress();
    LoadResult result;
    result.status = std::move(status);
    finished_ = result.status.ok();
    const absl::Status saved =
        WriteState(finished_ ? read_end_ : progress.done);
    if (finished_) {
      result.status = saved;
    } else if (!saved.ok()) {
      observer_.problem(std::string(saved.message()));
    }
    result.summary = {
        .rows = batches_.rows(),
        .loaded = progress.rows,
        .skipped = batches_.skipped() + progress.skipped,
        .resumed_rows = start_.row,
        .retries = progress.retries,
        .bytes = rows_.position().offset - start_.offset,
        .seconds = Elapsed().count(),
    };
    observer_.progress(State());
    return result;
  }

  ProgressState State() const {
    const Pipeline::Progress progress = pipeline_.progress();
    const Position& done =
        finished_ || options_.dry_run ? read_end_ : progress.done;
    return {.rows = done.row,
            .skipped = batches_.skipped() + progress.skipped,
            .bytes = done.offset,
            .total_bytes = rows_.size(),
            .total_rows = rows_.total_rows(),
            .rows_before = start_.row,
            .bytes_before = start_.offset,
            .elapsed = Elapsed()};
  }

  std::chrono::duration<double> Elapsed() const {
    return steady_clock::now() - begin_;
  }

  RowSource& rows_;
  const LoadOptions& options_;
  const StateFile* const state_;
  const LoadObserver& observer_;
  const Position start_;
  const steady_clock::time_point begin_ = steady_clock::now();
  BatchReader batches_;
  const std::string run_id_;
  const Sender sender_;
  Pipeline pipeline_;
  Position read_end_ = start_;
  Position saved_ = start_;
  steady_clock::time_point state_written_ = begin_;
  bool finished_ = false;
};

}  // namespace

LoadResult Load(RowSource& rows, const Uploader& uploader,
                const LoadOptions& options, const StateFile* state,
                const LoadObserver& observer) {
  std::string run_id = RandomRunId();
  if (state != nullptr && !options.dry_run) {
    const auto before = state->Read();
    if (!before.ok()) return {{}, before.status()};
    if (*before) {
      run_id = (*before)->run_id;
      const absl::Status resumed = rows.Resume((*before)->position);
      if (!resumed.ok()) return {{}, resumed};
    }
    // A state that cannot be written is found before anything is sent.
    const absl::Status writable = state->Write({rows.position(), run_id});
    if (!writable.ok()) return {{}, writable};
  }
  return Loading(rows, uploader, options, state, observer, std::move(run_id))
      .Run();
}

}  // namespace mi::client
