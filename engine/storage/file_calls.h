// The calls that make a file durable, so that tests can make each of them fail.

#ifndef MI_ENGINE_STORAGE_FILE_CALLS_H_
#define MI_ENGINE_STORAGE_FILE_CALLS_H_

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdio>
#include <functional>

namespace mi::storage {

// As in POSIX: -1 and errno where they fail. The defaults are the real ones.
struct FileCalls {
  std::function<int(const char*, int, mode_t)> open =
      [](const char* path, int flags, mode_t mode) {
        return ::open(path, flags, mode);
      };
  std::function<ssize_t(int, const void*, size_t)> write = ::write;
  std::function<int(int)> sync = ::fsync;
  std::function<int(int)> close = ::close;
  std::function<int(const char*, const char*)> rename = ::rename;
};

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_FILE_CALLS_H_
