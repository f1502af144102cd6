#include "engine/payload/payload_view.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "engine/payload/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/payload/random_payloads.h"
#include "tests/support/status_matchers.h"

namespace mi::payload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Copies of the values that the path reaches.
std::vector<Value> Reached(const Payload& payload, std::string_view text) {
  const std::string bytes = *EncodePayload(payload);
  const auto path = Path::Parse(text);
  EXPECT_OK(path);
  std::vector<Value> values;
  PayloadView(bytes).VisitPath(*path, [&](const ValueView& value) {
    values.push_back(value.Decode());
    return true;
  });
  return values;
}

TEST(PayloadViewTest, ReachesThroughObjectsAndLists) {
  const Payload payload = {
      {"budget", Object{{"daily", 50}, {"total", 9.5}}},
      {"creatives",
       List{Object{{"format", "video"}}, List{Object{{"format", "image"}}}, 7}},
      {"tags", List{"a", List{"b", List{}}, Null{}}}};
  EXPECT_THAT(Reached(payload, "budget.daily"), ElementsAre(Value(50)));
  EXPECT_THAT(Reached(payload, "creatives.format"),
              ElementsAre(Value("video"), Value("image")));
  EXPECT_THAT(Reached(payload, "tags"),
              ElementsAre(Value("a"), Value("b"), Value(Null{})));
  EXPECT_THAT(Reached(payload, "budget"),
              ElementsAre(Value(Object{{"daily", 50}, {"total", 9.5}})));
  EXPECT_THAT(Reached(payload, "budget.weekly"), IsEmpty());
  EXPECT_THAT(Reached(payload, "tags.a"), IsEmpty());
  EXPECT_THAT(Reached({}, "tags"), IsEmpty());
}

TEST(PayloadViewTest, StopsWhenTheVisitorHasSeenEnough) {
  const std::string bytes = *EncodePayload({{"tags", List{1, 2, 3}}});
  ASSERT_OK_AND_ASSIGN(const Path path, Path::Parse("tags"));
  int visits = 0;
  EXPECT_FALSE(PayloadView(bytes).VisitPath(
      path, [&](const ValueView&) { return ++visits < 2; }));
  EXPECT_EQ(visits, 2);
}

TEST(PayloadViewTest, FieldsComeInTheOrderOfTheirKeys) {
  const std::string bytes =
      *EncodePayload({{"zebra", 1}, {"platform", 2}, {"a", 3}});
  std::vector<std::string> keys;
  PayloadView(bytes).ForEachField([&](std::string_view key, const ValueView&) {
    keys.emplace_back(key);
    return true;
  });
  EXPECT_THAT(keys, ElementsAre("a", "platform", "zebra"));
  EXPECT_FALSE(PayloadView(bytes).empty());
  EXPECT_TRUE(PayloadView("").empty());
}

// What a path reaches in decoded values, written down again without regard to
// bytes.
void Follow(const Value& value, const std::vector<Path::Segment>& keys,
            size_t next, std::vector<Value>* reached) {
  if (const auto* list = std::get_if<List>(&value.data)) {
    for (const Value& element : *list) Follow(element, keys, next, reached);
  } else if (next == keys.size()) {
    reached->push_back(value);
  } else if (const auto* object = std::get_if<Object>(&value.data)) {
    const auto field = object->find(keys[next].key);
    if (field != object->end()) Follow(field->second, keys, next + 1, reached);
  }
}

// Every path of up to three keys that occurs.
void CollectPaths(const Value& value, const std::string& prefix, int depth,
                  std::vector<std::string>* paths) {
  if (const auto* list = std::get_if<List>(&value.data)) {
    for (const Value& element : *list) {
      CollectPaths(element, prefix, depth, paths);
    }
  } else if (const auto* object = std::get_if<Object>(&value.data)) {
    if (depth == 0) return;
    for (const auto& [key, field] : *object) {
      if (key.size() > 80) continue;
      const std::string path = prefix.empty()
                                   ? EscapePathKey(key)
                                   : prefix + '.' + EscapePathKey(key);
      paths->push_back(path);
      CollectPaths(field, path, depth - 1, paths);
    }
  }
}

TEST(PayloadViewTest, AgreesWithTheDecodedPayloadOnEveryPath) {
  constexpr uint64_t kSeed = 77;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  size_t checked = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Payload payload = testing::RandomPayload(&random);
    std::vector<std::string> paths;
    CollectPaths(payload, "", 3, &paths);
    for (const std::string& text : paths) {
      ASSERT_OK_AND_ASSIGN(const Path path, Path::Parse(text));
      std::vector<Value> expected;
      Follow(payload, path.segments(), 0, &expected);
      ASSERT_EQ(Reached(payload, text), expected) << text;
      ++checked;
    }
  }
  EXPECT_GT(checked, 10'000);
}

}  // namespace
}  // namespace mi::payload
