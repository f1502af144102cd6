#include "server/telemetry/json_text.h"

#include <string>

#include "engine/base/random.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace mi::telemetry {
namespace {

std::string Json(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

TEST(JsonTextTest, EscapesWhatJsonDoesNotAllow) {
  EXPECT_EQ(Json(""), R"("")");
  EXPECT_EQ(Json("say \"hi\"\\\n\r\t"), R"("say \"hi\"\\\n\r\t")");
  EXPECT_EQ(Json(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(Json("gr\u00fc\u00dfe \U0001F600"),
            "\"gr\u00fc\u00dfe \U0001F600\"");
}

TEST(JsonTextTest, AppendsToWhatIsThere) {
  std::string out = "{\"a\":";
  AppendJsonString("b", &out);
  EXPECT_EQ(out, "{\"a\":\"b\"");
}

TEST(JsonTextTest, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(Json("a\xff"
                 "b"),
            R"("a\ufffdb")");
  EXPECT_EQ(Json("\xc0\x80"), R"("\ufffd\ufffd")");            // overlong
  EXPECT_EQ(Json("\xe2\x82"), R"("\ufffd\ufffd")");            // cut off
  EXPECT_EQ(Json("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // surrogate
}

// A JSON parser that knows nothing of ours is the oracle.
TEST(JsonTextTest, AnyBytesAreReadBackByAParser) {
  Random random(11);
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random.Below(24), '\0');
    for (char& c : text) {
      // Every byte, but control characters and UTF-8's more often.
      const uint64_t kind = random.Below(3);
      if (kind == 0) c = static_cast<char>(random.Below(0x30));
      if (kind == 1) c = static_cast<char>(0x80 + random.Below(0x80));
      if (kind == 2) c = static_cast<char>(random.Bits());
    }
    const auto parsed = nlohmann::json::parse(Json(text), nullptr, false);
    ASSERT_FALSE(parsed.is_discarded()) << "round " << i;
    // Text that is valid survives unchanged.
    try {
      nlohmann::json(text).dump();  // throws where it is not UTF-8
      ASSERT_EQ(parsed.get<std::string>(), text) << "round " << i;
    } catch (const nlohmann::json::type_error&) {
      ASSERT_NE(parsed.get<std::string>().find("\ufffd"), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace mi::telemetry
