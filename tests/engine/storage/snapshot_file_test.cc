#include "engine/storage/snapshot_file.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/base/status_macros.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temporary_folder.h"

namespace mi::storage {
namespace {

using mi::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Sections = std::map<std::string, std::string>;

const SnapshotHeader kHeader = {.creator = "mi-server 0.1",
                                .position = {.epoch = "0e6f", .sequence = 42},
                                .created = 1'700'000'000'000'000};

std::string RandomBytes(size_t size, uint64_t seed) {
  Random random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Bits());
  return bytes;
}

class SnapshotFileTest : public ::testing::Test {
 protected:
  absl::Status Write(const Sections& sections, FileCalls calls = {}) {
    auto writer = SnapshotWriter::Create(
        path_, kHeader, {.on_bytes = {}, .calls = std::move(calls)});
    RETURN_IF_ERROR(writer.status());
    for (const auto& [name, bytes] : sections) {
      RETURN_IF_ERROR((*writer)->AddSection(
          name, [&bytes = bytes](Writer& out) { out.String(bytes); }));
    }
    return (*writer)->Finish();
  }

  absl::StatusOr<Sections> Read() {
    auto reader = SnapshotReader::Open(path_);
    RETURN_IF_ERROR(reader.status());
    EXPECT_EQ((*reader)->header(), kHeader);
    Sections sections;
    for (const std::string& name : (*reader)->section_names()) {
      Reader in(*(*reader)->Section(name));
      sections[name] = in.String();
      EXPECT_OK(in.Finish());
    }
    return sections;
  }

  std::string Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void Replace(std::string_view bytes) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::vector<std::string> Files() const {
    std::vector<std::string> names;
    for (const auto& file :
         std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(file.path().filename());
    }
    return names;
  }

  const Sections sections_ = {{"catalog", "a few bytes"},
                              {"empty", ""},
                              {"points", RandomBytes(3'000, 1)}};
  testing::TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "one.snapshot";
};

TEST_F(SnapshotFileTest, ReadsWhatWasWritten) {
  ASSERT_OK(Write(sections_));
  const auto read = Read();
  ASSERT_OK(read);
  EXPECT_EQ(*read, sections_);
  EXPECT_THAT(Files(), ElementsAre("one.snapshot"));
}

TEST_F(SnapshotFileTest, HoldsNoneAndLargeSections) {
  ASSERT_OK(Write({}));
  EXPECT_EQ(*Read(), Sections());
  const Sections large = {{"large", RandomBytes(5 << 20, 2)}};
  ASSERT_OK(Write(large));
  EXPECT_EQ(*Read(), large);
}

TEST_F(SnapshotFileTest, SectionsLieAligned) {
  ASSERT_OK(Write(sections_));
  const auto reader = SnapshotReader::Open(path_);
  ASSERT_OK(reader);
  for (const std::string& name : (*reader)->section_names()) {
    EXPECT_EQ(
        reinterpret_cast<uintptr_t>((*reader)->Section(name)->data()) % 64, 0);
  }
  EXPECT_THAT((*reader)->Section("other"),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("'other'")));
}

TEST_F(SnapshotFileTest, EveryFlippedByteIsFound) {
  ASSERT_OK(Write(sections_));
  const std::string bytes = Bytes();
  Random random(3);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 + random.Below(255)));
    Replace(damaged);
    ASSERT_FALSE(SnapshotReader::Open(path_).ok()) << "byte " << i;
  }
  Replace(bytes);
  EXPECT_OK(Read());
}

TEST_F(SnapshotFileTest, EveryTruncationAndEveryTailIsFound) {
  ASSERT_OK(Write(sections_));
  const std::string bytes = Bytes();
  for (size_t size = 0; size < bytes.size(); ++size) {
    Replace(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(SnapshotReader::Open(path_).ok()) << size << " bytes";
  }
  Replace(bytes + "x");
  EXPECT_THAT(SnapshotReader::Open(path_),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("its end")));
}

TEST_F(SnapshotFileTest, SaysWhatAForeignFileIs) {
  EXPECT_THAT(SnapshotReader::Open(path_),
              StatusIs(absl::StatusCode::kNotFound, _));
  Replace("");
  EXPECT_THAT(
      SnapshotReader::Open(path_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is no")));
  Replace(RandomBytes(500, 4));
  EXPECT_THAT(
      SnapshotReader::Open(path_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("is no")));
}

TEST_F(SnapshotFileTest, ANewerFormatIsRefusedClearly) {
  ASSERT_OK(Write(sections_));
  std::string bytes = Bytes();
  bytes[8] = 2;
  Replace(bytes);
  EXPECT_THAT(SnapshotReader::Open(path_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("has format 2; this server reads up to 1")));
}

TEST_F(SnapshotFileTest, AnAbandonedSnapshotLeavesNothing) {
  {
    const auto writer = SnapshotWriter::Create(path_, kHeader);
    ASSERT_OK(writer);
    ASSERT_OK((*writer)->AddSection("a", [](Writer& out) { out.Bool(true); }));
    EXPECT_THAT(Files(), ElementsAre("one.snapshot.partial"));
    EXPECT_THAT((*writer)->AddSection("a", [](Writer&) {}),
                StatusIs(absl::StatusCode::kInternal, HasSubstr("'a'")));
  }
  EXPECT_THAT(Files(), ElementsAre());
}

// --- Faults. Every step is made to fail, at every one of its calls.

TEST_F(SnapshotFileTest, AFaultAtAnyStepLeavesTheOldSnapshotAndNoOther) {
  const auto fail = [](auto& call, int* countdown, int error) {
    call = [real = call, countdown, error](auto... arguments) {
      if ((*countdown)-- == 0) {
        errno = error;
        return static_cast<decltype(real(arguments...))>(-1);
      }
      return real(arguments...);
    };
  };
  using Inject = std::function<void(FileCalls*, int*, int)>;
  const std::vector<std::pair<std::string, Inject>> steps = {
      {"open", [&](auto* c, int* n, int e) { fail(c->open, n, e); }},
      {"write", [&](auto* c, int* n, int e) { fail(c->write, n, e); }},
      {"sync", [&](auto* c, int* n, int e) { fail(c->sync, n, e); }},
      {"close", [&](auto* c, int* n, int e) { fail(c->close, n, e); }},
      {"rename", [&](auto* c, int* n, int e) { fail(c->rename, n, e); }},
  };
  const std::pair<int, absl::StatusCode> errors[] = {
      {EIO, absl::StatusCode::kDataLoss},
      {ENOSPC, absl::StatusCode::kResourceExhausted},
      {EROFS, absl::StatusCode::kFailedPrecondition}};
  const Sections before = {{"old", "state"}};
  int faults = 0;
  for (const auto& [step, inject] : steps) {
    for (const auto& [error, code] : errors) {
      for (int at = 0;; ++at) {
        ASSERT_OK(Write(before));
        int countdown = at;
        FileCalls calls;
        inject(&calls, &countdown, error);
        const absl::Status written = Write(sections_, calls);
        if (countdown >= 0) {  // there is no such call any more
          EXPECT_OK(written);
          break;
        }
        ++faults;
        SCOPED_TRACE(step + " " + std::to_string(at));
        // A folder whose sync fails, or whose handle does not close, has the
        // new name already: whole, but not known to be durable.
        const bool renamed = Bytes().size() > 1'000;
        EXPECT_TRUE(written.code() == code || (renamed && step == "close"));
        EXPECT_EQ(*Read(), renamed ? sections_ : before);
        EXPECT_THAT(Files(), ElementsAre("one.snapshot"));
        if (renamed) {
          EXPECT_TRUE(step == "sync" || step == "open" || step == "close");
        }
      }
    }
  }
  EXPECT_GT(faults, 30);
}

TEST_F(SnapshotFileTest, ShortWritesAreContinued) {
  FileCalls calls;
  calls.write = [](int file, const void* data, size_t size) {
    return ::write(file, data, std::min<size_t>(size, 7));
  };
  ASSERT_OK(Write(sections_, calls));
  EXPECT_EQ(*Read(), sections_);
}

}  // namespace
}  // namespace mi::storage
