#include "server/telemetry/trace_context.h"

#include <string>

#include "gtest/gtest.h"

namespace mi::telemetry {
namespace {

constexpr char kTrace[] = "0af7651916cd43dd8448eb211c80319c";

// The example of the W3C recommendation, section 3.2.2.
TEST(TraceContextTest, ReadsTraceparent) {
  const auto trace = ParseTraceparent(
      "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->trace_id, kTrace);
  EXPECT_EQ(trace->span_id, "b7ad6b7169203331");
  EXPECT_TRUE(trace->sampled);
  EXPECT_FALSE(ParseTraceparent(
                   "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00")
                   ->sampled);
}

TEST(TraceContextTest, LaterVersionsMayHaveMore) {
  const std::string rest =
      "-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_TRUE(ParseTraceparent("01" + rest + "-more").has_value());
  EXPECT_FALSE(ParseTraceparent("00" + rest + "-more").has_value());
  EXPECT_FALSE(ParseTraceparent("01" + rest + "more").has_value());
}

TEST(TraceContextTest, RefusesAMalformedTraceparent) {
  for (const char* header :
       {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"}) {
    EXPECT_FALSE(ParseTraceparent(header).has_value()) << header;
  }
}

TEST(TraceContextTest, ReadsGooglesHeader) {
  const std::string trace = kTrace;
  const auto full = ParseCloudTraceContext(trace + "/255;o=1");
  ASSERT_TRUE(full.has_value());
  EXPECT_EQ(full->trace_id, kTrace);
  EXPECT_EQ(full->span_id, "00000000000000ff");
  EXPECT_TRUE(full->sampled);
  EXPECT_EQ(ParseCloudTraceContext(trace)->span_id, "");
  EXPECT_FALSE(ParseCloudTraceContext(trace + "/1;o=0")->sampled);
  for (const std::string& wrong :
       {std::string("short/1"), trace + "/", trace + "/x", trace + "/1;o=2",
        trace + "x"}) {
    EXPECT_FALSE(ParseCloudTraceContext(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace mi::telemetry
