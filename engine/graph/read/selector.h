// What a read says about the elements that it wants, in names. Compiled for one
// version of a graph by matcher.h.

#ifndef MI_ENGINE_GRAPH_READ_SELECTOR_H_
#define MI_ENGINE_GRAPH_READ_SELECTOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/graph/value.h"

namespace mi::graph {

// Which edges of a node are meant: those that start at it, those that end at
// it, or both, where an edge from the node to itself counts once.
enum class Direction : uint8_t {
  kOut = 0,
  kIn = 1,
  kBoth = 2,
};

// The same edges as their other ends see them.
constexpr Direction Reversed(Direction direction) {
  switch (direction) {
    case Direction::kOut:
      return Direction::kIn;
    case Direction::kIn:
      return Direction::kOut;
    case Direction::kBoth:
      break;
  }
  return Direction::kBoth;
}

enum class PropertyTest : uint8_t {
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kIn,
  kExists,
  kMissing,
  kStartsWith,
  kEndsWith,
  kContains,
};

// A test of one property, with the three-valued logic of Cypher where unknown
// does not pass. A missing property passes kMissing only. Equality is that of
// EqualInCondition, so kNotEqual passes for any other value that is there; the
// order is that of CompareInCondition, and where it has none, tests of order do
// not pass. A null operand, or one that is no string where a string is wanted,
// passes nothing.
struct PropertyCondition {
  std::string property;
  PropertyTest test = PropertyTest::kExists;
  Value operand;            // of all but kIn, kExists and kMissing
  std::vector<Value> list;  // of kIn, in any order
};

// Which nodes are meant. Empty: all.
struct NodeSelector {
  std::vector<std::string> any_label;   // at least one of these, unless empty
  std::vector<std::string> all_labels;  // all of these
  std::vector<PropertyCondition> conditions;  // all must hold
};

// Which edges, or which hyperedges, are meant. Empty: all.
struct EdgeSelector {
  std::vector<std::string> types;             // one of these, unless empty
  std::vector<PropertyCondition> conditions;  // all must hold
  // Only those that are valid at this moment. Unset: whenever they are valid.
  std::optional<TimeMicros> as_of;
};
using HyperedgeSelector = EdgeSelector;

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_SELECTOR_H_
