// Ordered sets, all versions of them, against std::set.

#include "engine/graph/persistent/ordered_set.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::graph {
namespace {

using Set = OrderedSet<uint32_t>;

std::vector<uint32_t> ValuesOf(const Set& set) {
  std::vector<uint32_t> values;
  for (auto at = set.Begin(); !at.done(); at.Next()) values.push_back(*at);
  return values;
}

std::vector<uint32_t> ValuesOf(const std::set<uint32_t>& set) {
  return {set.begin(), set.end()};
}

struct Version {
  Set set;
  std::set<uint32_t> model;
};

void ExpectSame(const Version& version) {
  EXPECT_EQ(version.set.size(), version.model.size());
  EXPECT_EQ(version.set.empty(), version.model.empty());
  EXPECT_EQ(ValuesOf(version.set), ValuesOf(version.model));
}

// One random change to both.
void Change(Random& random, uint32_t range, bool grow, Edit edit,
            Version* version) {
  const auto value = static_cast<uint32_t>(random.Below(range));
  if (random.Below(10) < (grow ? 8u : 2u)) {
    EXPECT_EQ(version->set.Insert(value, edit),
              version->model.insert(value).second);
  } else {
    EXPECT_EQ(version->set.Erase(value, edit), version->model.erase(value) > 0);
  }
}

TEST(OrderedSetTest, EveryVersionStaysWhatItWas) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const auto range = static_cast<uint32_t>(1) << (4 + random.Below(13));
    std::vector<Version> versions(1);
    for (Edit edit = 1; edit <= 30; ++edit) {
      Version version = versions[random.Below(versions.size())];
      const bool grow = random.Below(3) != 0;
      for (uint64_t i = random.Below(1'500); i > 0; --i) {
        Change(random, range, grow, edit, &version);
      }
      versions.push_back(std::move(version));
    }
    for (const Version& version : versions) ExpectSame(version);
  }
}

TEST(OrderedSetTest, SeeksCountsAndFinds) {
  Random random(3);
  Version version;
  for (int i = 0; i < 5'000; ++i) Change(random, 20'000, true, 1, &version);
  for (uint32_t bound = 0; bound < 20'010; bound += 7) {
    const auto below = [bound](uint32_t value) { return value < bound; };
    const auto expected = version.model.lower_bound(bound);
    const auto at = version.set.Seek(below);
    ASSERT_EQ(at.done(), expected == version.model.end());
    if (!at.done()) {
      ASSERT_EQ(*at, *expected);
    }
    ASSERT_EQ(
        version.set.CountBelow(below),
        static_cast<size_t>(std::distance(version.model.begin(), expected)));
    ASSERT_EQ(version.set.Contains(bound), version.model.contains(bound));
  }
}

TEST(OrderedSetTest, IsMadeOfSortedValuesAndChangesAfterwards) {
  for (const uint32_t size : {0u, 1u, 2u, 63u, 64u, 65u, 5'000u, 100'000u}) {
    SCOPED_TRACE(size);
    std::vector<uint32_t> values(size);
    for (uint32_t i = 0; i < size; ++i) values[i] = 3 * i;
    Version version = {Set::FromSorted(values, 1),
                       {values.begin(), values.end()}};
    const Version before = version;
    Random random(size);
    for (int i = 0; i < 2'000; ++i) {
      Change(random, 3 * size + 9, i % 2 == 0, 2, &version);
    }
    ExpectSame(version);
    ExpectSame(before);
  }
}

TEST(OrderedSetTest, EmptiesAndFillsAgain) {
  Set set;
  for (uint32_t i = 0; i < 10'000; ++i) EXPECT_TRUE(set.Insert(i, 1));
  for (uint32_t i = 10'000; i > 0; --i) EXPECT_TRUE(set.Erase(i - 1, 2));
  EXPECT_TRUE(set.empty());
  EXPECT_TRUE(set.Begin().done());
  EXPECT_TRUE(set.Insert(5, 3));
  EXPECT_THAT(ValuesOf(set), ::testing::ElementsAre(5));
}

TEST(OrderedSetTest, BlocksAreItsValuesInPieces) {
  Set set;
  for (uint32_t i = 0; i < 3'000; ++i) set.Insert(7919 * i % 3'001, 1);
  std::vector<uint32_t> values;
  for (auto at = set.Begin(); !at.done(); at.NextBlock()) {
    values.insert(values.end(), at.Block().begin(), at.Block().end());
  }
  EXPECT_EQ(values, ValuesOf(set));
}

}  // namespace
}  // namespace mi::graph
