// Everything that a workspace holds, as a pure function of its journal.

#ifndef MI_ENGINE_WORKSPACE_STATE_H_
#define MI_ENGINE_WORKSPACE_STATE_H_

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "engine/base/published.h"
#include "engine/vector/collection.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/change.h"
#include "engine/workspace/staged_graphs.h"
#include "engine/workspace/write_request.h"

namespace mi::workspace {

struct StateLimits {
  size_t max_collections = 1000;
  size_t max_aliases = 1000;
  size_t max_graphs = 1000;
  // Writes to a collection are refused for a moment while this many deltas
  // wait for their index: searches have to scan each of them.
  size_t max_pending_builds = 64;
};

// Readers are thread-safe and never wait; Prepare and Apply belong to one
// writer.
class State {
 public:
  State(const StateLimits& limits, const vector::CollectionOptions& options,
        vector::BackgroundLanes lanes);

  // --- Readers.

  std::shared_ptr<const Catalog> catalog() const { return catalog_.Load(); }
  // Journal sequence of the last change applied.
  uint64_t sequence() const {
    return sequence_.load(std::memory_order_acquire);
  }

  // --- The writer.

  // Starts from what a snapshot of `sequence` holds. Before anything else.
  void Restore(std::shared_ptr<const Catalog> catalog, uint64_t sequence) {
    catalog_.Publish(std::move(catalog));
    sequence_.store(sequence, std::memory_order_release);
  }

  // Checks a write against the present state, and graphs as the writes prepared
  // since have made them, and turns it into the change to journal as
  // `sequence`. After this nothing about the change can fail. `now` goes into
  // the change. Errors: NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, ABORTED
  // (a version does not hold), RESOURCE_EXHAUSTED (limits).
  absl::StatusOr<Change> Prepare(WriteRequest request, TimeMicros now,
                                 uint64_t sequence);

  // What Apply is going to return for a change that Prepare gave, without the
  // epoch.
  WriteResult Predict(const Change& change, uint64_t sequence) const;

  // Changes from this sequence on that were prepared will not be applied.
  void ForgetFrom(uint64_t sequence) { staged_.DropFrom(sequence); }

  // Applies a change that Prepare or the journal gave. DATA_LOSS when it does
  // not fit the state, which a damaged journal can cause.
  absl::StatusOr<WriteResult> Apply(const Change& change, uint64_t sequence);

 private:
  absl::StatusOr<WriteResult> ApplyTo(const CreateCollection&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const UpdateCollection&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const DeleteCollection&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const SetAlias&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const DeleteAlias&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const UpsertPoints&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const DeletePoints&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const CreateGraph&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const DeleteGraph&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const CreateGraphIndex&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const DeleteGraphIndex&, uint64_t);
  absl::StatusOr<WriteResult> ApplyTo(const WriteGraph&, uint64_t);
  // Publishes what Prepare made of a graph, or makes it now.
  template <typename GraphChange>
  absl::StatusOr<WriteResult> ApplyToGraph(const GraphChange&, uint64_t);

  const StateLimits limits_;
  const vector::CollectionOptions options_;
  const vector::BackgroundLanes lanes_;
  std::atomic<uint64_t> sequence_{0};
  Published<Catalog> catalog_;
  StagedGraphs staged_;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_STATE_H_
