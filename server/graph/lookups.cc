#include "server/graph/lookups.h"

#include <string>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/index_scan.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/element_writer.h"
#include "server/convert/limits.h"
#include "server/convert/selector_proto.h"
#include "server/graph/page.h"

namespace mi::server {
namespace {

v1::NodeScanPlan::Kind KindToProto(graph::ScanPlan::Kind kind) {
  switch (kind) {
    case graph::ScanPlan::Kind::kNothing:
      return v1::NodeScanPlan::KIND_NOTHING;
    case graph::ScanPlan::Kind::kAll:
      return v1::NodeScanPlan::KIND_ALL_NODES;
    case graph::ScanPlan::Kind::kName:
      return v1::NodeScanPlan::KIND_LABEL;
    case graph::ScanPlan::Kind::kIndex:
      return v1::NodeScanPlan::KIND_INDEX;
  }
  return v1::NodeScanPlan::KIND_UNSPECIFIED;
}

void PlanToProto(const graph::ScanPage& page, v1::NodeScanPlan* out) {
  out->set_kind(KindToProto(page.plan.kind));
  for (const std::string& name : page.plan.names) out->add_labels(name);
  out->set_property(page.plan.property);
  out->set_scanned_count(page.scanned);
}

template <typename Response>
void SetNextPage(const graph::ScanPage& page, Response* response) {
  if (page.more) response->set_next_page_token(RowToken(page.rows.back()));
}

}  // namespace

absl::Status GetNodes(const GraphRead& read, const v1::GetNodesRequest& request,
                      v1::GetNodesResponse* response) {
  RETURN_IF_ERROR(CheckIds(request.ids(), kMaxIdsPerCall, "ids"));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const v1::ElementId& id : request.ids()) {
    const auto row = read.view.FindNode(IdFromProto(id));
    if (row) writer.Write(*row, response->add_nodes());
  }
  return absl::OkStatus();
}

absl::Status GetEdges(const GraphRead& read, const v1::GetEdgesRequest& request,
                      v1::GetEdgesResponse* response) {
  RETURN_IF_ERROR(CheckIds(request.ids(), kMaxIdsPerCall, "ids"));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const v1::ElementId& id : request.ids()) {
    const auto row = read.view.FindEdge(IdFromProto(id));
    if (row) writer.Write(*row, response->add_edges());
  }
  return absl::OkStatus();
}

absl::Status GetHyperedges(const GraphRead& read,
                           const v1::GetHyperedgesRequest& request,
                           v1::GetHyperedgesResponse* response) {
  RETURN_IF_ERROR(CheckIds(request.ids(), kMaxIdsPerCall, "ids"));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const v1::ElementId& id : request.ids()) {
    const auto row = read.view.FindHyperedge(IdFromProto(id));
    if (row) writer.Write(*row, response->add_hyperedges());
  }
  return absl::OkStatus();
}

absl::Status ListNodes(const GraphRead& read,
                       const v1::ListNodesRequest& request,
                       v1::ListNodesResponse* response) {
  Violations violations;
  const graph::NodeScanQuery query = {
      .selector =
          NodeSelectorFromProto(request.selector(), "selector", &violations),
      .after = RowFromToken(request.page_token(), &violations),
      .limit = PageSize(request.page_size(), &violations)};
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const graph::ScanPage page,
                   graph::ScanNodes(read.view, query, read.stop));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const graph::NodeRow row : page.rows) {
    writer.Write(row, response->add_nodes());
  }
  SetNextPage(page, response);
  PlanToProto(page, response->mutable_plan());
  return absl::OkStatus();
}

absl::Status ListEdges(const GraphRead& read,
                       const v1::ListEdgesRequest& request,
                       v1::ListEdgesResponse* response) {
  Violations violations;
  const graph::EdgeScanQuery query = {
      .selector =
          EdgeSelectorFromProto(request.selector(), "selector", &violations),
      .after = RowFromToken(request.page_token(), &violations),
      .limit = PageSize(request.page_size(), &violations)};
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const graph::ScanPage page,
                   graph::ScanEdges(read.view, query, read.stop));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const graph::EdgeRow row : page.rows) {
    writer.Write(row, response->add_edges());
  }
  SetNextPage(page, response);
  return absl::OkStatus();
}

absl::Status ListHyperedges(const GraphRead& read,
                            const v1::ListHyperedgesRequest& request,
                            v1::ListHyperedgesResponse* response) {
  Violations violations;
  const graph::EdgeScanQuery query = {
      .selector = HyperedgeSelectorFromProto(request.selector(), "selector",
                                             &violations),
      .after = RowFromToken(request.page_token(), &violations),
      .limit = PageSize(request.page_size(), &violations)};
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const graph::ScanPage page,
                   graph::ScanHyperedges(read.view, query, read.stop));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const graph::HyperedgeRow row : page.rows) {
    writer.Write(row, response->add_hyperedges());
  }
  SetNextPage(page, response);
  return absl::OkStatus();
}

}  // namespace mi::server
