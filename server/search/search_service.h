// SearchService: points and searches.

#ifndef MI_SERVER_SEARCH_SEARCH_SERVICE_H_
#define MI_SERVER_SEARCH_SEARCH_SERVICE_H_

#include "engine/base/clock.h"
#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "server/rpc/calls.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The raw form of every method, so that requests are parsed on our threads and
// malformed ones are answered with the field at fault.
using RawSearchService = v1::SearchService::WithRawCallbackMethod_UpsertPoints<
    v1::SearchService::WithRawCallbackMethod_StreamUpsertPoints<
        v1::SearchService::WithRawCallbackMethod_DeletePoints<
            v1::SearchService::WithRawCallbackMethod_GetPoints<
                v1::SearchService::WithRawCallbackMethod_ListPoints<
                    v1::SearchService::WithRawCallbackMethod_CountPoints<
                        v1::SearchService::WithRawCallbackMethod_Search<
                            v1::SearchService::
                                WithRawCallbackMethod_BatchSearch<
                                    v1::SearchService::
                                        WithRawCallbackMethod_RangeSearch<
                                            v1::SearchService::Service>>>>>>>>>;

// Thread-safe; holds no state of its own.
class SearchService final : public RawSearchService {
 public:
  // All arguments must outlive the service.
  SearchService(rpc::Calls& calls, workspace::Directory& workspaces,
                const Clock& clock);

  grpc::ServerUnaryReactor* UpsertPoints(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerReadReactor<grpc::ByteBuffer>* StreamUpsertPoints(
      grpc::CallbackServerContext* context,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeletePoints(grpc::CallbackServerContext* context,
                                         const grpc::ByteBuffer* request,
                                         grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetPoints(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListPoints(grpc::CallbackServerContext* context,
                                       const grpc::ByteBuffer* request,
                                       grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CountPoints(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* Search(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* BatchSearch(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RangeSearch(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  rpc::Calls& calls_;
  workspace::Directory& workspaces_;
  const Clock& clock_;
};

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_SEARCH_SERVICE_H_
