#include "engine/filter/index/row_set.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/filter/index/posting_lists.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::filter {
namespace {

using ::testing::ElementsAre;

constexpr uint32_t kRows = 1000;

using Set = std::set<uint32_t>;

Set MembersOf(RowSetView view) {
  Set members;
  RowSelection::CopyOf(view, kRows).ForEach([&](uint32_t row) {
    members.insert(row);
    return true;
  });
  return members;
}

// Sets of every form and density.
std::vector<RowSelection> SomeSelections(Random* random) {
  std::vector<RowSelection> selections;
  selections.push_back(RowSelection::All(kRows));
  selections.emplace_back(kRows);
  for (const uint32_t count : {1u, 20u, 31u, 400u, 990u}) {
    Set rows;
    while (rows.size() < count) {
      rows.insert(static_cast<uint32_t>(random->Below(kRows)));
    }
    selections.push_back(
        RowSelection::OfRows(kRows, {rows.begin(), rows.end()}));
    Bitset bits(kRows);
    for (const uint32_t row : rows) bits.Set(row);
    selections.push_back(RowSelection::OfBits(std::move(bits)));
  }
  return selections;
}

// Slow oracle: std::set.
TEST(RowSelectionTest, SetOperationsAgreeWithStdSetInEveryForm) {
  constexpr uint64_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  Random random(kSeed);
  const std::vector<RowSelection> lefts = SomeSelections(&random);
  const std::vector<RowSelection> rights = SomeSelections(&random);
  for (const RowSelection& left : lefts) {
    for (const RowSelection& right : rights) {
      const Set a = MembersOf(left.View());
      const Set b = MembersOf(right.View());
      Set both, either, rest;
      std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                            std::inserter(both, both.end()));
      std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                     std::inserter(either, either.end()));
      std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                          std::inserter(rest, rest.end()));
      RowSelection result = left;
      result.Intersect(right.View());
      EXPECT_EQ(MembersOf(result.View()), both);
      EXPECT_EQ(result.count(), both.size());
      result = left;
      result.Unite(right.View());
      EXPECT_EQ(MembersOf(result.View()), either);
      EXPECT_EQ(result.count(), either.size());
      result = left;
      result.Subtract(right.View());
      EXPECT_EQ(MembersOf(result.View()), rest);
      EXPECT_EQ(result.count(), rest.size());
      for (const uint32_t row : {0u, 499u, 999u}) {
        EXPECT_EQ(left.View().Contains(row), a.contains(row));
      }
    }
  }
}

TEST(RowCollectorTest, UnitesListsOfAllKinds) {
  const std::vector<uint32_t> sorted = {1, 5, 9};
  const std::vector<uint32_t> unordered = {7, 5, 5, 0};
  RowCollector collector(kRows);
  collector.Add(RowSetView::Rows(sorted));
  collector.AddUnordered(unordered);
  collector.AddRow(3);
  EXPECT_THAT(MembersOf(std::move(collector).Finish().View()),
              ElementsAre(0, 1, 3, 5, 7, 9));
}

TEST(RowCollectorTest, ManyRowsBecomeBits) {
  std::vector<uint32_t> evens, odds;
  for (uint32_t row = 0; row < kRows; ++row) {
    (row % 2 == 0 ? evens : odds).push_back(row);
  }
  RowCollector collector(kRows);
  collector.Add(RowSetView::Rows(evens));
  collector.AddUnordered(odds);
  const FoundRows found = std::move(collector).Finish();
  EXPECT_EQ(found.View().form(), RowSetForm::kBits);
  EXPECT_EQ(found.View().count(), kRows);
}

TEST(SortRowsTest, AgreesWithStdSort) {
  Random random(17);
  for (const uint32_t num_rows : {1u, 255u, 2049u, 1'000'000u, 0xffffffffu}) {
    for (const size_t count : {0, 5, 127, 128, 5000}) {
      std::vector<uint32_t> rows(count);
      for (uint32_t& row : rows) {
        row = static_cast<uint32_t>(random.Below(num_rows));
      }
      std::vector<uint32_t> expected = rows;
      std::sort(expected.begin(), expected.end());
      SortRows(num_rows, &rows);
      EXPECT_EQ(rows, expected) << num_rows << ' ' << count;
    }
  }
}

TEST(PostingListsTest, RareKeysAreNumbersAndCommonKeysBits) {
  std::vector<Posting> postings;
  for (uint32_t row = 0; row < kRows; ++row) {
    postings.push_back({0, row});
    if (row % 100 == 0) {
      postings.push_back({1, row});
      postings.push_back({1, row});  // twice in a row counts once
    }
  }
  const PostingLists lists(/*num_keys=*/3, kRows, postings);
  EXPECT_EQ(lists.List(0).form(), RowSetForm::kBits);
  EXPECT_EQ(lists.List(0).count(), kRows);
  EXPECT_EQ(lists.List(1).form(), RowSetForm::kRows);
  EXPECT_THAT(lists.List(1).rows(),
              ElementsAre(0, 100, 200, 300, 400, 500, 600, 700, 800, 900));
  EXPECT_EQ(lists.List(2).count(), 0);
  EXPECT_EQ(lists.num_postings(), kRows + 10);
}

// Key k is in each (k + 1)-th row: bits first, numbers later. Key 45 is in
// every row, so that a list of bits stands among lists of numbers.
TEST(PostingListsTest, RangesOfKeysAreTheirListsTogether) {
  constexpr uint32_t kKeys = 60;
  constexpr uint32_t kNoisyKey = 45;
  std::vector<Posting> postings;
  std::vector<Set> expected(kKeys);
  for (uint32_t row = 0; row < kRows; ++row) {
    for (uint32_t key = 0; key < kKeys; ++key) {
      if (row % (key + 1) != 0 && key != kNoisyKey) continue;
      postings.push_back({key, row});
      expected[key].insert(row);
    }
  }
  const PostingLists lists(kKeys, kRows, postings);
  for (uint32_t begin = 0; begin < kKeys; ++begin) {
    Set together;
    uint64_t count = 0;
    for (uint32_t end = begin + 1; end <= kKeys; ++end) {
      together.insert(expected[end - 1].begin(), expected[end - 1].end());
      count += expected[end - 1].size();
      ASSERT_EQ(lists.CountRange(begin, end), count);
      RowCollector collector(kRows);
      lists.AddRange(begin, end, &collector);
      ASSERT_EQ(MembersOf(std::move(collector).Finish().View()), together)
          << begin << " to " << end;
    }
  }
}

}  // namespace
}  // namespace mi::filter
