// A snapshot: named sections of bytes in one file that is either whole and
// right, or refused. What stands in the sections is not known here.

#ifndef MI_ENGINE_STORAGE_SNAPSHOT_FILE_H_
#define MI_ENGINE_STORAGE_SNAPSHOT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/base/codec.h"
#include "engine/storage/file_calls.h"
#include "engine/storage/journal.h"

namespace mi::storage {

struct SnapshotHeader {
  std::string creator;  // program and version, for whoever reads the file later
  Position position;    // the journal's, whose state this is
  TimeMicros created = 0;
  // What else its owner says of it, as name and value.
  std::vector<std::pair<std::string, std::string>> facts;

  friend bool operator==(const SnapshotHeader&,
                         const SnapshotHeader&) = default;
};

// Told how many bytes were written or read so far; an error ends the work.
using OnBytes = std::function<absl::Status(uint64_t bytes)>;

struct SnapshotWriterOptions {
  // Where files cannot be renamed, as in a bucket that is mounted, the file is
  // made under its own name: it can be met there before it is complete, and
  // only what is written afterwards can say that it is.
  bool rename = true;
  OnBytes on_bytes;  // may be empty
  FileCalls calls;
};

// Writes one snapshot. Until it is complete and durable it is a file with
// ".partial" behind the name, unless the options say otherwise; the destructor
// removes what was not completed. Thread-compatible.
class SnapshotWriter {
 public:
  // Errors, of all calls: RESOURCE_EXHAUSTED (Reason::kDiskFull) without space;
  // FAILED_PRECONDITION where the file cannot be made; DATA_LOSS for an error
  // of the device. After the first one every call returns it.
  static absl::StatusOr<std::unique_ptr<SnapshotWriter>> Create(
      const std::filesystem::path& path, const SnapshotHeader& header,
      SnapshotWriterOptions options = {});
  ~SnapshotWriter();

  SnapshotWriter(const SnapshotWriter&) = delete;
  SnapshotWriter& operator=(const SnapshotWriter&) = delete;

  // Adds a section with what `write` writes; names must differ. Streams: about
  // a mebibyte is buffered.
  absl::Status AddSection(std::string_view name,
                          absl::FunctionRef<void(Writer&)> write);

  // Completes the file. When this returns OK, it survives a crash of the
  // machine.
  absl::Status Finish();

  uint64_t bytes() const;
  // Of a finished file: its hash, in hexadecimal.
  std::string sha256() const;

 private:
  struct State;
  explicit SnapshotWriter(std::unique_ptr<State> state);

  const std::unique_ptr<State> state_;
};

// A snapshot that was checked from the first byte to the last: its hash fits.
// Thread-safe.
class SnapshotReader {
 public:
  // Maps the file and reads all of it once, at about the speed of SHA-256.
  //
  // Errors, beside those of `on_bytes`:
  //   NOT_FOUND            there is no such file
  //   FAILED_PRECONDITION  it is no snapshot, or of a newer format
  //   DATA_LOSS            it is damaged or incomplete
  static absl::StatusOr<std::unique_ptr<SnapshotReader>> Open(
      const std::filesystem::path& path, const OnBytes& on_bytes = {});
  ~SnapshotReader();

  SnapshotReader(const SnapshotReader&) = delete;
  SnapshotReader& operator=(const SnapshotReader&) = delete;

  const SnapshotHeader& header() const { return header_; }
  // Its hash, in hexadecimal.
  std::string sha256() const;
  std::vector<std::string> section_names() const;
  // Valid as long as the reader. Errors: DATA_LOSS when there is none with this
  // name.
  absl::StatusOr<std::string_view> Section(std::string_view name) const;

 private:
  struct Mapping;
  struct NamedBytes {
    std::string name;
    std::string_view bytes;
  };
  SnapshotReader(std::unique_ptr<Mapping> mapping, SnapshotHeader header,
                 std::vector<NamedBytes> sections);

  const std::unique_ptr<Mapping> mapping_;
  const SnapshotHeader header_;
  const std::vector<NamedBytes> sections_;
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_SNAPSHOT_FILE_H_
