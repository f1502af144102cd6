#include "engine/base/published.h"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace mi {
namespace {

TEST(PublishedTest, AReaderKeepsTheVersionThatItLoaded) {
  Published<int> published(std::make_shared<const int>(1));
  const auto first = published.Load();
  published.Publish(std::make_shared<const int>(2));
  EXPECT_EQ(*first, 1);
  EXPECT_EQ(*published.Load(), 2);
}

TEST(PublishedTest, TheLastHolderFreesAVersion) {
  auto value = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watched = value;
  Published<int> published(std::move(value));
  auto reader = published.Load();
  published.Publish(std::make_shared<const int>(2));
  EXPECT_FALSE(watched.expired());
  reader.reset();
  EXPECT_TRUE(watched.expired());
}

// Each version is a pair of equal numbers: a reader must never see halves of
// two, nor an older version after a newer one.
TEST(PublishedTest, ReadersSeeWholeVersionsInOrderWhileOneWriterPublishes) {
  using Pair = std::pair<int, int>;
  constexpr int kVersions = 20'000;
  Published<Pair> published(std::make_shared<const Pair>(0, 0));
  std::atomic<int> faults = 0;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int r = 0; r < 3; ++r) {
    readers.emplace_back([&] {
      for (int last = 0; last < kVersions;) {
        const auto seen = published.Load();
        if (seen->first != seen->second || seen->first < last) ++faults;
        last = seen->first;
      }
    });
  }
  for (int v = 1; v <= kVersions; ++v) {
    published.Publish(std::make_shared<const Pair>(v, v));
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(faults, 0);
}

}  // namespace
}  // namespace mi
