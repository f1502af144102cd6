// Every way in which a graph's content can change.

#ifndef MI_ENGINE_GRAPH_MUTATION_H_
#define MI_ENGINE_GRAPH_MUTATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/graph/graph_view.h"
#include "engine/graph/value.h"

namespace mi::graph {

// Names unique, in any order. Null stands for "without": it is not stored, and
// a patch removes the property.
using Properties = std::vector<std::pair<std::string, Value>>;

// Unset: whatever the stored version is. 0: there must be none.
using ExpectedVersion = std::optional<uint64_t>;

// Inserts a node, or replaces all of one but its edges. A null id: one of ours.
struct PutNode {
  Value id;
  std::vector<std::string> labels;  // unique
  Properties properties;
  std::optional<PointLink> link;
  ExpectedVersion expected_version;
};

// Changes some of what a node has. It must exist.
struct PatchNode {
  Value id;
  Properties properties;
  std::vector<std::string> add_labels;
  std::vector<std::string> remove_labels;
  std::optional<PointLink> link;  // unset: stays
  bool remove_link = false;
  ExpectedVersion expected_version;
};

// Deletes a node; does nothing when there is none. One that has edges or is in
// hyperedges is refused unless they are to go as well.
struct DeleteNode {
  Value id;
  bool detach = false;
  ExpectedVersion expected_version;
};

// Inserts an edge, or replaces all of one. A null id: one of ours, or, with
// `merge`, the id of the first edge of this type between these two nodes if
// there is one.
struct PutEdge {
  Value id;
  std::string type;
  Value source;
  Value target;
  Properties properties;
  std::optional<TimeSpan> span;  // unset: always valid
  bool merge = false;
  ExpectedVersion expected_version;
};

struct PatchEdge {
  Value id;
  Properties properties;
  std::optional<TimeSpan> span;  // unset: stays
  ExpectedVersion expected_version;
};

struct DeleteEdge {
  Value id;
  ExpectedVersion expected_version;
};

// Inserts a hyperedge, or replaces all of one. A null id: one of ours.
struct PutHyperedge {
  struct Member {
    Value node;
    std::string role;  // may be empty
  };
  Value id;
  std::string type;
  std::vector<Member> members;  // pairs of node and role are unique
  double weight = 1;
  double confidence = 1;  // 0 to 1
  std::optional<TimeSpan> span;
  Properties properties;
  ExpectedVersion expected_version;
};

struct PatchHyperedge {
  Value id;
  Properties properties;
  std::optional<double> weight;
  std::optional<double> confidence;
  std::optional<TimeSpan> span;
  ExpectedVersion expected_version;
};

struct DeleteHyperedge {
  Value id;
  ExpectedVersion expected_version;
};

using Mutation =
    std::variant<PutNode, PatchNode, DeleteNode, PutEdge, PatchEdge, DeleteEdge,
                 PutHyperedge, PatchHyperedge, DeleteHyperedge>;

// As the API names it: "put_node".
std::string_view MutationName(const Mutation& mutation);

// What a batch of mutations did.
struct MutationCounts {
  uint64_t nodes_created = 0;
  uint64_t nodes_updated = 0;
  uint64_t nodes_deleted = 0;
  uint64_t edges_created = 0;
  uint64_t edges_updated = 0;
  uint64_t edges_deleted = 0;  // with those that went with their nodes
  uint64_t hyperedges_created = 0;
  uint64_t hyperedges_updated = 0;
  uint64_t hyperedges_deleted = 0;
  // Deletions of what did not exist.
  uint64_t missing = 0;

  friend bool operator==(const MutationCounts&,
                         const MutationCounts&) = default;
};

struct MutationResult {
  MutationCounts counts;
  // The id of what each mutation wrote, in their order; null where it was
  // given.
  std::vector<Value> assigned_ids;

  friend bool operator==(const MutationResult&,
                         const MutationResult&) = default;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_MUTATION_H_
