// CollectionService: collections, aliases and their statistics.

#ifndef MI_SERVER_COLLECTIONS_COLLECTION_SERVICE_H_
#define MI_SERVER_COLLECTIONS_COLLECTION_SERVICE_H_

#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "server/rpc/calls.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The raw form of every method; see RawSearchService.
using RawCollectionService = v1::CollectionService::WithRawCallbackMethod_CreateCollection<
    v1::CollectionService::WithRawCallbackMethod_GetCollection<
        v1::CollectionService::WithRawCallbackMethod_ListCollections<
            v1::CollectionService::WithRawCallbackMethod_UpdateCollection<
                v1::CollectionService::WithRawCallbackMethod_DeleteCollection<
                    v1::CollectionService::WithRawCallbackMethod_GetCollectionStats<
                        v1::CollectionService::WithRawCallbackMethod_CreateAlias<
                            v1::CollectionService::
                                WithRawCallbackMethod_UpdateAlias<
                                    v1::CollectionService::
                                        WithRawCallbackMethod_DeleteAlias<
                                            v1::CollectionService::
                                                WithRawCallbackMethod_ListAliases<
                                                    v1::CollectionService::
                                                        Service>>>>>>>>>>;

// Thread-safe; holds no state of its own.
class CollectionService final : public RawCollectionService {
 public:
  // All arguments must outlive the service.
  CollectionService(rpc::Calls& calls, workspace::Directory& workspaces)
      : calls_(calls), workspaces_(workspaces) {}

  grpc::ServerUnaryReactor* CreateCollection(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetCollection(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListCollections(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateCollection(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteCollection(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetCollectionStats(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateAlias(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* UpdateAlias(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteAlias(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListAliases(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  rpc::Calls& calls_;
  workspace::Directory& workspaces_;
};

}  // namespace mi::server

#endif  // MI_SERVER_COLLECTIONS_COLLECTION_SERVICE_H_
