#include "server/collections/collections_proto.h"

#include <cmath>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/convert/limits.h"
#include "server/convert/names.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

using vector::IndexKind;
using vector::Metric;

constexpr uint32_t kDefaultPageSize = 100;

void CheckRange(uint64_t value, uint64_t low, uint64_t high,
                std::string_view field, Violations* violations) {
  if (value < low || value > high) {
    violations->Add(field,
                    fmt::format("is {}, must be {} to {}", value, low, high));
  }
}

Metric MetricFromProto(v1::Metric metric, std::string_view field,
                       Violations* violations) {
  switch (metric) {
    case v1::METRIC_COSINE:
      return Metric::kCosine;
    case v1::METRIC_DOT:
      return Metric::kDot;
    case v1::METRIC_EUCLIDEAN:
      return Metric::kEuclidean;
    case v1::METRIC_MANHATTAN:
      return Metric::kManhattan;
    default:
      violations->Add(field, "is required and must be a known metric");
      return Metric::kCosine;
  }
}

v1::Metric MetricToProto(Metric metric) {
  switch (metric) {
    case Metric::kCosine:
      return v1::METRIC_COSINE;
    case Metric::kDot:
      return v1::METRIC_DOT;
    case Metric::kEuclidean:
      return v1::METRIC_EUCLIDEAN;
    case Metric::kManhattan:
      return v1::METRIC_MANHATTAN;
  }
  return v1::METRIC_UNSPECIFIED;
}

// The field types of the API and of the engine, in both directions.
constexpr std::pair<v1::PayloadFieldType, filter::FieldType> kFieldTypes[] = {
    {v1::PAYLOAD_FIELD_TYPE_KEYWORD, filter::FieldType::kKeyword},
    {v1::PAYLOAD_FIELD_TYPE_INTEGER, filter::FieldType::kInteger},
    {v1::PAYLOAD_FIELD_TYPE_FLOAT, filter::FieldType::kFloat},
    {v1::PAYLOAD_FIELD_TYPE_BOOL, filter::FieldType::kBool},
    {v1::PAYLOAD_FIELD_TYPE_DATETIME, filter::FieldType::kDateTime},
    {v1::PAYLOAD_FIELD_TYPE_GEO, filter::FieldType::kGeo},
    {v1::PAYLOAD_FIELD_TYPE_TEXT, filter::FieldType::kText},
};

v1::PayloadFieldType FieldTypeToProto(filter::FieldType type) {
  for (const auto& [in_api, in_engine] : kFieldTypes) {
    if (in_engine == type) return in_api;
  }
  return v1::PAYLOAD_FIELD_TYPE_UNSPECIFIED;
}

vector::IndexSettings IndexFromProto(const v1::IndexConfig& in,
                                     const std::string& field,
                                     Violations* violations) {
  vector::IndexSettings out;
  switch (in.kind_case()) {
    case v1::IndexConfig::kFlat:
      out.kind = IndexKind::kFlat;
      break;
    case v1::IndexConfig::kHnsw: {
      const auto& hnsw = in.hnsw();
      out.kind = IndexKind::kHnsw;
      if (hnsw.has_m()) out.m = hnsw.m();
      if (hnsw.has_ef_construction()) {
        out.ef_construction = hnsw.ef_construction();
      }
      if (hnsw.has_ef_search()) out.ef_search = hnsw.ef_search();
      CheckRange(out.m, 4, 64, field + ".hnsw.m", violations);
      CheckRange(out.ef_construction, 8, 2000, field + ".hnsw.ef_construction",
                 violations);
      CheckRange(out.ef_search, 1, kMaxEfSearch, field + ".hnsw.ef_search",
                 violations);
      break;
    }
    case v1::IndexConfig::kIvf: {
      const auto& ivf = in.ivf();
      constexpr uint32_t kMaxLists = 65'536;
      out.kind = IndexKind::kIvf;
      if (ivf.has_n_lists()) {
        out.n_lists = ivf.n_lists();
        CheckRange(out.n_lists, 1, kMaxLists, field + ".ivf.n_lists",
                   violations);
      }
      if (ivf.has_n_probe()) {
        out.n_probe = ivf.n_probe();
        CheckRange(out.n_probe, 1, out.n_lists == 0 ? kMaxLists : out.n_lists,
                   field + ".ivf.n_probe", violations);
      }
      break;
    }
    case v1::IndexConfig::KIND_NOT_SET:
      violations->Add(field, "has no kind set; one of flat, hnsw, ivf");
      break;
  }
  return out;
}

void IndexToProto(const vector::IndexSettings& in, v1::IndexConfig* out) {
  switch (in.kind) {
    case IndexKind::kFlat:
      out->mutable_flat();
      break;
    case IndexKind::kHnsw:
      out->mutable_hnsw()->set_m(in.m);
      out->mutable_hnsw()->set_ef_construction(in.ef_construction);
      out->mutable_hnsw()->set_ef_search(in.ef_search);
      break;
    case IndexKind::kIvf:
      out->mutable_ivf();
      if (in.n_lists != 0) out->mutable_ivf()->set_n_lists(in.n_lists);
      if (in.n_probe != 0) out->mutable_ivf()->set_n_probe(in.n_probe);
      break;
  }
}

std::vector<filter::FieldSchema> FieldsFromProto(const v1::CollectionConfig& in,
                                                 const std::string& field,
                                                 Violations* violations) {
  std::vector<filter::FieldSchema> out;
  for (int i = 0; i < in.payload_fields_size(); ++i) {
    const auto& payload_field = in.payload_fields(i);
    bool known = false;
    for (const auto& [in_api, in_engine] : kFieldTypes) {
      if (in_api != payload_field.type()) continue;
      out.push_back({payload_field.path(), in_engine});
      known = true;
    }
    if (!known) {
      violations->Add(fmt::format("{}[{}].type", field, i),
                      "is required and must be a known type");
    }
  }
  filter::ValidateSchema(out, field, violations);
  return out;
}

}  // namespace

absl::StatusOr<workspace::CreateCollection> FromProto(
    const v1::CreateCollectionRequest& request) {
  Violations violations;
  workspace::CreateCollection out;
  CheckName(request.name(), "name", &violations);
  out.name = request.name();
  if (!request.has_config()) violations.Add("config", "is required");
  const auto& config = request.config();
  CheckRange(config.dimension(), 1, kMaxDimension, "config.dimension",
             &violations);
  out.config.dimension = config.dimension();
  out.config.metric =
      MetricFromProto(config.metric(), "config.metric", &violations);
  if (config.has_index()) {
    out.config.index =
        IndexFromProto(config.index(), "config.index", &violations);
  }
  out.config.payload_fields =
      FieldsFromProto(config, "config.payload_fields", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return out;
}

absl::StatusOr<workspace::WriteRequest> FromProto(
    const v1::UpdateCollectionRequest& request,
    const workspace::CollectionEntry& current) {
  Violations violations;
  workspace::UpdateCollection update;
  update.collection = current.id;
  update.index = current.config.index;
  update.payload_fields = current.config.payload_fields;
  if (request.update_mask().paths_size() == 0) {
    violations.Add("update_mask", "is required");
  }
  for (const std::string& path : request.update_mask().paths()) {
    if (path == "index") {
      update.index =
          IndexFromProto(request.config().index(), "config.index", &violations);
    } else if (path == "payload_fields") {
      update.payload_fields = FieldsFromProto(
          request.config(), "config.payload_fields", &violations);
    } else {
      violations.Add("update_mask",
                     fmt::format("'{}' cannot be changed; only index and "
                                 "payload_fields can",
                                 path));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  workspace::WriteRequest write;
  write.write = std::move(update);
  if (request.has_expected_version()) {
    write.expected_config_version = request.expected_version();
  }
  return write;
}

absl::StatusOr<NamePage> FromProto(const v1::ListCollectionsRequest& request) {
  Violations violations;
  NamePage page;
  page.after = request.page_token();
  page.size = request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  CheckRange(page.size, 1, kMaxPageSize, "page_size", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return page;
}

void ToProto(const workspace::CollectionEntry& entry, v1::Collection* out) {
  out->set_name(entry.name);
  auto* config = out->mutable_config();
  config->set_dimension(static_cast<uint32_t>(entry.config.dimension));
  config->set_metric(MetricToProto(entry.config.metric));
  IndexToProto(entry.config.index, config->mutable_index());
  for (const auto& field : entry.config.payload_fields) {
    auto* added = config->add_payload_fields();
    added->set_path(field.path);
    added->set_type(FieldTypeToProto(field.type));
  }
  *out->mutable_create_time() = TimestampFromMicros(entry.create_time);
  *out->mutable_update_time() = TimestampFromMicros(entry.update_time);
  out->set_version(entry.version);
}

void ToProto(const vector::CollectionStats& stats, v1::CollectionStats* out) {
  out->set_live_points(stats.live_points);
  out->set_tombstoned_points(stats.tombstones);
  for (const auto& segment : stats.segments) {
    auto* added = out->add_segments();
    switch (segment.state) {
      case vector::SegmentState::kDelta:
        added->set_state(v1::SEGMENT_STATE_DELTA);
        break;
      case vector::SegmentState::kFrozen:
        added->set_state(v1::SEGMENT_STATE_FROZEN);
        break;
      case vector::SegmentState::kSealed:
        added->set_state(v1::SEGMENT_STATE_SEALED);
        break;
    }
    added->set_points(segment.points);
    added->set_tombstoned_points(segment.tombstones);
    added->set_has_graph(segment.has_graph);
    added->set_n_lists(segment.n_lists);
    added->set_bytes(segment.bytes);
  }
  auto* memory = out->mutable_memory();
  memory->set_vector_bytes(stats.memory.vectors);
  memory->set_code_bytes(stats.memory.codes);
  memory->set_link_bytes(stats.memory.links);
  memory->set_id_bytes(stats.memory.ids);
  memory->set_payload_bytes(stats.memory.payloads);
  memory->set_payload_index_bytes(stats.memory.payload_indexes);
  memory->set_total_bytes(stats.memory.total());
  for (const auto& field : stats.fields) {
    auto* added = out->add_payload_fields();
    added->set_path(field.field.path);
    added->set_type(FieldTypeToProto(field.field.type));
    added->set_index_bytes(field.bytes);
    added->set_indexed_points(field.indexed_points);
  }
  out->set_pending_builds(stats.pending_builds);
  out->set_sequence(stats.sequence);
}

}  // namespace mi::server
