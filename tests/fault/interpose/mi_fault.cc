// Stands between a program and the calls by which it makes files durable, when
// it is loaded with LD_PRELOAD. Only calls on files in one folder are counted
// and touched; sockets, logs and /proc are not.
//
// Environment:
//   MI_FAULT_FOLDER  the folder, absolute and without symbolic links
//   MI_FAULT_REPORT  a file that gets a line for each counted call: its number,
//                    its kind and the path
//   MI_FAULT_NOSYNC  any value: a sync says that it is done, and does nothing
//   MI_FAULT_AT      the number, from 1, of the call that meets the action
//   MI_FAULT_ACTION  kill    the process kills itself before the call
//                    torn    a write writes its first half, in whole sectors as
//                            disks do, then as kill
//                    short   a write writes its first half and says so
//                    drop    a write says that it is done, and does nothing
//                    eio     the call fails with EIO
//                    enospc  the call fails with ENOSPC
//   MI_FAULT_ON      any value: the later calls meet the action, too

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

namespace {

enum class Kind { kOpen, kWrite, kSync, kRename, kUnlink, kTruncate };
enum class Action { kNone, kKill, kTorn, kShort, kDrop, kEio, kEnospc };

constexpr const char* kKindNames[] = {"open",   "write",  "sync",
                                      "rename", "unlink", "truncate"};
constexpr int kNoFile = -1;
constexpr size_t kSectorBytes = 512;

std::string_view Setting(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

Action ActionNamed(std::string_view name) {
  if (name == "kill") return Action::kKill;
  if (name == "torn") return Action::kTorn;
  if (name == "short") return Action::kShort;
  if (name == "drop") return Action::kDrop;
  if (name == "eio") return Action::kEio;
  if (name == "enospc") return Action::kEnospc;
  return Action::kNone;
}

// The system's own call, without passing here again.
int OpenReport(std::string_view path) {
  if (path.empty()) return kNoFile;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path.data(),
                                  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                                  S_IRUSR | S_IWUSR));
}

struct Settings {
  std::string_view folder = Setting("MI_FAULT_FOLDER");
  int report = OpenReport(Setting("MI_FAULT_REPORT"));
  bool no_sync = !Setting("MI_FAULT_NOSYNC").empty();
  uint64_t at = strtoull(
      Setting("MI_FAULT_AT").empty() ? "0" : Setting("MI_FAULT_AT").data(),
      nullptr, 10);
  Action action = ActionNamed(Setting("MI_FAULT_ACTION"));
  bool later_too = !Setting("MI_FAULT_ON").empty();
};

const Settings& GetSettings() {
  static const Settings settings;
  return settings;
}

// A path that may be relative, or that of an open file.
class Path {
 public:
  explicit Path(int file) {
    char link[32];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
    const ssize_t size = readlink(link, text_, sizeof(text_) - 1);
    text_[size < 0 ? 0 : size] = '\0';
  }
  Path(int folder, const char* path) {
    if (path[0] == '/') {
      snprintf(text_, sizeof(text_), "%s", path);
      return;
    }
    const Path parent = folder == AT_FDCWD ? WorkingFolder() : Path(folder);
    const int size =
        snprintf(text_, sizeof(text_), "%s/%s", parent.text_, path);
    if (size >= static_cast<int>(sizeof(text_))) text_[0] = '\0';
  }

  bool IsIn(std::string_view folder) const {
    const std::string_view path = text_;
    return !folder.empty() && path.starts_with(folder) &&
           (path.size() == folder.size() || path[folder.size()] == '/');
  }
  const char* text() const { return text_; }

 private:
  Path() = default;
  static Path WorkingFolder() {
    Path path;
    if (getcwd(path.text_, sizeof(path.text_)) == nullptr) path.text_[0] = '\0';
    return path;
  }

  char text_[PATH_MAX] = "";
};

void Report(uint64_t number, Kind kind, const Path& path) {
  char line[PATH_MAX + 64];
  const int size = snprintf(line, sizeof(line), "%llu %s %s\n",
                            static_cast<unsigned long long>(number),
                            kKindNames[static_cast<int>(kind)], path.text());
  // One call, so that lines of several threads do not mix. A report that cannot
  // be written is missed by the test that reads it.
  (void)!syscall(SYS_write, GetSettings().report, line,
                 static_cast<size_t>(size));
}

// On a full disk files still get shorter, and are synced and removed.
bool IsMetLater(Action action, Kind kind) {
  return action != Action::kEnospc || kind == Kind::kOpen ||
         kind == Kind::kWrite;
}

[[noreturn]] void KillSelf() {
  while (true) kill(getpid(), SIGKILL);
}

// Counts the call and says what is to happen to it. Does not return when the
// process is to end before it.
Action Meet(Kind kind, const Path& path) {
  static std::atomic<uint64_t> calls{0};
  const int error = errno;
  const Settings& settings = GetSettings();
  if (!path.IsIn(settings.folder)) return Action::kNone;
  const uint64_t number = ++calls;
  if (settings.report != kNoFile) Report(number, kind, path);
  errno = error;
  const bool later = settings.later_too && number > settings.at &&
                     IsMetLater(settings.action, kind);
  if (settings.at == 0 || (number != settings.at && !later)) {
    return Action::kNone;
  }
  if (settings.action == Action::kKill) KillSelf();
  return settings.action;
}

bool Refuses(Action action) {
  if (action == Action::kEio) errno = EIO;
  if (action == Action::kEnospc) errno = ENOSPC;
  return action == Action::kEio || action == Action::kEnospc;
}

// The next definition of `name`: that of the C library.
template <typename Function>
Function* Real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

// `real` writes as many of the bytes as it is told to.
template <typename Write>
ssize_t WriteOr(int file, size_t size, Write&& real) {
  const Action action = Meet(Kind::kWrite, Path(file));
  if (Refuses(action)) return -1;
  if (action == Action::kDrop) return static_cast<ssize_t>(size);
  if (action == Action::kShort) return real((size + 1) / 2);
  if (action != Action::kTorn) return real(size);
  const size_t sectors = size / 2 / kSectorBytes;
  if (sectors > 0) (void)real(sectors * kSectorBytes);
  KillSelf();
}

template <typename Sync>
int SyncOr(int file, Sync&& real) {
  const Path path(file);
  if (Refuses(Meet(Kind::kSync, path))) return -1;
  const Settings& settings = GetSettings();
  if (settings.no_sync && path.IsIn(settings.folder)) return 0;
  return real();
}

template <typename Open>
int OpenOr(int folder, const char* path, int flags, Open&& real) {
  if ((flags & O_CREAT) != 0 && Refuses(Meet(Kind::kOpen, {folder, path}))) {
    return -1;
  }
  return real();
}

template <typename Call>
int CallOr(Kind kind, const Path& path, Call&& real) {
  return Refuses(Meet(kind, path)) ? -1 : real();
}

// The mode is there only when a file may be created.
mode_t ModeOf(int flags, va_list arguments) {
  const bool creates =
      (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return creates ? va_arg(arguments, mode_t) : 0;
}

using OpenFunction = int(const char*, int, ...);
using OpenAtFunction = int(int, const char*, int, ...);

int OpenNamed(const char* name, const char* path, int flags, mode_t mode) {
  return OpenOr(AT_FDCWD, path, flags,
                [&] { return Real<OpenFunction>(name)(path, flags, mode); });
}

int OpenAtNamed(const char* name, int folder, const char* path, int flags,
                mode_t mode) {
  return OpenOr(folder, path, flags, [&] {
    return Real<OpenAtFunction>(name)(folder, path, flags, mode);
  });
}

}  // namespace

// The C library's declarations name parameters in their own way.
// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenNamed("open", path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenNamed("open64", path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAtNamed("openat", folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return OpenAtNamed("openat64", folder, path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  return WriteOr(file, size, [=](size_t some) {
    static auto* const real = Real<decltype(write)>("write");
    return real(file, bytes, some);
  });
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  return WriteOr(file, size, [=](size_t some) {
    static auto* const real = Real<decltype(pwrite)>("pwrite");
    return real(file, bytes, some, offset);
  });
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t offset) {
  return WriteOr(file, size, [=](size_t some) {
    static auto* const real = Real<decltype(pwrite64)>("pwrite64");
    return real(file, bytes, some, offset);
  });
}

int fsync(int file) {
  return SyncOr(file, [=] { return Real<decltype(fsync)>("fsync")(file); });
}

int fdatasync(int file) {
  return SyncOr(file,
                [=] { return Real<decltype(fdatasync)>("fdatasync")(file); });
}

int rename(const char* from, const char* to) noexcept {
  return CallOr(Kind::kRename, {AT_FDCWD, to}, [=] {
    return Real<int(const char*, const char*)>("rename")(from, to);
  });
}

int unlink(const char* path) noexcept {
  return CallOr(Kind::kUnlink, {AT_FDCWD, path},
                [=] { return Real<int(const char*)>("unlink")(path); });
}

// What std::filesystem::remove calls.
int remove(const char* path) noexcept {
  return CallOr(Kind::kUnlink, {AT_FDCWD, path},
                [=] { return Real<int(const char*)>("remove")(path); });
}

int ftruncate(int file, off_t size) noexcept {
  return CallOr(Kind::kTruncate, Path(file),
                [=] { return Real<int(int, off_t)>("ftruncate")(file, size); });
}

int ftruncate64(int file, off64_t size) noexcept {
  return CallOr(Kind::kTruncate, Path(file), [=] {
    return Real<int(int, off64_t)>("ftruncate64")(file, size);
  });
}

}  // extern "C"
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
