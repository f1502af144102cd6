#include "server/operations/operations_service.h"

#include <utility>

#include "engine/filter/filter.h"
#include "engine/payload/value.h"
#include "server/convert/limits.h"
#include "server/convert/value_proto.h"
#include "server/operations/build_info.h"

namespace mi::server {
namespace {

constexpr rpc::MethodInfo kGetServerInfo{
    "marketing.intelligence.v1.OperationsService", "GetServerInfo",
    rpc::CallClass::kAdmin};

}  // namespace

OperationsService::OperationsService(rpc::Calls& calls, ServerFacts facts)
    : calls_(calls), facts_(std::move(facts)) {}

grpc::ServerUnaryReactor* OperationsService::GetServerInfo(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetServerInfoRequest, v1::GetServerInfoResponse>(
      context, request, response, kGetServerInfo,
      [this](rpc::Call& call, const v1::GetServerInfoRequest&,
             v1::GetServerInfoResponse* response) -> absl::Status {
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

}  // namespace mi::server
