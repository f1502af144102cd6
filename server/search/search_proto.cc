#include "server/search/search_proto.h"

#include <cmath>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/payload/codec.h"
#include "engine/payload/payload_view.h"
#include "fmt/format.h"
#include "server/convert/filter_proto.h"
#include "server/convert/limits.h"
#include "server/convert/names.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

using google::protobuf::RepeatedField;
using google::protobuf::RepeatedPtrField;

constexpr float kMaxComponent = 1e18f;
constexpr double kMinCosineNorm = 1e-12;
constexpr uint32_t kMaxProbe = 65'536;
constexpr uint32_t kDefaultPageSize = 100;
constexpr uint32_t kDefaultRangeLimit = 1'000;
constexpr int kMaxReturnedFields = 64;

// Checks a vector's length, components and, under cosine, its norm.
void CheckVector(const RepeatedField<float>& vector,
                 const vector::CollectionConfig& config, std::string_view field,
                 Violations* violations) {
  if (static_cast<size_t>(vector.size()) != config.dimension) {
    violations->Add(field,
                    fmt::format("has {} components, the collection has {}",
                                vector.size(), config.dimension));
    return;
  }
  double squared_norm = 0;
  for (int i = 0; i < vector.size(); ++i) {
    const float component = vector[i];
    if (!(std::abs(component) <= kMaxComponent)) {  // also NaN
      violations->Add(
          fmt::format("{}[{}]", field, i),
          fmt::format("is {}, must be finite and at most {:g} in magnitude",
                      component, kMaxComponent));
      return;
    }
    squared_norm += static_cast<double>(component) * component;
  }
  if (config.metric == vector::Metric::kCosine &&
      squared_norm < kMinCosineNorm * kMinCosineNorm) {
    violations->Add(field, "is all zero, which has no direction to compare");
  }
}

void CheckCount(uint64_t count, uint64_t low, uint64_t high,
                std::string_view field, Violations* violations) {
  if (count < low || count > high) {
    violations->Add(field,
                    fmt::format("is {}, must be {} to {}", count, low, high));
  }
}

void CheckListSize(int size, uint64_t high, std::string_view field,
                   Violations* violations) {
  if (size < 1 || static_cast<uint64_t>(size) > high) {
    violations->Add(
        field, fmt::format("has {} elements, must have 1 to {}", size, high));
  }
}

// Reports ids that are malformed or given twice.
class IdChecker {
 public:
  explicit IdChecker(Violations* violations) : violations_(violations) {}

  void Check(const std::string& id, const std::string& field) {
    CheckPointId(id, field, violations_);
    if (!seen_.insert(&id).second) {
      violations_->Add(field, fmt::format("'{}' is given twice", id));
    }
  }

 private:
  struct HashId {
    size_t operator()(const std::string* id) const {
      return std::hash<std::string>{}(*id);
    }
  };
  struct SameId {
    bool operator()(const std::string* a, const std::string* b) const {
      return *a == *b;
    }
  };

  Violations* const violations_;
  absl::flat_hash_set<const std::string*, HashId, SameId> seen_;
};

absl::StatusOr<std::optional<filter::CompiledFilter>> OptionalFilter(
    bool present, const v1::Filter& filter, std::string_view field) {
  if (!present) return std::nullopt;
  ASSIGN_OR_RETURN(filter::CompiledFilter compiled,
                   FilterFromProto(filter, field));
  return std::optional(std::move(compiled));
}

// Takes the query's vector from the request or from the point that it names.
absl::Status ResolveQuery(const v1::Query& query,
                          const vector::CollectionView& view,
                          const std::string& field, ParsedSearch* out) {
  Violations violations;
  switch (query.target_case()) {
    case v1::Query::kVector:
      CheckVector(query.vector().components(), *view.config,
                  field + ".vector.components", &violations);
      out->vector.assign(query.vector().components().begin(),
                         query.vector().components().end());
      return violations.ToStatus();
    case v1::Query::kPointId: {
      CheckPointId(query.point_id(), field + ".point_id", &violations);
      RETURN_IF_ERROR(violations.ToStatus());
      const auto stored = view.Find(query.point_id());
      if (!stored) {
        return ResourceError(absl::StatusCode::kNotFound,
                             Reason::kPointNotFound, "point", query.point_id(),
                             fmt::format("no point '{}'", query.point_id()));
      }
      const float* vector = stored->vector();
      out->vector.assign(vector, vector + view.config->dimension);
      out->point_id = query.point_id();
      return absl::OkStatus();
    }
    case v1::Query::TARGET_NOT_SET:
      break;
  }
  return InvalidField(field, "has no target set; one of vector, point_id");
}

void CheckThreshold(float threshold, std::string_view field,
                    Violations* violations) {
  if (!std::isfinite(threshold)) violations->Add(field, "must be finite");
}

// The part of a stored payload that an answer carries.
void StoredPayloadToProto(std::string_view encoded, const ReturnFields& fields,
                          ProtoPayload* out) {
  if (!fields.with_payload) return;
  const payload::PayloadView view(encoded);
  if (fields.payload_fields.empty()) {
    PayloadToProto(view.Decode(), out);
    return;
  }
  const payload::Payload decoded = view.Decode();
  for (const std::string& name : fields.payload_fields) {
    const auto found = decoded.find(name);
    if (found != decoded.end()) ValueToProto(found->second, &(*out)[name]);
  }
}

void PointToProto(const vector::PointRef& point, size_t dimension,
                  const ReturnFields& fields, v1::Point* out) {
  const std::string_view id = point.id();
  out->set_id(id.data(), id.size());
  if (fields.with_vector) {
    const float* vector = point.vector();
    out->mutable_vector()->Add(vector, vector + dimension);
  }
  StoredPayloadToProto(point.payload(), fields, out->mutable_payload());
}

v1::SearchStrategy StrategyToProto(vector::SearchStrategy strategy) {
  switch (strategy) {
    case vector::SearchStrategy::kExactScan:
      return v1::SEARCH_STRATEGY_EXACT_SCAN;
    case vector::SearchStrategy::kGraph:
      return v1::SEARCH_STRATEGY_GRAPH;
    case vector::SearchStrategy::kFilteredGraph:
      return v1::SEARCH_STRATEGY_FILTERED_GRAPH;
    case vector::SearchStrategy::kLists:
      return v1::SEARCH_STRATEGY_LISTS;
  }
  return v1::SEARCH_STRATEGY_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<workspace::WriteRequest> UpsertFromProto(
    const RepeatedPtrField<v1::PointWrite>& points,
    const workspace::CollectionEntry& target) {
  Violations violations;
  CheckListSize(points.size(), kMaxPointsPerUpsert, "points", &violations);
  RETURN_IF_ERROR(violations.ToStatus());

  workspace::UpsertPoints upsert;
  upsert.collection = target.id;
  upsert.points.reserve(static_cast<size_t>(points.size()));
  upsert.vectors.reserve(static_cast<size_t>(points.size()) *
                         target.config.dimension);
  workspace::WriteRequest request;
  IdChecker ids(&violations);
  for (int i = 0; i < points.size(); ++i) {
    const v1::Point& point = points[i].point();
    const std::string field = fmt::format("points[{}].point", i);
    if (!points[i].has_point()) violations.Add(field, "is required");
    ids.Check(point.id(), field + ".id");
    CheckVector(point.vector(), target.config, field + ".vector", &violations);
    upsert.vectors.insert(upsert.vectors.end(), point.vector().begin(),
                          point.vector().end());
    ASSIGN_OR_RETURN(
        std::string encoded,
        payload::EncodePayload(
            PayloadFromProto(point.payload(), field + ".payload", &violations),
            field + ".payload"));
    upsert.points.push_back({point.id(), std::move(encoded)});
    if (points[i].has_expected_version()) {
      request.expected_versions.resize(static_cast<size_t>(points.size()));
      request.expected_versions[static_cast<size_t>(i)] =
          points[i].expected_version();
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  request.write = std::move(upsert);
  return request;
}

absl::Status CheckIds(const RepeatedPtrField<std::string>& ids,
                      std::string_view field) {
  Violations violations;
  CheckListSize(ids.size(), kMaxIdsPerCall, field, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  IdChecker checker(&violations);
  for (int i = 0; i < ids.size(); ++i) {
    checker.Check(ids[i], fmt::format("{}[{}]", field, i));
  }
  return violations.ToStatus();
}

absl::StatusOr<workspace::WriteRequest> FromProto(
    const v1::DeletePointsRequest& request,
    const workspace::CollectionEntry& target) {
  workspace::WriteRequest out;
  switch (request.selector_case()) {
    case v1::DeletePointsRequest::kIds: {
      const auto& ids = request.ids();
      RETURN_IF_ERROR(CheckIds(ids.ids(), "ids.ids"));
      if (ids.expected_versions_size() != 0 &&
          ids.expected_versions_size() != ids.ids_size()) {
        return InvalidField(
            "ids.expected_versions",
            fmt::format("has {} elements for {} ids",
                        ids.expected_versions_size(), ids.ids_size()));
      }
      out.write = workspace::DeletePoints{target.id,
                                          {ids.ids().begin(), ids.ids().end()}};
      out.expected_versions.assign(ids.expected_versions().begin(),
                                   ids.expected_versions().end());
      return out;
    }
    case v1::DeletePointsRequest::kFilter: {
      ASSIGN_OR_RETURN(auto filter, FilterFromProto(request.filter()));
      out.write = workspace::DeleteMatching{target.id, std::move(filter)};
      return out;
    }
    case v1::DeletePointsRequest::SELECTOR_NOT_SET:
      break;
  }
  return InvalidField("selector", "has nothing set; one of ids, filter");
}

absl::StatusOr<ReturnFields> FromProto(const v1::ReturnFields& fields,
                                       std::string_view field) {
  if (fields.payload_fields_size() > kMaxReturnedFields) {
    return InvalidField(
        fmt::format("{}.payload_fields", field),
        fmt::format("has {} elements, at most {} allowed",
                    fields.payload_fields_size(), kMaxReturnedFields));
  }
  return ReturnFields{.with_vector = fields.with_vector(),
                      .with_payload = fields.with_payload(),
                      .payload_fields = {fields.payload_fields().begin(),
                                         fields.payload_fields().end()}};
}

absl::StatusOr<ListRequest> FromProto(const v1::ListPointsRequest& request) {
  ListRequest out;
  Violations violations;
  out.page_size =
      request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  CheckCount(out.page_size, 1, kMaxPageSize, "page_size", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(out.filter, OptionalFilter(request.has_filter(),
                                              request.filter(), "filter"));
  ASSIGN_OR_RETURN(out.fields,
                   FromProto(request.return_fields(), "return_fields"));
  out.after = request.page_token();
  return out;
}

absl::Status CheckBatch(const v1::BatchSearchRequest& request) {
  Violations violations;
  CheckListSize(request.searches_size(), kMaxSearchesPerBatch, "searches",
                &violations);
  uint64_t sum_of_k = 0;
  for (int i = 0; i < request.searches_size(); ++i) {
    const auto& search = request.searches(i);
    sum_of_k += search.k();
    if (!search.collection().empty() &&
        search.collection() != request.collection()) {
      violations.Add(fmt::format("searches[{}].collection", i),
                     fmt::format("is '{}' in a batch on '{}'",
                                 search.collection(), request.collection()));
    }
  }
  if (sum_of_k > kMaxKPerBatch) {
    violations.Add("searches", fmt::format("the sum of k is {}, at most {} "
                                           "allowed",
                                           sum_of_k, kMaxKPerBatch));
  }
  return violations.ToStatus();
}

absl::StatusOr<ParsedSearch> FromProto(const v1::SearchRequest& request,
                                       const vector::CollectionView& view,
                                       std::string_view prefix) {
  const auto field = [prefix](std::string_view name) {
    return fmt::format("{}{}", prefix, name);
  };
  Violations violations;
  const auto& options = request.options();
  CheckCount(request.k(), 1, kMaxK, field("k"), &violations);
  if (options.has_ef_search()) {
    CheckCount(options.ef_search(), 1, kMaxEfSearch, field("options.ef_search"),
               &violations);
  }
  if (options.has_n_probe()) {
    CheckCount(options.n_probe(), 1, kMaxProbe, field("options.n_probe"),
               &violations);
  }
  if (request.has_score_threshold()) {
    CheckThreshold(request.score_threshold(), field("score_threshold"),
                   &violations);
  }
  RETURN_IF_ERROR(violations.ToStatus());

  ParsedSearch out;
  RETURN_IF_ERROR(ResolveQuery(request.query(), view, field("query"), &out));
  ASSIGN_OR_RETURN(
      out.filter,
      OptionalFilter(request.has_filter(), request.filter(), field("filter")));
  ASSIGN_OR_RETURN(out.fields,
                   FromProto(request.return_fields(), field("return_fields")));
  out.request.k = request.k();
  out.request.exact = options.exact();
  if (options.has_ef_search()) out.request.ef_search = options.ef_search();
  if (options.has_n_probe()) out.request.n_probe = options.n_probe();
  if (request.has_score_threshold()) {
    out.request.score_threshold = request.score_threshold();
  }
  return out;
}

absl::StatusOr<ParsedSearch> FromProto(const v1::RangeSearchRequest& request,
                                       const vector::CollectionView& view) {
  Violations violations;
  const uint32_t limit =
      request.limit() == 0 ? kDefaultRangeLimit : request.limit();
  CheckCount(limit, 1, kMaxK, "limit", &violations);
  CheckThreshold(request.score_threshold(), "score_threshold", &violations);
  RETURN_IF_ERROR(violations.ToStatus());

  ParsedSearch out;
  RETURN_IF_ERROR(ResolveQuery(request.query(), view, "query", &out));
  ASSIGN_OR_RETURN(out.filter, OptionalFilter(request.has_filter(),
                                              request.filter(), "filter"));
  ASSIGN_OR_RETURN(out.fields,
                   FromProto(request.return_fields(), "return_fields"));
  out.request.k = limit;
  out.request.exact = true;
  out.request.score_threshold = request.score_threshold();
  return out;
}

vector::SearchRequest Bind(const ParsedSearch& search) {
  vector::SearchRequest request = search.request;
  request.vector = search.vector;
  if (search.filter.has_value()) request.filter = &*search.filter;
  if (!search.point_id.empty()) request.excluded_id = search.point_id;
  return request;
}

void ToProto(const v1::DeletePointsRequest& request,
             const workspace::WriteResult& done,
             v1::DeletePointsResponse* out) {
  out->set_deleted_count(done.deleted);
  if (request.has_ids()) {
    out->set_missing_count(static_cast<uint64_t>(request.ids().ids_size()) -
                           done.deleted);
  }
  out->set_commit_token(workspace::CommitToken(done));
}

void ToProto(const vector::PointRef& point, size_t dimension,
             const ReturnFields& fields, v1::StoredPoint* out) {
  PointToProto(point, dimension, fields, out->mutable_point());
  out->set_version(point.version());
}

void ToProto(const std::vector<vector::Hit>& hits, size_t dimension,
             const ReturnFields& fields,
             RepeatedPtrField<v1::ScoredPoint>* out) {
  out->Reserve(static_cast<int>(hits.size()));
  for (const vector::Hit& hit : hits) {
    v1::ScoredPoint* added = out->Add();
    added->set_score(hit.score);
    added->set_version(hit.point.version());
    PointToProto(hit.point, dimension, fields, added->mutable_point());
  }
}

void ToProto(const vector::SearchReport& report, uint64_t sequence,
             uint64_t engine_micros, v1::SearchPlan* out) {
  for (const vector::SegmentPlan& plan : report.segments) {
    v1::SegmentPlan* added = out->add_segments();
    added->set_strategy(StrategyToProto(plan.strategy));
    added->set_points(plan.rows);
    added->set_estimated_matches(plan.estimated_matches);
    added->set_ef_search(plan.ef_search);
    added->set_n_probe(plan.n_probe);
  }
  out->set_estimated_matches(report.estimated_matches);
  out->set_codes_scanned(report.codes_scanned);
  out->set_vectors_scanned(report.vectors_scanned);
  out->set_engine_micros(engine_micros);
  out->set_sequence(sequence);
}

}  // namespace mi::server
