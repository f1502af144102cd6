#include "server/graph/start_nodes.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/index_scan.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/limits.h"
#include "server/convert/selector_proto.h"
#include "server/search/graph_context.h"
#include "server/search/run_search.h"

namespace mi::server {
namespace {

using google::protobuf::RepeatedPtrField;
using graph::NodeRow;

constexpr size_t kMaxSelected = 10'000;

absl::StatusOr<std::vector<NodeRow>> Named(const GraphRead& read,
                                           const ProtoIds& ids,
                                           const std::string& field) {
  ASSIGN_OR_RETURN(std::vector<NodeRow> rows,
                   FindNodes(read.view, ids, kMaxIdsPerCall, field));
  Violations violations;
  absl::flat_hash_map<NodeRow, size_t> first;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto [at, is_new] = first.try_emplace(rows[i], i);
    if (is_new) continue;
    violations.Add(fmt::format("{}[{}]", field, i),
                   fmt::format("is the same as {}[{}]", field, at->second));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return rows;
}

absl::StatusOr<std::vector<NodeRow>> Selected(const GraphRead& read,
                                              const v1::NodeSelector& selector,
                                              const std::string& field) {
  Violations violations;
  const graph::NodeScanQuery query = {
      .selector = NodeSelectorFromProto(selector, field, &violations),
      .after = std::nullopt,
      .limit = kMaxSelected};
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(graph::ScanPage page,
                   graph::ScanNodes(read.view, query, read.stop));
  return std::move(page.rows);
}

absl::StatusOr<std::vector<NodeRow>> Similar(
    const GraphRead& read, const v1::SearchRequest& search,
    const std::string& field, RepeatedPtrField<v1::ScoredPoint>* points) {
  if (search.has_graph_context()) {
    return InvalidField(field + ".graph_context",
                        "cannot be set in a search that starts a read of a "
                        "graph");
  }
  ASSIGN_OR_RETURN(const SearchedCollection collection,
                   OpenCollection(read.catalog, search.collection()));
  v1::SearchResponse found;
  RETURN_IF_ERROR(RunSearch(collection, search, field + ".", read.stop,
                            read.clock, &found));
  const auto names = NamesOfCollection(read.catalog, collection.entry->name);
  std::vector<NodeRow> rows;
  absl::flat_hash_set<NodeRow> seen;
  for (const v1::ScoredPoint& point : found.points()) {
    for (const NodeRow row :
         NodesLinkedTo(read.view, names, point.point().id())) {
      if (seen.insert(row).second) rows.push_back(row);
    }
  }
  *points = std::move(*found.mutable_points());
  return rows;
}

}  // namespace

absl::StatusOr<std::vector<NodeRow>> FindStartNodes(
    const GraphRead& read, const v1::StartNodes& start, std::string_view field,
    RepeatedPtrField<v1::ScoredPoint>* similar_points) {
  switch (start.kind_case()) {
    case v1::StartNodes::kIds:
      return Named(read, start.ids().ids(), fmt::format("{}.ids.ids", field));
    case v1::StartNodes::kSelector:
      return Selected(read, start.selector(),
                      fmt::format("{}.selector", field));
    case v1::StartNodes::kSimilar:
      return Similar(read, start.similar(), fmt::format("{}.similar", field),
                     similar_points);
    case v1::StartNodes::KIND_NOT_SET:
      break;
  }
  return InvalidField(field, "has no kind set");
}

}  // namespace mi::server
