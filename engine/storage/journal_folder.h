// The folder that an embedded journal has to itself.

#ifndef MI_ENGINE_STORAGE_JOURNAL_FOLDER_H_
#define MI_ENGINE_STORAGE_JOURNAL_FOLDER_H_

#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::storage {

// A folder that exists durably and that nobody else, in this process or
// another, has open until this object is destroyed. Thread-compatible.
class JournalFolder {
 public:
  // Creates what is missing of `path`, readable by its owner only.
  //
  // Errors: FAILED_PRECONDITION when the folder is in use or cannot be written;
  // RESOURCE_EXHAUSTED (Reason::kDiskFull) when there is no space for it.
  static absl::StatusOr<JournalFolder> Open(const std::filesystem::path& path);

  ~JournalFolder();
  JournalFolder(JournalFolder&& other) noexcept
      : path_(std::move(other.path_)),
        lock_(std::exchange(other.lock_, kNoFile)) {}
  JournalFolder& operator=(JournalFolder&&) = delete;

  std::filesystem::path File(const char* name) const { return path_ / name; }

  // Makes the creation of files in the folder durable: without it a power cut
  // may leave a file without a name.
  absl::Status Sync() const;

 private:
  static constexpr int kNoFile = -1;

  JournalFolder(std::filesystem::path path, int lock)
      : path_(std::move(path)), lock_(lock) {}

  std::filesystem::path path_;
  int lock_;  // of the locked file; closing it unlocks
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_JOURNAL_FOLDER_H_
