// EditGraph under random batches against plain maps: every version stays what
// it was, however many are made after it, and survives its journal record and
// its snapshot.

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/codec.h"
#include "engine/graph/graph_edit.h"
#include "engine/graph/mutation_codec.h"
#include "engine/graph/view_codec.h"
#include "fmt/format.h"
#include "gtest/gtest.h"
#include "tests/engine/graph/graph_oracle.h"
#include "tests/support/status_matchers.h"

namespace mi::graph {
namespace {

constexpr uint64_t kSeed = 20261123;

size_t Operations() {
  const char* text = std::getenv("MI_MODEL_OPERATIONS");
  return text == nullptr ? 10'000 : std::stoul(text);
}

struct Version {
  std::shared_ptr<const GraphView> view;
  GraphOracle oracle;
};

std::string Encoded(const std::vector<Mutation>& mutations) {
  Writer out;
  WriteMutations(mutations, out);
  return std::move(out).Take();
}

std::string Encoded(const GraphView& view) {
  Writer out;
  WriteView(view, out);
  return std::move(out).Take();
}

class EditModelTest : public ::testing::Test {
 protected:
  EditModelTest() : random_(kSeed), mutations_(random_) {
    now_.view = EmptyGraph(1);
  }

  void Step() {
    ++sequence_;
    if (random_.Below(50) == 0) return ChangeIndexes();
    const std::vector<Mutation> batch = mutations_.Batch(now_.oracle);
    ASSERT_OK(ValidateMutations(batch));
    const auto edited = EditGraph(*now_.view, batch, sequence_, ++edit_);
    MutationResult expected;
    const absl::StatusCode code = now_.oracle.Apply(
        batch, sequence_, edited.ok() ? &edited->result : nullptr, &expected);
    ASSERT_EQ(edited.status().code(), code) << edited.status();
    ++codes_[code];
    if (!edited.ok()) return;
    EXPECT_EQ(edited->result, expected);
    ExpectReplays(batch, *edited);
    now_.view = edited->view;
  }

  // From its bytes, the batch makes the same version.
  void ExpectReplays(const std::vector<Mutation>& batch,
                     const EditedGraph& edited) {
    if (random_.Below(20) != 0) return;
    const std::string bytes = Encoded(batch);
    Reader in(bytes);
    const std::vector<Mutation> decoded = ReadMutations(in);
    ASSERT_OK(in.Finish());
    EXPECT_TRUE(Encoded(decoded) == bytes);
    const auto replayed = EditGraph(*now_.view, decoded, sequence_, ++edit_);
    ASSERT_OK(replayed);
    EXPECT_EQ(replayed->result, edited.result);
    EXPECT_TRUE(Encoded(*replayed->view) == Encoded(*edited.view));
  }

  void ChangeIndexes() {
    std::vector<IndexDefinition>& indexes = now_.oracle.indexes;
    if (indexes.size() > 5 || (!indexes.empty() && random_.Below(3) == 0)) {
      const size_t chosen = random_.Below(indexes.size());
      auto next = RemoveIndex(*now_.view, indexes[chosen].label,
                              indexes[chosen].property, sequence_, ++edit_);
      ASSERT_OK(next);
      now_.view = *std::move(next);
      indexes.erase(indexes.begin() + static_cast<ptrdiff_t>(chosen));
      return;
    }
    const IndexDefinition index = mutations_.Index();
    auto next = AddIndex(*now_.view, index, sequence_, ++edit_);
    const absl::StatusCode expected = now_.oracle.CheckIndex(index);
    // With values that are alike and of the wrong type, either may come first.
    ASSERT_EQ(next.ok(), expected == absl::StatusCode::kOk) << next.status();
    if (!next.ok()) return;
    indexes.push_back(index);
    now_.view = *std::move(next);
  }

  void ExpectSurvivesSnapshot() {
    const std::string bytes = Encoded(*now_.view);
    const auto read = ReadView(bytes);
    ASSERT_OK(read);
    ExpectHolds(**read, now_.oracle);
    EXPECT_TRUE(Encoded(**read) == bytes);
    // Going on from there is the same as going on without.
    now_.view = *read;
  }

  Random random_;
  RandomMutations mutations_;
  Version now_;
  uint64_t sequence_ = 1;
  Edit edit_ = 1;
  std::vector<Version> kept_;
  std::map<absl::StatusCode, size_t> codes_;
};

TEST_F(EditModelTest, EveryVersionIsWhatTheOracleIs) {
  const size_t operations = Operations();
  for (size_t i = 0; i < operations; ++i) {
    ASSERT_NO_FATAL_FAILURE(Step());
    if (i % 16 == 0) ExpectHolds(*now_.view, now_.oracle);
    if (i % (operations / 100) == 0) kept_.push_back(now_);
    if (i % (operations / 50) == 0) {
      ASSERT_NO_FATAL_FAILURE(ExpectSurvivesSnapshot());
    }
    ASSERT_FALSE(HasFailure()) << "operation " << i << " of seed " << kSeed;
  }
  for (const Version& version : kept_) {
    ExpectHolds(*version.view, version.oracle);
  }
  fmt::print("seed {}: {} operations", kSeed, operations);
  for (const auto& [code, count] : codes_) {
    fmt::print(", {} {}", count, absl::StatusCodeToString(code));
  }
  fmt::print("\n");
  // Success, and every way to fail that a batch has; the rarest is one in a
  // thousand.
  if (operations >= 10'000) {
    EXPECT_EQ(codes_.size(), 6u);
  }
}

// Bytes that WriteView cannot have written are refused or read as a view that
// holds together; nothing crashes.
TEST_F(EditModelTest, DamagedSnapshotsAreRefused) {
  for (int i = 0; i < 300; ++i) ASSERT_NO_FATAL_FAILURE(Step());
  const std::string bytes = Encoded(*now_.view);
  size_t refused = 0;
  for (size_t at = 0; at < bytes.size(); at += 3) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(random_.Bits());
    if (damaged[at] == bytes[at]) continue;
    const auto read = ReadView(damaged);
    if (!read.ok()) {
      EXPECT_EQ(read.status().code(), absl::StatusCode::kDataLoss);
      ++refused;
    } else {
      EXPECT_TRUE(Encoded(**read) == damaged) << "byte " << at;
    }
    EXPECT_FALSE(ReadView(std::string_view(bytes).substr(0, at)).ok());
  }
  EXPECT_GT(refused, bytes.size() / 20);
}

}  // namespace
}  // namespace mi::graph
