#include "server/graph/hyperedge_reads.h"

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/read/hyperedges.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/element_writer.h"
#include "server/convert/selector_proto.h"
#include "server/graph/page.h"

namespace mi::server {
namespace {

constexpr int kMaxNodes = 1'000;
constexpr uint32_t kMaxCoMembers = 10'000;
constexpr uint32_t kDefaultCoMembers = 100;

}  // namespace

absl::Status FindHyperedges(const GraphRead& read,
                            const v1::FindHyperedgesRequest& request,
                            v1::FindHyperedgesResponse* response) {
  Violations violations;
  graph::HyperedgeQuery query;
  query.all_nodes = request.all_nodes();
  query.roles = NamesFromProto(request.roles(), "roles", &violations);
  query.hyperedges = HyperedgeSelectorFromProto(request.hyperedges(),
                                                "hyperedges", &violations);
  query.after = RowFromToken(request.page_token(), &violations);
  query.limit = PageSize(request.page_size(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.nodes, FindNodes(read.view, request.node_ids(),
                                          kMaxNodes, "node_ids"));
  ASSIGN_OR_RETURN(const graph::HyperedgePage page,
                   graph::FindHyperedges(read.view, query, read.stop));
  ElementWriter writer(read.view, ElementParts::kAll);
  for (const graph::HyperedgeRow row : page.rows) {
    writer.Write(row, response->add_hyperedges());
  }
  if (page.more) response->set_next_page_token(RowToken(page.rows.back()));
  return absl::OkStatus();
}

absl::Status FindCoMembers(const GraphRead& read,
                           const v1::FindCoMembersRequest& request,
                           v1::FindCoMembersResponse* response) {
  Violations violations;
  graph::CoMemberQuery query;
  query.hyperedges = HyperedgeSelectorFromProto(request.hyperedges(),
                                                "hyperedges", &violations);
  query.co_members =
      NodeSelectorFromProto(request.nodes(), "nodes", &violations);
  query.limit = NumberOr(request.limit(), kDefaultCoMembers, 1, kMaxCoMembers,
                         "limit", &violations);
  query.max_shared = 0;  // not part of the answer
  const ElementParts parts =
      PartsFromProto(request.return_elements(), &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(query.nodes, FindNodes(read.view, request.node_ids(),
                                          kMaxNodes, "node_ids"));
  ASSIGN_OR_RETURN(const graph::CoMembers found,
                   graph::FindCoMembers(read.view, query, read.stop));
  ElementWriter writer(read.view, parts);
  for (const graph::CoMember& member : found.members) {
    v1::CoMember* out = response->add_members();
    writer.Write(member.node, out->mutable_node());
    out->set_shared_count(member.shared_count);
    out->set_strength(member.strength);
  }
  response->set_total_count(found.total_count);
  response->set_limited(found.limited);
  return absl::OkStatus();
}

}  // namespace mi::server
