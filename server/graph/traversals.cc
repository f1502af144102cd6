#include "server/graph/traversals.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/algorithms/similar_nodes.h"
#include "engine/graph/read/expand.h"
#include "engine/graph/read/neighbors.h"
#include "engine/graph/read/subgraph.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/element_writer.h"
#include "server/convert/selector_proto.h"
#include "server/graph/page.h"
#include "server/graph/start_nodes.h"

namespace mi::server {
namespace {

constexpr uint32_t kMaxHops = 32;
constexpr uint32_t kMaxNodesMet = 100'000;
constexpr uint32_t kDefaultNodesMet = 1'000;
constexpr uint32_t kMaxEdgesScanned = 10'000'000;
constexpr uint32_t kDefaultEdgesScanned = 1'000'000;

constexpr uint32_t kMaxSubgraphHops = 8;
constexpr uint32_t kMaxSubgraphNodes = 10'000;
constexpr uint32_t kDefaultSubgraphNodes = 200;
constexpr uint32_t kMaxSubgraphEdges = 100'000;
constexpr uint32_t kDefaultSubgraphEdges = 2'000;
constexpr uint32_t kMaxSubgraphHyperedges = 10'000;
constexpr uint32_t kDefaultSubgraphHyperedges = 1'000;

constexpr uint32_t kMaxSimilar = 10'000;
constexpr uint32_t kDefaultSimilar = 10;

graph::Similarity SimilarityFromProto(v1::NeighborhoodSimilarity similarity,
                                      Violations* violations) {
  switch (similarity) {
    case v1::NEIGHBORHOOD_SIMILARITY_UNSPECIFIED:
    case v1::NEIGHBORHOOD_SIMILARITY_JACCARD:
      return graph::Similarity::kJaccard;
    case v1::NEIGHBORHOOD_SIMILARITY_ADAMIC_ADAR:
      return graph::Similarity::kAdamicAdar;
    case v1::NEIGHBORHOOD_SIMILARITY_COMMON_NEIGHBORS:
      return graph::Similarity::kCommonNeighbors;
    case v1::NEIGHBORHOOD_SIMILARITY_OVERLAP:
      return graph::Similarity::kOverlap;
    default:
      violations->Add("similarity",
                      fmt::format("is {}, which is no NeighborhoodSimilarity",
                                  static_cast<int>(similarity)));
      return graph::Similarity::kJaccard;
  }
}

}  // namespace

absl::Status ListNeighbors(const GraphRead& read,
                           const v1::ListNeighborsRequest& request,
                           v1::ListNeighborsResponse* response) {
  Violations violations;
  graph::NeighborQuery query;
  query.direction =
      DirectionFromProto(request.direction(), "direction", &violations);
  query.edges = EdgeSelectorFromProto(request.edges(), "edges", &violations);
  query.nodes = NodeSelectorFromProto(request.nodes(), "nodes", &violations);
  query.after = EntryFromToken(request.page_token(), &violations);
  query.limit = PageSize(request.page_size(), &violations);
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.node,
                   FindNode(read.view, request.node_id(), "node_id"));
  ASSIGN_OR_RETURN(const graph::NeighborPage page,
                   graph::ListNeighbors(read.view, query, read.stop));
  ElementWriter writer(read.view, parts);
  for (const graph::NeighborHit& hit : page.hits) {
    writer.PrefetchNode(hit.entry.neighbor);
    writer.PrefetchEdge(hit.entry.edge);
  }
  for (const graph::NeighborHit& hit : page.hits) {
    v1::Neighbor* neighbor = response->add_neighbors();
    writer.Write(hit.entry.neighbor, neighbor->mutable_node());
    writer.Write(hit.entry.edge, neighbor->mutable_edge());
  }
  if (page.more) {
    response->set_next_page_token(EntryToken(page.hits.back().entry));
  }
  return absl::OkStatus();
}

absl::Status ExpandNodes(const GraphRead& read,
                         const v1::ExpandNodesRequest& request,
                         v1::ExpandNodesResponse* response) {
  Violations violations;
  graph::ExpandQuery query;
  query.max_hops = static_cast<uint32_t>(
      NumberOr(request.max_hops(), 1, 1, kMaxHops, "max_hops", &violations));
  query.min_hops = request.min_hops();
  CheckRange(query.min_hops, 0, query.max_hops, "min_hops", &violations);
  query.direction =
      DirectionFromProto(request.direction(), "direction", &violations);
  query.edges = EdgeSelectorFromProto(request.edges(), "edges", &violations);
  query.nodes = NodeSelectorFromProto(request.nodes(), "nodes", &violations);
  query.max_edges_per_node = request.max_edges_per_node();
  query.max_nodes = NumberOr(request.max_nodes(), kDefaultNodesMet, 1,
                             kMaxNodesMet, "max_nodes", &violations);
  query.max_edges_scanned =
      NumberOr(request.max_edges_scanned(), kDefaultEdgesScanned, 1,
               kMaxEdgesScanned, "max_edges_scanned", &violations);
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.starts,
                   FindStartNodes(read, request.start(), "start",
                                  response->mutable_similar_points()));
  ASSIGN_OR_RETURN(const graph::Expansion found,
                   graph::Expand(read.view, query, read.stop));
  ElementWriter writer(read.view, parts);
  for (size_t i = 0; i < found.nodes.size(); ++i) {
    if (i + ElementWriter::kPrefetchAhead < found.nodes.size()) {
      const auto& later = found.nodes[i + ElementWriter::kPrefetchAhead];
      writer.PrefetchNode(later.node);
      if (later.edge != graph::kNoRow) writer.PrefetchEdge(later.edge);
    }
    const graph::ExpandedNode& met = found.nodes[i];
    v1::ExpandedNode* out = response->add_nodes();
    writer.Write(met.node, out->mutable_node());
    out->set_hops(met.hops);
    if (met.edge != graph::kNoRow) {
      writer.Write(met.edge, out->mutable_edge());
    }
  }
  response->set_edges_per_node_limited(found.edges_per_node_limited);
  response->set_nodes_limited(found.nodes_limited);
  response->set_edges_scanned_limited(found.edges_scanned_limited);
  response->set_edges_scanned(found.edges_scanned);
  return absl::OkStatus();
}

absl::Status GetSubgraph(const GraphRead& read,
                         const v1::GetSubgraphRequest& request,
                         v1::GetSubgraphResponse* response) {
  Violations violations;
  graph::SubgraphQuery query;
  query.max_hops = request.has_hops() ? request.hops() : 1;
  CheckRange(query.max_hops, 0, kMaxSubgraphHops, "hops", &violations);
  query.direction =
      DirectionFromProto(request.direction(), "direction", &violations);
  query.edges = EdgeSelectorFromProto(request.edges(), "edges", &violations);
  query.nodes = NodeSelectorFromProto(request.nodes(), "nodes", &violations);
  query.with_hyperedges = request.with_hyperedges();
  query.hyperedges = HyperedgeSelectorFromProto(request.hyperedges(),
                                                "hyperedges", &violations);
  query.max_nodes = NumberOr(request.max_nodes(), kDefaultSubgraphNodes, 1,
                             kMaxSubgraphNodes, "max_nodes", &violations);
  query.max_edges = NumberOr(request.max_edges(), kDefaultSubgraphEdges, 1,
                             kMaxSubgraphEdges, "max_edges", &violations);
  query.max_hyperedges =
      NumberOr(request.max_hyperedges(), kDefaultSubgraphHyperedges, 1,
               kMaxSubgraphHyperedges, "max_hyperedges", &violations);
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.centers,
                   FindStartNodes(read, request.center(), "center",
                                  response->mutable_similar_points()));
  ASSIGN_OR_RETURN(const graph::Subgraph found,
                   graph::GetSubgraph(read.view, query, read.stop));
  ElementWriter writer(read.view, parts);
  for (const graph::SubgraphNode& shown : found.nodes) {
    v1::SubgraphNode* out = response->add_nodes();
    writer.Write(shown.node, out->mutable_node());
    out->set_hops(shown.hops);
    out->set_degree(shown.degree);
  }
  for (const graph::EdgeRow row : found.edges) {
    writer.Write(row, response->add_edges());
  }
  for (const graph::HyperedgeRow row : found.hyperedges) {
    writer.Write(row, response->add_hyperedges());
  }
  response->set_nodes_left_out(found.nodes_left_out);
  response->set_edges_left_out(found.edges_left_out);
  response->set_hyperedges_left_out(found.hyperedges_left_out);
  response->set_search_limited(found.search_limited);
  return absl::OkStatus();
}

absl::Status FindSimilarNodes(const GraphRead& read,
                              const v1::FindSimilarNodesRequest& request,
                              v1::FindSimilarNodesResponse* response) {
  Violations violations;
  graph::SimilarNodesQuery query;
  query.similarity = SimilarityFromProto(request.similarity(), &violations);
  query.direction =
      DirectionFromProto(request.direction(), "direction", &violations);
  query.edges = EdgeSelectorFromProto(request.edges(), "edges", &violations);
  query.nodes = NodeSelectorFromProto(request.nodes(), "nodes", &violations);
  query.limit = NumberOr(request.limit(), kDefaultSimilar, 1, kMaxSimilar,
                         "limit", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.node,
                   FindNode(read.view, request.node_id(), "node_id"));
  ASSIGN_OR_RETURN(const std::vector<graph::SimilarNode> found,
                   graph::FindSimilarNodes(read.view, query, read.stop));
  ElementWriter writer(read.view, ElementParts::kStructure);
  for (const graph::SimilarNode& similar : found) {
    v1::SimilarNode* out = response->add_nodes();
    writer.Write(similar.node, out->mutable_node());
    out->set_score(similar.score);
    out->set_common_neighbor_count(similar.common);
  }
  return absl::OkStatus();
}

}  // namespace mi::server
