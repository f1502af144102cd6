#include "server/config.h"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace mi::server {
namespace {

using ::mi::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kOpen[] = "--insecure-single-tenant";

absl::StatusOr<Invocation> Parse(const std::vector<std::string>& arguments,
                                 const Environment& environment = {}) {
  return ParseInvocation(arguments, environment);
}

TEST(ConfigTest, HasDefaultsForEverythingButWhoMayCall) {
  ASSERT_OK_AND_ASSIGN(const Invocation invocation, Parse({kOpen}));
  EXPECT_EQ(invocation.command, Invocation::Command::kServe);
  EXPECT_EQ(invocation.config.listen, "0.0.0.0:7700");
  EXPECT_EQ(invocation.config.metrics_listen, "127.0.0.1:7701");
  EXPECT_EQ(invocation.config.max_message_bytes, 16u << 20);
  EXPECT_EQ(invocation.config.insecure_single_tenant, "default");
  EXPECT_FALSE(invocation.config.reflection);
}

TEST(ConfigTest, RefusesToGuessWhoMayCall) {
  EXPECT_THAT(Parse({}), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("who may call?")));
  EXPECT_THAT(Parse({kOpen, "--api-keys-file=keys"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("exclude each other")));
  EXPECT_OK(Parse({"--api-keys-file=keys"}));
}

TEST(ConfigTest, ReadsFlagsInBothForms) {
  ASSERT_OK_AND_ASSIGN(
      const Invocation invocation,
      Parse({"--insecure-single-tenant=acme", "--read-threads=3", "--data-dir",
             "/tmp/x", "--reflection", "--ephemeral=false",
             "--access-log-sample=0.5", "--log-level", "debug"}));
  const Config& config = invocation.config;
  EXPECT_EQ(config.insecure_single_tenant, "acme");
  EXPECT_EQ(config.read_threads, 3u);
  EXPECT_EQ(config.data_dir, "/tmp/x");
  EXPECT_TRUE(config.reflection);
  EXPECT_FALSE(config.ephemeral);
  EXPECT_EQ(config.access_log_sample, 0.5);
  EXPECT_EQ(config.log_level, "debug");
}

TEST(ConfigTest, AFlagWinsOverTheEnvironment) {
  const Environment environment = {{"MI_READ_THREADS", "5"},
                                   {"MI_WRITE_THREADS", "7"},
                                   {"MI_INSECURE_SINGLE_TENANT", "acme"},
                                   {"HOME", "elsewhere"}};
  ASSERT_OK_AND_ASSIGN(const Invocation invocation,
                       Parse({"--read-threads=2"}, environment));
  EXPECT_EQ(invocation.config.read_threads, 2u);
  EXPECT_EQ(invocation.config.write_threads, 7u);
  EXPECT_EQ(invocation.config.insecure_single_tenant, "acme");
  EXPECT_THAT(invocation.warnings, ElementsAre());
}

TEST(ConfigTest, WarnsOfAVariableThatIsNoSetting) {
  ASSERT_OK_AND_ASSIGN(const Invocation invocation,
                       Parse({kOpen}, {{"MI_READ_THREAD", "5"}}));
  EXPECT_THAT(invocation.warnings,
              ElementsAre(HasSubstr("MI_READ_THREAD is set")));
}

TEST(ConfigTest, ReportsEverythingThatIsWrongAtOnce) {
  const auto parsed = Parse(
      {"--read-threads=many", "--write-threads=0", "--access-log-sample=1.5",
       "--log-level=loud", "--listen=nowhere", "--metrics-listen=:1",
       "--reflection=maybe", "--unheard-of", "positional", "--data-dir"},
      {{"MI_MAX_MESSAGE_BYTES", "-1"}});
  ASSERT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  const std::string text(parsed.status().message());
  for (const char* part :
       {"--read-threads: 'many' is not a whole number from 0 to 1024",
        "--write-threads: '0' is not a whole number from 1 to 1024",
        "--access-log-sample: '1.5' is not a number from 0 to 1",
        "--log-level: 'loud' is not one of debug,info,warning,error",
        "--listen: 'nowhere' is not an address and a port",
        "--metrics-listen: ':1' is not an address and a port",
        "--reflection: 'maybe' is not true or false",
        "--unheard-of is no setting", "positional is no setting",
        "--data-dir needs a value", "MI_MAX_MESSAGE_BYTES: '-1' is not",
        "who may call?"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11);
}

TEST(ConfigTest, CloudRunSetsThePort) {
  const Environment port = {{"PORT", "8080"}};
  EXPECT_EQ(Parse({kOpen}, port)->config.listen, "0.0.0.0:8080");
  EXPECT_EQ(Parse({kOpen, "--listen=127.0.0.1:1"}, port)->config.listen,
            "127.0.0.1:1");
  EXPECT_EQ(Parse({kOpen}, {{"PORT", "8080"}, {"MI_LISTEN", "127.0.0.1:2"}})
                ->config.listen,
            "127.0.0.1:2");
  EXPECT_THAT(Parse({kOpen}, {{"PORT", "http"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("http")));
}

TEST(ConfigTest, OnCloudRunTheLossOfTheDiskMustBeAccepted) {
  const Environment cloud_run = {{"K_SERVICE", "mi"}};
  EXPECT_THAT(
      Parse({kOpen}, cloud_run),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--ephemeral")));
  EXPECT_OK(Parse({kOpen, "--ephemeral"}, cloud_run));
  EXPECT_OK(Parse({kOpen}, {{"K_SERVICE", "mi"}, {"MI_EPHEMERAL", "true"}}));
}

TEST(ConfigTest, OtherCommandsNeedNoSettings) {
  EXPECT_EQ(Parse({"--help"})->command, Invocation::Command::kHelp);
  EXPECT_EQ(Parse({"--version"})->command, Invocation::Command::kVersion);
  for (const auto& arguments :
       {std::vector<std::string>{"--generate-key", "acme"},
        std::vector<std::string>{"--generate-key=acme"}}) {
    ASSERT_OK_AND_ASSIGN(const Invocation invocation, Parse(arguments));
    EXPECT_EQ(invocation.command, Invocation::Command::kGenerateKey);
    EXPECT_EQ(invocation.tenant, "acme");
  }
  EXPECT_THAT(Parse({"--generate-key"}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("needs a tenant")));
}

TEST(ConfigTest, HelpShowsEverySettingWithItsVariableAndDefault) {
  const std::string help = HelpText();
  EXPECT_THAT(help, AllOf(HasSubstr("--data-dir  (MI_DATA_DIR)"),
                          HasSubstr("Default: ./data."),
                          HasSubstr("PORT replaces the port")));
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100u) << line;
  }
  for (const auto& [name, value] : DescribeConfig({})) {
    EXPECT_THAT(help, HasSubstr(fmt::format("--{}  (MI_", name)));
  }
}

TEST(ConfigTest, DescribesTheSettingsInForce) {
  ASSERT_OK_AND_ASSIGN(
      const Invocation invocation,
      Parse({"--api-keys-file=/secrets/keys", "--read-threads=4"}));
  const auto described = DescribeConfig(invocation.config);
  EXPECT_THAT(described, Contains(Pair("api-keys-file", "/secrets/keys")));
  EXPECT_THAT(described, Contains(Pair("read-threads", "4")));
  EXPECT_THAT(described, Contains(Pair("reflection", "false")));
  // What is described is what would be set: flags made of it give it again.
  std::vector<std::string> flags;
  for (const auto& [name, value] : described) {
    if (!value.empty()) flags.push_back(fmt::format("--{}={}", name, value));
  }
  ASSERT_OK_AND_ASSIGN(const Invocation again, Parse(flags));
  EXPECT_EQ(DescribeConfig(again.config), described);
}

TEST(ParseEndpointTest, ReadsHostAndPort) {
  const auto plain = ParseEndpoint("127.0.0.1:7700");
  ASSERT_OK(plain);
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 7700);
  const auto bracketed = ParseEndpoint("[::1]:0");
  ASSERT_OK(bracketed);
  EXPECT_EQ(bracketed->host, "::1");
  EXPECT_EQ(bracketed->port, 0);
  for (const char* wrong : {"", "host", ":1", "host:", "host:65536", "host:-1",
                            "::1:7700", "host:1x"}) {
    EXPECT_FALSE(ParseEndpoint(wrong).ok()) << wrong;
  }
}

TEST(DetectMemoryLimitTest, IsSomethingThatAMachineCouldHave) {
  EXPECT_GT(DetectMemoryLimit(), uint64_t{1} << 26);
  EXPECT_LT(DetectMemoryLimit(), uint64_t{1} << 50);
}

}  // namespace
}  // namespace mi::server
