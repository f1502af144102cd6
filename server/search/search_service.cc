#include "server/search/search_service.h"

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/vector/listing.h"
#include "engine/vector/search.h"
#include "fmt/format.h"
#include "server/convert/filter_proto.h"
#include "server/idempotency/write_once.h"
#include "server/search/graph_context.h"
#include "server/search/run_search.h"
#include "server/search/search_proto.h"
#include "server/search/upsert.h"
#include "server/search/upsert_stream.h"

namespace mi::server {
namespace {

using rpc::Call;
using rpc::CallClass;
using rpc::MethodInfo;

constexpr char kService[] = "marketing.intelligence.v1.SearchService";
constexpr MethodInfo kUpsertPoints{kService, "UpsertPoints", CallClass::kWrite};
constexpr MethodInfo kStreamUpsertPoints{kService, "StreamUpsertPoints",
                                         CallClass::kWrite};
constexpr MethodInfo kDeletePoints{kService, "DeletePoints", CallClass::kWrite};
constexpr MethodInfo kGetPoints{kService, "GetPoints", CallClass::kRead};
constexpr MethodInfo kListPoints{kService, "ListPoints", CallClass::kRead};
constexpr MethodInfo kCountPoints{kService, "CountPoints", CallClass::kRead};
constexpr MethodInfo kSearch{kService, "Search", CallClass::kRead};
constexpr MethodInfo kBatchSearch{kService, "BatchSearch", CallClass::kRead};
constexpr MethodInfo kRangeSearch{kService, "RangeSearch", CallClass::kRead};

// The state of a collection that a read is about.
absl::StatusOr<std::shared_ptr<const vector::CollectionView>> ViewOf(
    workspace::Directory& workspaces, const Call& call,
    const std::string& collection) {
  ASSIGN_OR_RETURN(const auto workspace, workspaces.Open(call.tenant()));
  ASSIGN_OR_RETURN(const auto entry, workspace->catalog()->Resolve(collection));
  return entry->points->View();
}

// Runs one search, with what a graph knows about its points.
absl::Status Answer(const workspace::Catalog& catalog,
                    const SearchedCollection& collection,
                    const v1::SearchRequest& request, std::string_view prefix,
                    const Call& call, const Clock& clock,
                    v1::SearchResponse* response) {
  ASSIGN_OR_RETURN(
      const auto context,
      GraphContext::For(request, catalog, collection.entry->name, prefix));
  RETURN_IF_ERROR(
      RunSearch(collection, request, prefix, call.stop(), clock, response));
  return context ? context->AddTo(response, call.stop()) : absl::OkStatus();
}

}  // namespace

SearchService::SearchService(rpc::Calls& calls,
                             workspace::Directory& workspaces,
                             const Clock& clock)
    : calls_(calls), workspaces_(workspaces), clock_(clock) {}

grpc::ServerUnaryReactor* SearchService::UpsertPoints(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::UpsertPointsRequest, v1::UpsertPointsResponse>(
      context, request, response, kUpsertPoints,
      [this](Call& call, const v1::UpsertPointsRequest& request,
             v1::UpsertPointsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(kUpsertPoints, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return Upsert(*workspace, call, key, request.collection(),
                      request.points(), response);
      });
}

grpc::ServerReadReactor<grpc::ByteBuffer>* SearchService::StreamUpsertPoints(
    grpc::CallbackServerContext* context, grpc::ByteBuffer* response) {
  return calls_.ClientStream<v1::StreamUpsertPointsRequest,
                             v1::StreamUpsertPointsResponse>(
      context, response, kStreamUpsertPoints, [this] {
        return std::make_unique<UpsertStream>(kStreamUpsertPoints, workspaces_);
      });
}

grpc::ServerUnaryReactor* SearchService::DeletePoints(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::DeletePointsRequest, v1::DeletePointsResponse>(
      context, request, response, kDeletePoints,
      [this](Call& call, const v1::DeletePointsRequest& request,
             v1::DeletePointsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const OptionalKey key, KeyOf(kDeletePoints, request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        return WriteOnce(
            *workspace, call, key,
            [&]() -> absl::StatusOr<workspace::WriteRequest> {
              ASSIGN_OR_RETURN(const auto target, workspace->catalog()->Resolve(
                                                      request.collection()));
              return FromProto(request, *target);
            },
            [&request](const workspace::WriteResult& done,
                       v1::DeletePointsResponse* out) {
              ToProto(request, done, out);
            },
            response);
      });
}

grpc::ServerUnaryReactor* SearchService::GetPoints(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::GetPointsRequest, v1::GetPointsResponse>(
      context, request, response, kGetPoints,
      [this](Call& call, const v1::GetPointsRequest& request,
             v1::GetPointsResponse* response) -> absl::Status {
        RETURN_IF_ERROR(CheckIds(request.ids(), "ids"));
        ASSIGN_OR_RETURN(const ReturnFields fields,
                         FromProto(request.return_fields(), "return_fields"));
        ASSIGN_OR_RETURN(const auto view,
                         ViewOf(workspaces_, call, request.collection()));
        for (const std::string& id : request.ids()) {
          const auto point = view->Find(id);
          if (!point) continue;
          ToProto(*point, view->config->dimension, fields,
                  response->add_points());
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* SearchService::ListPoints(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::ListPointsRequest, v1::ListPointsResponse>(
      context, request, response, kListPoints,
      [this](Call& call, const v1::ListPointsRequest& request,
             v1::ListPointsResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const ListRequest list, FromProto(request));
        ASSIGN_OR_RETURN(const auto view,
                         ViewOf(workspaces_, call, request.collection()));
        // One more than asked for tells whether there is a next page.
        ASSIGN_OR_RETURN(
            auto points,
            vector::ListPoints(*view, list.filter ? &*list.filter : nullptr,
                               list.after, list.page_size + 1, call.stop()));
        const bool more = points.size() > list.page_size;
        if (more) points.pop_back();
        for (const auto& point : points) {
          ToProto(point, view->config->dimension, list.fields,
                  response->add_points());
        }
        if (more) {
          response->set_next_page_token(std::string(points.back().id()));
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* SearchService::CountPoints(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::CountPointsRequest, v1::CountPointsResponse>(
      context, request, response, kCountPoints,
      [this](Call& call, const v1::CountPointsRequest& request,
             v1::CountPointsResponse* response) -> absl::Status {
        std::optional<filter::CompiledFilter> filter;
        if (request.has_filter()) {
          ASSIGN_OR_RETURN(filter, FilterFromProto(request.filter()));
        }
        ASSIGN_OR_RETURN(const auto view,
                         ViewOf(workspaces_, call, request.collection()));
        ASSIGN_OR_RETURN(const uint64_t count,
                         vector::CountPoints(*view, filter ? &*filter : nullptr,
                                             call.stop()));
        response->set_count(count);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* SearchService::Search(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::SearchRequest, v1::SearchResponse>(
      context, request, response, kSearch,
      [this](Call& call, const v1::SearchRequest& request,
             v1::SearchResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        const auto catalog = workspace->catalog();
        ASSIGN_OR_RETURN(const SearchedCollection collection,
                         OpenCollection(*catalog, request.collection()));
        return Answer(*catalog, collection, request, "", call, clock_,
                      response);
      });
}

grpc::ServerUnaryReactor* SearchService::BatchSearch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::BatchSearchRequest, v1::BatchSearchResponse>(
      context, request, response, kBatchSearch,
      [this](Call& call, const v1::BatchSearchRequest& request,
             v1::BatchSearchResponse* response) -> absl::Status {
        RETURN_IF_ERROR(CheckBatch(request));
        ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
        const auto catalog = workspace->catalog();
        ASSIGN_OR_RETURN(const SearchedCollection collection,
                         OpenCollection(*catalog, request.collection()));
        for (int i = 0; i < request.searches_size(); ++i) {
          RETURN_IF_ERROR(Answer(*catalog, collection, request.searches(i),
                                 fmt::format("searches[{}].", i), call, clock_,
                                 response->add_responses()));
        }
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* SearchService::RangeSearch(
    grpc::CallbackServerContext* context, const grpc::ByteBuffer* request,
    grpc::ByteBuffer* response) {
  return calls_.Unary<v1::RangeSearchRequest, v1::RangeSearchResponse>(
      context, request, response, kRangeSearch,
      [this](Call& call, const v1::RangeSearchRequest& request,
             v1::RangeSearchResponse* response) -> absl::Status {
        ASSIGN_OR_RETURN(const auto view,
                         ViewOf(workspaces_, call, request.collection()));
        ASSIGN_OR_RETURN(const ParsedSearch search, FromProto(request, *view));
        const auto start = clock_.Steady();
        ASSIGN_OR_RETURN(const vector::RangeSearchResult result,
                         vector::RangeSearch(*view, Bind(search), call.stop()));
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
            clock_.Steady() - start);
        ToProto(result.hits, view->config->dimension, search.fields,
                response->mutable_points());
        response->set_total_count(result.total_count);
        ToProto(result.report, view->sequence,
                static_cast<uint64_t>(took.count()), response->mutable_plan());
        return absl::OkStatus();
      });
}

}  // namespace mi::server
