#include "engine/vector/delta.h"

#include <atomic>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

using ::testing::Optional;

std::vector<float> Vector(float value) { return {value, value + 1}; }

TEST(DeltaTest, KeepsWhatWasAppended) {
  Delta delta(Metric::kCosine, /*dimension=*/2, /*capacity=*/10);
  delta.Append("a", Vector(1), "payload of a", /*sequence=*/7);
  delta.Append("b", Vector(3), "", 8);

  ASSERT_EQ(delta.size(), 2);
  EXPECT_EQ(delta.id(0), "a");
  EXPECT_EQ(delta.payload(0), "payload of a");
  EXPECT_EQ(delta.version(0), 7);
  EXPECT_EQ(delta.vector(1)[0], 3);
  EXPECT_EQ(delta.vector(1)[1], 4);
  EXPECT_THAT(delta.Find("b", 2), Optional(1u));
  EXPECT_EQ(delta.Find("c", 2), std::nullopt);
}

TEST(DeltaTest, AReaderFindsTheRowOfItsOwnTime) {
  Delta delta(Metric::kCosine, 2, 10);
  delta.Append("a", Vector(1), "", 1);
  delta.MarkDeleted(0, 2);
  delta.Append("a", Vector(2), "", 2);

  EXPECT_THAT(delta.Find("a", /*rows=*/1), Optional(0u));
  EXPECT_THAT(delta.Find("a", /*rows=*/2), Optional(1u));
  EXPECT_TRUE(delta.LiveAt(0, /*sequence=*/1));
  EXPECT_FALSE(delta.LiveAt(0, 2));
  EXPECT_TRUE(delta.LiveAt(1, 2));
  EXPECT_EQ(delta.tombstones(), 1);
}

// The oracle is a map of the newest row of each id.
TEST(DeltaTest, FindsEveryIdAcrossManyReplacements) {
  Random random(42);
  Delta delta(Metric::kCosine, 2, 3000);
  std::map<std::string, uint32_t> newest;
  while (!delta.full()) {
    const std::string id = "id" + std::to_string(random.Below(1000));
    const auto row = static_cast<uint32_t>(delta.size());
    const auto sequence = row + 1;
    if (newest.contains(id)) delta.MarkDeleted(newest[id], sequence);
    delta.Append(id, Vector(static_cast<float>(row)), id, sequence);
    newest[id] = row;
  }
  for (const auto& [id, row] : newest) {
    EXPECT_THAT(delta.Find(id, delta.size()), Optional(row));
    EXPECT_EQ(delta.payload(row), id);
  }
  EXPECT_EQ(delta.tombstones(), delta.size() - newest.size());
}

TEST(DeltaTest, ReadersSeeWholeRowsWhileTheWriterAppends) {
  constexpr size_t kRows = 20'000;
  Delta delta(Metric::kCosine, 2, kRows);
  std::atomic<size_t> published{0};
  std::atomic<size_t> checked{0};
  std::thread reader([&] {
    size_t seen = 0;
    while (seen < kRows) {
      seen = published.load(std::memory_order_acquire);
      if (seen == 0) continue;
      const auto row = static_cast<uint32_t>(seen - 1);
      const std::string id = "id" + std::to_string(row);
      ASSERT_EQ(delta.id(row), id);
      ASSERT_THAT(delta.Find(id, seen), Optional(row));
      ASSERT_EQ(delta.vector(row)[0], static_cast<float>(row));
      checked.fetch_add(1);
    }
  });
  for (size_t row = 0; row < kRows; ++row) {
    delta.Append("id" + std::to_string(row), Vector(static_cast<float>(row)),
                 "", row + 1);
    published.store(row + 1, std::memory_order_release);
  }
  reader.join();
  EXPECT_GT(checked.load(), 0);
}

}  // namespace
}  // namespace mi::vector
