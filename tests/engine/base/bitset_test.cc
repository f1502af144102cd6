#include "engine/base/bitset.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<size_t> MembersOf(const Bitset& bits) {
  std::vector<size_t> members;
  bits.ForEach([&](size_t i) { members.push_back(i); });
  return members;
}

TEST(BitsetTest, SetsAndResetsSingleBits) {
  Bitset bits(130);
  bits.Set(0);
  bits.Set(64);
  bits.Set(129);
  EXPECT_THAT(MembersOf(bits), ElementsAre(0, 64, 129));
  EXPECT_EQ(bits.Count(), 3);
  bits.Reset(64);
  EXPECT_FALSE(bits.Test(64));
  EXPECT_TRUE(bits.Test(129));
  EXPECT_FALSE(bits.None());
}

TEST(BitsetTest, NothingBeyondTheSizeIsEverSet) {
  for (const size_t size : {0, 1, 63, 64, 65, 128}) {
    EXPECT_EQ(Bitset(size, true).Count(), size);
    Bitset flipped(size);
    flipped.Flip();
    EXPECT_EQ(flipped, Bitset(size, true));
    flipped.Flip();
    EXPECT_TRUE(flipped.None());
    Bitset assigned(200, true);
    assigned.Assign(size, true);
    EXPECT_EQ(assigned, Bitset(size, true));
  }
}

TEST(BitsetTest, EmptyHasNoMembers) {
  EXPECT_THAT(MembersOf(Bitset()), IsEmpty());
  EXPECT_TRUE(Bitset().None());
}

// Slow oracle: bit by bit.
TEST(BitsetTest, OperationsAgreeBitByBit) {
  constexpr size_t kSize = 1'000;
  Random random(11);
  Bitset a(kSize);
  Bitset b(kSize);
  for (size_t i = 0; i < kSize; ++i) {
    if (random.Below(2) == 0) a.Set(i);
    if (random.Below(3) == 0) b.Set(i);
  }
  Bitset both = a;
  both.And(b);
  Bitset either = a;
  either.Or(b);
  Bitset rest = a;
  rest.AndNot(b);
  size_t count = 0;
  for (size_t i = 0; i < kSize; ++i) {
    ASSERT_EQ(both.Test(i), a.Test(i) && b.Test(i));
    ASSERT_EQ(either.Test(i), a.Test(i) || b.Test(i));
    ASSERT_EQ(rest.Test(i), a.Test(i) && !b.Test(i));
    count += a.Test(i);
  }
  EXPECT_EQ(a.Count(), count);
  EXPECT_EQ(bitset_internal::CountPortably(a.words()), count);
  EXPECT_EQ(Bitset(kSize, a.words()), a);
}

}  // namespace
}  // namespace mi
