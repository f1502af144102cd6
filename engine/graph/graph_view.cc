#include "engine/graph/graph_view.h"

#include <algorithm>
#include <cstring>

#include "absl/hash/hash.h"

namespace mi::graph {
namespace {

template <typename Records>
std::optional<uint32_t> FindById(const HashIndex& ids, const Records& records,
                                 const Value& id) {
  return ids.Find(absl::HashOf(id),
                  [&](uint32_t row) { return records[row].id == id; });
}

TimeSpan SpanOf(const OrderedSet<SpanCell>& spans, uint32_t row) {
  const SpanCell* cell = spans.Find({.row = row, .span = {}});
  return cell == nullptr ? TimeSpan{} : cell->span;
}

template <typename Row>
const OrderedSet<Row>& RowsOf(const PersistentArray<OrderedSet<Row>>& by_name,
                              NameId name) {
  static const OrderedSet<Row> kNone;
  return name < by_name.size() ? by_name[name] : kNone;
}

}  // namespace

std::optional<NodeRow> GraphView::FindNode(const Value& id) const {
  return FindById(node_ids, nodes, id);
}

std::optional<EdgeRow> GraphView::FindEdge(const Value& id) const {
  return FindById(edge_ids, edges, id);
}

std::optional<HyperedgeRow> GraphView::FindHyperedge(const Value& id) const {
  return FindById(hyperedge_ids, hyperedges, id);
}

std::vector<NameId> GraphView::NamesIn(uint32_t name_set) const {
  if (name_set == 0) return {};
  const std::string_view bytes = name_sets.name(name_set);
  std::vector<NameId> names(bytes.size() / sizeof(NameId));
  bytes.copy(reinterpret_cast<char*>(names.data()), bytes.size());
  return names;
}

bool GraphView::HasLabel(NodeRow node, NameId label) const {
  const uint32_t set = nodes[node].labels;
  if (set == 0) return false;
  const std::string_view bytes = name_sets.name(set);
  for (size_t at = 0; at < bytes.size(); at += sizeof(NameId)) {
    NameId name;
    std::memcpy(&name, bytes.data() + at, sizeof(name));
    if (name == label) return true;
  }
  return false;
}

TimeSpan GraphView::EdgeSpan(EdgeRow edge) const {
  return SpanOf(edge_spans, edge);
}

TimeSpan GraphView::HyperedgeSpan(HyperedgeRow hyperedge) const {
  return SpanOf(hyperedge_spans, hyperedge);
}

const OrderedSet<NodeRow>& GraphView::NodesWithLabel(NameId label) const {
  return RowsOf(nodes_by_label, label);
}

const OrderedSet<EdgeRow>& GraphView::EdgesOfType(NameId type) const {
  return RowsOf(edges_by_type, type);
}

const OrderedSet<HyperedgeRow>& GraphView::HyperedgesOfType(NameId type) const {
  return RowsOf(hyperedges_by_type, type);
}

const PropertyIndex* GraphView::FindIndex(std::string_view label,
                                          std::string_view property) const {
  for (size_t i = 0; i < indexes.size(); ++i) {
    const IndexDefinition& definition = *indexes[i].definition;
    if (definition.label == label && definition.property == property) {
      return &indexes[i];
    }
  }
  return nullptr;
}

std::optional<PointLink> GraphView::LinkOf(NodeRow node) const {
  const Cell* cell = links.Find({.row = node, .value = {}});
  if (cell == nullptr) return std::nullopt;
  const Value::List parts = cell->value.list();
  return PointLink{.collection = std::string(parts[0].string()),
                   .point_id = std::string(parts[1].string())};
}

std::vector<NodeRow> GraphView::NodesLinkedTo(std::string_view collection,
                                              std::string_view point_id) const {
  const Value link = LinkValue(collection, point_id);
  std::vector<NodeRow> linked;
  linked_nodes.ForEach(absl::HashOf(link), [&](uint32_t row) {
    if (links.Find({.row = row, .value = {}})->value == link) {
      linked.push_back(row);
    }
    return true;
  });
  std::sort(linked.begin(), linked.end());
  return linked;
}

Value LinkValue(std::string_view collection, std::string_view point_id) {
  return Value::FromList({Value::String(collection), Value::String(point_id)});
}

Value::Map PropertiesOf(const GraphView& view, const Columns& columns,
                        uint32_t key_set, uint32_t row) {
  Value::Map properties;
  for (const NameId key : view.NamesIn(key_set)) {
    properties.emplace_back(view.keys.name(key), *columns.Find(key, row));
  }
  std::sort(properties.begin(), properties.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  return properties;
}

}  // namespace mi::graph
