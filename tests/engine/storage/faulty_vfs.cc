#include "tests/engine/storage/faulty_vfs.h"

#include <sqlite3.h>

#include "gtest/gtest.h"

namespace mi::storage {
namespace {

// SQLite's interface is C, so the state is one for the program.
struct State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs vfs = {};
  FaultyVfs::Fault fault = FaultyVfs::Fault::kNone;
  size_t remaining = 0;
  bool persistent = false;
  bool failed = false;
  bool log_is_dirty = false;
  size_t writes = 0;
};

State& TheState() {
  static State state;
  return state;
}

// Ours, with the real file behind it in the same allocation.
struct File {
  sqlite3_file base;
  bool is_log;
};

sqlite3_file* Real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

bool ShouldFail(bool concerned) {
  State& state = TheState();
  if (!concerned || (state.failed && !state.persistent)) return false;
  if (state.remaining > 0) {
    --state.remaining;
    return false;
  }
  state.failed = true;
  return true;
}

bool IsWriteFault(FaultyVfs::Fault fault) {
  return fault == FaultyVfs::Fault::kWriteNoSpace ||
         fault == FaultyVfs::Fault::kWriteError ||
         fault == FaultyVfs::Fault::kShortWrite;
}

bool IsSyncFault(FaultyVfs::Fault fault, bool is_log) {
  return fault == FaultyVfs::Fault::kSyncError ||
         (fault == FaultyVfs::Fault::kCheckpointSyncError && !is_log);
}

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  State& state = TheState();
  ++state.writes;
  if (reinterpret_cast<File*>(file)->is_log) state.log_is_dirty = true;
  sqlite3_file* real = Real(file);
  if (!ShouldFail(IsWriteFault(state.fault))) {
    return real->pMethods->xWrite(real, data, size, at);
  }
  switch (state.fault) {
    case FaultyVfs::Fault::kShortWrite:
      real->pMethods->xWrite(real, data, size / 2, at);
      return SQLITE_FULL;
    case FaultyVfs::Fault::kWriteNoSpace:
      return SQLITE_FULL;
    default:
      return SQLITE_IOERR_WRITE;
  }
}

int Sync(sqlite3_file* file, int flags) {
  State& state = TheState();
  const bool is_log = reinterpret_cast<File*>(file)->is_log;
  if (ShouldFail(IsSyncFault(state.fault, is_log))) return SQLITE_IOERR_FSYNC;
  const int code = Real(file)->pMethods->xSync(Real(file), flags);
  if (code == SQLITE_OK && is_log) state.log_is_dirty = false;
  return code;
}

int Close(sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); }
int Read(sqlite3_file* f, void* data, int size, sqlite3_int64 at) {
  return Real(f)->pMethods->xRead(Real(f), data, size, at);
}
int Truncate(sqlite3_file* f, sqlite3_int64 size) {
  return Real(f)->pMethods->xTruncate(Real(f), size);
}
int FileSize(sqlite3_file* f, sqlite3_int64* size) {
  return Real(f)->pMethods->xFileSize(Real(f), size);
}
int Lock(sqlite3_file* f, int level) {
  return Real(f)->pMethods->xLock(Real(f), level);
}
int Unlock(sqlite3_file* f, int level) {
  return Real(f)->pMethods->xUnlock(Real(f), level);
}
int CheckReservedLock(sqlite3_file* f, int* result) {
  return Real(f)->pMethods->xCheckReservedLock(Real(f), result);
}
int FileControl(sqlite3_file* f, int op, void* argument) {
  return Real(f)->pMethods->xFileControl(Real(f), op, argument);
}
int SectorSize(sqlite3_file* f) {
  return Real(f)->pMethods->xSectorSize(Real(f));
}
int DeviceCharacteristics(sqlite3_file* f) {
  return Real(f)->pMethods->xDeviceCharacteristics(Real(f));
}
int ShmMap(sqlite3_file* f, int page, int size, int extend,
           void volatile** memory) {
  return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, memory);
}
int ShmLock(sqlite3_file* f, int offset, int n, int flags) {
  return Real(f)->pMethods->xShmLock(Real(f), offset, n, flags);
}
void ShmBarrier(sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); }
int ShmUnmap(sqlite3_file* f, int remove) {
  return Real(f)->pMethods->xShmUnmap(Real(f), remove);
}

constexpr sqlite3_io_methods kMethods = {
    .iVersion = 2,  // without memory-mapped files
    .xClose = Close,
    .xRead = Read,
    .xWrite = Write,
    .xTruncate = Truncate,
    .xSync = Sync,
    .xFileSize = FileSize,
    .xLock = Lock,
    .xUnlock = Unlock,
    .xCheckReservedLock = CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = ShmMap,
    .xShmLock = ShmLock,
    .xShmBarrier = ShmBarrier,
    .xShmUnmap = ShmUnmap,
};

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags,
         int* out_flags) {
  auto* ours = reinterpret_cast<File*>(file);
  ours->is_log = (flags & SQLITE_OPEN_WAL) != 0;
  sqlite3_vfs* real = TheState().real;
  const int code = real->xOpen(real, name, Real(file), flags, out_flags);
  ours->base.pMethods = Real(file)->pMethods == nullptr ? nullptr : &kMethods;
  return code;
}

}  // namespace

FaultyVfs::FaultyVfs() {
  State& state = TheState();
  EXPECT_EQ(state.real, nullptr) << "one at a time";
  state = State();
  state.real = sqlite3_vfs_find(nullptr);
  // Whatever is not about an open file is the real layer's, which does not look
  // at the vfs that it is called with.
  state.vfs = *state.real;
  state.vfs.zName = "faulty";
  state.vfs.pNext = nullptr;
  state.vfs.szOsFile = static_cast<int>(sizeof(File)) + state.real->szOsFile;
  state.vfs.xOpen = Open;
  EXPECT_EQ(sqlite3_vfs_register(&state.vfs, /*makeDflt=*/1), SQLITE_OK);
}

FaultyVfs::~FaultyVfs() {
  State& state = TheState();
  sqlite3_vfs_unregister(&state.vfs);
  sqlite3_vfs_register(state.real, /*makeDflt=*/1);
  state.real = nullptr;
}

void FaultyVfs::FailAfter(Fault fault, size_t after, bool persistent) {
  State& state = TheState();
  state.fault = fault;
  state.remaining = after;
  state.persistent = persistent;
  state.failed = false;
}

void FaultyVfs::Heal() { TheState().fault = Fault::kNone; }
bool FaultyVfs::failed() const { return TheState().failed; }
bool FaultyVfs::log_is_dirty() const { return TheState().log_is_dirty; }
size_t FaultyVfs::writes() const { return TheState().writes; }

}  // namespace mi::storage
