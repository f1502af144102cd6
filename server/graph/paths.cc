#include "server/graph/paths.h"

#include <cmath>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/shortest_path.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/element_writer.h"
#include "server/convert/selector_proto.h"

namespace mi::server {
namespace {

using Request = v1::FindShortestPathsRequest;
using Response = v1::FindShortestPathsResponse;

constexpr uint32_t kDefaultMaxHops = 100;
constexpr uint32_t kMaxMaxHops = 1'000;
constexpr uint32_t kMaxPaths = 1'000;
constexpr uint32_t kDefaultVisited = 1'000'000;
constexpr uint32_t kMaxVisited = 10'000'000;

// What both kinds of search are told, without the two ends.
graph::PathQuery CommonQuery(const Request& request, Violations* violations) {
  graph::PathQuery query;
  query.direction =
      DirectionFromProto(request.direction(), "direction", violations);
  query.edges = EdgeSelectorFromProto(request.edges(), "edges", violations);
  query.nodes = NodeSelectorFromProto(request.nodes(), "nodes", violations);
  query.max_visited = NumberOr(request.max_visited(), kDefaultVisited, 1,
                               kMaxVisited, "max_visited", violations);
  return query;
}

absl::Status FindEnds(const GraphRead& read, const Request& request,
                      graph::PathQuery* query) {
  ASSIGN_OR_RETURN(query->source,
                   FindNode(read.view, request.source_id(), "source_id"));
  ASSIGN_OR_RETURN(query->target,
                   FindNode(read.view, request.target_id(), "target_id"));
  return absl::OkStatus();
}

void PathToProto(const graph::Path& path, ElementWriter& writer,
                 v1::Path* out) {
  for (const graph::NodeRow node : path.nodes) {
    writer.Write(node, out->add_nodes());
  }
  for (const graph::EdgeRow edge : path.edges) {
    writer.Write(edge, out->add_edges());
  }
  out->set_length(path.length);
}

absl::Status ByEdges(const GraphRead& read, const Request& request,
                     Response* response) {
  Violations violations;
  graph::ShortestPathQuery query{CommonQuery(request, &violations)};
  query.max_hops =
      static_cast<uint32_t>(NumberOr(request.max_hops(), kDefaultMaxHops, 1,
                                     kMaxMaxHops, "max_hops", &violations));
  query.max_paths =
      NumberOr(request.max_paths(), 1, 1, kMaxPaths, "max_paths", &violations);
  if (request.has_default_weight()) {
    violations.Add("default_weight", "is for a search with weight_property");
  }
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(FindEnds(read, request, &query));
  ASSIGN_OR_RETURN(const graph::ShortestPaths found,
                   graph::FindShortestPaths(read.view, query, read.stop));
  ElementWriter writer(read.view, parts);
  for (const graph::Path& path : found.paths) {
    PathToProto(path, writer, response->add_paths());
  }
  response->set_more_paths(found.more);
  response->set_visited_count(found.visited);
  return absl::OkStatus();
}

absl::Status ByWeight(const GraphRead& read, const Request& request,
                      Response* response) {
  Violations violations;
  graph::LightestPathQuery query{CommonQuery(request, &violations)};
  query.weight_property = request.weight_property();
  CheckGraphName(query.weight_property, "weight_property", &violations);
  if (request.has_default_weight()) {
    query.default_weight = request.default_weight();
  }
  if (!(query.default_weight >= 0) || std::isinf(query.default_weight)) {
    violations.Add("default_weight",
                   fmt::format("is {}, must be finite and at least 0",
                               query.default_weight));
  }
  if (request.max_hops() != 0) {
    violations.Add("max_hops", "cannot be set with weight_property");
  }
  if (request.max_paths() > 1) {
    violations.Add("max_paths", "cannot be above 1 with weight_property");
  }
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  RETURN_IF_ERROR(FindEnds(read, request, &query));
  ASSIGN_OR_RETURN(const graph::LightestPath found,
                   graph::FindLightestPath(read.view, query, read.stop));
  if (found.path.has_value()) {
    ElementWriter writer(read.view, parts);
    PathToProto(*found.path, writer, response->add_paths());
  }
  response->set_visited_count(found.visited);
  return absl::OkStatus();
}

}  // namespace

absl::Status FindShortestPaths(const GraphRead& read, const Request& request,
                               Response* response) {
  return request.weight_property().empty() ? ByEdges(read, request, response)
                                           : ByWeight(read, request, response);
}

}  // namespace mi::server
