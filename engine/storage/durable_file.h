// A file that is there as a whole, durably, or not at all.

#ifndef MI_ENGINE_STORAGE_DURABLE_FILE_H_
#define MI_ENGINE_STORAGE_DURABLE_FILE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/storage/file_calls.h"

namespace mi::storage {

// Writes a file. Until it is complete and durable its name has ".partial"
// behind it; the destructor removes what was not completed. Thread-compatible.
class DurableFile {
 public:
  // With `rename` false the file is made under its own name, for where files
  // cannot be renamed, as in a bucket that is mounted: it can be met there
  // before it is complete.
  //
  // Errors, of all calls: RESOURCE_EXHAUSTED (Reason::kDiskFull) without space;
  // FAILED_PRECONDITION where the file cannot be made; DATA_LOSS for an error
  // of the device.
  static absl::StatusOr<std::unique_ptr<DurableFile>> Create(
      const std::filesystem::path& path, bool rename, FileCalls calls);
  ~DurableFile();

  DurableFile(const DurableFile&) = delete;
  DurableFile& operator=(const DurableFile&) = delete;

  absl::Status Write(std::string_view bytes);

  // When this returns OK, the file survives a crash of the machine.
  absl::Status Finish();

  // Written so far.
  uint64_t bytes() const { return bytes_; }

 private:
  static constexpr int kNoFile = -1;

  DurableFile(const std::filesystem::path& path, bool rename, FileCalls calls);

  absl::Status Fail(std::string_view action) const;
  absl::Status SyncFolder() const;

  const std::filesystem::path path_;
  const std::filesystem::path partial_;  // path_ itself where none is renamed
  const FileCalls calls_;
  int file_ = kNoFile;
  bool created_ = false;
  bool finished_ = false;
  uint64_t bytes_ = 0;
};

// The same for bytes that are there already.
absl::Status WriteDurableFile(const std::filesystem::path& path,
                              std::string_view bytes, bool rename,
                              const FileCalls& calls);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_DURABLE_FILE_H_
