// OperationsService: what the server says of itself, snapshots and jobs.

#ifndef MI_SERVER_OPERATIONS_OPERATIONS_SERVICE_H_
#define MI_SERVER_OPERATIONS_OPERATIONS_SERVICE_H_

#include <cstdint>
#include <string>

#include "engine/base/clock.h"
#include "engine/workspace/directory.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"
#include "server/jobs/job_table.h"
#include "server/rpc/calls.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// The raw form of every method; see RawSearchService.
using RawOperationsService =
    v1::OperationsService::WithRawCallbackMethod_GetServerInfo<
        v1::OperationsService::WithRawCallbackMethod_CreateSnapshot<
            v1::OperationsService::WithRawCallbackMethod_GetSnapshot<
                v1::OperationsService::WithRawCallbackMethod_ListSnapshots<
                    v1::OperationsService::WithRawCallbackMethod_DeleteSnapshot<
                        v1::OperationsService::
                            WithRawCallbackMethod_RestoreSnapshot<
                                v1::OperationsService::WithRawCallbackMethod_GetJob<
                                    v1::OperationsService::
                                        WithRawCallbackMethod_ListJobs<
                                            v1::OperationsService::
                                                WithRawCallbackMethod_CancelJob<
                                                    v1::OperationsService::
                                                        Service>>>>>>>>>;

// Facts that hold as long as the process runs.
struct ServerFacts {
  v1::DurabilityClass durability = v1::DURABILITY_CLASS_MACHINE;
  uint64_t max_message_bytes = 0;
  uint32_t max_collections = 0;
  std::string vector_kernels;
  TimeMicros start_time = 0;
};

// Thread-safe.
class OperationsService final : public RawOperationsService {
 public:
  // All references must outlive the service; the workspaces also the jobs.
  OperationsService(rpc::Calls& calls, workspace::Directory& workspaces,
                    JobTable& jobs, ServerFacts facts);

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CreateSnapshot(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetSnapshot(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListSnapshots(grpc::CallbackServerContext* context,
                                          const grpc::ByteBuffer* request,
                                          grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* DeleteSnapshot(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RestoreSnapshot(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
      grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const grpc::ByteBuffer* request,
                                   grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request,
                                     grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const grpc::ByteBuffer* request,
                                      grpc::ByteBuffer* response) override;

 private:
  rpc::Calls& calls_;
  workspace::Directory& workspaces_;
  JobTable& jobs_;
  const ServerFacts facts_;
};

}  // namespace mi::server

#endif  // MI_SERVER_OPERATIONS_OPERATIONS_SERVICE_H_
