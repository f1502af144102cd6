// RandomMutations of graph_oracle.h.

#include <algorithm>
#include <iterator>

#include "fmt/format.h"
#include "tests/engine/graph/graph_oracle.h"

namespace mi::graph {
namespace {

constexpr uint64_t kIds = 40;

Value IdOf(const IdKey& key) { return Value::FromBytes(key); }

}  // namespace

std::string RandomMutations::Name(const char* prefix, uint64_t count) {
  return fmt::format("{}{}", prefix, random_.Below(count));
}

Value RandomMutations::NewId() {
  switch (random_.Below(4)) {
    case 0:
      return {};
    case 1:
      return Value::Integer(static_cast<int64_t>(random_.Below(kIds)));
    default:
      return Value::String(
          Name(OneIn(5) ? "an-id-beyond-fifteen-bytes-" : "id-", kIds));
  }
}

template <typename Elements>
Value RandomMutations::ExistingId(const Elements& elements) {
  if (elements.empty() || OneIn(60)) return Value::String("nobody");
  auto at = elements.begin();
  std::advance(at, random_.Below(elements.size()));
  return IdOf(at->first);
}

template <typename Elements>
ExpectedVersion RandomMutations::Version(const Elements& elements,
                                         const Value& id) {
  if (!OneIn(10)) return std::nullopt;
  if (OneIn(10)) return 12345;
  const auto at = elements.find(KeyOf(id));
  return at == elements.end() ? 0 : at->second.version;
}

std::vector<std::string> RandomMutations::Labels() {
  std::set<std::string> labels;
  for (uint64_t count = random_.Below(4); count > 0; --count) {
    labels.insert(Name("Label", 6));
  }
  return {labels.begin(), labels.end()};
}

Value RandomMutations::SomeValue(int depth) {
  switch (random_.Below(depth > 2 ? 8 : 10)) {
    case 0:
      return {};
    case 1:
      return Value::Boolean(OneIn(2));
    case 2:
    case 3:
      return Value::Integer(static_cast<int64_t>(random_.Below(50)) - 20);
    case 4:
      return Value::Float(static_cast<double>(random_.Below(50)) / 2);
    case 5:
      return Value::String(Name("text", 30));
    case 6:
      return Value::String(std::string(random_.Below(100), 'x'));
    case 7:
      return Value::FromDate({static_cast<int32_t>(random_.Below(1000))});
    case 8: {
      Value::List list;
      for (uint64_t i = random_.Below(4); i > 0; --i) {
        list.push_back(SomeValue(depth + 1));
      }
      return Value::FromList(list);
    }
    default: {
      std::map<std::string, Value> entries;
      for (uint64_t i = random_.Below(4); i > 0; --i) {
        entries[Name("key", 5)] = SomeValue(depth + 1);
      }
      return Value::FromMap({entries.begin(), entries.end()});
    }
  }
}

Properties RandomMutations::SomeProperties() {
  PropertyMap properties;
  for (uint64_t count = random_.Below(5); count > 0; --count) {
    properties[Name("property", 8)] = SomeValue(0);
  }
  return {properties.begin(), properties.end()};
}

std::optional<TimeSpan> RandomMutations::Span() {
  if (!OneIn(3)) return std::nullopt;
  TimeSpan span;
  if (OneIn(2)) span.from = static_cast<TimeMicros>(random_.Below(100));
  if (OneIn(2)) span.to = 100 + static_cast<TimeMicros>(random_.Below(100));
  return span;
}

std::optional<PointLink> RandomMutations::Link() {
  if (!OneIn(4)) return std::nullopt;
  return PointLink{.collection = Name("collection", 2),
                   .point_id = Name("point", 20)};
}

Mutation RandomMutations::One(const GraphOracle& oracle) {
  switch (random_.Below(20)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      PutNode put;
      put.id = NewId();
      put.labels = Labels();
      put.properties = SomeProperties();
      put.link = Link();
      put.expected_version = Version(oracle.nodes, put.id);
      return put;
    }
    case 4:
    case 5: {
      PatchNode patch;
      patch.id = ExistingId(oracle.nodes);
      patch.properties = SomeProperties();
      patch.add_labels = Labels();
      patch.remove_labels = Labels();
      patch.link = Link();
      patch.remove_link = !patch.link && OneIn(4);
      patch.expected_version = Version(oracle.nodes, patch.id);
      return patch;
    }
    case 6: {
      DeleteNode removal;
      removal.id = ExistingId(oracle.nodes);
      removal.detach = !OneIn(4);
      removal.expected_version = Version(oracle.nodes, removal.id);
      return removal;
    }
    case 7:
    case 8:
    case 9:
    case 10:
    case 11: {
      PutEdge put;
      put.id = OneIn(2) ? Value() : NewId();
      put.type = Name("TYPE", 4);
      put.source = ExistingId(oracle.nodes);
      put.target = OneIn(10) ? put.source : ExistingId(oracle.nodes);
      put.properties = SomeProperties();
      put.span = Span();
      put.merge = put.id.is_null() && OneIn(3);
      put.expected_version =
          put.merge ? std::nullopt : Version(oracle.edges, put.id);
      return put;
    }
    case 12: {
      // The whole of an edge that is there.
      if (oracle.edges.empty()) return DeleteEdge{.id = Value::Integer(1)};
      auto at = oracle.edges.begin();
      std::advance(at, random_.Below(oracle.edges.size()));
      return PutEdge{.id = IdOf(at->first),
                     .type = at->second.type,
                     .source = IdOf(at->second.source),
                     .target = IdOf(at->second.target),
                     .properties = SomeProperties(),
                     .span = Span()};
    }
    case 13: {
      PatchEdge patch;
      patch.id = ExistingId(oracle.edges);
      patch.properties = SomeProperties();
      patch.span = Span();
      patch.expected_version = Version(oracle.edges, patch.id);
      return patch;
    }
    case 14: {
      DeleteEdge removal;
      removal.id = ExistingId(oracle.edges);
      removal.expected_version = Version(oracle.edges, removal.id);
      return removal;
    }
    case 15:
    case 16:
    case 17: {
      PutHyperedge put;
      put.id = NewId();
      put.type = Name("HYPER", 3);
      std::set<std::pair<std::string, IdKey>> members;
      for (uint64_t count = 1 + random_.Below(5); count > 0; --count) {
        members.emplace(OneIn(4) ? "" : Name("role", 3),
                        KeyOf(ExistingId(oracle.nodes)));
      }
      for (const auto& [role, node] : members) {
        put.members.push_back({.node = IdOf(node), .role = role});
      }
      put.weight = random_.Uniform() * 10;
      put.confidence = random_.Uniform();
      put.span = Span();
      put.properties = SomeProperties();
      put.expected_version = Version(oracle.hyperedges, put.id);
      return put;
    }
    case 18: {
      PatchHyperedge patch;
      patch.id = ExistingId(oracle.hyperedges);
      patch.properties = SomeProperties();
      if (OneIn(2)) patch.weight = random_.Uniform();
      if (OneIn(2)) patch.confidence = random_.Uniform();
      patch.span = Span();
      patch.expected_version = Version(oracle.hyperedges, patch.id);
      return patch;
    }
    default: {
      DeleteHyperedge removal;
      removal.id = ExistingId(oracle.hyperedges);
      removal.expected_version = Version(oracle.hyperedges, removal.id);
      return removal;
    }
  }
}

std::vector<Mutation> RandomMutations::Batch(const GraphOracle& oracle) {
  std::vector<Mutation> batch;
  const uint64_t count = OneIn(3) ? 1 + random_.Below(8) : 1;
  for (uint64_t i = 0; i < count; ++i) batch.push_back(One(oracle));
  return batch;
}

IndexDefinition RandomMutations::Index() {
  IndexDefinition index;
  index.label = Name("Label", 6);
  index.property = Name("property", 8);
  index.unique = OneIn(6);
  if (OneIn(6)) index.required_type = ValueType::kInteger;
  return index;
}

}  // namespace mi::graph
