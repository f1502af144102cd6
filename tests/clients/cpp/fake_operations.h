// The operations service of the fake server: limits, snapshots, and jobs that
// stand as a test says.

#ifndef MI_TESTS_CLIENTS_CPP_FAKE_OPERATIONS_H_
#define MI_TESTS_CLIENTS_CPP_FAKE_OPERATIONS_H_

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "grpcpp/server_context.h"
#include "marketing/intelligence/v1/operations_service.grpc.pb.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

// Everything public is set before the first call, and read after the last one.
class FakeOperations : public v1::OperationsService::Service {
 public:
  FakeOperations();

  v1::GetServerInfoResponse info;
  // Newest first.
  std::vector<v1::Snapshot> snapshots;
  // How the job stands: what each GetJob answers, the last one for ever. The
  // first one is the job that CreateSnapshot and RestoreSnapshot start.
  std::vector<v1::GetJobResponse> job;
  // Called by every GetJob first; an error is its answer.
  std::function<grpc::Status(int call)> on_get_job;

  v1::CreateSnapshotRequest last_create;
  v1::RestoreSnapshotRequest last_restore;
  int restores() const { return restores_; }
  int get_job_calls() const { return get_job_calls_; }

  grpc::Status GetServerInfo(grpc::ServerContext* context,
                             const v1::GetServerInfoRequest* request,
                             v1::GetServerInfoResponse* response) override;
  grpc::Status CreateSnapshot(grpc::ServerContext* context,
                              const v1::CreateSnapshotRequest* request,
                              v1::CreateSnapshotResponse* response) override;
  grpc::Status GetSnapshot(grpc::ServerContext* context,
                           const v1::GetSnapshotRequest* request,
                           v1::GetSnapshotResponse* response) override;
  // Pages of two.
  grpc::Status ListSnapshots(grpc::ServerContext* context,
                             const v1::ListSnapshotsRequest* request,
                             v1::ListSnapshotsResponse* response) override;
  grpc::Status DeleteSnapshot(grpc::ServerContext* context,
                              const v1::DeleteSnapshotRequest* request,
                              v1::DeleteSnapshotResponse* response) override;
  grpc::Status RestoreSnapshot(grpc::ServerContext* context,
                               const v1::RestoreSnapshotRequest* request,
                               v1::RestoreSnapshotResponse* response) override;
  grpc::Status GetJob(grpc::ServerContext* context,
                      const v1::GetJobRequest* request,
                      v1::GetJobResponse* response) override;
  grpc::Status ListJobs(grpc::ServerContext* context,
                        const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override;
  grpc::Status CancelJob(grpc::ServerContext* context,
                         const v1::CancelJobRequest* request,
                         v1::CancelJobResponse* response) override;

 private:
  std::vector<v1::Snapshot>::iterator Find(const std::string& name);

  std::atomic<int> restores_{0};
  std::atomic<int> get_job_calls_{0};
};

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_FAKE_OPERATIONS_H_
