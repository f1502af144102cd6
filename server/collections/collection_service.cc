#include "server/collections/collection_service.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/collections/collections_proto.h"
#include "server/convert/names.h"

namespace mi::server {
namespace {

using rpc::Call;
using rpc::CallClass;
using rpc::MethodInfo;

constexpr char kService[] = "marketing.intelligence.v1.CollectionService";
constexpr MethodInfo kCreateCollection{kService, "CreateCollection",
                                       CallClass::kWrite};
constexpr MethodInfo kGetCollection{kService, "GetCollection",
                                    CallClass::kAdmin};
constexpr MethodInfo kListCollections{kService, "ListCollections",
                                      CallClass::kAdmin};
constexpr MethodInfo kUpdateCollection{kService, "UpdateCollection",
                                       CallClass::kWrite};
constexpr MethodInfo kDeleteCollection{kService, "DeleteCollection",
                                       CallClass::kWrite};
constexpr MethodInfo kGetCollectionStats{kService, "GetCollectionStats",
                                         CallClass::kAdmin};
constexpr MethodInfo kCreateAlias{kService, "CreateAlias", CallClass::kWrite};
constexpr MethodInfo kUpdateAlias{kService, "UpdateAlias", CallClass::kWrite};
constexpr MethodInfo kDeleteAlias{kService, "DeleteAlias", CallClass::kWrite};
constexpr MethodInfo kListAliases{kService, "ListAliases", CallClass::kAdmin};

// Creates or switches an alias; `intent` says which. `written` gets the alias
// with the collection's own name, also where the request has an alias for it.
absl::StatusOr<workspace::WriteResult> WriteAlias(
    workspace::Directory& workspaces, Call& call, const v1::Alias& alias,
    workspace::AliasIntent intent, v1::Alias* written) {
  Violations violations;
  CheckName(alias.name(), "alias.name", &violations);
  CheckName(alias.collection(), "alias.collection", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(const auto workspace, workspaces.Open(call.tenant()));
  ASSIGN_OR_RETURN(const auto target,
                   workspace->catalog()->Resolve(alias.collection()));
  workspace::WriteRequest write;
  write.write = workspace::SetAlias{alias.name(), target->id};
  write.alias_intent = intent;
  written->set_name(alias.name());
  written->set_collection(target->name);
  return workspace->Write(std::move(write), call.stop());
}

}  // namespace

grpc::ServerUnaryReactor* CollectionService::CreateCollection(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_
      .Unary<v1::CreateCollectionRequest, v1::CreateCollectionResponse>(
          context, request, response, kCreateCollection,
          [this](Call& call, const v1::CreateCollectionRequest& request,
                 v1::CreateCollectionResponse* response) -> absl::Status {
            workspace::WriteRequest write;
            ASSIGN_OR_RETURN(write.write, FromProto(request));
            ASSIGN_OR_RETURN(const auto workspace,
                             workspaces_.Open(call.tenant()));
            ASSIGN_OR_RETURN(const auto done,
                             workspace->Write(std::move(write), call.stop()));
            ASSIGN_OR_RETURN(const auto created,
                             workspace->catalog()->Resolve(request.name()));
            ToProto(*created, response->mutable_collection());
            response->set_commit_token(workspace::CommitToken(done));
            return absl::OkStatus();
          });
}

grpc::ServerUnaryReactor* CollectionService::GetCollection(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetCollectionRequest, v1::GetCollectionResponse>(
      context, request, response, kGetCollection,
      [this](Call& call, const v1::GetCollectionRequest& request,
             v1::GetCollectionResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        ASSIGN_OR_RETURN(const auto entry,
                         workspace->catalog()->Resolve(request.name()));
        ToProto(*entry, response->mutable_collection());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::ListCollections(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListCollectionsRequest, v1::ListCollectionsResponse>(
      context, request, response, kListCollections,
      [this](Call& call, const v1::ListCollectionsRequest& request,
             v1::ListCollectionsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const NamePage page, FromProto(request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        const auto catalog = workspace->catalog();
        auto next = catalog->collections.upper_bound(page.after);
        for (size_t i = 0; i < page.size && next != catalog->collections.end();
             ++i, ++next) {
          ToProto(*next->second, response->add_collections());
        }
        if (next != catalog->collections.end()) {
          response->set_next_page_token(std::prev(next)->first);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::UpdateCollection(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_
      .Unary<v1::UpdateCollectionRequest, v1::UpdateCollectionResponse>(
          context, request, response, kUpdateCollection,
          [this](Call& call, const v1::UpdateCollectionRequest& request,
                 v1::UpdateCollectionResponse* response) -> absl::Status {
            ASSIGN_OR_RETURN(const auto workspace,
                             workspaces_.Open(call.tenant()));
            ASSIGN_OR_RETURN(const auto current,
                             workspace->catalog()->Resolve(request.name()));
            ASSIGN_OR_RETURN(auto write, FromProto(request, *current));
            ASSIGN_OR_RETURN(const auto done,
                             workspace->Write(std::move(write), call.stop()));
            ASSIGN_OR_RETURN(const auto updated,
                             workspace->catalog()->Resolve(current->name));
            ToProto(*updated, response->mutable_collection());
            response->set_commit_token(workspace::CommitToken(done));
            return absl::OkStatus();
          });
}

grpc::ServerUnaryReactor* CollectionService::DeleteCollection(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::DeleteCollectionRequest,
                      v1::DeleteCollectionResponse>(
      context, request, response, kDeleteCollection,
      [this](Call& call, const v1::DeleteCollectionRequest& request,
             v1::DeleteCollectionResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        ASSIGN_OR_RETURN(const auto target,
                         workspace->catalog()->Resolve(request.name()));
        if (target->name != request.name()) {
          return InvalidField(
              "name", fmt::format("'{}' is an alias of '{}'; delete the alias, "
                                  "or the collection by its own name",
                                  request.name(), target->name));
        }
        workspace::WriteRequest write;
        write.write = workspace::DeleteCollection{target->id};
        ASSIGN_OR_RETURN(const auto done,
                         workspace->Write(std::move(write), call.stop()));
        response->set_commit_token(workspace::CommitToken(done));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::GetCollectionStats(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_
      .Unary<v1::GetCollectionStatsRequest, v1::GetCollectionStatsResponse>(
          context, request, response, kGetCollectionStats,
          [this](Call& call, const v1::GetCollectionStatsRequest& request,
                 v1::GetCollectionStatsResponse* response) -> absl::Status {
            ASSIGN_OR_RETURN(const auto workspace,
                             workspaces_.Open(call.tenant()));
            ASSIGN_OR_RETURN(const auto entry,
                             workspace->catalog()->Resolve(request.name()));
            ASSIGN_OR_RETURN(const uint64_t journal_bytes,
                             workspace->JournalBytes());
            ToProto(vector::ComputeStats(*entry->points),
                    response->mutable_stats());
            response->mutable_stats()->set_journal_bytes_on_disk(journal_bytes);
            return absl::OkStatus();
          });
}

grpc::ServerUnaryReactor* CollectionService::CreateAlias(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::CreateAliasRequest, v1::CreateAliasResponse>(
      context, request, response, kCreateAlias,
      [this](Call& call, const v1::CreateAliasRequest& request,
             v1::CreateAliasResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto done,
                         WriteAlias(workspaces_, call, request.alias(),
                                    workspace::AliasIntent::kCreate,
                                    response->mutable_alias()));
        response->set_commit_token(workspace::CommitToken(done));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::UpdateAlias(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::UpdateAliasRequest, v1::UpdateAliasResponse>(
      context, request, response, kUpdateAlias,
      [this](Call& call, const v1::UpdateAliasRequest& request,
             v1::UpdateAliasResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto done,
                         WriteAlias(workspaces_, call, request.alias(),
                                    workspace::AliasIntent::kSwitch,
                                    response->mutable_alias()));
        response->set_previous_collection(done.previous_collection);
        response->set_commit_token(workspace::CommitToken(done));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::DeleteAlias(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::DeleteAliasRequest, v1::DeleteAliasResponse>(
      context, request, response, kDeleteAlias,
      [this](Call& call, const v1::DeleteAliasRequest& request,
             v1::DeleteAliasResponse* response) -> absl::Status {
        Violations violations;
        CheckName(request.name(), "name", &violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        workspace::WriteRequest write;
        write.write = workspace::DeleteAlias{request.name()};
        ASSIGN_OR_RETURN(const auto done,
                         workspace->Write(std::move(write), call.stop()));
        response->set_commit_token(workspace::CommitToken(done));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* CollectionService::ListAliases(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListAliasesRequest, v1::ListAliasesResponse>(
      context, request, response, kListAliases,
      [this](Call& call, const v1::ListAliasesRequest& request,
             v1::ListAliasesResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        const auto catalog = workspace->catalog();
        for (const auto& [alias, collection] : catalog->aliases) {
          if (!request.collection().empty() &&
              request.collection() != collection) {
            continue;
          }
          v1::Alias* added = response->add_aliases();
          added->set_name(alias);
          added->set_collection(collection);
        }
        return absl::OkStatus();
      });
}

}  // namespace mi::server
