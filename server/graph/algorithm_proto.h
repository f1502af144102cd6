// Runs of algorithms between the API and the engine.

#ifndef MI_SERVER_GRAPH_ALGORITHM_PROTO_H_
#define MI_SERVER_GRAPH_ALGORITHM_PROTO_H_

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/graph/algorithms/betweenness.h"
#include "engine/graph/algorithms/compressed_graph.h"
#include "engine/graph/algorithms/louvain.h"
#include "engine/graph/algorithms/page_rank.h"
#include "engine/graph/graph_view.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

struct ComponentsOptions {
  bool strong = false;
};

struct AlgorithmRun {
  std::variant<graph::PageRankOptions, ComponentsOptions, graph::LouvainOptions,
               graph::BetweennessOptions>
      algorithm;
  // Of PageRank; vertices only once the projection is made.
  std::vector<graph::NodeRow> starts;
  graph::Projection projection;
  // Nodes or groups that come back.
  size_t limit = 0;
  std::string write_property;  // empty: none
};

// Errors: INVALID_ARGUMENT naming every field at fault; NOT_FOUND for a start
// that `view` does not have.
absl::StatusOr<AlgorithmRun> FromProto(
    const v1::RunGraphAlgorithmRequest& request, const graph::GraphView& view);

}  // namespace mi::server

#endif  // MI_SERVER_GRAPH_ALGORITHM_PROTO_H_
