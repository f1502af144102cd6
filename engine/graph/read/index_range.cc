#include "engine/graph/read/index_range.h"

#include <algorithm>

namespace mi::graph {
namespace {

// Whether a value comes before all that can pass the test in the order of the
// index, or not behind the last that can. Each holds for a prefix of the order.
bool ComesBefore(const CompiledTest& test, const Value& value) {
  const Value& operand = test.operand();
  switch (test.test()) {
    case PropertyTest::kEqual:
      return Compare(value, operand) < 0 && !EqualInCondition(value, operand);
    case PropertyTest::kLess:
    case PropertyTest::kLessOrEqual:
      return Compare(value, operand) < 0 && !AreComparable(value, operand);
    case PropertyTest::kGreater:
      return Compare(value, operand) < 0 ||
             CompareInCondition(value, operand) == 0;
    case PropertyTest::kGreaterOrEqual:
      return Compare(value, operand) < 0 &&
             CompareInCondition(value, operand) != 0;
    case PropertyTest::kStartsWith:
      return Compare(value, operand) < 0;
    default:
      return false;
  }
}

bool ComesNotBehind(const CompiledTest& test, const Value& value) {
  const Value& operand = test.operand();
  switch (test.test()) {
    case PropertyTest::kEqual:
      return Compare(value, operand) < 0 || EqualInCondition(value, operand);
    case PropertyTest::kLess:
      return Compare(value, operand) < 0 &&
             CompareInCondition(value, operand) != 0;
    case PropertyTest::kLessOrEqual:
      return Compare(value, operand) < 0 ||
             CompareInCondition(value, operand) == 0;
    case PropertyTest::kGreater:
    case PropertyTest::kGreaterOrEqual:
      return Compare(value, operand) < 0 || AreComparable(value, operand);
    case PropertyTest::kStartsWith:
      return Compare(value, operand) < 0 ||
             (value.type() == ValueType::kString &&
              value.string().starts_with(operand.string()));
    default:
      return true;
  }
}

bool IsBound(PropertyTest test) {
  switch (test) {
    case PropertyTest::kEqual:
    case PropertyTest::kLess:
    case PropertyTest::kLessOrEqual:
    case PropertyTest::kGreater:
    case PropertyTest::kGreaterOrEqual:
    case PropertyTest::kStartsWith:
    case PropertyTest::kExists:
      return true;
    case PropertyTest::kIn:
    case PropertyTest::kNotEqual:
    case PropertyTest::kMissing:
    case PropertyTest::kEndsWith:
    case PropertyTest::kContains:
      break;
  }
  return false;
}

}  // namespace

std::optional<IndexRange> IndexRange::For(
    const PropertyIndex& index, const std::vector<CompiledTest>& tests) {
  std::vector<CompiledTest> bounds;
  const CompiledTest* list = nullptr;
  for (const CompiledTest& test : tests) {
    if (IsBound(test.test())) bounds.push_back(test);
    // The shortest list will do: what it leaves is tested again.
    if (test.test() == PropertyTest::kIn &&
        (list == nullptr || test.list().size() < list->list().size())) {
      list = &test;
    }
  }
  IndexRange range(index);
  if (list != nullptr) {
    range.is_list_ = true;
    for (const Value& value : list->list()) {
      PropertyCondition equal;
      equal.test = PropertyTest::kEqual;
      equal.operand = value;
      range.parts_.push_back({CompiledTest(equal)});
    }
  } else if (!bounds.empty()) {
    range.parts_.push_back(std::move(bounds));
  } else {
    return std::nullopt;
  }
  for (const std::vector<CompiledTest>& part : range.parts_) {
    const auto before = index.entries.CountBelow([&](const IndexEntry& entry) {
      return IsBeforeBegin(part, entry.value);
    });
    const auto until = index.entries.CountBelow([&](const IndexEntry& entry) {
      return IsBeforeEnd(part, entry.value);
    });
    if (until > before) range.count_ += until - before;
  }
  return range;
}

bool IndexRange::IsBeforeBegin(const std::vector<CompiledTest>& tests,
                               const Value& value) {
  return std::any_of(tests.begin(), tests.end(), [&](const CompiledTest& test) {
    return ComesBefore(test, value);
  });
}

bool IndexRange::IsBeforeEnd(const std::vector<CompiledTest>& tests,
                             const Value& value) {
  return std::all_of(tests.begin(), tests.end(), [&](const CompiledTest& test) {
    return ComesNotBehind(test, value);
  });
}

OrderedSet<IndexEntry>::Cursor IndexRange::Begin(
    const std::vector<CompiledTest>& tests) const {
  return index_->entries.Seek([&](const IndexEntry& entry) {
    return IsBeforeBegin(tests, entry.value);
  });
}

bool IndexRange::AddTo(RowMerge<IndexStream>* merge, NodeRow first) const {
  constexpr size_t kMaxValues = 16;
  for (const std::vector<CompiledTest>& tests : parts_) {
    size_t values = 0;
    for (auto at = Begin(tests); !at.done() && IsBeforeEnd(tests, at->value);) {
      if (!is_list_ && ++values > kMaxValues) return false;
      const Value value = at->value;
      merge->Add(IndexStream(index_->entries, value, first));
      at = index_->entries.Seek([&value](const IndexEntry& entry) {
        return Compare(entry.value, value) <= 0;
      });
    }
  }
  return true;
}

}  // namespace mi::graph
