// Carries out an algorithm and writes what comes of it.

#ifndef MI_SERVER_GRAPH_ALGORITHM_RUN_H_
#define MI_SERVER_GRAPH_ALGORITHM_RUN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/progress.h"
#include "engine/graph/graph_view.h"
#include "engine/workspace/workspace.h"
#include "marketing/intelligence/v1/graph_algorithm.pb.h"
#include "server/graph/algorithm_proto.h"

namespace mi::server {

// What a run works on: one state of a graph, and where to write to.
struct AlgorithmTarget {
  std::shared_ptr<workspace::Workspace> workspace;
  workspace::GraphId graph_id = 0;
  std::shared_ptr<const graph::GraphView> view;
};

// Errors: CANCELLED; INVALID_ARGUMENT for a start that is not part of the
// projection and for weights that the algorithm cannot use; when writing, those
// of Workspace::Write, where batches that were written stay.
absl::StatusOr<v1::GraphAlgorithmResult> RunAlgorithm(
    const AlgorithmTarget& target, const AlgorithmRun& run, const Clock& clock,
    Progress& progress);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_ALGORITHM_RUN_H_
