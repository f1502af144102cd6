// The part of a property index that conditions leave. Not for other folders.

#ifndef MI_ENGINE_GRAPH_READ_INDEX_RANGE_H_
#define MI_ENGINE_GRAPH_READ_INDEX_RANGE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/graph/graph_view.h"
#include "engine/graph/read/property_condition.h"
#include "engine/graph/read/row_merge.h"

namespace mi::graph {

// The nodes that an index has for one value.
class IndexStream {
 public:
  // From row `first` on.
  IndexStream(const OrderedSet<IndexEntry>& entries, const Value& value,
              NodeRow first)
      : at_(entries.Seek([&value, first](const IndexEntry& entry) {
          const auto order = Compare(entry.value, value);
          return order != 0 ? order < 0 : entry.node < first;
        })),
        value_(value) {}

  bool done() const { return at_.done() || !(at_->value == value_); }
  NodeRow row() const { return at_->node; }
  void Next() { at_.Next(); }

 private:
  OrderedSet<IndexEntry>::Cursor at_;
  Value value_;
};

// What an index has that can pass some tests of its property: one range of its
// order, or one for each value of a list. Refers to the index.
class IndexRange {
 public:
  // None when no test bounds the index. The tests' never() must be false.
  static std::optional<IndexRange> For(const PropertyIndex& index,
                                       const std::vector<CompiledTest>& tests);

  const PropertyIndex& index() const { return *index_; }
  uint64_t count() const { return count_; }

  // Adds its nodes from row `first` on to `merge`. False, with some added, when
  // it has too many values for that.
  bool AddTo(RowMerge<IndexStream>* merge, NodeRow first) const;

  // Calls visit(node) for each of its nodes, in no order and perhaps more than
  // once, until it returns false.
  template <typename Visit>
  void ForEach(Visit&& visit) const {
    for (const std::vector<CompiledTest>& tests : parts_) {
      for (auto at = Begin(tests); !at.done() && IsBeforeEnd(tests, at->value);
           at.Next()) {
        if (!visit(at->node)) return;
      }
    }
  }

 private:
  using Entries = OrderedSet<IndexEntry>;

  explicit IndexRange(const PropertyIndex& index) : index_(&index) {}

  Entries::Cursor Begin(const std::vector<CompiledTest>& tests) const;
  static bool IsBeforeBegin(const std::vector<CompiledTest>& tests,
                            const Value& value);
  static bool IsBeforeEnd(const std::vector<CompiledTest>& tests,
                          const Value& value);

  const PropertyIndex* index_;
  // Each part is what passes all of its tests' bounds.
  std::vector<std::vector<CompiledTest>> parts_;
  bool is_list_ = false;
  uint64_t count_ = 0;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_INDEX_RANGE_H_
