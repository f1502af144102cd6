#include "tests/engine/graph/read/naive_graph.h"

#include <algorithm>
#include <cmath>

namespace mi::graph {
namespace {

Value IdOf(const IdKey& key) { return Value::FromBytes(key); }

bool IsNan(const Value& value) {
  return value.type() == ValueType::kFloat && std::isnan(value.float_value());
}

// Of two values that are there. Numbers by their long double, which holds every
// integer and float exactly.
bool NaiveEqual(const Value& a, const Value& b) {
  if (IsNan(a) || IsNan(b)) return false;
  const auto exact = [](const Value& value) {
    return value.type() == ValueType::kInteger
               ? static_cast<long double>(value.integer())
               : static_cast<long double>(value.float_value());
  };
  if (a.is_number() && b.is_number()) return exact(a) == exact(b);
  return a.bytes() == b.bytes();
}

// Unknown when the two have no order.
std::optional<int> NaiveOrder(const Value& a, const Value& b) {
  if (!AreComparable(a, b)) return std::nullopt;
  if (NaiveEqual(a, b)) return 0;
  if (a.type() == ValueType::kZonedDateTime) {
    const auto instant = [](const Value& value) {
      return std::pair(value.zoned_date_time().seconds,
                       value.zoned_date_time().nanos);
    };
    if (instant(a) == instant(b)) return 0;
  }
  return Compare(a, b) < 0 ? -1 : 1;
}

bool NaiveText(PropertyTest test, const std::string& value,
               const std::string& part) {
  switch (test) {
    case PropertyTest::kStartsWith:
      return value.substr(0, part.size()) == part;
    case PropertyTest::kEndsWith:
      return value.size() >= part.size() &&
             value.substr(value.size() - part.size()) == part;
    default:
      return value.find(part) != std::string::npos;
  }
}

bool AllPass(const std::vector<PropertyCondition>& conditions,
             const PropertyMap& properties) {
  return std::all_of(conditions.begin(), conditions.end(),
                     [&](const PropertyCondition& condition) {
                       return NaivePasses(condition, properties);
                     });
}

template <typename Element>
bool EdgeMatches(const Element& element, const EdgeSelector& selector) {
  if (!selector.types.empty() &&
      std::find(selector.types.begin(), selector.types.end(), element.type) ==
          selector.types.end()) {
    return false;
  }
  if (selector.as_of.has_value() && (*selector.as_of < element.span.from ||
                                     *selector.as_of >= element.span.to)) {
    return false;
  }
  return AllPass(selector.conditions, element.properties);
}

}  // namespace

bool NaivePasses(const PropertyCondition& condition,
                 const PropertyMap& properties) {
  const auto found = properties.find(condition.property);
  const bool there = found != properties.end();
  if (condition.test == PropertyTest::kExists) return there;
  if (condition.test == PropertyTest::kMissing) return !there;
  if (!there) return false;
  const Value& value = found->second;
  if (condition.test == PropertyTest::kIn) {
    return std::any_of(condition.list.begin(), condition.list.end(),
                       [&](const Value& other) {
                         return !other.is_null() && NaiveEqual(value, other);
                       });
  }
  const Value& operand = condition.operand;
  if (operand.is_null()) return false;
  const std::optional<int> order = NaiveOrder(value, operand);
  switch (condition.test) {
    case PropertyTest::kEqual:
      return NaiveEqual(value, operand);
    case PropertyTest::kNotEqual:
      return !NaiveEqual(value, operand);
    case PropertyTest::kLess:
      return order.has_value() && *order < 0;
    case PropertyTest::kLessOrEqual:
      return order.has_value() && *order <= 0;
    case PropertyTest::kGreater:
      return order.has_value() && *order > 0;
    case PropertyTest::kGreaterOrEqual:
      return order.has_value() && *order >= 0;
    default:
      return value.type() == ValueType::kString &&
             operand.type() == ValueType::kString &&
             NaiveText(condition.test, std::string(value.string()),
                       std::string(operand.string()));
  }
}

NaiveGraph NaiveGraph::From(const GraphOracle& oracle, const GraphView& view) {
  NaiveGraph graph;
  for (const auto& [key, node] : oracle.nodes) {
    graph.nodes[*view.FindNode(IdOf(key))] = {.labels = node.labels,
                                              .properties = node.properties};
  }
  for (const auto& [key, edge] : oracle.edges) {
    graph.edges[*view.FindEdge(IdOf(key))] = {
        .type = edge.type,
        .type_number = *view.types.Find(edge.type),
        .source = *view.FindNode(IdOf(edge.source)),
        .target = *view.FindNode(IdOf(edge.target)),
        .properties = edge.properties,
        .span = edge.span};
  }
  for (const auto& [key, hyperedge] : oracle.hyperedges) {
    NaiveHyperedge& naive = graph.hyperedges[*view.FindHyperedge(IdOf(key))] = {
        .type = hyperedge.type,
        .weight = hyperedge.weight,
        .confidence = hyperedge.confidence,
        .properties = hyperedge.properties,
        .span = hyperedge.span};
    for (const auto& [role, node] : hyperedge.members) {
      naive.members.emplace(role, *view.FindNode(IdOf(node)));
    }
  }
  return graph;
}

bool NaiveGraph::Matches(NodeRow row, const NodeSelector& selector) const {
  const NaiveNode& node = nodes.at(row);
  const auto has = [&](const std::string& label) {
    return node.labels.contains(label);
  };
  return (selector.any_label.empty() ||
          std::any_of(selector.any_label.begin(), selector.any_label.end(),
                      has)) &&
         std::all_of(selector.all_labels.begin(), selector.all_labels.end(),
                     has) &&
         AllPass(selector.conditions, node.properties);
}

bool NaiveGraph::MatchesEdge(EdgeRow edge, const EdgeSelector& selector) const {
  return EdgeMatches(edges.at(edge), selector);
}

bool NaiveGraph::MatchesHyperedge(HyperedgeRow row,
                                  const HyperedgeSelector& selector) const {
  return EdgeMatches(hyperedges.at(row), selector);
}

std::vector<NaiveStep> NaiveGraph::Steps(NodeRow node, Direction direction,
                                         const EdgeSelector& selector) const {
  std::vector<NaiveStep> steps;
  for (const auto& [row, edge] : edges) {
    if (!MatchesEdge(row, selector)) continue;
    const bool out = edge.source == node && direction != Direction::kIn;
    const bool in = edge.target == node && direction != Direction::kOut;
    if (out) {
      steps.push_back({{edge.type_number, edge.target, row}, Direction::kOut});
    } else if (in) {
      steps.push_back({{edge.type_number, edge.source, row}, Direction::kIn});
    }
  }
  std::sort(steps.begin(), steps.end(),
            [](const NaiveStep& a, const NaiveStep& b) {
              return std::tuple(a.entry.type, a.entry.neighbor, a.entry.edge) <
                     std::tuple(b.entry.type, b.entry.neighbor, b.entry.edge);
            });
  return steps;
}

}  // namespace mi::graph
