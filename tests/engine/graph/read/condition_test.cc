// Conditions on properties against Cypher's logic by the letter.

#include "engine/graph/read/property_condition.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/read/naive_graph.h"

namespace mi::graph {
namespace {

TEST(CompiledTestTest, PassesWhatTheLogicSays) {
  RandomWorld random(11);
  size_t passed = 0;
  for (int i = 0; i < 50'000; ++i) {
    const PropertyCondition condition = random.Condition();
    const CompiledTest test(condition);
    const Value value = random.AnyValue();
    const bool missing = value.is_null();  // null is not stored
    PropertyMap properties;
    if (!missing) properties[condition.property] = value;
    const bool expected = NaivePasses(condition, properties);
    ASSERT_EQ(test.Passes(missing ? nullptr : &value), expected)
        << "test " << static_cast<int>(condition.test) << " of "
        << DebugString(value) << " with " << DebugString(condition.operand);
    if (test.never() && condition.test != PropertyTest::kMissing) {
      ASSERT_FALSE(expected);
    }
    passed += expected;
  }
  EXPECT_GT(passed, 5'000);
}

}  // namespace
}  // namespace mi::graph
