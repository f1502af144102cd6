// RandomWorld of naive_graph.h.

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

#include "engine/graph/graph_edit.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

constexpr uint64_t kLabels = 4;
constexpr uint64_t kTypes = 3;
constexpr uint64_t kProperties = 3;
constexpr uint64_t kRoles = 3;
constexpr TimeMicros kTimes = 20;

Value IdOf(const IdKey& key) { return Value::FromBytes(key); }

template <typename Elements>
Value AnyId(const Elements& elements, Random& random) {
  auto at = elements.begin();
  std::advance(at, random.Below(elements.size()));
  return IdOf(at->first);
}

}  // namespace

std::string RandomWorld::Name(const char* prefix, uint64_t count) {
  return fmt::format("{}{}", prefix, Below(count));
}

// Some of the names, and now and then one that no element has.
std::vector<std::string> RandomWorld::Names(const char* prefix, uint64_t count,
                                            uint64_t max) {
  std::set<std::string> names;
  for (uint64_t i = Below(max + 1); i > 0; --i) {
    names.insert(Name(prefix, OneIn(10) ? count + 1 : count));
  }
  return {names.begin(), names.end()};
}

Value RandomWorld::AnyValue() {
  switch (Below(14)) {
    case 0:
      return {};
    case 1:
      return Value::Boolean(OneIn(2));
    case 2:
    case 3:
    case 4:
      return Value::Integer(static_cast<int64_t>(Below(6)) - 2);
    case 5:
    case 6:
      return Value::Float((static_cast<double>(Below(12)) - 4) / 2);
    case 7:
      return Value::Float(OneIn(2) ? -0.0
                                   : std::numeric_limits<double>::quiet_NaN());
    case 8:
      // Floats have no room for the last digit of these.
      return OneIn(2) ? Value::Integer((int64_t{1} << 53) + 1)
                      : Value::Float(0x1p53);
    case 9:
    case 10: {
      constexpr const char* kTexts[] = {"",
                                        "a",
                                        "ab",
                                        "abc",
                                        "b",
                                        "a text of many bytes",
                                        "a text of many others"};
      return Value::String(kTexts[Below(std::size(kTexts))]);
    }
    case 11:
      return Value::FromDate({static_cast<int32_t>(Below(3))});
    case 12:
      // The same instants at several offsets.
      return Value::FromZonedDateTime(
          {.seconds = static_cast<int64_t>(Below(2)),
           .offset_seconds = static_cast<int32_t>(Below(2)) * 3600});
    default:
      return Value::FromList({Value::Integer(static_cast<int64_t>(Below(2)))});
  }
}

Properties RandomWorld::SomeProperties() {
  PropertyMap properties;
  for (uint64_t i = Below(4); i > 0; --i) {
    properties[Name("p", kProperties)] = AnyValue();
  }
  return {properties.begin(), properties.end()};
}

std::optional<TimeSpan> RandomWorld::Span() {
  if (!OneIn(3)) return std::nullopt;
  TimeSpan span;
  if (OneIn(2)) span.from = static_cast<TimeMicros>(Below(kTimes / 2));
  if (OneIn(2)) span.to = kTimes / 2 + static_cast<TimeMicros>(Below(5));
  return span;
}

PropertyCondition RandomWorld::Condition() {
  PropertyCondition condition;
  condition.property = Name("p", OneIn(10) ? kProperties + 2 : kProperties);
  condition.test = static_cast<PropertyTest>(Below(12));
  condition.operand = AnyValue();
  for (uint64_t i = Below(5); i > 0; --i) condition.list.push_back(AnyValue());
  return condition;
}

NodeSelector RandomWorld::Nodes() {
  NodeSelector selector;
  if (OneIn(3)) selector.any_label = Names("L", kLabels, 3);
  if (OneIn(4)) selector.all_labels = Names("L", kLabels, 2);
  if (OneIn(4)) selector.conditions.push_back(Condition());
  return selector;
}

EdgeSelector RandomWorld::Edges() {
  EdgeSelector selector;
  if (OneIn(3)) selector.types = Names("T", kTypes, 3);
  if (OneIn(5)) selector.conditions.push_back(Condition());
  if (OneIn(4)) selector.as_of = static_cast<TimeMicros>(Below(kTimes));
  return selector;
}

Direction RandomWorld::AnyDirection() {
  return static_cast<Direction>(Below(3));
}

NodeRow RandomWorld::AnyNode(const World& world) {
  auto at = world.naive.nodes.begin();
  std::advance(at, Below(world.naive.nodes.size()));
  return at->first;
}

std::vector<NodeRow> RandomWorld::AnyNodes(const World& world, size_t max) {
  std::vector<NodeRow> nodes;
  for (uint64_t i = 1 + Below(max); i > 0; --i) nodes.push_back(AnyNode(world));
  return nodes;
}

void RandomWorld::Write(const std::vector<Mutation>& batch, World* world) {
  if (batch.empty()) return;
  ASSERT_OK_AND_ASSIGN(EditedGraph edited,
                       EditGraph(*world->view, batch, ++sequence_, ++edit_));
  MutationResult result;
  ASSERT_EQ(world->oracle.Apply(batch, sequence_, &edited.result, &result),
            absl::StatusCode::kOk);
  world->view = std::move(edited.view);
}

void RandomWorld::AddNodes(const WorldOptions& options,
                           std::vector<Mutation>* batch) {
  for (uint64_t i = 1 + Below(options.max_nodes); i > 0; --i) {
    PutNode put;
    for (const auto& label : Names("L", kLabels, 3))
      put.labels.push_back(label);
    put.properties = SomeProperties();
    batch->push_back(std::move(put));
  }
}

void RandomWorld::AddEdges(const World& world, const WorldOptions& options,
                           std::vector<Mutation>* batch) {
  for (uint64_t i = Below(options.max_edges + 1); i > 0; --i) {
    PutEdge put;
    put.type = Name("T", kTypes);
    put.source = AnyId(world.oracle.nodes, random_);
    put.target = OneIn(8) ? put.source : AnyId(world.oracle.nodes, random_);
    put.properties = SomeProperties();
    put.span = Span();
    batch->push_back(std::move(put));
  }
}

void RandomWorld::AddHyperedges(const World& world, const WorldOptions& options,
                                std::vector<Mutation>* batch) {
  for (uint64_t i = Below(options.max_hyperedges + 1); i > 0; --i) {
    PutHyperedge put;
    put.type = Name("T", kTypes);
    std::set<std::pair<std::string, IdKey>> members;
    for (uint64_t count = 1 + Below(5); count > 0; --count) {
      members.emplace(Name("R", kRoles),
                      KeyOf(AnyId(world.oracle.nodes, random_)));
    }
    for (const auto& [role, node] : members) {
      put.members.push_back({.node = IdOf(node), .role = role});
    }
    // Sums of these are exact.
    put.weight = static_cast<double>(Below(16)) / 4 - 1;
    put.confidence = static_cast<double>(Below(5)) / 4;
    put.span = Span();
    put.properties = SomeProperties();
    batch->push_back(std::move(put));
  }
}

void RandomWorld::DeleteSome(const World& world, std::vector<Mutation>* batch) {
  for (const auto& [key, edge] : world.oracle.edges) {
    if (OneIn(4)) batch->push_back(DeleteEdge{.id = IdOf(key)});
  }
  for (const auto& [key, hyperedge] : world.oracle.hyperedges) {
    if (OneIn(4)) batch->push_back(DeleteHyperedge{.id = IdOf(key)});
  }
  for (const auto& [key, node] : world.oracle.nodes) {
    if (OneIn(5)) {
      batch->push_back(DeleteNode{.id = IdOf(key), .detach = true});
    }
  }
}

void RandomWorld::AddIndex(World* world) {
  const IndexDefinition index = {.label = Name("L", kLabels),
                                 .property = Name("p", kProperties)};
  auto view = mi::graph::AddIndex(*world->view, index, ++sequence_, ++edit_);
  // Refused when there is one already.
  if (view.ok()) world->view = std::move(*view);
}

World RandomWorld::Draw(const WorldOptions& options) {
  World world;
  world.view = EmptyGraph(1);
  for (int round = 0; round < 2; ++round) {
    if (!world.oracle.nodes.empty()) {
      std::vector<Mutation> deletions;
      DeleteSome(world, &deletions);
      Write(deletions, &world);
    }
    std::vector<Mutation> nodes;
    AddNodes(options, &nodes);
    Write(nodes, &world);
    for (uint64_t i = Below(options.max_indexes + 1); i > 0; --i) {
      AddIndex(&world);
    }
    std::vector<Mutation> rest;
    AddEdges(world, options, &rest);
    AddHyperedges(world, options, &rest);
    Write(rest, &world);
  }
  world.naive = NaiveGraph::From(world.oracle, *world.view);
  return world;
}

}  // namespace mi::graph
