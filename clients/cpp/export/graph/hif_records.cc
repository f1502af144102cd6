#include "clients/cpp/export/graph/hif_records.h"

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "clients/cpp/export/graph/graph_json.h"
#include "clients/cpp/export/graph/property_json.h"
#include "clients/cpp/input/graph/hif.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Properties = google::protobuf::Map<std::string, v1::PropertyValue>;

void Set(std::string_view name, Json value, Json* json) {
  (*json)[std::string(name)] = std::move(value);
}

// Adds properties to "attrs"; names that begin with "$" get another one.
void AddAttrs(const Properties& properties, std::string_view left_out,
              Json* attrs) {
  std::map<std::string_view, const v1::PropertyValue*> sorted;
  for (const auto& [name, value] : properties) sorted.emplace(name, &value);
  for (const auto& [name, value] : sorted) {
    if (name == left_out) continue;
    const std::string key =
        name.starts_with('$') ? "$" + std::string(name) : std::string(name);
    (*attrs)[key] = ToTypedJson(*value);
  }
}

// The property "weight" as the record's; null if it is none that HIF has.
Json WeightOf(const Properties& properties) {
  const auto found = properties.find(std::string(kHifWeight));
  if (found == properties.end()) return nullptr;
  Json weight = ToTypedJson(found->second);
  return weight.is_number() ? weight : Json(nullptr);
}

void AddDirection(const std::string& role, Json* record, Json* attrs) {
  if (role == kHifHead || role == kHifTail) {
    (*record)["direction"] = role;
  } else if (!role.empty()) {
    Set(kHifRole, role, attrs);
  }
}

bool IsId(const v1::PropertyValue& value, const v1::ElementId& id) {
  if (id.kind_case() == v1::ElementId::kNumber) {
    return value.has_integer_value() &&
           value.integer_value() == static_cast<int64_t>(id.number());
  }
  return value.has_string_value() && value.string_value() == id.name();
}

// An entry of "hif_incidences", if it is one that reading a file would make.
struct Entry {
  const v1::PropertyMap* attrs = nullptr;
  Json weight;
};
std::optional<Entry> ReadEntry(const Properties& entry,
                               const v1::HyperedgeMember& member) {
  Entry read;
  for (const auto& [name, value] : entry) {
    if (name == "node") {
      if (!IsId(value, member.node_id())) return std::nullopt;
    } else if (name == "role") {
      if (!value.has_string_value() || value.string_value().empty() ||
          value.string_value() != member.role()) {
        return std::nullopt;
      }
    } else if (name == kHifWeight) {
      read.weight = ToTypedJson(value);
      if (!read.weight.is_number()) return std::nullopt;
    } else if (name == "attrs") {
      if (value.map_value().entries().empty()) return std::nullopt;
      read.attrs = &value.map_value();
    } else {
      return std::nullopt;
    }
  }
  const bool is_whole =
      entry.contains("node") && entry.contains("role") != member.role().empty();
  const bool says_something = read.attrs != nullptr || !read.weight.is_null();
  if (!is_whole || !says_something) return std::nullopt;
  return read;
}

Json ToIncidence(const v1::ElementId& edge, const v1::HyperedgeMember& member,
                 const Entry& entry) {
  Json record = {{"edge", IdToJson(edge)},
                 {"node", IdToJson(member.node_id())}};
  Json attrs = Json::object();
  AddDirection(member.role(), &record, &attrs);
  if (!entry.weight.is_null()) Set(kHifWeight, entry.weight, &record);
  if (entry.attrs != nullptr) AddAttrs(entry.attrs->entries(), "", &attrs);
  if (!attrs.empty()) record["attrs"] = std::move(attrs);
  return record;
}

// The members that the property "hif_incidences" speaks of, in its order;
// nothing if it is not what reading a file would make, and so an attribute.
using Entries = std::vector<std::pair<int, Entry>>;
std::optional<Entries> ReadEntries(const v1::Hyperedge& hyperedge) {
  const auto found = hyperedge.properties().find(std::string(kHifIncidences));
  if (found == hyperedge.properties().end()) return Entries();
  if (found->second.list_value().values().empty()) return std::nullopt;
  Entries entries;
  std::set<int> seen;
  for (const v1::PropertyValue& value : found->second.list_value().values()) {
    std::optional<Entry> entry;
    int member = 0;
    for (; member < hyperedge.members_size() && !entry; ++member) {
      entry = ReadEntry(value.map_value().entries(), hyperedge.members(member));
    }
    if (!entry || !seen.insert(member - 1).second) return std::nullopt;
    entries.emplace_back(member - 1, *std::move(entry));
  }
  return entries;
}

std::vector<Json> ToIncidences(const v1::Hyperedge& hyperedge,
                               const Entries& entries) {
  std::vector<Json> incidences;
  std::set<int> done;
  for (const auto& [member, entry] : entries) {
    done.insert(member);
    incidences.push_back(
        ToIncidence(hyperedge.id(), hyperedge.members(member), entry));
  }
  for (int i = 0; i < hyperedge.members_size(); ++i) {
    if (done.contains(i)) continue;
    incidences.push_back(
        ToIncidence(hyperedge.id(), hyperedge.members(i), Entry()));
  }
  return incidences;
}

}  // namespace

Json ToHifNode(const v1::Node& node) {
  Json record = {{"node", IdToJson(node.id())}};
  Json weight = WeightOf(node.properties());
  Json attrs = Json::object();
  if (node.labels_size() > 0) {
    Json labels = Json::array();
    for (const std::string& label : node.labels()) labels.push_back(label);
    Set(kHifLabels, std::move(labels), &attrs);
  }
  if (node.has_link()) Set(kHifLink, LinkToJson(node.link()), &attrs);
  AddAttrs(node.properties(), weight.is_null() ? "" : kHifWeight, &attrs);
  if (!weight.is_null()) Set(kHifWeight, std::move(weight), &record);
  if (!attrs.empty()) record["attrs"] = std::move(attrs);
  return record;
}

HifEdge ToHifEdge(const v1::Hyperedge& hyperedge) {
  HifEdge hif;
  const std::optional<Entries> entries = ReadEntries(hyperedge);
  hif.incidences = ToIncidences(hyperedge, entries.value_or(Entries()));
  hif.is_directed = true;
  for (const v1::HyperedgeMember& member : hyperedge.members()) {
    hif.is_directed = hif.is_directed &&
                      (member.role() == kHifHead || member.role() == kHifTail);
  }
  hif.edge = {{"edge", IdToJson(hyperedge.id())}};
  if (hyperedge.has_weight() && hyperedge.weight() != 1) {
    Set(kHifWeight, hyperedge.weight(), &hif.edge);
  }
  Json attrs = Json::object();
  if (hyperedge.type() != kHifDefaultType) {
    Set(kHifType, hyperedge.type(), &attrs);
  }
  if (hyperedge.has_confidence() && hyperedge.confidence() != 1) {
    Set(kHifConfidence, hyperedge.confidence(), &attrs);
  }
  if (hyperedge.has_valid_time()) {
    Set(kHifValidTime, TimeSpanToJson(hyperedge.valid_time()), &attrs);
  }
  AddAttrs(hyperedge.properties(), entries ? kHifIncidences : "", &attrs);
  if (!attrs.empty()) hif.edge["attrs"] = std::move(attrs);
  return hif;
}

std::optional<HifFileFacts> ToHifFileFacts(const v1::Node& node) {
  if (node.id().name() != kHifMetadataId || node.labels_size() != 1 ||
      node.labels(0) != kHifMetadataLabel || node.has_link() ||
      node.properties().empty()) {
    return std::nullopt;
  }
  HifFileFacts facts;
  for (const auto& [name, value] : node.properties()) {
    if (name == kHifMetadata && !value.map_value().entries().empty()) {
      facts.metadata = ToTypedJson(value);
    } else if (name == kHifNetworkType &&
               (value.string_value() == kHifDirected ||
                value.string_value() == kHifUndirected ||
                value.string_value() == kHifAsc)) {
      facts.network_type = value.string_value();
    } else {
      return std::nullopt;
    }
  }
  return facts;
}

}  // namespace mi::client
