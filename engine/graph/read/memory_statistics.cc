// ComputeMemory of statistics.h.

#include <utility>

#include "engine/graph/read/statistics.h"
#include "engine/graph/read/stop_check.h"

namespace mi::graph {
namespace {

class MemoryCounter {
 public:
  MemoryCounter(const GraphView& view, std::stop_token stop)
      : view_(view), check_(std::move(stop)) {}

  absl::StatusOr<MemoryStatistics> Run() {
    MemoryStatistics memory;
    memory.tables = OfRecords(view_.nodes) + OfRecords(view_.edges) +
                    OfHyperedges() + view_.free_nodes.MemoryBytes() +
                    view_.free_edges.MemoryBytes() +
                    view_.free_hyperedges.MemoryBytes();
    memory.ids = view_.node_ids.MemoryBytes() + view_.edge_ids.MemoryBytes() +
                 view_.hyperedge_ids.MemoryBytes();
    memory.adjacency = OfAdjacency();
    memory.properties = OfColumns(view_.node_properties) +
                        OfColumns(view_.edge_properties) +
                        OfColumns(view_.hyperedge_properties);
    // The values of indexes are those of the columns.
    memory.indexes = OfSets(view_.nodes_by_label) +
                     OfSets(view_.edges_by_type) +
                     OfSets(view_.hyperedges_by_type) + OfIndexes();
    memory.other = view_.labels.MemoryBytes() + view_.types.MemoryBytes() +
                   view_.keys.MemoryBytes() + view_.roles.MemoryBytes() +
                   view_.name_sets.MemoryBytes() +
                   view_.edge_spans.MemoryBytes() +
                   view_.hyperedge_spans.MemoryBytes() + OfCells(view_.links) +
                   view_.linked_nodes.MemoryBytes();
    if (check_.stopped()) return StopCheck::Error();
    return memory;
  }

 private:
  // Adds `bytes_of` each value to the bytes of the array.
  template <typename T, typename BytesOf>
  uint64_t OfArray(const PersistentArray<T>& array, BytesOf&& bytes_of) {
    uint64_t bytes = array.MemoryBytes();
    for (size_t first = 0; first < array.size();
         first += PersistentArray<T>::kLeafSize) {
      for (const T& value : array.Leaf(first)) {
        if (check_.Tick()) return bytes;
        bytes += bytes_of(value);
      }
    }
    return bytes;
  }

  template <typename Record>
  uint64_t OfRecords(const PersistentArray<Record>& records) {
    return OfArray(
        records, [](const Record& record) { return record.id.shared_bytes(); });
  }

  uint64_t OfHyperedges() {
    return OfArray(view_.hyperedges, [](const HyperedgeRecord& record) {
      return record.id.shared_bytes() + record.members.MemoryBytes();
    });
  }

  uint64_t OfAdjacency() {
    return OfArray(view_.adjacency, [](const Adjacency& adjacency) {
      return adjacency.out.MemoryBytes() + adjacency.in.MemoryBytes() +
             adjacency.hyperedges.MemoryBytes();
    });
  }

  uint64_t OfCells(const OrderedSet<Cell>& cells) {
    uint64_t bytes = cells.MemoryBytes();
    for (auto at = cells.Begin(); !at.done(); at.Next()) {
      if (check_.Tick()) return bytes;
      bytes += at->value.shared_bytes();
    }
    return bytes;
  }

  uint64_t OfColumns(const Columns& columns) {
    return OfArray(columns.by_key,
                   [this](const Column& column) { return OfCells(column); });
  }

  template <typename Set>
  uint64_t OfSets(const PersistentArray<Set>& sets) {
    return OfArray(sets, [](const Set& set) { return set.MemoryBytes(); });
  }

  uint64_t OfIndexes() {
    return OfArray(view_.indexes, [](const PropertyIndex& index) {
      return index.entries.MemoryBytes();
    });
  }

  const GraphView& view_;
  StopCheck check_;
};

}  // namespace

absl::StatusOr<MemoryStatistics> ComputeMemory(const GraphView& view,
                                               std::stop_token stop) {
  return MemoryCounter(view, std::move(stop)).Run();
}

}  // namespace mi::graph
