#include "engine/graph/view_codec.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/hash/hash.h"
#include "engine/base/status_macros.h"
#include "engine/graph/graph_edit.h"
#include "engine/graph/limits.h"
#include "engine/graph/mutation_codec.h"

namespace mi::graph {
namespace {

constexpr uint32_t kFormat = 1;
constexpr Edit kEdit = 1;

// --- Writing. Each Write has a Read below with the same fields in the same
// order.

void WriteDictionary(const Dictionary& names, Writer& out) {
  out.Varint(names.size());
  for (NameId id = 0; id < names.size(); ++id) out.String(names.name(id));
}

void WriteFreeRows(const PersistentArray<uint32_t>& rows, Writer& out) {
  out.Varint(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) out.Varint(rows[i]);
}

template <typename Record, typename WriteRest>
void WriteRecords(const PersistentArray<Record>& records, Writer& out,
                  WriteRest&& write_rest) {
  out.Varint(records.size());
  for (size_t row = 0; row < records.size(); ++row) {
    const Record& record = records[row];
    out.Varint(record.version);
    if (record.version == 0) continue;
    WriteValue(record.id, out);
    out.Varint(record.keys);
    write_rest(record);
  }
}

void WriteCells(const OrderedSet<Cell>& cells, Writer& out) {
  out.Varint(cells.size());
  for (auto at = cells.Begin(); !at.done(); at.Next()) {
    out.Varint(at->row);
    WriteValue(at->value, out);
  }
}

void WriteColumns(const Columns& columns, Writer& out) {
  out.Varint(columns.by_key.size());
  for (size_t key = 0; key < columns.by_key.size(); ++key) {
    WriteCells(columns.by_key[key], out);
  }
}

void WriteSpans(const OrderedSet<SpanCell>& spans, Writer& out) {
  out.Varint(spans.size());
  for (auto at = spans.Begin(); !at.done(); at.Next()) {
    out.Varint(at->row);
    out.SignedVarint(at->span.from);
    out.SignedVarint(at->span.to);
  }
}

void WriteMembers(const HyperedgeRecord& record, Writer& out) {
  out.Varint(record.members.size());
  for (auto at = record.members.Begin(); !at.done(); at.Next()) {
    out.Varint(at->role);
    out.Varint(at->node);
  }
}

// --- Reading.

class ViewReader {
 public:
  explicit ViewReader(std::string_view bytes) : in_(bytes) {}

  absl::StatusOr<std::shared_ptr<const GraphView>> Read();

 private:
  void ReadTables();
  void ReadDictionary(Dictionary& names, size_t max);
  void ReadNameSets();
  void ReadFreeRows(PersistentArray<uint32_t>& free_rows, size_t rows);
  template <typename Record, typename ReadRest>
  void ReadRecords(PersistentArray<Record>& records,
                   PersistentArray<uint32_t>& free_rows, HashIndex& ids,
                   ReadRest&& read_rest);
  template <typename Record>
  OrderedSet<Cell> ReadCells(const PersistentArray<Record>& records);
  template <typename Record>
  void ReadColumns(Columns& columns, const PersistentArray<Record>& records);
  template <typename Record>
  OrderedSet<SpanCell> ReadSpans(const PersistentArray<Record>& records);
  void CheckLabels(uint32_t set);
  OrderedSet<Member> ReadMembers();
  // Every key that a record names must have a cell, and no other.
  template <typename Record>
  void CheckColumns(const Columns& columns,
                    const PersistentArray<Record>& records);

  void ConnectEdges();
  void ConnectHyperedges();
  void SortLabels();
  void IndexLinks();

  // A number of something that there are `count` of.
  uint32_t Below(size_t count) {
    if (count == 0) {
      in_.Fail("refers to something that is not there");
      return 0;
    }
    return static_cast<uint32_t>(in_.VarintUpTo(count - 1));
  }
  // The row of an element that exists.
  template <typename Record>
  uint32_t RowOf(const PersistentArray<Record>& records) {
    const uint32_t row = Below(records.size());
    if (in_.ok() && records[row].version == 0) in_.Fail("a row that is free");
    return in_.ok() ? row : 0;
  }

  Reader in_;
  GraphView view_;
};

void ViewReader::ReadDictionary(Dictionary& names, size_t max) {
  const size_t count = in_.Count(/*min_bytes=*/1);
  if (count > max) in_.Fail("too many names");
  for (size_t i = 0; i < count && in_.ok(); ++i) {
    const std::string_view name = in_.String();
    if (names.Intern(name, kEdit) != i) in_.Fail("a name that stands twice");
  }
}

void ViewReader::ReadNameSets() {
  ReadDictionary(view_.name_sets, kMaxRows);
  for (NameId set = 0; set < view_.name_sets.size(); ++set) {
    if (view_.name_sets.name(set).size() % sizeof(NameId) != 0) {
      in_.Fail("a set of names of a strange length");
    }
  }
  if (view_.name_sets.size() == 0 || !view_.name_sets.name(0).empty()) {
    in_.Fail("the empty set of names is missing");
  }
}

void ViewReader::ReadFreeRows(PersistentArray<uint32_t>& free_rows,
                              size_t rows) {
  for (size_t count = in_.Count(/*min_bytes=*/1); count > 0 && in_.ok();
       --count) {
    free_rows.PushBack(Below(rows), kEdit);
  }
}

template <typename Record, typename ReadRest>
void ViewReader::ReadRecords(PersistentArray<Record>& records,
                             PersistentArray<uint32_t>& free_rows,
                             HashIndex& ids, ReadRest&& read_rest) {
  const size_t count = in_.Count(/*min_bytes=*/1);
  size_t free = 0;
  HashIndex::Batch batch;
  for (size_t row = 0; row < count && in_.ok(); ++row) {
    Record record;
    record.version = in_.Varint();
    if (record.version == 0) {
      ++free;
    } else {
      record.id = ReadValue(in_);
      record.keys = Below(view_.name_sets.size());
      read_rest(record);
      batch.Add(absl::HashOf(record.id), static_cast<uint32_t>(row));
    }
    records.PushBack(std::move(record), kEdit);
  }
  ids.Insert(&batch, kEdit);
  if (ids.HasTwins([&](uint32_t a, uint32_t b) {
        return records[a].id == records[b].id;
      })) {
    in_.Fail("an id that stands twice");
  }
  ReadFreeRows(free_rows, count);
  std::vector<bool> seen(count);
  for (size_t i = 0; i < free_rows.size() && in_.ok(); ++i) {
    const uint32_t row = free_rows[i];
    if (records[row].version != 0 || seen[row]) {
      in_.Fail("a free row that is not");
    }
    seen[row] = true;
  }
  if (free_rows.size() != free) in_.Fail("free rows are missing");
}

template <typename Record>
OrderedSet<Cell> ViewReader::ReadCells(const PersistentArray<Record>& records) {
  std::vector<Cell> cells(in_.Count(/*min_bytes=*/2));
  for (size_t i = 0; i < cells.size() && in_.ok(); ++i) {
    cells[i].row = RowOf(records);
    cells[i].value = ReadValue(in_);
    if (i > 0 && !(cells[i - 1] < cells[i])) in_.Fail("cells out of order");
    if (cells[i].value.is_null()) in_.Fail("a cell without a value");
  }
  if (!in_.ok()) return {};
  return OrderedSet<Cell>::FromSorted(cells, kEdit);
}

template <typename Record>
void ViewReader::ReadColumns(Columns& columns,
                             const PersistentArray<Record>& records) {
  const size_t count = in_.Count(/*min_bytes=*/1);
  if (count > view_.keys.size()) in_.Fail("more columns than keys");
  for (size_t key = 0; key < count && in_.ok(); ++key) {
    columns.by_key.PushBack(ReadCells(records), kEdit);
  }
  CheckColumns(columns, records);
}

template <typename Record>
void ViewReader::CheckColumns(const Columns& columns,
                              const PersistentArray<Record>& records) {
  size_t cells = 0;
  for (size_t key = 0; key < columns.by_key.size(); ++key) {
    cells += columns.by_key[key].size();
  }
  size_t named = 0;
  for (size_t row = 0; row < records.size() && in_.ok(); ++row) {
    for (const NameId key : view_.NamesIn(records[row].keys)) {
      ++named;
      if (columns.Find(key, static_cast<uint32_t>(row)) == nullptr) {
        in_.Fail("a property without a value");
      }
    }
  }
  if (cells != named) in_.Fail("a value of no property");
}

template <typename Record>
OrderedSet<SpanCell> ViewReader::ReadSpans(
    const PersistentArray<Record>& records) {
  std::vector<SpanCell> spans(in_.Count(/*min_bytes=*/3));
  for (size_t i = 0; i < spans.size() && in_.ok(); ++i) {
    spans[i].row = RowOf(records);
    spans[i].span.from = in_.SignedVarint();
    spans[i].span.to = in_.SignedVarint();
    if (i > 0 && !(spans[i - 1] < spans[i])) in_.Fail("spans out of order");
  }
  if (!in_.ok()) return {};
  return OrderedSet<SpanCell>::FromSorted(spans, kEdit);
}

void ViewReader::CheckLabels(uint32_t set) {
  for (const NameId label : view_.NamesIn(set)) {
    if (label >= view_.labels.size()) in_.Fail("a label without a name");
  }
}

OrderedSet<Member> ViewReader::ReadMembers() {
  std::vector<Member> members(in_.Count(/*min_bytes=*/2));
  for (size_t i = 0; i < members.size() && in_.ok(); ++i) {
    members[i].role = Below(view_.roles.size());
    members[i].node = RowOf(view_.nodes);
    if (i > 0 && !(members[i - 1] < members[i])) {
      in_.Fail("members out of order");
    }
  }
  if (!in_.ok()) return {};
  return OrderedSet<Member>::FromSorted(members, kEdit);
}

// Puts the entries that belong to `rows` rows, in any order, into one sorted
// set a row. `visit(add)` calls add(row, entry) for all of them, twice the
// same.
template <typename Entry, typename Visit, typename Take>
void GroupByRow(size_t rows, Visit&& visit, Take&& take) {
  std::vector<size_t> ends(rows + 1, 0);
  visit([&](uint32_t row, const Entry&) { ++ends[row + 1]; });
  for (size_t row = 0; row < rows; ++row) ends[row + 1] += ends[row];
  std::vector<Entry> entries(ends[rows]);
  std::vector<size_t> next(ends.begin(), ends.end() - 1);
  visit(
      [&](uint32_t row, const Entry& entry) { entries[next[row]++] = entry; });
  for (size_t row = 0; row < rows; ++row) {
    const std::span<Entry> of_row(entries.data() + ends[row],
                                  ends[row + 1] - ends[row]);
    if (of_row.empty()) continue;
    std::sort(of_row.begin(), of_row.end());
    take(row, OrderedSet<Entry>::FromSorted(of_row, kEdit));
  }
}

void ViewReader::ConnectEdges() {
  GraphView& view = view_;
  const auto for_each = [&view](auto&& visit) {
    for (size_t row = 0; row < view.edges.size(); ++row) {
      const EdgeRecord& edge = view.edges[row];
      if (edge.version != 0) visit(static_cast<EdgeRow>(row), edge);
    }
  };
  GroupByRow<AdjacencyEntry>(
      view.nodes.size(),
      [&](auto&& add) {
        for_each([&](EdgeRow row, const EdgeRecord& edge) {
          add(edge.source, {edge.type, edge.target, row});
        });
      },
      [&](size_t node, OrderedSet<AdjacencyEntry> entries) {
        view.adjacency.Mutable(node, kEdit).out = std::move(entries);
      });
  GroupByRow<AdjacencyEntry>(
      view.nodes.size(),
      [&](auto&& add) {
        for_each([&](EdgeRow row, const EdgeRecord& edge) {
          add(edge.target, {edge.type, edge.source, row});
        });
      },
      [&](size_t node, OrderedSet<AdjacencyEntry> entries) {
        view.adjacency.Mutable(node, kEdit).in = std::move(entries);
      });
  view.edges_by_type.GrowTo(view.types.size(), kEdit);
  GroupByRow<EdgeRow>(
      view.types.size(),
      [&](auto&& add) {
        for_each(
            [&](EdgeRow row, const EdgeRecord& edge) { add(edge.type, row); });
      },
      [&](size_t type, OrderedSet<EdgeRow> rows) {
        view.edges_by_type.Mutable(type, kEdit) = std::move(rows);
      });
}

void ViewReader::ConnectHyperedges() {
  view_.hyperedges_by_type.GrowTo(view_.types.size(), kEdit);
  for (size_t row = 0; row < view_.hyperedges.size(); ++row) {
    const HyperedgeRecord& record = view_.hyperedges[row];
    if (record.version == 0) continue;
    const auto hyperedge = static_cast<HyperedgeRow>(row);
    view_.hyperedges_by_type.Mutable(record.type, kEdit)
        .Insert(hyperedge, kEdit);
    for (auto at = record.members.Begin(); !at.done(); at.Next()) {
      view_.adjacency.Mutable(at->node, kEdit)
          .hyperedges.Insert({record.type, hyperedge}, kEdit);
    }
  }
}

void ViewReader::SortLabels() {
  view_.nodes_by_label.GrowTo(view_.labels.size(), kEdit);
  GroupByRow<NodeRow>(
      view_.labels.size(),
      [&](auto&& add) {
        for (size_t row = 0; row < view_.nodes.size(); ++row) {
          for (const NameId label : view_.NamesIn(view_.nodes[row].labels)) {
            add(label, static_cast<NodeRow>(row));
          }
        }
      },
      [&](size_t label, OrderedSet<NodeRow> rows) {
        view_.nodes_by_label.Mutable(label, kEdit) = std::move(rows);
      });
}

void ViewReader::IndexLinks() {
  for (auto at = view_.links.Begin(); !at.done(); at.Next()) {
    if (at->value.type() != ValueType::kList) return in_.Fail("a strange link");
    const Value::List parts = at->value.list();
    if (parts.size() != 2 || parts[0].type() != ValueType::kString ||
        parts[1].type() != ValueType::kString) {
      return in_.Fail("a strange link");
    }
    view_.linked_nodes.Insert(absl::HashOf(at->value), at->row, kEdit);
  }
}

void ViewReader::ReadTables() {
  if (in_.Fixed32() != kFormat) in_.Fail("another version of the graph");
  view_.sequence = in_.Varint();
  for (Dictionary* names :
       {&view_.labels, &view_.types, &view_.keys, &view_.roles}) {
    ReadDictionary(*names, kMaxNames);
  }
  ReadNameSets();
  ReadRecords(view_.nodes, view_.free_nodes, view_.node_ids,
              [&](NodeRecord& node) {
                node.labels = Below(view_.name_sets.size());
                if (in_.ok()) CheckLabels(node.labels);
              });
  ReadRecords(view_.edges, view_.free_edges, view_.edge_ids,
              [&](EdgeRecord& edge) {
                edge.source = RowOf(view_.nodes);
                edge.target = RowOf(view_.nodes);
                edge.type = Below(view_.types.size());
              });
  ReadRecords(view_.hyperedges, view_.free_hyperedges, view_.hyperedge_ids,
              [&](HyperedgeRecord& hyperedge) {
                hyperedge.type = Below(view_.types.size());
                hyperedge.weight = in_.Double();
                hyperedge.confidence = in_.Double();
                hyperedge.members = ReadMembers();
              });
  for (int64_t* next :
       {&view_.next_node_id, &view_.next_edge_id, &view_.next_hyperedge_id}) {
    *next = static_cast<int64_t>(in_.VarintUpTo(kMaxIntegerId + uint64_t{1}));
  }
  ReadColumns(view_.node_properties, view_.nodes);
  ReadColumns(view_.edge_properties, view_.edges);
  ReadColumns(view_.hyperedge_properties, view_.hyperedges);
  view_.edge_spans = ReadSpans(view_.edges);
  view_.hyperedge_spans = ReadSpans(view_.hyperedges);
  view_.links = ReadCells(view_.nodes);
}

absl::StatusOr<std::shared_ptr<const GraphView>> ViewReader::Read() {
  ReadTables();
  std::vector<IndexDefinition> indexes(in_.Count(/*min_bytes=*/4));
  for (IndexDefinition& index : indexes) {
    index = ReadIndexDefinition(in_);
    if (!view_.labels.Find(index.label) || !view_.keys.Find(index.property)) {
      in_.Fail("an index on unknown names");
    }
  }
  if (in_.ok()) {
    view_.adjacency.GrowTo(view_.nodes.size(), kEdit);
    ConnectEdges();
    ConnectHyperedges();
    SortLabels();
    IndexLinks();
  }
  RETURN_IF_ERROR(in_.Finish());
  auto view = std::make_shared<const GraphView>(std::move(view_));
  for (const IndexDefinition& index : indexes) {
    auto with_index = AddIndex(*view, index, view->sequence, kEdit);
    if (!with_index.ok()) {
      return absl::DataLossError(std::string(with_index.status().message()));
    }
    view = *std::move(with_index);
  }
  return view;
}

}  // namespace

void WriteView(const GraphView& view, Writer& out) {
  out.Fixed32(kFormat);
  out.Varint(view.sequence);
  for (const Dictionary* names :
       {&view.labels, &view.types, &view.keys, &view.roles, &view.name_sets}) {
    WriteDictionary(*names, out);
  }
  WriteRecords(view.nodes, out,
               [&out](const NodeRecord& node) { out.Varint(node.labels); });
  WriteFreeRows(view.free_nodes, out);
  WriteRecords(view.edges, out, [&out](const EdgeRecord& edge) {
    out.Varint(edge.source);
    out.Varint(edge.target);
    out.Varint(edge.type);
  });
  WriteFreeRows(view.free_edges, out);
  WriteRecords(view.hyperedges, out, [&out](const HyperedgeRecord& hyperedge) {
    out.Varint(hyperedge.type);
    out.Double(hyperedge.weight);
    out.Double(hyperedge.confidence);
    WriteMembers(hyperedge, out);
  });
  WriteFreeRows(view.free_hyperedges, out);
  for (const int64_t next :
       {view.next_node_id, view.next_edge_id, view.next_hyperedge_id}) {
    out.Varint(static_cast<uint64_t>(next));
  }
  WriteColumns(view.node_properties, out);
  WriteColumns(view.edge_properties, out);
  WriteColumns(view.hyperedge_properties, out);
  WriteSpans(view.edge_spans, out);
  WriteSpans(view.hyperedge_spans, out);
  WriteCells(view.links, out);
  out.Varint(view.indexes.size());
  for (size_t i = 0; i < view.indexes.size(); ++i) {
    WriteIndexDefinition(*view.indexes[i].definition, out);
  }
}

absl::StatusOr<std::shared_ptr<const GraphView>> ReadView(
    std::string_view bytes) {
  return ViewReader(bytes).Read();
}

}  // namespace mi::graph
