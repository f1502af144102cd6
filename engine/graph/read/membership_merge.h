// The hyperedges that some nodes are in, as one ascending list of rows. Not for
// other folders.

#ifndef MI_ENGINE_GRAPH_READ_MEMBERSHIP_MERGE_H_
#define MI_ENGINE_GRAPH_READ_MEMBERSHIP_MERGE_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/row_merge.h"

namespace mi::graph {

// The hyperedges of one type that a node is in.
class MembershipStream {
 public:
  // From row `first` on.
  MembershipStream(const OrderedSet<MembershipEntry>& memberships, NameId type,
                   HyperedgeRow first)
      : at_(memberships.Seek([type, first](const MembershipEntry& entry) {
          return entry.type != type ? entry.type < type
                                    : entry.hyperedge < first;
        })),
        type_(type) {}

  bool done() const { return at_.done() || at_->type != type_; }
  HyperedgeRow row() const { return at_->hyperedge; }
  void Next() { at_.Next(); }

 private:
  OrderedSet<MembershipEntry>::Cursor at_;
  NameId type_;
};

using MembershipMerge = RowMerge<MembershipStream>;

// Adds the hyperedges that a node is in, from row `first` on; those of `types`
// unless empty.
inline void AddMemberships(const GraphView& view, NodeRow node,
                           absl::Span<const NameId> types, HyperedgeRow first,
                           MembershipMerge* merge) {
  const auto& memberships = view.adjacency[node].hyperedges;
  for (const NameId type : types) {
    merge->Add(MembershipStream(memberships, type, first));
  }
  if (!types.empty()) return;
  for (auto at = memberships.Begin(); !at.done();) {
    const NameId type = at->type;
    merge->Add(MembershipStream(memberships, type, first));
    at = memberships.Seek(
        [type](const MembershipEntry& entry) { return entry.type <= type; });
  }
}

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_MEMBERSHIP_MERGE_H_
