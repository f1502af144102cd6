// The command line against the real server.

#ifndef MI_TESTS_CLIENTS_CPP_REAL_SERVER_FIXTURE_H_
#define MI_TESTS_CLIENTS_CPP_REAL_SERVER_FIXTURE_H_

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "clients/cpp/app.h"
#include "clients/cpp/error.h"
#include "clients/cpp/output/proto_json.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_server.h"

namespace mi::client {

class RealServerTest : public ::testing::Test {
 protected:
  // Runs the command, which must succeed; the answer of --json.
  Json Mi(std::vector<std::string> arguments) {
    const auto [exit_code, out, err] = TryMi(std::move(arguments));
    EXPECT_EQ(exit_code, kExitOk) << err;
    return Json::parse(out, nullptr, /*allow_exceptions=*/false);
  }

  std::tuple<int, std::string, std::string> TryMi(
      std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    std::ostringstream out;
    std::ostringstream err;
    const int exit_code =
        client::Run(arguments, {.out = out, .err = err},
                    [this](const GlobalOptions&) { return server_.Connect(); });
    return {exit_code, out.str(), err.str()};
  }

  uint64_t Count(const std::string& collection, const std::string& filter) {
    return Mi({"count", collection, "--filter", filter})["count"];
  }

  std::string PathOf(const std::string& name) const {
    return (folder_.path() / name).string();
  }

  testing::TestServer server_;
  testing::TemporaryFolder folder_;
};

inline std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_REAL_SERVER_FIXTURE_H_
