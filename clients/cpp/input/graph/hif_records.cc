#include "clients/cpp/input/graph/hif_records.h"

#include <limits>
#include <utility>

#include "clients/cpp/input/graph/graph_json.h"
#include "clients/cpp/input/graph/hif.h"
#include "clients/cpp/input/graph/property_json.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;
using Properties = google::protobuf::Map<std::string, v1::PropertyValue>;

constexpr std::string_view kAttrs = "attrs";
// Values of an incidence's attributes: in a map, in an entry, in the list that
// is the property.
constexpr size_t kDepthOfEntries = 4;
constexpr double kMaxNumber = std::numeric_limits<double>::max();

// Reads the members of "attrs": `read_special` those with a meaning of their
// own, which it answers with whether it was one, the others as properties
// that stand at `depth`.
template <typename ReadSpecial>
MaybeFault ReadAttrs(const Json& record, size_t depth, Properties* properties,
                     const ReadSpecial& read_special) {
  const Json* const attrs = FindMember(record, kAttrs);
  if (attrs == nullptr) return std::nullopt;
  if (!attrs->is_object()) {
    return JsonFault{"is not an object"}.In(std::string(kAttrs));
  }
  for (const auto& [key, value] : attrs->items()) {
    MaybeFault fault;
    if (!read_special(key, value, &fault)) {
      const std::string name = key.starts_with("$$") ? key.substr(1) : key;
      std::string problem = NameProblem(name);
      if (properties->contains(name)) problem = "is there twice";
      fault = problem.empty()
                  ? JsonToProperty(value, &(*properties)[name], depth)
                  : MaybeFault(JsonFault{std::move(problem)});
    }
    if (fault) return std::move(*fault).In(key).In(std::string(kAttrs));
  }
  return std::nullopt;
}

// The member "weight" of a record, if it is there.
MaybeFault ReadWeight(const Json& record, std::optional<double>* weight) {
  const Json* const member = FindMember(record, kHifWeight);
  if (member == nullptr) return std::nullopt;
  double number = 0;
  MaybeFault fault = JsonToNumber(*member, -kMaxNumber, kMaxNumber, &number);
  if (fault) return std::move(*fault).In(std::string(kHifWeight));
  *weight = number;
  return std::nullopt;
}

// Keeps an integer an integer.
MaybeFault AddWeight(const Json& record, Properties* properties) {
  std::optional<double> weight;
  if (MaybeFault fault = ReadWeight(record, &weight)) return fault;
  if (!weight) return std::nullopt;
  const std::string name(kHifWeight);
  if (properties->contains(name)) {
    return JsonFault{"is in attrs, too"}.In(name);
  }
  MaybeFault fault = JsonToProperty(record[name], &(*properties)[name]);
  if (fault) return std::move(*fault).In(name);
  return std::nullopt;
}

MaybeFault ReadDirection(const Json& record, std::string* role) {
  const Json* const direction = FindMember(record, "direction");
  if (direction == nullptr) return std::nullopt;
  if (*direction != std::string(kHifHead) &&
      *direction != std::string(kHifTail)) {
    return JsonFault{
        fmt::format("is {}, not \"head\" or \"tail\"", Excerpt(*direction))}
        .In("direction");
  }
  if (!role->empty()) {
    return JsonFault{"is there, and a $role as well"}.In("direction");
  }
  *role = direction->get<std::string>();
  return std::nullopt;
}

v1::PropertyValue IdValue(const v1::ElementId& id) {
  v1::PropertyValue value;
  if (id.kind_case() == v1::ElementId::kNumber) {
    value.set_integer_value(static_cast<int64_t>(id.number()));
  } else {
    value.set_string_value(id.name());
  }
  return value;
}

}  // namespace

MaybeFault ReadHifId(const Json& record, std::string_view member,
                     v1::ElementId* id) {
  if (!record.is_object()) return JsonFault{"is not an object"};
  const Json* const json = FindMember(record, member);
  if (json == nullptr) return JsonFault{fmt::format("lacks '{}'", member)};
  MaybeFault fault = JsonToElementId(*json, id);
  if (fault) return std::move(*fault).In(std::string(member));
  return std::nullopt;
}

MaybeFault ReadHifNode(const Json& record, v1::Node* node) {
  if (MaybeFault fault = CheckMembers(record, {"node", kHifWeight, kAttrs})) {
    return fault;
  }
  MaybeFault fault = ReadAttrs(
      record, /*depth=*/1, node->mutable_properties(),
      [node](const std::string& key, const Json& value, MaybeFault* wrong) {
        if (key == kHifLabels) {
          *wrong = JsonToLabels(value, node);
        } else if (key == kHifLink) {
          *wrong = JsonToLink(value, node->mutable_link());
        } else {
          return false;
        }
        return true;
      });
  if (fault) return fault;
  return AddWeight(record, node->mutable_properties());
}

MaybeFault ReadHifEdge(const Json& record, v1::Hyperedge* hyperedge) {
  if (MaybeFault fault = CheckMembers(record, {"edge", kHifWeight, kAttrs})) {
    return fault;
  }
  MaybeFault fault = ReadAttrs(
      record, /*depth=*/1, hyperedge->mutable_properties(),
      [hyperedge](const std::string& key, const Json& value,
                  MaybeFault* wrong) {
        double number = 0;
        if (key == kHifType) {
          *wrong = JsonToName(value, hyperedge->mutable_type());
        } else if (key == kHifConfidence) {
          *wrong = JsonToNumber(value, 0, 1, &number);
          hyperedge->set_confidence(number);
        } else if (key == kHifValidTime) {
          *wrong = JsonToTimeSpan(value, hyperedge->mutable_valid_time());
        } else {
          return false;
        }
        return true;
      });
  if (fault) return fault;
  std::optional<double> weight;
  if (MaybeFault wrong = ReadWeight(record, &weight)) return wrong;
  if (weight) hyperedge->set_weight(*weight);
  return std::nullopt;
}

MaybeFault ReadHifIncidence(const Json& record, HifIncidence* incidence) {
  MaybeFault fault =
      CheckMembers(record, {"edge", "node", kHifWeight, "direction", kAttrs});
  if (fault) return fault;
  fault = ReadHifId(record, "node", incidence->member.mutable_node_id());
  if (fault) return fault;
  std::string* const role = incidence->member.mutable_role();
  v1::PropertyMap attrs;
  fault = ReadAttrs(
      record, kDepthOfEntries, attrs.mutable_entries(),
      [role](const std::string& key, const Json& value, MaybeFault* wrong) {
        if (key != kHifRole) return false;
        *wrong = JsonToName(value, role);
        return true;
      });
  if (fault) return fault;
  if (MaybeFault wrong = ReadDirection(record, role)) return wrong;

  v1::PropertyMap entry;
  if (MaybeFault wrong = AddWeight(record, entry.mutable_entries())) {
    return wrong;
  }
  auto& entries = *entry.mutable_entries();
  if (!attrs.entries().empty()) {
    *entries["attrs"].mutable_map_value() = std::move(attrs);
  }
  if (entries.empty()) return std::nullopt;
  entries["node"] = IdValue(incidence->member.node_id());
  if (!role->empty()) entries["role"].set_string_value(*role);
  *incidence->entry.emplace().mutable_map_value() = std::move(entry);
  return std::nullopt;
}

}  // namespace mi::client
