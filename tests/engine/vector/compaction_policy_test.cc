#include "engine/vector/compaction_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<SegmentSummary> Segments(std::initializer_list<size_t> rows) {
  std::vector<SegmentSummary> segments;
  for (const size_t count : rows) segments.push_back({.rows = count});
  return segments;
}

TEST(CompactionPolicyTest, LeavesAFewSegmentsAlone) {
  EXPECT_THAT(ChooseSegmentsToMerge(Segments({4096, 4096, 4096}), false, {}),
              IsEmpty());
}

TEST(CompactionPolicyTest, MergesAFullTier) {
  EXPECT_THAT(ChooseSegmentsToMerge(Segments({4096, 70'000, 4096, 4096, 4096}),
                                    false, {}),
              ElementsAre(0, 2, 3, 4));
}

TEST(CompactionPolicyTest, NeverMakesASegmentOverTheLimit) {
  const CompactionOptions options{.max_rows = 10'000};
  EXPECT_THAT(
      ChooseSegmentsToMerge(Segments({4096, 4096, 4096, 4096}), false, options),
      ElementsAre(0, 1));
  EXPECT_THAT(
      ChooseSegmentsToMerge(Segments({9000, 9000}), /*idle=*/true, options),
      IsEmpty());
}

TEST(CompactionPolicyTest, RewritesASegmentFullOfTombstones) {
  auto segments = Segments({100'000, 1000});
  segments[1].tombstones = 200;  // 20 % is still allowed
  EXPECT_THAT(ChooseSegmentsToMerge(segments, false, {}), IsEmpty());
  segments[1].tombstones = 201;
  EXPECT_THAT(ChooseSegmentsToMerge(segments, false, {}), ElementsAre(1));
}

TEST(CompactionPolicyTest, RewritesASegmentOfAnotherConfiguration) {
  auto segments = Segments({100'000, 1000});
  segments[0].outdated = true;
  EXPECT_THAT(ChooseSegmentsToMerge(segments, false, {}), ElementsAre(0));
}

TEST(CompactionPolicyTest, FoldsEverythingWhenIdleIfTheSmallOnesAddUp) {
  EXPECT_THAT(
      ChooseSegmentsToMerge(Segments({50'000, 4000, 2000}), /*idle=*/true, {}),
      ElementsAre(0, 1, 2));
}

TEST(CompactionPolicyTest, CleansUpSmallCollectionsWhenIdle) {
  EXPECT_THAT(ChooseSegmentsToMerge(Segments({40'000, 100}), true, {}),
              ElementsAre(0, 1));
  auto segments = Segments({40'000});
  EXPECT_THAT(ChooseSegmentsToMerge(segments, true, {}), IsEmpty());
  segments[0].tombstones = 1;
  EXPECT_THAT(ChooseSegmentsToMerge(segments, true, {}), ElementsAre(0));
  EXPECT_THAT(ChooseSegmentsToMerge(segments, false, {}), IsEmpty());
}

TEST(CompactionPolicyTest, SparesTheLargeSegmentWhenTheSmallOnesAreFew) {
  EXPECT_THAT(ChooseSegmentsToMerge(Segments({1'000'000, 4000, 2000}),
                                    /*idle=*/true, {}),
              ElementsAre(1, 2));
  EXPECT_THAT(ChooseSegmentsToMerge(Segments({1'000'000, 6000}),
                                    /*idle=*/true, {}),
              IsEmpty());
}

// Whatever is left when nothing more is chosen, work ends: each choice makes
// fewer segments or removes tombstones.
TEST(CompactionPolicyTest, ComesToRest) {
  std::vector<SegmentSummary> segments;
  for (int write = 0; write < 500; ++write) {
    segments.push_back({.rows = 4096, .tombstones = 100});
    for (int step = 0;; ++step) {
      ASSERT_LT(step, 100);
      const auto chosen = ChooseSegmentsToMerge(segments, write % 50 == 0, {});
      if (chosen.empty()) break;
      SegmentSummary merged;
      for (auto i = chosen.rbegin(); i != chosen.rend(); ++i) {
        merged.rows += segments[*i].rows - segments[*i].tombstones;
        segments.erase(segments.begin() + static_cast<ptrdiff_t>(*i));
      }
      segments.push_back(merged);
    }
  }
  EXPECT_LT(segments.size(), 20);
}

}  // namespace
}  // namespace mi::vector
