// Points and searches between the API and the engine.

#ifndef MI_SERVER_SEARCH_SEARCH_PROTO_H_
#define MI_SERVER_SEARCH_SEARCH_PROTO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/filter/compiled_filter.h"
#include "engine/vector/search.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/write_request.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// All validation happens in these; errors name every field at fault.

// The points of an upsert into `target`.
absl::StatusOr<workspace::WriteRequest> UpsertFromProto(
    const google::protobuf::RepeatedPtrField<v1::PointWrite>& points,
    const workspace::CollectionEntry& target);

absl::StatusOr<workspace::WriteRequest> FromProto(
    const v1::DeletePointsRequest& request,
    const workspace::CollectionEntry& target);

absl::Status CheckIds(
    const google::protobuf::RepeatedPtrField<std::string>& ids,
    std::string_view field);

// What of a point an answer carries.
struct ReturnFields {
  bool with_vector = false;
  bool with_payload = false;
  std::vector<std::string> payload_fields;
};
absl::StatusOr<ReturnFields> FromProto(const v1::ReturnFields& fields,
                                       std::string_view field);

struct ListRequest {
  std::optional<filter::CompiledFilter> filter;
  std::string after;
  size_t page_size = 0;
  ReturnFields fields;
};
absl::StatusOr<ListRequest> FromProto(const v1::ListPointsRequest& request);

// Checks a batch as a whole: its size, its k together, one collection.
absl::Status CheckBatch(const v1::BatchSearchRequest& request);

// A search with everything that it refers to.
struct ParsedSearch {
  std::vector<float> vector;
  // The stored point that the vector was taken from, if one was named.
  std::string point_id;
  std::optional<filter::CompiledFilter> filter;
  vector::SearchRequest request;  // vector, filter, excluded_id: see Bind
  ReturnFields fields;
};

// Validates; `view` resolves a query by point id. `prefix` is empty or the
// place of a search in a batch, with a dot behind: "searches[3].".
absl::StatusOr<ParsedSearch> FromProto(const v1::SearchRequest& request,
                                       const vector::CollectionView& view,
                                       std::string_view prefix = "");
absl::StatusOr<ParsedSearch> FromProto(const v1::RangeSearchRequest& request,
                                       const vector::CollectionView& view);

// The request with pointers into `search`, which must outlive it.
vector::SearchRequest Bind(const ParsedSearch& search);

void ToProto(const v1::DeletePointsRequest& request,
             const workspace::WriteResult& done, v1::DeletePointsResponse* out);

void ToProto(const vector::PointRef& point, size_t dimension,
             const ReturnFields& fields, v1::StoredPoint* out);

void ToProto(const std::vector<vector::Hit>& hits, size_t dimension,
             const ReturnFields& fields,
             google::protobuf::RepeatedPtrField<v1::ScoredPoint>* out);

void ToProto(const vector::SearchReport& report, uint64_t sequence,
             uint64_t engine_micros, v1::SearchPlan* out);

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_SEARCH_PROTO_H_
