// Stops the real server right after it sent a large answer.

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/fault/ledger.h"
#include "tests/support/server_process.h"
#include "tests/support/temporary_folder.h"

namespace mi {
namespace {

using ::mi::testing::Ledger;
using ::mi::testing::ServerProcess;

// When an answer does not fit into the socket at once, gRPC 1.51 lets a thread
// poll for ten seconds, and its last grpc_shutdown() waits for that thread:
// main() sees to it that there is none before the end of the process.
TEST(StopTest, IsQuickAfterALargeAnswer) {
  constexpr Ledger::Shape kShape{.dimension = 1000, .batch = 900};
  for (int run = 0; run < 5; ++run) {
    const mi::testing::TemporaryFolder folder;
    Ledger ledger("client", /*seed=*/1, kShape);
    ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                          .data_folder = folder.path(),
                          .arguments = {}});
    ASSERT_TRUE(server.WaitUntilServing());
    ASSERT_TRUE(testing::CreateLedgerCollection(server, kShape.dimension).ok());
    for (int batch = 0; batch < 3; ++batch) {
      ASSERT_TRUE(ledger.Write(server).ok());
    }
    std::vector<std::string> problems;
    ledger.Check(server, &problems);
    EXPECT_THAT(problems, ::testing::IsEmpty());
    EXPECT_EQ(server.Terminate(std::chrono::seconds(5)), 0) << "run " << run;
  }
}

}  // namespace
}  // namespace mi
