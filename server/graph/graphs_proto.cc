#include "server/graph/graphs_proto.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/graph/limits.h"
#include "fmt/format.h"
#include "server/convert/names.h"
#include "server/convert/property_value_proto.h"
#include "server/convert/selector_proto.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

using google::protobuf::RepeatedPtrField;
using graph::ValueType;

constexpr std::array kPropertyTypes = {
    std::pair{v1::PROPERTY_TYPE_UNSPECIFIED, ValueType::kNull},
    std::pair{v1::PROPERTY_TYPE_BOOLEAN, ValueType::kBoolean},
    std::pair{v1::PROPERTY_TYPE_INTEGER, ValueType::kInteger},
    std::pair{v1::PROPERTY_TYPE_FLOAT, ValueType::kFloat},
    std::pair{v1::PROPERTY_TYPE_STRING, ValueType::kString},
    std::pair{v1::PROPERTY_TYPE_LIST, ValueType::kList},
    std::pair{v1::PROPERTY_TYPE_MAP, ValueType::kMap},
    std::pair{v1::PROPERTY_TYPE_DATE, ValueType::kDate},
    std::pair{v1::PROPERTY_TYPE_LOCAL_TIME, ValueType::kLocalTime},
    std::pair{v1::PROPERTY_TYPE_TIME, ValueType::kTime},
    std::pair{v1::PROPERTY_TYPE_LOCAL_DATE_TIME, ValueType::kLocalDateTime},
    std::pair{v1::PROPERTY_TYPE_ZONED_DATE_TIME, ValueType::kZonedDateTime},
    std::pair{v1::PROPERTY_TYPE_DURATION, ValueType::kDuration},
    std::pair{v1::PROPERTY_TYPE_POINT, ValueType::kPoint}};

graph::IndexDefinition IndexFromProto(const v1::GraphIndex& index,
                                      const std::string& field,
                                      Violations* violations) {
  CheckGraphName(index.label(), field + ".label", violations);
  CheckGraphName(index.property(), field + ".property", violations);
  graph::IndexDefinition definition;
  definition.label = index.label();
  definition.property = index.property();
  definition.unique = index.unique();
  for (const auto& [proto, type] : kPropertyTypes) {
    if (proto != index.required_type()) continue;
    definition.required_type = type;
    return definition;
  }
  violations->Add(field + ".required_type",
                  fmt::format("is {}, which is no PropertyType",
                              static_cast<int>(index.required_type())));
  return definition;
}

void IndexToProto(const graph::IndexDefinition& definition,
                  v1::GraphIndex* out) {
  out->set_label(definition.label);
  out->set_property(definition.property);
  out->set_unique(definition.unique);
  for (const auto& [proto, type] : kPropertyTypes) {
    if (type == definition.required_type) out->set_required_type(proto);
  }
}

void CountsToProto(const std::vector<graph::NameCount>& counts,
                   RepeatedPtrField<v1::NameCount>* out) {
  for (const graph::NameCount& count : counts) {
    v1::NameCount* added = out->Add();
    added->set_name(count.name);
    added->set_count(count.count);
  }
}

void DegreesToProto(const graph::DegreeStatistics& degrees,
                    v1::DegreeStats* out) {
  out->set_node_count(degrees.nodes);
  out->set_mean(degrees.mean);
  out->set_p50(degrees.p50);
  out->set_p90(degrees.p90);
  out->set_p99(degrees.p99);
  out->set_max(degrees.max);
}

void IndexStatsToProto(const graph::IndexStatistics& index,
                       v1::GraphIndexStats* out) {
  IndexToProto(*index.definition, out->mutable_index());
  out->set_entry_count(index.entries);
  out->set_distinct_count(index.distinct);
  if (index.entries == 0) return;
  ValueToProto(index.min, out->mutable_min());
  ValueToProto(index.max, out->mutable_max());
}

}  // namespace

absl::StatusOr<workspace::CreateGraph> FromProto(
    const v1::CreateGraphRequest& request) {
  Violations violations;
  CheckName(request.name(), "name", &violations);
  workspace::CreateGraph create;
  create.name = request.name();
  if (static_cast<size_t>(request.indexes_size()) > graph::kMaxIndexes) {
    violations.Add("indexes",
                   fmt::format("has {} indexes; at most {} are allowed",
                               request.indexes_size(), graph::kMaxIndexes));
  } else {
    for (int i = 0; i < request.indexes_size(); ++i) {
      create.indexes.push_back(IndexFromProto(
          request.indexes(i), fmt::format("indexes[{}]", i), &violations));
    }
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return create;
}

absl::StatusOr<graph::IndexDefinition> FromProto(
    const v1::CreateGraphIndexRequest& request) {
  Violations violations;
  auto definition = IndexFromProto(request.index(), "index", &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return definition;
}

void ToProto(const workspace::GraphEntry& entry, const graph::GraphView& view,
             v1::Graph* out) {
  out->set_name(entry.name);
  *out->mutable_create_time() = TimestampFromMicros(entry.create_time);
  for (size_t i = 0; i < view.indexes.size(); ++i) {
    IndexToProto(*view.indexes[i].definition, out->add_indexes());
  }
  out->set_node_count(view.node_count());
  out->set_edge_count(view.edge_count());
  out->set_hyperedge_count(view.hyperedge_count());
  out->set_sequence(view.sequence);
}

void ToProto(const workspace::GraphEntry& entry,
             const v1::CreateGraphRequest& request, uint64_t sequence,
             v1::Graph* out) {
  out->set_name(entry.name);
  *out->mutable_create_time() = TimestampFromMicros(entry.create_time);
  *out->mutable_indexes() = request.indexes();
  out->set_sequence(sequence);
}

void ToProto(const graph::GraphStatistics& statistics, uint64_t sequence,
             v1::GetGraphStatsResponse* out) {
  out->set_node_count(statistics.nodes);
  out->set_edge_count(statistics.edges);
  out->set_hyperedge_count(statistics.hyperedges);
  CountsToProto(statistics.labels, out->mutable_labels());
  for (const graph::EdgeTypeStatistics& type : statistics.edge_types) {
    v1::EdgeTypeStats* added = out->add_edge_types();
    added->set_type(type.type);
    added->set_count(type.count);
    DegreesToProto(type.out, added->mutable_out_degree());
    DegreesToProto(type.in, added->mutable_in_degree());
  }
  CountsToProto(statistics.hyperedge_types, out->mutable_hyperedge_types());
  CountsToProto(statistics.node_properties, out->mutable_node_properties());
  CountsToProto(statistics.edge_properties, out->mutable_edge_properties());
  CountsToProto(statistics.hyperedge_properties,
                out->mutable_hyperedge_properties());
  for (const graph::ConnectionCount& connection : statistics.connections) {
    v1::ConnectionCount* added = out->add_connections();
    added->set_source_label(connection.source_label);
    added->set_edge_type(connection.type);
    added->set_target_label(connection.target_label);
    added->set_count(connection.count);
  }
  for (const graph::IndexStatistics& index : statistics.indexes) {
    IndexStatsToProto(index, out->add_indexes());
  }
  out->set_memory_bytes(statistics.memory.total());
  out->set_sequence(sequence);
}

}  // namespace mi::server
