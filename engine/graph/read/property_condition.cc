#include "engine/graph/read/property_condition.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace mi::graph {
namespace {

// Null, or NaN: equal to nothing in a condition.
bool EqualsNothing(const Value& value) {
  return value.is_null() ||
         (value.type() == ValueType::kFloat && std::isnan(value.float_value()));
}

// Ascending, one of each kind of equal values.
std::vector<Value> SortedList(std::vector<Value> list) {
  std::erase_if(list, EqualsNothing);
  std::sort(list.begin(), list.end(),
            [](const Value& a, const Value& b) { return Compare(a, b) < 0; });
  list.erase(std::unique(list.begin(), list.end(), EqualInCondition),
             list.end());
  return list;
}

bool IsStringTest(PropertyTest test) {
  return test == PropertyTest::kStartsWith || test == PropertyTest::kEndsWith ||
         test == PropertyTest::kContains;
}

// Whether some value can pass.
bool CanPass(PropertyTest test, const Value& operand,
             const std::vector<Value>& list) {
  switch (test) {
    case PropertyTest::kEqual:
      return !EqualsNothing(operand);
    case PropertyTest::kNotEqual:
      return !operand.is_null();
    case PropertyTest::kLess:
    case PropertyTest::kLessOrEqual:
    case PropertyTest::kGreater:
    case PropertyTest::kGreaterOrEqual:
      return AreComparable(operand, operand);
    case PropertyTest::kIn:
      return !list.empty();
    case PropertyTest::kExists:
    case PropertyTest::kMissing:
      return true;
    case PropertyTest::kStartsWith:
    case PropertyTest::kEndsWith:
    case PropertyTest::kContains:
      return operand.type() == ValueType::kString;
  }
  return false;
}

}  // namespace

CompiledTest::CompiledTest(const PropertyCondition& condition)
    : test_(condition.test),
      operand_(condition.operand),
      list_(condition.test == PropertyTest::kIn ? SortedList(condition.list)
                                                : std::vector<Value>()) {
  never_ = !CanPass(test_, operand_, list_);
}

bool CompiledTest::Passes(const Value* value) const {
  if (never_) return false;
  if (value == nullptr || value->is_null()) {
    return test_ == PropertyTest::kMissing;
  }
  return PassesPresent(*value);
}

bool CompiledTest::PassesPresent(const Value& value) const {
  if (IsStringTest(test_) && value.type() != ValueType::kString) return false;
  switch (test_) {
    case PropertyTest::kEqual:
      return EqualInCondition(value, operand_);
    case PropertyTest::kNotEqual:
      return !EqualInCondition(value, operand_);
    case PropertyTest::kLess:
      return CompareInCondition(value, operand_) < 0;
    case PropertyTest::kLessOrEqual:
      return CompareInCondition(value, operand_) <= 0;
    case PropertyTest::kGreater:
      return CompareInCondition(value, operand_) > 0;
    case PropertyTest::kGreaterOrEqual:
      return CompareInCondition(value, operand_) >= 0;
    case PropertyTest::kIn:
      return IsInList(value);
    case PropertyTest::kExists:
      return true;
    case PropertyTest::kMissing:
      return false;
    case PropertyTest::kStartsWith:
      return value.string().starts_with(operand_.string());
    case PropertyTest::kEndsWith:
      return value.string().ends_with(operand_.string());
    case PropertyTest::kContains:
      return value.string().find(operand_.string()) != std::string_view::npos;
  }
  return false;
}

bool CompiledTest::IsInList(const Value& value) const {
  // Values that are equal in a condition stand side by side in the order.
  const auto at = std::partition_point(
      list_.begin(), list_.end(), [&value](const Value& other) {
        return Compare(other, value) < 0 && !EqualInCondition(other, value);
      });
  return at != list_.end() && EqualInCondition(*at, value);
}

ConditionSet::ConditionSet(const GraphView& view, const Columns& columns,
                           absl::Span<const PropertyCondition> conditions) {
  for (const PropertyCondition& condition : conditions) {
    CompiledTest test(condition);
    const auto key = view.keys.Find(condition.property);
    if (key.has_value() && !test.never()) {
      PartFor(*key, columns).tests.push_back(std::move(test));
    } else if (test.never() || condition.test != PropertyTest::kMissing) {
      never_ = true;
    }
  }
  for (const Part& part : parts_) {
    for (const CompiledTest& test : part.tests) {
      if (part.column == nullptr && test.test() != PropertyTest::kMissing) {
        never_ = true;
      }
    }
  }
}

ConditionSet::Part& ConditionSet::PartFor(NameId key, const Columns& columns) {
  for (Part& part : parts_) {
    if (part.key == key) return part;
  }
  Part& part = parts_.emplace_back();
  part.key = key;
  if (key < columns.by_key.size() && !columns.by_key[key].empty()) {
    part.column = &columns.by_key[key];
  }
  return part;
}

bool ConditionSet::Holds(uint32_t row) const {
  if (never_) return false;
  for (const Part& part : parts_) {
    const Cell* const cell = part.column == nullptr
                                 ? nullptr
                                 : part.column->Find({.row = row, .value = {}});
    const Value* const value = cell == nullptr ? nullptr : &cell->value;
    for (const CompiledTest& test : part.tests) {
      if (!test.Passes(value)) return false;
    }
  }
  return true;
}

}  // namespace mi::graph
