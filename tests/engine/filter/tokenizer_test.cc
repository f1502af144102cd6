#include "engine/filter/tokenizer.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi::filter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  ForEachWord(text, [&](std::string_view word) {
    words.emplace_back(word);
    return true;
  });
  return words;
}

TEST(ForEachWordTest, SplitsAtEverythingButLettersAndDigits) {
  EXPECT_THAT(WordsOf("50% off: Nike-Air_Max's"),
              ElementsAre("50", "off", "nike", "air", "max", "s"));
  EXPECT_THAT(WordsOf("  "), IsEmpty());
  EXPECT_THAT(WordsOf(""), IsEmpty());
}

TEST(ForEachWordTest, LowersLatinGreekAndCyrillic) {
  EXPECT_THAT(WordsOf("ÄÖÜ Éclair ŻÓŁĆ ŠĐ ŇŸ"),
              ElementsAre("äöü", "éclair", "żółć", "šđ", "ňÿ"));
  EXPECT_THAT(WordsOf("ȘTIRI ĐƯỜNG PHỞ"), ElementsAre("știri", "đường", "phở"));
  EXPECT_THAT(WordsOf("ΩΔ Άλφα ΣΊΣΥΦΟΣ Σίσυφος"),
              ElementsAre("ωδ", "άλφα", "σίσυφοσ", "σίσυφοσ"));
  EXPECT_THAT(WordsOf("ПРИВЕТ Ёлка Ґанок"),
              ElementsAre("привет", "ёлка", "ґанок"));
}

TEST(ForEachWordTest, PunctuationBeyondAsciiSeparates) {
  EXPECT_THAT(WordsOf("a–b“c”…d\u00a0e×f«g»"),
              ElementsAre("a", "b", "c", "d", "e", "f", "g"));
  EXPECT_THAT(WordsOf("日本語、東京。"), ElementsAre("日本語", "東京"));
}

TEST(ForEachWordTest, BrokenUtf8CountsAsLetters) {
  EXPECT_THAT(WordsOf("a\xff"
                      "b c\xc3"),
              ElementsAre("a\xff"
                          "b",
                          "c\xc3"));
}

TEST(ForEachWordTest, StopsWhenTold) {
  int visits = 0;
  ForEachWord("a b c", [&](std::string_view) { return ++visits < 2; });
  EXPECT_EQ(visits, 2);
}

TEST(DistinctWordsTest, SortsAndDropsRepetitions) {
  EXPECT_THAT(DistinctWords("b A b a"), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace mi::filter
