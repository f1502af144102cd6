#include "engine/vector/kernels/top_k.h"

#include <algorithm>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST(TopKTest, KeepsTheBestInOrderAndPrefersTheLowerRowAmongEquals) {
  TopK best(3);
  best.Offer(1, 10);
  best.Offer(5, 11);
  best.Offer(3, 14);
  best.Offer(3, 13);
  best.Offer(3, 12);
  EXPECT_THAT(best.Take(),
              ElementsAre(Neighbor{5, 11}, Neighbor{3, 12}, Neighbor{3, 13}));
  EXPECT_THAT(best.Take(), IsEmpty());
}

TEST(TopKTest, WithFewerOffersThanKAllAreKept) {
  TopK best(1'000'000'000);
  best.Offer(-1, 2);
  best.Offer(-0.5f, 1);
  EXPECT_THAT(best.Take(), ElementsAre(Neighbor{-0.5f, 1}, Neighbor{-1, 2}));
}

TEST(TopKTest, KeepsNothingWhenNothingIsAskedFor) {
  TopK best(0);
  best.Offer(1, 1);
  EXPECT_THAT(best.Take(), IsEmpty());
}

// Against sorting everything, with many equal ranks.
TEST(TopKTest, EqualsASortInAnyOrderOfOffers) {
  Random random(5);
  for (int round = 0; round < 50; ++round) {
    std::vector<Neighbor> all;
    for (uint32_t row = 0; row < 200; ++row) {
      all.push_back({static_cast<float>(random.Below(20)), row});
    }
    for (size_t i = all.size(); i > 1; --i) {
      std::swap(all[i - 1], all[random.Below(i)]);
    }
    TopK best(17);
    for (const Neighbor& n : all) best.Offer(n.rank, n.row);
    std::sort(all.begin(), all.end(), IsBetter);
    all.resize(17);
    EXPECT_EQ(best.lowest_useful_rank(), all.back().rank);
    EXPECT_THAT(best.Take(), ElementsAreArray(all));
  }
}

}  // namespace
}  // namespace mi::vector
