#include "server/rpc/explain_parse_failure.h"

#include <string>
#include <vector>

#include "engine/base/random.h"
#include "gmock/gmock.h"
#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "tests/server/rpc/echo.pb.h"

namespace mi::rpc {
namespace {

using ::mi::testing::v1::EchoRequest;
using ::mi::testing::v1::Node;
using ::testing::HasSubstr;

std::optional<FieldViolation> Explain(const std::string& bytes) {
  return ExplainParseFailure(*EchoRequest::descriptor(), bytes);
}

// A message whose texts can be broken in place: they are as long as `wrong`.
std::string Replace(std::string bytes, const std::string& text,
                    const std::string& wrong) {
  const size_t at = bytes.find(text);
  EXPECT_NE(at, std::string::npos);
  return bytes.replace(at, text.size(), wrong);
}

// A chain of `depth` messages, built from the inside: too deep for recursion.
std::string Chain(int depth) {
  std::string bytes;
  std::vector<std::string> headers;
  size_t size = 0;
  for (int i = 0; i < depth; ++i) {
    std::string header = "\x12";  // field 2 (child), length-delimited
    size_t rest = size;
    while (rest >= 0x80) {
      header.push_back(static_cast<char>(0x80 | (rest & 0x7f)));
      rest >>= 7;
    }
    header.push_back(static_cast<char>(rest));
    size += header.size();
    headers.push_back(std::move(header));
  }
  for (auto it = headers.rbegin(); it != headers.rend(); ++it) bytes += *it;
  return bytes;
}

TEST(ExplainParseFailureTest, FindsNothingWrongWithAGoodMessage) {
  EchoRequest request;
  request.set_text("gr\u00fc\u00dfe");
  request.add_nodes()->add_values(1);
  (*request.mutable_filter()->mutable_named())["a"].set_id("b");
  EXPECT_EQ(Explain(request.SerializeAsString()), std::nullopt);
  EXPECT_EQ(Explain(""), std::nullopt);
}

TEST(ExplainParseFailureTest, NamesTheTextThatIsNotUtf8) {
  EchoRequest request;
  for (int i = 0; i < 4; ++i) {
    request.add_nodes()->mutable_child()->set_id("text" + std::to_string(i));
  }
  const auto cause =
      Explain(Replace(request.SerializeAsString(), "text3", "te\xff\xfe!"));
  EXPECT_EQ(cause, (FieldViolation{"nodes[3].child.id", "is not valid UTF-8"}));
}

TEST(ExplainParseFailureTest, NamesTheElementOfARepeatedText) {
  EchoRequest request;
  auto* node = request.mutable_filter();
  node->add_tags("one");
  node->add_tags("two");
  const auto cause =
      Explain(Replace(request.SerializeAsString(), "two", "t\xc0o"));
  EXPECT_EQ(cause, (FieldViolation{"filter.tags[1]", "is not valid UTF-8"}));
}

TEST(ExplainParseFailureTest, NamesTheEntryOfAMap) {
  EchoRequest request;
  (*request.add_nodes()->mutable_named())["colour"].set_id("green");
  const std::string bytes = request.SerializeAsString();
  EXPECT_EQ(Explain(Replace(bytes, "green", "gr\xff\xffn")),
            (FieldViolation{"nodes[0].named.colour.id", "is not valid UTF-8"}));
  EXPECT_EQ(
      Explain(Replace(bytes, "colour", "col\xffur")),
      (FieldViolation{"nodes[0].named", "has a key that is not valid UTF-8"}));
}

TEST(ExplainParseFailureTest, BytesNeedNotBeUtf8) {
  EchoRequest request;
  request.mutable_filter()->set_blob("\xff\xfe");
  EXPECT_EQ(Explain(request.SerializeAsString()), std::nullopt);
}

// protobuf allows 100 messages below the outermost one. The chain is a Node's,
// so the outermost one is EchoRequest.filter here.
TEST(ExplainParseFailureTest, NamesWhereTheNestingBegins) {
  const auto in_filter = [](int depth) {
    EchoRequest outer;
    std::string bytes = Chain(depth);
    std::string header = "\x1a";  // field 3 (filter), length-delimited
    size_t rest = bytes.size();
    while (rest >= 0x80) {
      header.push_back(static_cast<char>(0x80 | (rest & 0x7f)));
      rest >>= 7;
    }
    header.push_back(static_cast<char>(rest));
    return header + bytes;
  };
  EXPECT_EQ(Explain(in_filter(99)), std::nullopt);
  EXPECT_TRUE(EchoRequest().ParseFromString(in_filter(99)));
  const FieldViolation too_deep{"filter", "nested deeper than 100 levels"};
  EXPECT_EQ(Explain(in_filter(100)), too_deep);
  EXPECT_FALSE(EchoRequest().ParseFromString(in_filter(100)));
  EXPECT_EQ(Explain(in_filter(100'000)), too_deep);
}

TEST(ExplainParseFailureTest, SaysWhereTheBytesEnd) {
  EchoRequest request;
  request.add_nodes()->set_id("a long enough identifier");
  std::string bytes = request.SerializeAsString();
  bytes.resize(bytes.size() - 3);
  const auto cause = Explain(bytes);
  ASSERT_TRUE(cause.has_value());
  EXPECT_EQ(cause->field, "nodes[0]");
  EXPECT_THAT(cause->description, HasSubstr("23 bytes follow"));
}

TEST(ExplainParseFailureTest, ChecksTheLengthOfPackedNumbers) {
  EchoRequest request;
  auto* node = request.mutable_filter();
  node->add_values(1);
  node->add_values(2);
  std::string bytes = request.SerializeAsString();
  // Tag and length of `filter`, then of `values` (field 4): 8 bytes, claimed
  // to be 7, so that the last one stands alone.
  ASSERT_EQ(bytes.substr(2, 2), "\x22\x08");
  bytes[3] = 7;
  const auto cause = Explain(bytes);
  ASSERT_TRUE(cause.has_value());
  EXPECT_EQ(cause->field, "filter.values");
  EXPECT_THAT(cause->description, HasSubstr("no multiple of 4"));
}

TEST(ExplainParseFailureTest, KnowsGroupsThatDoNotEnd) {
  // Field 15 of wire type 3 (start of a group), and of type 4 (its end).
  EXPECT_TRUE(Explain("\x7b").has_value());
  EXPECT_TRUE(Explain("\x7c").has_value());
  EXPECT_EQ(Explain("\x7b\x7c"), std::nullopt);
}

Node RandomNode(Random& random, int depth) {
  Node node;
  node.set_id(std::string(random.Below(20), 'a'));
  for (uint64_t i = random.Below(4); i > 0; --i) {
    node.add_values(static_cast<float>(random.Uniform()));
    node.add_numbers(static_cast<int64_t>(random.Bits() >> random.Below(64)));
    node.add_fixed(random.Bits());
    node.add_tags("\u00e4\u20ac");
  }
  (*node.mutable_titles())[static_cast<int>(random.Below(9))] = "title";
  node.set_weight(random.Uniform());
  if (depth > 0) {
    *node.mutable_child() = RandomNode(random, depth - 1);
    *node.add_children() = RandomNode(random, depth - 1);
    (*node.mutable_named())["key"] = RandomNode(random, depth - 1);
  }
  return node;
}

std::string Mutate(std::string bytes, Random& random) {
  for (uint64_t i = 1 + random.Below(3); i > 0 && !bytes.empty(); --i) {
    const size_t at = random.Below(bytes.size());
    switch (random.Below(4)) {
      case 0:
        bytes[at] = static_cast<char>(random.Bits());
        break;
      case 1:
        bytes[at] ^= static_cast<char>(1 << random.Below(8));
        break;
      case 2:
        bytes.erase(at, 1 + random.Below(8));
        break;
      default:
        bytes.insert(at, 1 + random.Below(4), static_cast<char>(random.Bits()));
    }
  }
  return bytes;
}

// The parser is the oracle: what it refuses has a cause, what it accepts has
// none.
TEST(ExplainParseFailureTest, AgreesWithTheParserOnMutatedMessages) {
  google::protobuf::LogSilencer silent;
  Random random(20'261'122);
  int refused = 0;
  int accepted = 0;
  for (int i = 0; i < 60'000; ++i) {
    EchoRequest request;
    request.set_text("text");
    *request.add_nodes() = RandomNode(random, 2);
    *request.mutable_filter() = RandomNode(random, 1);
    const std::string bytes = Mutate(request.SerializeAsString(), random);
    const bool parsed = EchoRequest().ParseFromString(bytes);
    const auto cause = Explain(bytes);
    ASSERT_EQ(parsed, !cause.has_value())
        << "round " << i << (cause ? ": " + cause->field : "") << " "
        << (cause ? cause->description : "no cause found");
    ++(parsed ? accepted : refused);
  }
  EXPECT_GT(refused, 5'000);
  EXPECT_GT(accepted, 5'000);
}

TEST(ExplainParseFailureTest, SurvivesRandomBytes) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random.Below(60), '\0');
    for (char& c : bytes) c = static_cast<char>(random.Bits());
    google::protobuf::LogSilencer silent;
    EXPECT_EQ(EchoRequest().ParseFromString(bytes), !Explain(bytes).has_value())
        << "round " << i;
  }
}

}  // namespace
}  // namespace mi::rpc
