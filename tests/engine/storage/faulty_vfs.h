// An SQLite file layer that fails when told to, and that knows whether what was
// written has been synced.

#ifndef MI_TESTS_ENGINE_STORAGE_FAULTY_VFS_H_
#define MI_TESTS_ENGINE_STORAGE_FAULTY_VFS_H_

#include <cstddef>

namespace mi::storage {

// While it lives, every database that is opened goes through it. One at a time;
// the databases must be closed before it ends. Thread-compatible.
class FaultyVfs {
 public:
  enum class Fault {
    kNone,
    kWriteNoSpace,
    kWriteError,
    kShortWrite,  // half of it, then no space
    kSyncError,
    kCheckpointSyncError,  // of the database itself, not of its log
  };

  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  // Lets the operation that `fault` is about go well `after` times, then fail;
  // with `persistent` it fails from then on, else once.
  void FailAfter(Fault fault, size_t after, bool persistent);
  void Heal();

  // Whether the fault has happened since FailAfter.
  bool failed() const;
  // Whether the write-ahead log has writes that no sync followed.
  bool log_is_dirty() const;
  // Writes to any file, so far.
  size_t writes() const;
};

}  // namespace mi::storage

#endif  // MI_TESTS_ENGINE_STORAGE_FAULTY_VFS_H_
