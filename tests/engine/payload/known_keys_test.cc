#include "engine/payload/known_keys.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "gtest/gtest.h"

namespace mi::payload {
namespace {

TEST(KnownKeysTest, NumbersAndNamesAgree) {
  ASSERT_GT(NumKnownKeys(), 0);
  for (size_t i = 0; i < NumKnownKeys(); ++i) {
    const auto number = static_cast<uint8_t>(i);
    EXPECT_EQ(FindKnownKey(KnownKeyName(number)), number);
  }
  EXPECT_EQ(FindKnownKey("no_such_key"), std::nullopt);
  EXPECT_EQ(FindKnownKey(""), std::nullopt);
}

// Journals hold these numbers: a change here makes old payloads unreadable.
TEST(KnownKeysTest, TheTableOfFormatOneIsFrozen) {
  uint64_t hash = 14'695'981'039'346'656'037u;  // FNV-1a, 64 bits
  for (size_t i = 0; i < NumKnownKeys(); ++i) {
    for (const char c :
         std::string(KnownKeyName(static_cast<uint8_t>(i))) + '\n') {
      hash = (hash ^ static_cast<uint8_t>(c)) * 1'099'511'628'211u;
    }
  }
  EXPECT_EQ(NumKnownKeys(), 123);
  EXPECT_EQ(hash, 3'800'481'604'949'185'844u);
}

}  // namespace
}  // namespace mi::payload
