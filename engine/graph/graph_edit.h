// Makes the next version of a graph.

#ifndef MI_ENGINE_GRAPH_GRAPH_EDIT_H_
#define MI_ENGINE_GRAPH_GRAPH_EDIT_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/mutation.h"

namespace mi::graph {

// A version and what made it.
struct EditedGraph {
  std::shared_ptr<const GraphView> view;
  MutationResult result;
};

// What `base` becomes when all mutations are carried out in order, each seeing
// those before it; `base` stays as it is. The same mutations on the same base
// give the same version, rows and ids included. An id may be written once in a
// batch, deletions aside. `sequence` is the version of what is written; `edit`
// must be new to all versions of the graph.
//
// Requires what ValidateMutations checks.
//
// Cost: about 10 us for a single mutation, 1 us for each further one.
//
// Errors, each with the field "mutations[i]..." at fault; then there is no next
// version:
//   NOT_FOUND            a node, edge or hyperedge that has to exist does not
//   ABORTED              an expected version does not hold
//   ALREADY_EXISTS       a unique index has the value
//   FAILED_PRECONDITION  a node that has edges is to be deleted; an index wants
//                        a property to have another type; an edge's ends differ
//                        from those stored
//   INVALID_ARGUMENT     an id is written twice
//   RESOURCE_EXHAUSTED   too many names, rows or integer ids
absl::StatusOr<EditedGraph> EditGraph(const GraphView& base,
                                      absl::Span<const Mutation> mutations,
                                      uint64_t sequence, Edit edit);

// Adds an index, filled with what is there. Errors: ALREADY_EXISTS when label
// and property have one, or values would have to be unique and are not;
// FAILED_PRECONDITION when a value has another type than required;
// RESOURCE_EXHAUSTED beyond kMaxIndexes. Cost: O(n log n) in the nodes with the
// label.
absl::StatusOr<std::shared_ptr<const GraphView>> AddIndex(
    const GraphView& base, const IndexDefinition& definition, uint64_t sequence,
    Edit edit);

// Errors: NOT_FOUND.
absl::StatusOr<std::shared_ptr<const GraphView>> RemoveIndex(
    const GraphView& base, std::string_view label, std::string_view property,
    uint64_t sequence, Edit edit);

// A graph with nothing in it.
std::shared_ptr<const GraphView> EmptyGraph(uint64_t sequence);

// Reports what is wrong with mutations by themselves: names, ids, sizes, depths
// and ranges beyond limits.h. Fields read
// "mutations[3].put_edge.edge.source_id".
absl::Status ValidateMutations(absl::Span<const Mutation> mutations);

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_GRAPH_EDIT_H_
