// What a graph knows about the points that a search found.

#ifndef MI_SERVER_SEARCH_GRAPH_CONTEXT_H_
#define MI_SERVER_SEARCH_GRAPH_CONTEXT_H_

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/neighbors.h"
#include "engine/workspace/catalog.h"
#include "marketing/intelligence/v1/search_service.pb.h"
#include "server/convert/element_writer.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The names by which links may mention a collection: its own and its aliases.
std::vector<std::string> NamesOfCollection(const workspace::Catalog& catalog,
                                           const std::string& collection);

// The nodes that are linked to a point under any of the names, ascending.
std::vector<graph::NodeRow> NodesLinkedTo(const graph::GraphView& view,
                                          const std::vector<std::string>& names,
                                          std::string_view point_id);

// Adds nodes and their neighbours to points of one collection.
class GraphContext {
 public:
  // Nothing when the search does not ask for it. `prefix` as of RunSearch.
  // Errors: INVALID_ARGUMENT naming the fields at fault; NOT_FOUND.
  static absl::StatusOr<std::optional<GraphContext>> For(
      const v1::SearchRequest& request, const workspace::Catalog& catalog,
      const std::string& collection, std::string_view prefix);

  // Errors: CANCELLED.
  absl::Status AddTo(v1::SearchResponse* response,
                     const std::stop_token& stop) const;

 private:
  absl::Status Describe(graph::NodeRow node, const std::stop_token& stop,
                        v1::LinkedNode* out) const;

  std::shared_ptr<const graph::GraphView> view_;
  std::vector<std::string> collection_names_;
  graph::NeighborQuery query_;  // without its node
  ElementParts parts_ = ElementParts::kStructure;
};

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_GRAPH_CONTEXT_H_
