#include "tests/clients/cpp/random_graph.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <utility>

#include "google/protobuf/util/message_differencer.h"

namespace mi::client {
namespace {

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  RandomGraph Make(size_t max_elements) {
    RandomGraph graph;
    for (const v1::ElementId& id : Ids(1 + Below(max_elements))) {
      graph.nodes.push_back(Node(id));
    }
    for (const v1::ElementId& id : Ids(Below(max_elements + 1))) {
      graph.edges.push_back(Edge(id, graph.nodes));
    }
    for (const v1::ElementId& id : Ids(Below(max_elements + 1))) {
      graph.hyperedges.push_back(Hyperedge(id, graph.nodes));
    }
    return graph;
  }

 private:
  size_t Below(size_t bound) {
    return bound == 0 ? 0 : static_cast<size_t>(random_() % bound);
  }
  bool Chance(size_t one_in) { return Below(one_in) == 0; }

  template <typename T>
  const T& OneOf(const std::vector<T>& all) {
    return all[Below(all.size())];
  }

  std::string Text() {
    static const std::vector<std::string> kTexts = {"",
                                                    "meta",
                                                    " ",
                                                    "a;b",
                                                    "a,b",
                                                    "\"quoted\"",
                                                    "line\nbreak",
                                                    "\r\n",
                                                    "\ttab",
                                                    "NaN",
                                                    "null",
                                                    "true",
                                                    "12",
                                                    "$date",
                                                    "[1]",
                                                    "{}",
                                                    "Z\xc3\xbcrich",
                                                    "\xe6\x97\xa5\xe6\x9c\xac",
                                                    "\\",
                                                    "'",
                                                    "#",
                                                    ";",
                                                    std::string("nul\0nul", 7),
                                                    "2026-03-01",
                                                    ":ID"};
    if (!Chance(3)) return OneOf(kTexts);
    std::string text;
    for (size_t i = Below(20); i > 0; --i) {
      text += static_cast<char>(' ' + Below(95));
    }
    return text;
  }

  // Never empty, no NUL: a name or an id.
  std::string Name() {
    static const std::vector<std::string> kNames = {
        "name",   "weight", "a b",      "a:int",          "x:ID",     "$type",
        "$label", "$$x",    "\"",       "valid_from",     "valid_to", ":",
        "a,b",    ";",      "-",        "hif_incidences", "metadata", "\n",
        "attrs",  "node",   "\xc3\xa4", "$datetime",      "id"};
    return OneOf(kNames);
  }

  std::vector<v1::ElementId> Ids(size_t count) {
    std::set<std::string> seen;
    std::vector<v1::ElementId> ids;
    while (ids.size() < count) {
      v1::ElementId id;
      if (Chance(2)) {
        id.set_number(Chance(4) ? (uint64_t{1} << 53) - 1 - Below(1000)
                                : Below(1000));
      } else if (Chance(8)) {
        id.set_name(Name());
      } else {
        id.set_name(std::to_string(Below(1000)));
      }
      if (seen.insert(id.SerializeAsString()).second) ids.push_back(id);
    }
    return ids;
  }

  double Float() {
    static const std::vector<double> kFloats = {
        0.0,
        -0.0,
        3.0,
        0.1,
        1e16,
        5e-324,
        std::numeric_limits<double>::max(),
        std::numeric_limits<double>::quiet_NaN(),
        std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity()};
    if (Chance(2)) return OneOf(kFloats);
    const auto number = std::bit_cast<double>(random_());
    return number == number ? number : 0.5;
  }

  double FiniteFloat() {
    const double number = Float();
    return number - number == 0 ? number : 2.5;
  }

  int64_t Integer() {
    static const std::vector<int64_t> kIntegers = {
        0,
        -1,
        (int64_t{1} << 53),
        (int64_t{1} << 53) + 1,
        -(int64_t{1} << 53) - 1,
        std::numeric_limits<int64_t>::max(),
        std::numeric_limits<int64_t>::min()};
    return Chance(2) ? OneOf(kIntegers) : static_cast<int64_t>(Below(1000));
  }

  void Point(v1::SpatialPoint* point) {
    const bool is_geo = Chance(2);
    point->set_reference(is_geo ? v1::SpatialPoint::REFERENCE_WGS_84
                                : v1::SpatialPoint::REFERENCE_CARTESIAN);
    point->set_x(is_geo ? static_cast<double>(Below(361)) - 180.0
                        : FiniteFloat());
    point->set_y(is_geo ? static_cast<double>(Below(181)) - 90.0
                        : FiniteFloat());
    if (Chance(2)) point->set_z(FiniteFloat());
  }

  void Temporal(v1::PropertyValue* value) {
    switch (Below(6)) {
      case 0:
        return value->set_date_value(OneOf<std::string>(
            {"2026-03-01", "0000-01-01", "9999-12-31", "2024-02-29"}));
      case 1:
        return value->set_local_time_value(
            OneOf<std::string>({"09:30:00", "23:59:59.999999999"}));
      case 2:
        return value->set_time_value(
            OneOf<std::string>({"09:30:00+01:00", "00:00:00Z"}));
      case 3:
        return value->set_local_date_time_value(OneOf<std::string>(
            {"2026-03-01T09:30:00", "1970-01-01T00:00:00.1"}));
      case 4:
        return value->set_zoned_date_time_value(
            OneOf<std::string>({"2026-03-01T09:30:00+01:00[Europe/Berlin]",
                                "2026-03-01T09:30:00Z"}));
      default:
        return value->set_duration_value(
            OneOf<std::string>({"P1Y2M3DT4H5M6.5S", "PT-0.5S", "P2W"}));
    }
  }

  void List(size_t depth, v1::PropertyValue* value) {
    v1::PropertyList* list = value->mutable_list_value();
    const bool alike = Chance(2);
    v1::PropertyValue first;
    Value(depth + 1, &first);
    for (size_t i = Below(4); i > 0; --i) {
      if (alike) {
        *list->add_values() = first;
      } else {
        Value(depth + 1, list->add_values());
      }
    }
  }

  void Map(size_t depth, v1::PropertyValue* value) {
    auto* entries = value->mutable_map_value()->mutable_entries();
    for (size_t i = Below(3); i > 0; --i) {
      const std::string key =
          Chance(3) ? OneOf<std::string>({"$date", "$object", "$geo", "$float"})
                    : Name();
      v1::PropertyValue entry;
      Value(depth + 1, &entry);
      (*entries)[key] = entry;
    }
  }

  void Value(size_t depth, v1::PropertyValue* value) {
    switch (Below(depth < 4 ? 9 : 6)) {
      case 0:
        return value->set_boolean_value(Chance(2));
      case 1:
        return value->set_integer_value(Integer());
      case 2:
        return value->set_float_value(Float());
      case 3:
        return value->set_string_value(Text());
      case 4:
        return Temporal(value);
      case 5:
        return Point(value->mutable_point_value());
      case 6:
        return List(depth, value);
      case 7:
        return Map(depth, value);
      default:
        // Null is not stored, but may be inside of a list or map.
        if (depth == 1) return value->set_boolean_value(true);
        return value->set_null_value(google::protobuf::NULL_VALUE);
    }
  }

  template <typename Element>
  void AddProperties(Element* element) {
    for (size_t i = Below(5); i > 0; --i) {
      v1::PropertyValue value;
      Value(1, &value);
      (*element->mutable_properties())[Name()] = value;
    }
  }

  template <typename Element>
  void AddTime(Element* element) {
    const size_t kind = Below(4);
    if (kind & 1) {
      auto* from = element->mutable_valid_time()->mutable_from();
      from->set_seconds(1'772'357'400);
      from->set_nanos(Chance(2) ? 0 : 123'456'000);
    }
    if (kind & 2) {
      element->mutable_valid_time()->mutable_to()->set_seconds(4'000'000'000);
    }
  }

  v1::Node Node(const v1::ElementId& id) {
    v1::Node node;
    *node.mutable_id() = id;
    std::set<std::string> labels;
    for (size_t i = Below(4); i > 0; --i) {
      labels.insert(OneOf<std::string>(
          {"Campaign", "Creative", "A B", "a,\"b", "HifMetadata", "\xc3\xa4"}));
    }
    for (const std::string& label : labels) node.add_labels(label);
    AddProperties(&node);
    if (Chance(4)) {
      node.mutable_link()->set_collection("campaigns");
      node.mutable_link()->set_point_id("cmp-" + Name());
    }
    return node;
  }

  v1::Edge Edge(const v1::ElementId& id, const std::vector<v1::Node>& nodes) {
    v1::Edge edge;
    *edge.mutable_id() = id;
    edge.set_type(Name());
    *edge.mutable_source_id() = OneOf(nodes).id();
    *edge.mutable_target_id() = OneOf(nodes).id();
    AddProperties(&edge);
    AddTime(&edge);
    return edge;
  }

  v1::Hyperedge Hyperedge(const v1::ElementId& id,
                          const std::vector<v1::Node>& nodes) {
    v1::Hyperedge hyperedge;
    *hyperedge.mutable_id() = id;
    hyperedge.set_type(Chance(3) ? "HYPEREDGE" : Name());
    std::set<std::string> seen;
    for (size_t i = 1 + Below(5); i > 0; --i) {
      v1::HyperedgeMember member;
      *member.mutable_node_id() = OneOf(nodes).id();
      member.set_role(
          OneOf<std::string>({"", "head", "tail", "creative", "$role"}));
      if (!seen.insert(member.SerializeAsString()).second) continue;
      *hyperedge.add_members() = member;
    }
    hyperedge.set_weight(Chance(2) ? 1 : FiniteFloat());
    hyperedge.set_confidence(Chance(2) ? 1 : 0.25);
    AddProperties(&hyperedge);
    AddTime(&hyperedge);
    if (Chance(2)) AddIncidences(&hyperedge);
    return hyperedge;
  }

  // The property in which HIF keeps what it says of incidences, sometimes
  // spoilt.
  void AddIncidences(v1::Hyperedge* hyperedge) {
    v1::PropertyValue value;
    for (const v1::HyperedgeMember& member : hyperedge->members()) {
      auto& entry = *value.mutable_list_value()
                         ->add_values()
                         ->mutable_map_value()
                         ->mutable_entries();
      if (member.node_id().has_number() && !Chance(9)) {
        entry["node"].set_integer_value(
            static_cast<int64_t>(member.node_id().number()));
      } else {
        entry["node"].set_string_value(member.node_id().name());
      }
      if (!member.role().empty() || Chance(9)) {
        entry["role"].set_string_value(member.role());
      }
      if (!Chance(4)) entry["weight"].set_float_value(Float());
      if (!Chance(4)) {
        v1::PropertyValue attr;
        Value(4, &attr);
        (*entry["attrs"].mutable_map_value()->mutable_entries())[Name()] = attr;
      }
    }
    (*hyperedge->mutable_properties())["hif_incidences"] = value;
  }

  std::mt19937_64 random_;
};

template <typename Element>
std::string Differences(const std::vector<Element>& a,
                        const std::vector<Element>& b) {
  std::map<std::string, const Element*> others;
  for (const Element& element : b) {
    others[element.id().SerializeAsString()] = &element;
  }
  std::string text;
  if (a.size() != b.size()) {
    text += std::to_string(a.size()) + " elements became " +
            std::to_string(b.size()) + "\n";
  }
  for (const Element& element : a) {
    const auto found = others.find(element.id().SerializeAsString());
    if (found == others.end()) {
      text += "lost: " + element.DebugString();
      continue;
    }
    google::protobuf::util::DefaultFieldComparator comparator;
    comparator.set_treat_nan_as_equal(true);
    google::protobuf::util::MessageDifferencer differencer;
    differencer.set_field_comparator(&comparator);
    differencer.TreatAsSet(
        v1::Hyperedge::descriptor()->FindFieldByName("members"));
    std::string report;
    differencer.ReportDifferencesToString(&report);
    if (!differencer.Compare(element, *found->second)) {
      text += report + "in " + element.DebugString();
    }
  }
  return text;
}

}  // namespace

RandomGraph MakeRandomGraph(uint64_t seed, size_t max_elements) {
  return Maker(seed).Make(max_elements);
}

RandomGraph GraphOf(const std::vector<v1::GraphMutation>& mutations) {
  RandomGraph graph;
  for (const v1::GraphMutation& mutation : mutations) {
    if (mutation.has_put_node()) {
      v1::Node node = mutation.put_node().node();
      std::sort(node.mutable_labels()->begin(), node.mutable_labels()->end());
      graph.nodes.push_back(std::move(node));
    } else if (mutation.has_put_edge()) {
      graph.edges.push_back(mutation.put_edge().edge());
    } else {
      v1::Hyperedge hyperedge = mutation.put_hyperedge().hyperedge();
      if (!hyperedge.has_weight()) hyperedge.set_weight(1);
      if (!hyperedge.has_confidence()) hyperedge.set_confidence(1);
      graph.hyperedges.push_back(std::move(hyperedge));
    }
  }
  return graph;
}

std::string Difference(const RandomGraph& a, const RandomGraph& b) {
  return Differences(a.nodes, b.nodes) + Differences(a.edges, b.edges) +
         Differences(a.hyperedges, b.hyperedges);
}

}  // namespace mi::client
