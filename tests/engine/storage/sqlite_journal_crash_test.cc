// kill -9 in the middle of appends, again and again on one journal.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "engine/base/random.h"
#include "engine/base/status_macros.h"
#include "engine/storage/journal.h"
#include "engine/storage/sqlite_journal.h"
#include "gtest/gtest.h"
#include "tests/engine/storage/journal_testing.h"
#include "tests/support/status_matchers.h"

namespace mi::storage {
namespace {

// Groups end at multiples of this, so that half a group can be told.
constexpr uint64_t kGroup = 11;

auto Open(const TemporaryFolder& folder) {
  // A short log, so that kills also hit checkpoints.
  return OpenSqliteJournal(
      {.folder = folder.path(), .max_write_ahead_bytes = 256 << 10});
}

// Appends a group of records with one idempotency row, of the group's last.
absl::StatusOr<Position> AppendGroup(Journal& journal) {
  ASSIGN_OR_RETURN(const Position head, journal.Head());
  return journal.Append(NumberedRecords(head.sequence + 1, kGroup),
                        {NumberedIdempotencyRow(head.sequence + kGroup)}, head);
}

// The child: appends without end, and reports every acknowledged head.
[[noreturn]] void AppendForEver(const TemporaryFolder& folder, int report) {
  const auto journal = Open(folder);
  if (!journal.ok()) _exit(1);
  std::jthread maintainer([&](std::stop_token stop) {
    while (!stop.stop_requested()) (void)(*journal)->Maintain();
  });
  while (true) {
    const auto head = AppendGroup(**journal);
    if (!head.ok()) _exit(2);
    if (write(report, &head->sequence, sizeof(head->sequence)) !=
        sizeof(head->sequence)) {
      _exit(3);
    }
  }
}

struct Round {
  uint64_t acknowledged = 0;  // the last head that the child reported
  bool killed = false;        // by us, and not ended by an error
};

// Starts a child and kills it after it reported `reports` appends and `delay`
// microseconds more.
Round KillInMidAppend(const TemporaryFolder& folder, uint64_t reports,
                      useconds_t delay) {
  int pipes[2];
  EXPECT_EQ(pipe(pipes), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(pipes[0]);
    AppendForEver(folder, pipes[1]);
  }
  close(pipes[1]);
  Round round;
  uint64_t head = 0;
  for (uint64_t i = 0; i < reports; ++i) {
    if (read(pipes[0], &head, sizeof(head)) != sizeof(head)) break;
    round.acknowledged = head;
  }
  usleep(delay);
  kill(child, SIGKILL);
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  round.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  // What it had reported before it died was acknowledged too.
  while (read(pipes[0], &head, sizeof(head)) == sizeof(head)) {
    round.acknowledged = head;
  }
  close(pipes[0]);
  return round;
}

TEST(SqliteJournalCrashTest, EveryAcknowledgedRecordSurvivesAKill) {
  constexpr uint64_t kSeed = 4242;
  SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
  Random random(kSeed);
  const TemporaryFolder folder;
  uint64_t last_head = 0;
  std::string epoch;
  for (int i = 0; i < 20; ++i) {
    const Round round =
        KillInMidAppend(folder, /*reports=*/1 + random.Below(20),
                        /*delay=*/static_cast<useconds_t>(random.Below(9000)));
    ASSERT_TRUE(round.killed) << "round " << i;
    ASSERT_GT(round.acknowledged, last_head) << "round " << i;

    ASSERT_OK_AND_ASSIGN(const auto journal, Open(folder));
    const Position head = *journal->Head();
    EXPECT_GE(head.sequence, round.acknowledged) << "round " << i;
    // At most the append that was running when it died comes on top.
    EXPECT_LE(head.sequence, round.acknowledged + kGroup) << "round " << i;
    EXPECT_EQ(head.sequence % kGroup, 0) << "round " << i;
    EXPECT_TRUE(i == 0 || head.epoch == epoch) << "round " << i;
    ASSERT_OK_AND_ASSIGN(const auto records, ReadAll(*journal));
    ExpectNumbered(records, 1, head.sequence);
    // Each group has its row, and no row is there without its group.
    ASSERT_OK_AND_ASSIGN(const auto rows, ReadAllIdempotency(*journal));
    ASSERT_EQ(rows.size(), head.sequence / kGroup) << "round " << i;
    EXPECT_EQ(rows.back(), NumberedIdempotencyRow(head.sequence));
    last_head = head.sequence;
    epoch = head.epoch;
  }
}

}  // namespace
}  // namespace mi::storage
