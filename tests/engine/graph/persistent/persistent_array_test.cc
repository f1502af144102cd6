// Persistent arrays, all versions of them, against vectors.

#include "engine/graph/persistent/persistent_array.h"

#include <vector>

#include "engine/base/random.h"
#include "gtest/gtest.h"

namespace mi::graph {
namespace {

struct Version {
  PersistentArray<uint64_t> array;
  std::vector<uint64_t> model;
};

void Change(Random& random, Edit edit, Version* version) {
  switch (random.Below(6)) {
    case 0:
      if (!version->model.empty()) {
        version->array.PopBack(edit);
        version->model.pop_back();
      }
      break;
    case 1: {
      const size_t size = version->model.size() + random.Below(200);
      version->array.GrowTo(size, edit);
      version->model.resize(size);
      break;
    }
    case 2:
    case 3:
      version->array.PushBack(edit, edit);
      version->model.push_back(edit);
      break;
    default:
      if (!version->model.empty()) {
        const size_t at = random.Below(version->model.size());
        version->array.Mutable(at, edit) = random.Bits();
        version->model[at] = version->array[at];
      }
  }
}

void ExpectSame(const Version& version) {
  ASSERT_EQ(version.array.size(), version.model.size());
  for (size_t i = 0; i < version.model.size(); ++i) {
    ASSERT_EQ(version.array[i], version.model[i]) << i;
  }
  constexpr size_t kLeaf = PersistentArray<uint64_t>::kLeafSize;
  for (size_t first = 0; first < version.model.size(); first += kLeaf) {
    const auto leaf = version.array.Leaf(first);
    ASSERT_EQ(leaf.size(), std::min(kLeaf, version.model.size() - first));
    for (size_t i = 0; i < leaf.size(); ++i) {
      ASSERT_EQ(leaf[i], version.model[first + i]);
    }
  }
}

TEST(PersistentArrayTest, EveryVersionStaysWhatItWas) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    std::vector<Version> versions(1);
    for (Edit edit = 1; edit <= 30; ++edit) {
      Version version = versions[random.Below(versions.size())];
      for (uint64_t i = random.Below(500); i > 0; --i) {
        Change(random, edit, &version);
      }
      versions.push_back(std::move(version));
    }
    for (const Version& version : versions) ExpectSame(version);
  }
}

TEST(PersistentArrayTest, GrowsThroughItsLevels) {
  Version version;
  // 64^3 values need a fourth level.
  for (uint64_t i = 0; i <= 64 * 64 * 64; ++i) {
    version.array.PushBack(i * i, 1);
    version.model.push_back(i * i);
  }
  ExpectSame(version);
  while (version.model.size() > 60) {
    version.array.PopBack(2);
    version.model.pop_back();
  }
  ExpectSame(version);
}

// A value that was popped is no more: whoever grows again meets the default.
TEST(PersistentArrayTest, PopLeavesNothingBehind) {
  PersistentArray<uint64_t> array;
  array.PushBack(7, 1);
  array.PopBack(1);
  array.GrowTo(1, 1);
  EXPECT_EQ(array[0], 0u);
}

}  // namespace
}  // namespace mi::graph
