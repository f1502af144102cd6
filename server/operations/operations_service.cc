#include "server/operations/operations_service.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/progress.h"
#include "engine/base/status_macros.h"
#include "engine/filter/filter.h"
#include "engine/payload/value.h"
#include "server/convert/limits.h"
#include "server/convert/value_proto.h"
#include "server/operations/build_info.h"
#include "server/operations/operations_proto.h"

namespace mi::server {
namespace {

using rpc::Call;
using workspace::SnapshotInfo;
using workspace::SnapshotTrigger;
using workspace::Workspace;

constexpr rpc::MethodInfo Method(std::string_view name) {
  return {"marketing.intelligence.v1.OperationsService", name,
          rpc::CallClass::kAdmin};
}
constexpr rpc::MethodInfo kGetServerInfo = Method("GetServerInfo");
constexpr rpc::MethodInfo kCreateSnapshot = Method("CreateSnapshot");
constexpr rpc::MethodInfo kGetSnapshot = Method("GetSnapshot");
constexpr rpc::MethodInfo kListSnapshots = Method("ListSnapshots");
constexpr rpc::MethodInfo kDeleteSnapshot = Method("DeleteSnapshot");
constexpr rpc::MethodInfo kRestoreSnapshot = Method("RestoreSnapshot");
constexpr rpc::MethodInfo kGetJob = Method("GetJob");
constexpr rpc::MethodInfo kListJobs = Method("ListJobs");
constexpr rpc::MethodInfo kCancelJob = Method("CancelJob");

bool IsCurrent(const SnapshotInfo& info, const Workspace& workspace) {
  return info.position.epoch == workspace.epoch();
}

// The index of the snapshot behind the one that a page ended with.
absl::StatusOr<size_t> PositionBehind(const std::string& token,
                                      const std::vector<SnapshotInfo>& all) {
  if (token.empty()) return 0;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == token) return i + 1;
  }
  return InvalidField("page_token",
                      "the snapshot that the page ended with is gone, or there "
                      "never was such a token; begin again");
}

absl::Status CheckSnapshotsAreKept(const Workspace& workspace) {
  if (workspace.snapshots().enabled()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the server has no folder for snapshots");
}

}  // namespace

OperationsService::OperationsService(rpc::Calls& calls,
                                     workspace::Directory& workspaces,
                                     JobTable& jobs, ServerFacts facts)
    : calls_(calls),
      workspaces_(workspaces),
      jobs_(jobs),
      facts_(std::move(facts)) {}

grpc::ServerUnaryReactor* OperationsService::GetServerInfo(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetServerInfoRequest, v1::GetServerInfoResponse>(
      context, request, response, kGetServerInfo,
      [this](rpc::Call& call, const v1::GetServerInfoRequest&,
             v1::GetServerInfoResponse* response) -> absl::Status {
        // Whoever waits for a server asks this: it must not say yes too early.
        RETURN_IF_ERROR(workspaces_.CheckLoaded());
        response->set_version(std::string(BuildVersion()));
        response->set_revision(std::string(BuildRevision()));
        response->set_durability(facts_.durability);
        *response->mutable_start_time() =
            TimestampFromMicros(facts_.start_time);
        response->set_vector_kernels(facts_.vector_kernels);
        response->set_tenant(call.tenant().tenant());
        v1::Limits* limits = response->mutable_limits();
        limits->set_max_dimension(kMaxDimension);
        limits->set_max_k(kMaxK);
        limits->set_max_ef_search(kMaxEfSearch);
        limits->set_max_points_per_upsert(kMaxPointsPerUpsert);
        limits->set_max_searches_per_batch(kMaxSearchesPerBatch);
        limits->set_max_message_bytes(facts_.max_message_bytes);
        limits->set_max_id_bytes(kMaxIdBytes);
        limits->set_max_payload_bytes(payload::kMaxPayloadBytes);
        limits->set_max_filter_depth(
            static_cast<uint32_t>(filter::FilterLimits{}.max_depth));
        limits->set_max_filter_conditions(
            static_cast<uint32_t>(filter::FilterLimits{}.max_conditions));
        limits->set_max_collections(facts_.max_collections);
        limits->set_max_page_size(kMaxPageSize);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::CreateSnapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::CreateSnapshotRequest, v1::CreateSnapshotResponse>(
      context, request, response, kCreateSnapshot,
      [this](Call& call, const v1::CreateSnapshotRequest& request,
             v1::CreateSnapshotResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const std::string description, FromProto(request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        RETURN_IF_ERROR(CheckSnapshotsAreKept(*workspace));
        const auto work =
            [workspace, description](Progress& progress) -> JobTable::Outcome {
          ASSIGN_OR_RETURN(const SnapshotInfo written,
                           workspace->WriteSnapshot(SnapshotTrigger::kRequest,
                                                    description, progress));
          v1::GetJobResponse result;
          ToProto(written, IsCurrent(written, *workspace),
                  result.mutable_snapshot());
          return result;
        };
        ASSIGN_OR_RETURN(*response->mutable_job(),
                         jobs_.Start(call.tenant().tenant(),
                                     v1::JOB_KIND_CREATE_SNAPSHOT, work));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::GetSnapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetSnapshotRequest, v1::GetSnapshotResponse>(
      context, request, response, kGetSnapshot,
      [this](Call& call, const v1::GetSnapshotRequest& request,
             v1::GetSnapshotResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        ASSIGN_OR_RETURN(const SnapshotInfo info,
                         workspace->snapshots().Find(request.name()));
        ToProto(info, IsCurrent(info, *workspace),
                response->mutable_snapshot());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::ListSnapshots(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListSnapshotsRequest, v1::ListSnapshotsResponse>(
      context, request, response, kListSnapshots,
      [this](Call& call, const v1::ListSnapshotsRequest& request,
             v1::ListSnapshotsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OperationsPage page, FromProto(request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        ASSIGN_OR_RETURN(const auto all, workspace->snapshots().List());
        ASSIGN_OR_RETURN(const size_t first, PositionBehind(page.after, all));
        const size_t end = std::min(all.size(), first + page.size);
        for (size_t i = first; i < end; ++i) {
          ToProto(all[i], IsCurrent(all[i], *workspace),
                  response->add_snapshots());
        }
        if (end < all.size()) {
          response->set_next_page_token(all[end - 1].name);
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::DeleteSnapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::DeleteSnapshotRequest, v1::DeleteSnapshotResponse>(
      context, request, response, kDeleteSnapshot,
      [this](Call& call, const v1::DeleteSnapshotRequest& request,
             v1::DeleteSnapshotResponse*) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return workspace->DeleteSnapshot(request.name());
      });
}

grpc::ServerUnaryReactor* OperationsService::RestoreSnapshot(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::RestoreSnapshotRequest, v1::RestoreSnapshotResponse>(
      context, request, response, kRestoreSnapshot,
      [this](Call& call, const v1::RestoreSnapshotRequest& request,
             v1::RestoreSnapshotResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        RETURN_IF_ERROR(workspace->snapshots().Find(request.name()).status());
        const auto work = [workspace, name = request.name(),
                           discard = request.discard_present_state()](
                              Progress& progress) -> JobTable::Outcome {
          ASSIGN_OR_RETURN(const workspace::Restored restored,
                           workspace->RestoreSnapshot(name, discard, progress));
          v1::GetJobResponse result;
          ToProto(restored, result.mutable_restored());
          return result;
        };
        ASSIGN_OR_RETURN(*response->mutable_job(),
                         jobs_.Start(call.tenant().tenant(),
                                     v1::JOB_KIND_RESTORE_SNAPSHOT, work));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::GetJob(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetJobRequest, v1::GetJobResponse>(
      context, request, response, kGetJob,
      [this](Call& call, const v1::GetJobRequest& request,
             v1::GetJobResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(*response,
                         jobs_.Get(call.tenant().tenant(), request.name()));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::ListJobs(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListJobsRequest, v1::ListJobsResponse>(
      context, request, response, kListJobs,
      [this](Call& call, const v1::ListJobsRequest& request,
             v1::ListJobsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OperationsPage page, FromProto(request));
        // One more shows whether there is another page.
        auto found =
            jobs_.List(call.tenant().tenant(), page.after, page.size + 1);
        if (found.size() > page.size) {
          found.pop_back();
          response->set_next_page_token(found.back().name());
        }
        for (v1::Job& job : found) *response->add_jobs() = std::move(job);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* OperationsService::CancelJob(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::CancelJobRequest, v1::CancelJobResponse>(
      context, request, response, kCancelJob,
      [this](Call& call, const v1::CancelJobRequest& request,
             v1::CancelJobResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(*response->mutable_job(),
                         jobs_.Cancel(call.tenant().tenant(), request.name()));
        return absl::OkStatus();
      });
}

}  // namespace mi::server
