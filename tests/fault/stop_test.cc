// Stops the real server with SIGTERM: it takes no longer than it may, whatever
// its peers do.

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
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

// What a library's own thread makes of a signal must not end the process: the
// second one comes while nobody waits for it.
TEST(StopTest, IsCleanWhenToldTwice) {
  for (int run = 0; run < 5; ++run) {
    const mi::testing::TemporaryFolder folder;
    ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                          .data_folder = folder.path(),
                          .arguments = {}});
    ASSERT_TRUE(server.WaitUntilServing());
    ASSERT_EQ(kill(server.pid(), SIGTERM), 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    EXPECT_EQ(server.Terminate(std::chrono::seconds(10)), 0) << "run " << run;
  }
}

// A peer that connected and never says or reads anything.
TEST(StopTest, IsQuickBesideASilentPeer) {
  const mi::testing::TemporaryFolder folder;
  ServerProcess server({.binary = std::getenv("MI_SERVER_BINARY"),
                        .data_folder = folder.path(),
                        .arguments = {}});
  ASSERT_TRUE(server.WaitUntilServing());
  const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(server.port()));
  ASSERT_EQ(connect(peer, reinterpret_cast<const sockaddr*>(&address),
                    sizeof(address)),
            0);
  // The preface of HTTP/2 and an empty SETTINGS frame: a connection is open.
  constexpr char kPreface[] =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";
  ASSERT_GT(write(peer, kPreface, sizeof(kPreface)), 0);
  EXPECT_EQ(server.Terminate(std::chrono::seconds(10)), 0);
  close(peer);
}

}  // namespace
}  // namespace mi
