#include "clients/cpp/input/graph/graph_json.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>

#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Json = nlohmann::json;

constexpr uint64_t kMaxIdNumber = (uint64_t{1} << 53) - 1;

// Reads a member with `read`, if it is there.
template <typename Read>
MaybeFault Optional(const Json& json, std::string_view name, const Read& read) {
  const Json* const member = FindMember(json, name);
  if (member == nullptr) return std::nullopt;
  MaybeFault fault = read(*member);
  if (fault) return std::move(*fault).In(std::string(name));
  return std::nullopt;
}

template <typename Read>
MaybeFault Required(const Json& json, std::string_view name, const Read& read) {
  if (!json.contains(std::string(name))) {
    return JsonFault{fmt::format("lacks '{}'", name)};
  }
  return Optional(json, name, read);
}

// What all three kinds of elements have. Presence decides what is set.
template <typename Element>
MaybeFault ReadCommon(const Json& json, Element* element) {
  MaybeFault fault = Optional(json, "id", [element](const Json& id) {
    return JsonToElementId(id, element->mutable_id());
  });
  if (fault) return fault;
  return Optional(json, "properties", [element](const Json& properties) {
    return JsonToProperties(properties, element->mutable_properties());
  });
}

template <typename Element>
MaybeFault ReadTyped(const Json& json, Element* element) {
  if (MaybeFault fault = ReadCommon(json, element)) return fault;
  MaybeFault fault = Required(json, "type", [element](const Json& type) {
    return JsonToName(type, element->mutable_type());
  });
  if (fault) return fault;
  return Optional(json, "valid_time", [element](const Json& span) {
    return JsonToTimeSpan(span, element->mutable_valid_time());
  });
}

MaybeFault ReadNode(const Json& json, v1::Node* node) {
  if (MaybeFault fault =
          CheckMembers(json, {"id", "labels", "properties", "link"})) {
    return fault;
  }
  if (MaybeFault fault = ReadCommon(json, node)) return fault;
  MaybeFault fault = Optional(json, "labels", [node](const Json& labels) {
    return JsonToLabels(labels, node);
  });
  if (fault) return fault;
  return Optional(json, "link", [node](const Json& link) {
    return JsonToLink(link, node->mutable_link());
  });
}

MaybeFault ReadEdge(const Json& json, v1::Edge* edge) {
  if (MaybeFault fault =
          CheckMembers(json, {"id", "type", "source_id", "target_id",
                              "properties", "valid_time"})) {
    return fault;
  }
  if (MaybeFault fault = ReadTyped(json, edge)) return fault;
  MaybeFault fault = Required(json, "source_id", [edge](const Json& id) {
    return JsonToElementId(id, edge->mutable_source_id());
  });
  if (fault) return fault;
  return Required(json, "target_id", [edge](const Json& id) {
    return JsonToElementId(id, edge->mutable_target_id());
  });
}

MaybeFault ReadMember(const Json& json, v1::HyperedgeMember* member) {
  if (MaybeFault fault = CheckMembers(json, {"node_id", "role"})) return fault;
  MaybeFault fault = Required(json, "node_id", [member](const Json& id) {
    return JsonToElementId(id, member->mutable_node_id());
  });
  if (fault) return fault;
  return Optional(json, "role", [member](const Json& role) -> MaybeFault {
    if (role == "") return std::nullopt;
    return JsonToName(role, member->mutable_role());
  });
}

MaybeFault ReadMembers(const Json& json, v1::Hyperedge* hyperedge) {
  if (!json.is_array() || json.empty()) {
    return JsonFault{"is not a list of at least one member"};
  }
  for (size_t i = 0; i < json.size(); ++i) {
    MaybeFault fault = ReadMember(json[i], hyperedge->add_members());
    if (fault) return std::move(*fault).In(i);
  }
  return std::nullopt;
}

MaybeFault ReadHyperedge(const Json& json, v1::Hyperedge* hyperedge) {
  if (MaybeFault fault =
          CheckMembers(json, {"id", "type", "members", "weight", "confidence",
                              "properties", "valid_time"})) {
    return fault;
  }
  if (MaybeFault fault = ReadTyped(json, hyperedge)) return fault;
  MaybeFault fault = Required(json, "members", [hyperedge](const Json& list) {
    return ReadMembers(list, hyperedge);
  });
  if (fault) return fault;
  double number = 0;
  fault = Optional(json, "weight", [&](const Json& weight) {
    constexpr double kMax = std::numeric_limits<double>::max();
    MaybeFault wrong = JsonToNumber(weight, -kMax, kMax, &number);
    if (!wrong) hyperedge->set_weight(number);
    return wrong;
  });
  if (fault) return fault;
  return Optional(json, "confidence", [&](const Json& confidence) {
    MaybeFault wrong = JsonToNumber(confidence, 0, 1, &number);
    if (!wrong) hyperedge->set_confidence(number);
    return wrong;
  });
}

}  // namespace

MaybeFault JsonToMutation(const Json& json, v1::GraphMutation* mutation) {
  if (!json.is_object()) return JsonFault{"is not an object"};
  if (json.size() != 1) {
    return JsonFault{
        "has not exactly one member, 'node', 'edge' or 'hyperedge'"};
  }
  MaybeFault fault = CheckMembers(json, {"node", "edge", "hyperedge"});
  if (fault) return fault;
  const std::string& kind = json.begin().key();
  const Json& element = *json.begin();
  if (kind == "node") {
    fault = ReadNode(element, mutation->mutable_put_node()->mutable_node());
  } else if (kind == "edge") {
    fault = ReadEdge(element, mutation->mutable_put_edge()->mutable_edge());
  } else {
    fault = ReadHyperedge(
        element, mutation->mutable_put_hyperedge()->mutable_hyperedge());
  }
  if (fault) return std::move(*fault).In(kind);
  return std::nullopt;
}

std::string IdProblem(std::string_view name) {
  constexpr size_t kMaxBytes = 256;
  if (name.empty()) return "is empty";
  if (name.size() > kMaxBytes) {
    return fmt::format("has {} bytes; an id has at most {}", name.size(),
                       kMaxBytes);
  }
  if (name.find('\0') != std::string_view::npos) return "has a NUL";
  return "";
}

MaybeFault JsonToElementId(const Json& json, v1::ElementId* id) {
  if (json.is_string()) {
    const std::string& name = json.get_ref<const std::string&>();
    if (std::string problem = IdProblem(name); !problem.empty()) {
      return JsonFault{std::move(problem)};
    }
    id->set_name(name);
    return std::nullopt;
  }
  if (!json.is_number_unsigned() || json.get<uint64_t>() > kMaxIdNumber) {
    return JsonFault{fmt::format(
        "is {}, not an id: a text, or an integer from 0 to 2^53 - 1",
        Excerpt(json))};
  }
  id->set_number(json.get<uint64_t>());
  return std::nullopt;
}

MaybeFault JsonToName(const Json& json, std::string* name) {
  if (!json.is_string()) {
    return JsonFault{fmt::format("is {}, not a text", Excerpt(json))};
  }
  *name = json.get_ref<const std::string&>();
  if (std::string problem = NameProblem(*name); !problem.empty()) {
    return JsonFault{std::move(problem)};
  }
  return std::nullopt;
}

MaybeFault JsonToTimeSpan(const Json& json, v1::TimeSpan* span) {
  if (MaybeFault fault = CheckMembers(json, {"from", "to"})) return fault;
  const auto read = [](google::protobuf::Timestamp* end) {
    return [end](const Json& text) -> MaybeFault {
      const auto time = text.is_string()
                            ? ParseDateTime(text.get_ref<const std::string&>())
                            : std::nullopt;
      if (!time) {
        return JsonFault{fmt::format("is {}, not a date or an RFC 3339 time",
                                     Excerpt(text))};
      }
      *end = *time;
      return std::nullopt;
    };
  };
  google::protobuf::Timestamp end;
  MaybeFault fault = Optional(json, "from", [&](const Json& text) {
    return read(span->mutable_from())(text);
  });
  if (fault) return fault;
  return Optional(json, "to", [&](const Json& text) {
    return read(span->mutable_to())(text);
  });
}

MaybeFault JsonToLink(const Json& json, v1::PointLink* link) {
  if (MaybeFault fault = CheckMembers(json, {"collection", "point_id"})) {
    return fault;
  }
  MaybeFault fault = Required(json, "collection", [link](const Json& name) {
    return JsonToName(name, link->mutable_collection());
  });
  if (fault) return fault;
  return Required(json, "point_id", [link](const Json& id) -> MaybeFault {
    if (!id.is_string()) return JsonFault{"is not a text"};
    link->set_point_id(id.get_ref<const std::string&>());
    return std::nullopt;
  });
}

MaybeFault JsonToLabels(const Json& json, v1::Node* node) {
  if (!json.is_array()) return JsonFault{"is not a list"};
  std::set<std::string> seen;
  for (size_t i = 0; i < json.size(); ++i) {
    std::string label;
    MaybeFault fault = JsonToName(json[i], &label);
    if (!fault && !seen.insert(label).second) {
      fault = JsonFault{fmt::format("is '{}' again", label)};
    }
    if (fault) return std::move(*fault).In(i);
    node->add_labels(std::move(label));
  }
  return std::nullopt;
}

MaybeFault JsonToNumber(const Json& json, double min, double max,
                        double* number) {
  *number = json.is_number() ? json.get<double>() : NAN;
  if (*number >= min && *number <= max) return std::nullopt;
  const bool is_free = max == std::numeric_limits<double>::max();
  return JsonFault{
      fmt::format("is {}, not {}", Excerpt(json),
                  is_free ? std::string("a finite number")
                          : fmt::format("a number from {} to {}", min, max))};
}

}  // namespace mi::client
