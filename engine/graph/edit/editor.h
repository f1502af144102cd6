// One version of a graph while it is being made. Used by graph_edit.h only.

#ifndef MI_ENGINE_GRAPH_EDIT_EDITOR_H_
#define MI_ENGINE_GRAPH_EDIT_EDITOR_H_

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/error.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/mutation.h"

namespace mi::graph {

// The tables that every kind of element has, so that what is the same for all
// is written once.
template <typename Record>
struct Tables {
  PersistentArray<Record>& rows;
  PersistentArray<uint32_t>& free_rows;
  HashIndex& ids;
  int64_t& next_id;
  Columns& columns;
  std::string_view kind;  // "node"
  Reason not_found;
};

// Carries mutations out on a copy of the version before. After an error the
// copy is of no use. Thread-compatible.
class Editor {
 public:
  Editor(const GraphView& base, uint64_t sequence, Edit edit)
      : sequence_(sequence), edit_(edit), next_(base) {
    next_.sequence = sequence;
  }

  // Carries out all mutations in order.
  absl::Status ApplyAll(absl::Span<const Mutation> mutations);

  absl::Status AddIndex(const IndexDefinition& definition);
  absl::Status RemoveIndex(std::string_view label, std::string_view property);

  GraphView TakeView() {
    ConnectPending();
    return std::move(next_);
  }
  MutationResult TakeResult() { return std::move(result_); }

 private:
  absl::Status Apply(size_t position, const Mutation& mutation);

  // edit_nodes.cc
  absl::Status ApplyTo(const PutNode& put);
  absl::Status ApplyTo(const PatchNode& patch);
  absl::Status ApplyTo(const DeleteNode& removal);
  absl::StatusOr<uint32_t> InternLabels(std::vector<std::string> labels);
  void MoveLabels(NodeRow node, uint32_t from_set, uint32_t to_set);
  void SetLink(NodeRow node, const std::optional<PointLink>& link);
  void Detach(NodeRow node);
  void RemoveNode(NodeRow node);

  // edit_edges.cc
  absl::Status ApplyTo(const PutEdge& put);
  absl::Status ApplyTo(const PatchEdge& patch);
  absl::Status ApplyTo(const DeleteEdge& removal);
  absl::Status InsertEdge(const PutEdge& put, NodeRow source, NodeRow target);
  absl::Status ReplaceEdge(EdgeRow edge, const PutEdge& put, NodeRow source,
                           NodeRow target);
  // Where the ends of a batch's edges may stand: looked up in the order of the
  // index, which spares most of the time that it takes.
  void GuessEnds(absl::Span<const Mutation> mutations);
  void PrefetchEnds(size_t position) const;
  absl::StatusOr<NodeRow> RequireEnd(const Value& id, size_t end,
                                     std::string_view field);
  std::optional<EdgeRow> FindEdgeBetween(std::string_view type, NodeRow source,
                                         NodeRow target) const;
  void RemoveEdge(EdgeRow edge);
  // Edges of a batch are entered into ids and adjacency together, in the order
  // in which those lie in memory: see ConnectPending.
  struct PendingEdge {
    EdgeRow edge = 0;
    NodeRow source = 0;
    NodeRow target = 0;
    NameId type = 0;
  };
  // Before whatever looks at edges by id or from their nodes.
  void ConnectPending();
  void ConnectPendingAt(NodeRow PendingEdge::*node,
                        NodeRow PendingEdge::*neighbor,
                        OrderedSet<AdjacencyEntry> Adjacency::*side);

  // edit_hyperedges.cc
  absl::Status ApplyTo(const PutHyperedge& put);
  absl::Status ApplyTo(const PatchHyperedge& patch);
  absl::Status ApplyTo(const DeleteHyperedge& removal);
  absl::StatusOr<OrderedSet<Member>> MakeMembers(const PutHyperedge& put);
  void Connect(HyperedgeRow hyperedge);
  void Disconnect(HyperedgeRow hyperedge);
  void RemoveHyperedge(HyperedgeRow hyperedge);

  // edit_indexes.cc: what a node contributes to the indexes, taken out before
  // it changes and put back afterwards.
  void RemoveFromIndexes(NodeRow node);
  absl::Status AddToIndexes(NodeRow node);
  absl::Status AddToIndex(NodeRow node, PropertyIndex& index);

  // editor.cc
  Tables<NodeRecord> Nodes();
  Tables<EdgeRecord> Edges();
  Tables<HyperedgeRecord> Hyperedges();

  // The row of an element that has to exist. `field` is the one that names it.
  template <typename Record>
  absl::StatusOr<uint32_t> Require(const Tables<Record>& tables,
                                   const Value& id, std::string_view field);
  // The row of an element, if it exists.
  template <typename Record>
  static std::optional<uint32_t> Find(const Tables<Record>& tables,
                                      const Value& id);
  // Makes a row for an element with this id, or with one of ours, and enters
  // the id into the index, or into what is to be entered `later`.
  template <typename Record>
  absl::StatusOr<uint32_t> Insert(const Tables<Record>& tables, const Value& id,
                                  HashIndex::Batch* later = nullptr);
  template <typename Record>
  void Free(const Tables<Record>& tables, uint32_t row);
  // Whether the stored element (version 0: none) may be written now.
  template <typename Record>
  absl::Status CheckVersion(const Tables<Record>& tables, const Value& id,
                            ExpectedVersion expected, uint64_t stored) const;
  template <typename Record>
  absl::Status CheckUnwritten(const Tables<Record>& tables, uint32_t row,
                              std::string_view field) const;

  // Sets properties of a row that has `keys`; those that are not named stay, or
  // go when the row is written whole. Returns the new set of keys.
  absl::StatusOr<uint32_t> SetProperties(Columns& columns, uint32_t row,
                                         uint32_t keys,
                                         const Properties& properties,
                                         bool whole);
  void EraseProperties(Columns& columns, uint32_t row, uint32_t keys);
  void SetSpan(OrderedSet<SpanCell>& spans, uint32_t row,
               const std::optional<TimeSpan>& span);

  absl::StatusOr<NameId> Intern(Dictionary& names, std::string_view name,
                                std::string_view what);
  uint32_t InternSet(std::vector<NameId> names);

  // "mutations[3].put_edge.edge.source_id", for errors.
  std::string Field(std::string_view field) const;

  const uint64_t sequence_;
  const Edit edit_;
  GraphView next_;
  MutationResult result_;
  // Of the mutation that is being carried out.
  size_t position_ = 0;
  std::string_view kind_;
  // Rows for source and target of each mutation; empty for small batches.
  std::vector<std::array<NodeRow, 2>> guessed_ends_;
  std::vector<PendingEdge> pending_edges_;
  HashIndex::Batch pending_edge_ids_;
};

// "'cmp-7'" or "7".
std::string IdText(const Value& id);

}  // namespace mi::graph

#include "engine/graph/edit/editor_inl.h"

#endif  // MI_ENGINE_GRAPH_EDIT_EDITOR_H_
