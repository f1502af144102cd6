// Tests of properties, with names resolved for one version of a graph.

#ifndef MI_ENGINE_GRAPH_READ_PROPERTY_CONDITION_H_
#define MI_ENGINE_GRAPH_READ_PROPERTY_CONDITION_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "engine/graph/graph_view.h"
#include "engine/graph/read/selector.h"

namespace mi::graph {

// A condition that is ready to be asked many times.
class CompiledTest {
 public:
  explicit CompiledTest(const PropertyCondition& condition);

  // Whether no value passes, such as after `= null`; kMissing aside.
  bool never() const { return never_; }

  // Of a property's value, null when it is missing.
  bool Passes(const Value* value) const;

  PropertyTest test() const { return test_; }
  const Value& operand() const { return operand_; }
  // Of kIn: ascending by Compare, no two equal, without null and NaN.
  const std::vector<Value>& list() const { return list_; }

 private:
  bool PassesPresent(const Value& value) const;
  bool IsInList(const Value& value) const;

  PropertyTest test_;
  bool never_ = false;
  Value operand_;
  std::vector<Value> list_;
};

// A conjunction of tests on the properties of one kind of element. Refers to
// the version that it was made for, which must outlive it. Thread-safe.
//
// Cost: of Holds, a search of each property's column, 0.1 to 0.5 us.
class ConditionSet {
 public:
  // Holds for every row.
  ConditionSet() = default;
  ConditionSet(const GraphView& view, const Columns& columns,
               absl::Span<const PropertyCondition> conditions);

  // Whether it holds for every row.
  bool always() const { return !never_ && parts_.empty(); }
  // Whether it is known to hold for none.
  bool never() const { return never_; }

  bool Holds(uint32_t row) const;

 private:
  // The tests of one property.
  struct Part {
    const Column* column = nullptr;  // null: no row has the property
    NameId key = 0;
    std::vector<CompiledTest> tests;
  };

  Part& PartFor(NameId key, const Columns& columns);

  bool never_ = false;
  std::vector<Part> parts_;
};

}  // namespace mi::graph

#endif  // MI_ENGINE_GRAPH_READ_PROPERTY_CONDITION_H_
