#include "server/collections/collection_service.h"

#include <string>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/collections/collections_proto.h"
#include "server/convert/names.h"
#include "server/idempotency/write_once.h"

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

// Creates or switches an alias; `intent` says which. The answer has the alias
// with the collection's own name, also where the request has an alias for it.
// `fill` adds what is particular to the method.
template <typename Response, typename Fill>
absl::Status WriteAlias(workspace::Workspace& workspace, Call& call,
                        const OptionalKey& key, const v1::Alias& alias,
                        workspace::AliasIntent intent, Fill fill,
                        Response* response) {
  std::string collection;
  return WriteOnce(
      workspace, call, key,
      [&]() -> absl::StatusOr<workspace::WriteRequest> {
        Violations violations;
        CheckName(alias.name(), "alias.name", &violations);
        CheckName(alias.collection(), "alias.collection", &violations);
        RETURN_IF_ERROR(violations.ToStatus());
        ASSIGN_OR_RETURN(const auto target,
                         workspace.catalog()->Resolve(alias.collection()));
        collection = target->name;
        workspace::WriteRequest write;
        write.write = workspace::SetAlias{alias.name(), target->id};
        write.alias_intent = intent;
        return write;
      },
      [&](const workspace::WriteResult& done, Response* out) {
        out->mutable_alias()->set_name(alias.name());
        out->mutable_alias()->set_collection(collection);
        out->set_commit_token(workspace::CommitToken(done));
        fill(done, out);
      },
      response);
}

absl::StatusOr<workspace::WriteRequest> DeletionFrom(
    const v1::DeleteCollectionRequest& request,
    const workspace::Catalog& catalog) {
  ASSIGN_OR_RETURN(const auto target, catalog.Resolve(request.name()));
  if (target->name != request.name()) {
    return InvalidField(
        "name",
        fmt::format("'{}' is an alias of '{}'; delete the alias, or the "
                    "collection by its own name",
                    request.name(), target->name));
  }
  workspace::WriteRequest write;
  write.write = workspace::DeleteCollection{target->id};
  return write;
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
            ASSIGN_OR_RETURN(const OptionalKey key,
                             KeyOf(kCreateCollection, request));
            ASSIGN_OR_RETURN(const auto workspace,
                             workspaces_.Open(call.tenant()));
            return WriteOnce(
                *workspace, call, key,
                [&]() -> absl::StatusOr<workspace::WriteRequest> {
                  workspace::WriteRequest write;
                  ASSIGN_OR_RETURN(write.write, FromProto(request));
                  return write;
                },
                [](const workspace::WriteResult& done,
                   v1::CreateCollectionResponse* out) {
                  ToProto(*done.collection, out->mutable_collection());
                  out->set_commit_token(workspace::CommitToken(done));
                },
                response);
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
  return calls_.Unary<v1::UpdateCollectionRequest,
                      v1::UpdateCollectionResponse>(
      context, request, response, kUpdateCollection,
      [this](Call& call, const v1::UpdateCollectionRequest& request,
             v1::UpdateCollectionResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key,
                         KeyOf(kUpdateCollection, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return WriteOnce(
            *workspace, call, key,
            [&]() -> absl::StatusOr<workspace::WriteRequest> {
              ASSIGN_OR_RETURN(const auto current,
                               workspace->catalog()->Resolve(request.name()));
              return FromProto(request, *current);
            },
            [](const workspace::WriteResult& done,
               v1::UpdateCollectionResponse* out) {
              ToProto(*done.collection, out->mutable_collection());
              out->set_commit_token(workspace::CommitToken(done));
            },
            response);
      });
}

grpc::ServerUnaryReactor* CollectionService::DeleteCollection(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_
      .Unary<v1::DeleteCollectionRequest, v1::DeleteCollectionResponse>(
          context, request, response, kDeleteCollection,
          [this](Call& call, const v1::DeleteCollectionRequest& request,
                 v1::DeleteCollectionResponse* response) -> absl::Status {
            ASSIGN_OR_RETURN(const OptionalKey key,
                             KeyOf(kDeleteCollection, request));
            ASSIGN_OR_RETURN(const auto workspace,
                             workspaces_.Open(call.tenant()));
            return WriteOnce(
                *workspace, call, key,
                [&] { return DeletionFrom(request, *workspace->catalog()); },
                [](const workspace::WriteResult& done,
                   v1::DeleteCollectionResponse* out) {
                  out->set_commit_token(workspace::CommitToken(done));
                },
                response);
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
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(kCreateAlias, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return WriteAlias(
            *workspace, call, key, request.alias(),
            workspace::AliasIntent::kCreate,
            [](const workspace::WriteResult&, v1::CreateAliasResponse*) {},
            response);
      });
}

grpc::ServerUnaryReactor* CollectionService::UpdateAlias(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::UpdateAliasRequest, v1::UpdateAliasResponse>(
      context, request, response, kUpdateAlias,
      [this](Call& call, const v1::UpdateAliasRequest& request,
             v1::UpdateAliasResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(kUpdateAlias, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return WriteAlias(
            *workspace, call, key, request.alias(),
            workspace::AliasIntent::kSwitch,
            [](const workspace::WriteResult& done,
               v1::UpdateAliasResponse* out) {
              out->set_previous_collection(done.previous_collection);
            },
            response);
      });
}

grpc::ServerUnaryReactor* CollectionService::DeleteAlias(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::DeleteAliasRequest, v1::DeleteAliasResponse>(
      context, request, response, kDeleteAlias,
      [this](Call& call, const v1::DeleteAliasRequest& request,
             v1::DeleteAliasResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(kDeleteAlias, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return WriteOnce(
            *workspace, call, key,
            [&]() -> absl::StatusOr<workspace::WriteRequest> {
              Violations violations;
              CheckName(request.name(), "name", &violations);
              RETURN_IF_ERROR(violations.ToStatus());
              workspace::WriteRequest write;
              write.write = workspace::DeleteAlias{request.name()};
              return write;
            },
            [](const workspace::WriteResult& done,
               v1::DeleteAliasResponse* out) {
              out->set_commit_token(workspace::CommitToken(done));
            },
            response);
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
