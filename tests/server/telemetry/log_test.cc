#include "server/telemetry/log.h"

#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "google/protobuf/stubs/logging.h"
#include "grpc/grpc.h"
#include "grpc/support/log.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "server/telemetry/library_logs.h"
#include "spdlog/sinks/ostream_sink.h"

namespace mi::telemetry {
namespace {

using nlohmann::json;
using ::testing::MatchesRegex;

class LogTest : public ::testing::Test {
 protected:
  std::unique_ptr<Log> MakeLog(Log::Options options = {}) {
    options.sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    return std::make_unique<Log>(options);
  }

  std::vector<json> Lines() {
    std::vector<json> lines;
    std::istringstream in(text_.str());
    for (std::string line; std::getline(in, line);) {
      lines.push_back(json::parse(line));
    }
    return lines;
  }

  std::ostringstream text_;
};

TEST_F(LogTest, WritesOneJsonObjectALine) {
  const auto log = MakeLog();
  log->Write(Severity::kInfo, "hello \"world\"\n",
             {{"text", std::string_view("a\nb")},
              {"number", int64_t{-5}},
              {"ratio", 0.25},
              {"truth", true}});
  log->Write(Severity::kWarning, "second");
  log->Flush();
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["severity"], "INFO");
  EXPECT_EQ(lines[0]["message"], "hello \"world\"\n");
  EXPECT_EQ(lines[0]["text"], "a\nb");
  EXPECT_EQ(lines[0]["number"], -5);
  EXPECT_EQ(lines[0]["ratio"], 0.25);
  EXPECT_EQ(lines[0]["truth"], true);
  EXPECT_EQ(lines[1]["severity"], "WARNING");
  EXPECT_THAT(
      lines[0]["time"].get<std::string>(),
      MatchesRegex("20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:"
                   "[0-6][0-9]\\.[0-9]+Z"));
}

TEST_F(LogTest, NumbersThatJsonHasNotAreNull) {
  const auto log = MakeLog();
  log->Write(Severity::kInfo, "",
             {{"nan", std::nan("")},
              {"inf", std::numeric_limits<double>::infinity()}});
  log->Flush();
  EXPECT_TRUE(Lines()[0]["nan"].is_null());
  EXPECT_TRUE(Lines()[0]["inf"].is_null());
}

TEST_F(LogTest, LeavesOutWhatIsBelowTheThreshold) {
  const auto log = MakeLog({.threshold = Severity::kWarning});
  log->Write(Severity::kInfo, "no");
  log->WriteDroppable(Severity::kDebug, "no", {});
  log->Write(Severity::kWarning, "yes");
  log->Flush();
  ASSERT_EQ(Lines().size(), 1u);
  EXPECT_EQ(Lines()[0]["message"], "yes");
}

TEST_F(LogTest, NoLineIsLostByManyWriters) {
  const auto log = MakeLog({.max_queued_lines = 16});
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 4; ++i) {
      writers.emplace_back([&log] {
        for (int j = 0; j < 500; ++j) log->Write(Severity::kInfo, "line");
      });
    }
  }
  log->Flush();
  EXPECT_EQ(Lines().size(), 2'000u);
  EXPECT_EQ(log->dropped(), 0u);
}

// A sink that waits until it is let go.
class StuckSink final : public spdlog::sinks::sink {
 public:
  void log(const spdlog::details::log_msg&) override {
    open.wait(false);
    ++lines;
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  std::atomic<bool> open = false;
  std::atomic<int> lines = 0;
};

TEST(LogOverloadTest, DroppableLinesNeverWaitAndTheLossIsCounted) {
  const auto sink = std::make_shared<StuckSink>();
  Log log({.max_queued_lines = 10, .sink = sink});
  for (int i = 0; i < 100; ++i) log.WriteDroppable(Severity::kInfo, "x", {});
  EXPECT_GE(log.dropped(), 89u);  // one may be at the sink
  sink->open = true;
  sink->open.notify_all();
  log.Flush();
  EXPECT_EQ(static_cast<uint64_t>(sink->lines.load()) + log.dropped(), 100u);
}

TEST_F(LogTest, LibrariesWriteToTheLogWhileTheyAreRoutedThere) {
  const auto log = MakeLog();
  RouteLibraryLogs(log.get());
  grpc_init();  // sets what gRPC itself would leave out
  gpr_log_message("tcp.cc", 42, GPR_LOG_SEVERITY_ERROR, "connection \"lost\"");
  google::protobuf::internal::LogMessage malformed(
      google::protobuf::LOGLEVEL_ERROR, "wire.cc", 7);
  malformed << "invalid UTF-8";
  google::protobuf::internal::LogFinisher() = malformed;
  RouteLibraryLogs(nullptr);
  gpr_log_message("tcp.cc", 43, GPR_LOG_SEVERITY_ERROR, "afterwards");
  grpc_shutdown();
  log->Flush();
  const auto lines = Lines();
  ASSERT_EQ(lines.size(), 1u);  // protobuf's counts as debugging output
  EXPECT_EQ(lines[0]["message"], "connection \"lost\"");
  EXPECT_EQ(lines[0]["severity"], "ERROR");
  EXPECT_EQ(lines[0]["library"], "grpc");
  EXPECT_EQ(lines[0]["line"], 42);
}

TEST(SeverityTest, NamesAreReadInEitherCase) {
  EXPECT_EQ(ParseSeverity("info"), Severity::kInfo);
  EXPECT_EQ(ParseSeverity("CRITICAL"), Severity::kCritical);
  EXPECT_EQ(ParseSeverity("loud"), std::nullopt);
  EXPECT_EQ(SeverityName(Severity::kWarning), "WARNING");
}

}  // namespace
}  // namespace mi::telemetry
