#include "tests/clients/cpp/fake_operations.h"

#include <algorithm>

namespace mi::client {
namespace {

constexpr size_t kPage = 2;

grpc::Status NotFound(const std::string& name) {
  return {grpc::StatusCode::NOT_FOUND, "no '" + name + "'"};
}

}  // namespace

FakeOperations::FakeOperations() {
  info.set_tenant("acme");
  info.mutable_limits()->set_max_points_per_upsert(1000);
  info.mutable_limits()->set_max_message_bytes(16 << 20);
}

grpc::Status FakeOperations::GetServerInfo(
    grpc::ServerContext* /*context*/,
    const v1::GetServerInfoRequest* /*request*/,
    v1::GetServerInfoResponse* response) {
  *response = info;
  return grpc::Status::OK;
}

grpc::Status FakeOperations::CreateSnapshot(
    grpc::ServerContext* /*context*/, const v1::CreateSnapshotRequest* request,
    v1::CreateSnapshotResponse* response) {
  last_create = *request;
  *response->mutable_job() = job.front().job();
  return grpc::Status::OK;
}

grpc::Status FakeOperations::GetSnapshot(grpc::ServerContext* /*context*/,
                                         const v1::GetSnapshotRequest* request,
                                         v1::GetSnapshotResponse* response) {
  const auto found = Find(request->name());
  if (found == snapshots.end()) return NotFound(request->name());
  *response->mutable_snapshot() = *found;
  return grpc::Status::OK;
}

grpc::Status FakeOperations::ListSnapshots(
    grpc::ServerContext* /*context*/, const v1::ListSnapshotsRequest* request,
    v1::ListSnapshotsResponse* response) {
  size_t at =
      request->page_token().empty() ? 0 : std::stoul(request->page_token());
  const size_t end = std::min(at + kPage, snapshots.size());
  while (at < end) *response->add_snapshots() = snapshots[at++];
  if (end < snapshots.size()) {
    response->set_next_page_token(std::to_string(end));
  }
  return grpc::Status::OK;
}

grpc::Status FakeOperations::DeleteSnapshot(
    grpc::ServerContext* /*context*/, const v1::DeleteSnapshotRequest* request,
    v1::DeleteSnapshotResponse* /*response*/) {
  const auto found = Find(request->name());
  if (found == snapshots.end()) return NotFound(request->name());
  snapshots.erase(found);
  return grpc::Status::OK;
}

grpc::Status FakeOperations::RestoreSnapshot(
    grpc::ServerContext* /*context*/, const v1::RestoreSnapshotRequest* request,
    v1::RestoreSnapshotResponse* response) {
  ++restores_;
  last_restore = *request;
  *response->mutable_job() = job.front().job();
  return grpc::Status::OK;
}

grpc::Status FakeOperations::GetJob(grpc::ServerContext* /*context*/,
                                    const v1::GetJobRequest* request,
                                    v1::GetJobResponse* response) {
  const int call = get_job_calls_++;
  if (on_get_job) {
    grpc::Status status = on_get_job(call);
    if (!status.ok()) return status;
  }
  if (job.empty() || job.front().job().name() != request->name()) {
    return NotFound(request->name());
  }
  *response = job[std::min(static_cast<size_t>(call), job.size() - 1)];
  return grpc::Status::OK;
}

grpc::Status FakeOperations::ListJobs(grpc::ServerContext* /*context*/,
                                      const v1::ListJobsRequest* /*request*/,
                                      v1::ListJobsResponse* response) {
  for (const v1::GetJobResponse& answer : job) {
    *response->add_jobs() = answer.job();
  }
  return grpc::Status::OK;
}

grpc::Status FakeOperations::CancelJob(grpc::ServerContext* /*context*/,
                                       const v1::CancelJobRequest* request,
                                       v1::CancelJobResponse* response) {
  if (job.empty() || job.front().job().name() != request->name()) {
    return NotFound(request->name());
  }
  *response->mutable_job() = job.back().job();
  return grpc::Status::OK;
}

std::vector<v1::Snapshot>::iterator FakeOperations::Find(
    const std::string& name) {
  return std::find_if(
      snapshots.begin(), snapshots.end(),
      [&name](const v1::Snapshot& found) { return found.name() == name; });
}

}  // namespace mi::client
