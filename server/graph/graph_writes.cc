#include "server/graph/graph_writes.h"

#include <utility>

#include "absl/status/statusor.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/selector_proto.h"
#include "server/graph/graphs_proto.h"

namespace mi::server {
namespace {

using workspace::WriteRequest;
using workspace::WriteResult;

}  // namespace

absl::Status CreateGraph(workspace::Workspace& workspace, const rpc::Call& call,
                         const OptionalKey& key,
                         const v1::CreateGraphRequest& request,
                         v1::CreateGraphResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<WriteRequest> {
        WriteRequest write;
        ASSIGN_OR_RETURN(write.write, FromProto(request));
        return write;
      },
      [&request](const WriteResult& done, v1::CreateGraphResponse* out) {
        ToProto(*done.graph, request, done.sequence, out->mutable_graph());
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

absl::Status DeleteGraph(workspace::Workspace& workspace, const rpc::Call& call,
                         const OptionalKey& key,
                         const v1::DeleteGraphRequest& request,
                         v1::DeleteGraphResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<WriteRequest> {
        ASSIGN_OR_RETURN(const auto entry,
                         workspace.catalog()->ResolveGraph(request.name()));
        WriteRequest write;
        write.write = workspace::DeleteGraph{entry->id};
        return write;
      },
      [](const WriteResult& done, v1::DeleteGraphResponse* out) {
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

absl::Status CreateGraphIndex(workspace::Workspace& workspace,
                              const rpc::Call& call, const OptionalKey& key,
                              const v1::CreateGraphIndexRequest& request,
                              v1::CreateGraphIndexResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<WriteRequest> {
        ASSIGN_OR_RETURN(graph::IndexDefinition index, FromProto(request));
        ASSIGN_OR_RETURN(const auto entry,
                         workspace.catalog()->ResolveGraph(request.graph()));
        WriteRequest write;
        write.write = workspace::CreateGraphIndex{entry->id, std::move(index)};
        return write;
      },
      [](const WriteResult& done, v1::CreateGraphIndexResponse* out) {
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

absl::Status DeleteGraphIndex(workspace::Workspace& workspace,
                              const rpc::Call& call, const OptionalKey& key,
                              const v1::DeleteGraphIndexRequest& request,
                              v1::DeleteGraphIndexResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<WriteRequest> {
        Violations violations;
        CheckGraphName(request.label(), "label", &violations);
        CheckGraphName(request.property(), "property", &violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const auto entry,
                         workspace.catalog()->ResolveGraph(request.graph()));
        WriteRequest write;
        write.write = workspace::DeleteGraphIndex{entry->id, request.label(),
                                                  request.property()};
        return write;
      },
      [](const WriteResult& done, v1::DeleteGraphIndexResponse* out) {
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

absl::Status WriteGraph(workspace::Workspace& workspace, const rpc::Call& call,
                        const OptionalKey& key,
                        const v1::WriteGraphRequest& request,
                        v1::WriteGraphResponse* response) {
  return WriteMutations(workspace, call, key, request.graph(),
                        request.mutations(), response);
}

absl::Status WriteMutations(workspace::Workspace& workspace,
                            const rpc::Call& call, const OptionalKey& key,
                            const std::string& graph,
                            const ProtoMutations& mutations,
                            v1::WriteGraphResponse* response) {
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<WriteRequest> {
        ASSIGN_OR_RETURN(const auto entry,
                         workspace.catalog()->ResolveGraph(graph));
        workspace::WriteGraph change;
        change.graph = entry->id;
        ASSIGN_OR_RETURN(change.mutations, MutationsFromProto(mutations));
        WriteRequest write;
        write.write = std::move(change);
        return write;
      },
      [](const WriteResult& done, v1::WriteGraphResponse* out) {
        out->set_version(done.sequence);
        ToProto(done.mutations.counts, out->mutable_counts());
        const auto& ids = done.mutations.assigned_ids;
        for (size_t i = 0; i < ids.size(); ++i) {
          if (ids[i].is_null()) continue;
          v1::AssignedId* assigned = out->add_assigned_ids();
          assigned->set_mutation(static_cast<uint32_t>(i));
          IdToProto(ids[i], assigned->mutable_id());
        }
        out->set_commit_token(workspace::CommitToken(done));
      },
      response);
}

}  // namespace mi::server
