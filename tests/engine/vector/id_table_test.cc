#include "engine/vector/id_table.h"

#include <algorithm>
#include <set>
#include <string>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::vector {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

TEST(IdTableTest, FindsRowsAndOrdersThemByBytes) {
  const IdTable table({"b", "a", "\xc3\xa9", "aa"});
  EXPECT_EQ(table.id(2), "\xc3\xa9");
  EXPECT_THAT(table.Find("aa"), Optional(3u));
  EXPECT_EQ(table.Find("c"), std::nullopt);
  EXPECT_EQ(table.Find(""), std::nullopt);
  EXPECT_THAT(table.in_order(), ElementsAre(1, 3, 0, 2));
  EXPECT_EQ(table.FirstAfter(""), 0);
  EXPECT_EQ(table.FirstAfter("a"), 1);
  EXPECT_EQ(table.FirstAfter("ab"), 2);
  EXPECT_EQ(table.FirstAfter("\xff"), 4);
}

TEST(IdTableTest, AnEmptyTableFindsNothing) {
  const IdTable table(std::vector<std::string_view>{});
  EXPECT_EQ(table.size(), 0);
  EXPECT_EQ(table.Find("a"), std::nullopt);
  EXPECT_EQ(table.FirstAfter(""), 0);
}

TEST(IdTableTest, FindsEachOfManyRandomIds) {
  Random random(7);
  std::set<std::string> unique;
  while (unique.size() < 20'000) {
    std::string id(1 + random.Below(20), 'x');
    for (char& c : id) c = static_cast<char>(random.Below(256));
    unique.insert(id);
  }
  std::vector<std::string_view> ids(unique.begin(), unique.end());
  std::reverse(ids.begin(), ids.end());
  const IdTable table(ids);
  for (uint32_t row = 0; row < ids.size(); ++row) {
    ASSERT_THAT(table.Find(ids[row]), Optional(row));
  }
  EXPECT_EQ(table.in_order().front(), ids.size() - 1);
  EXPECT_EQ(table.in_order().back(), 0);
}

}  // namespace
}  // namespace mi::vector
