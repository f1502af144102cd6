// Batches on their way from the reader of the file to the threads that send
// them, and the record of what is acknowledged.

#ifndef MI_CLIENTS_CPP_LOAD_PIPELINE_H_
#define MI_CLIENTS_CPP_LOAD_PIPELINE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "clients/cpp/load/batch.h"

namespace mi::client {

// Thread-safe.
class Pipeline {
 public:
  // At most `capacity` batches wait or are being sent. Everything before
  // `start` is done. `in_order` says that one thread takes them, and so writes
  // them in order.
  Pipeline(size_t capacity, bool in_order, Position start)
      : capacity_(capacity), in_order_(in_order), done_(start) {}

  enum class Outcome { kDone, kTimeout, kFailed };

  // Hands over a batch, when there is room and nothing that it writes or needs
  // is written by a batch on its way: so what has one id is written in the
  // order of the file, and edges behind their nodes. Leaves the batch alone
  // unless the outcome is kDone.
  Outcome Submit(Batch* batch, absl::Duration timeout);

  // No more batches will come.
  void Close();

  // Waits until all batches are acknowledged.
  Outcome WaitUntilEmpty(absl::Duration timeout);

  // Up to `max` batches to send, in order; waits for the first. None when there
  // will be no more.
  std::vector<Batch> Take(size_t max);

  // The batch is durable, or nothing is left of it. `rows` are the ones that
  // were written.
  void Acknowledge(const Batch& batch, size_t rows);

  // A batch cannot be sent: nothing more is taken. The first error counts.
  void Fail(absl::Status error);

  // False at once when a batch failed, true after `delay`.
  bool Sleep(absl::Duration delay);

  void CountRetry();
  void CountSkipped(size_t rows);

  struct Progress {
    Position done;  // everything before is acknowledged or passed over
    uint64_t rows = 0;
    uint64_t retries = 0;
    uint64_t skipped = 0;  // by the server's word
    absl::Status status;
  };
  Progress progress() const;

 private:
  bool CanTakeLocked(const Batch& batch) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);

  const size_t capacity_;
  const bool in_order_;
  mutable absl::Mutex mutex_;
  std::deque<Batch> waiting_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<uint64_t> written_
      ABSL_GUARDED_BY(mutex_);  // by batches on their way
  // Ends of the batches that are not acknowledged, and of those that are but
  // have others before them.
  struct Unfinished {
    Position end;
    bool acknowledged = false;
  };
  std::map<uint64_t, Unfinished> unfinished_ ABSL_GUARDED_BY(mutex_);
  size_t on_their_way_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  Position done_ ABSL_GUARDED_BY(mutex_);
  uint64_t rows_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t retries_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t skipped_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_PIPELINE_H_
