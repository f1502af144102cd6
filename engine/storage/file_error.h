// What an error of a file means to whoever wanted to write it.

#ifndef MI_ENGINE_STORAGE_FILE_ERROR_H_
#define MI_ENGINE_STORAGE_FILE_ERROR_H_

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"

namespace mi::storage {

// "journal: cannot sync '...': Input/output error". `error` is an errno: no
// space is RESOURCE_EXHAUSTED with Reason::kDiskFull, an I/O error DATA_LOSS,
// no such file NOT_FOUND, everything else FAILED_PRECONDITION.
absl::Status FileError(std::string_view subject, std::string_view action,
                       const std::filesystem::path& path, int error);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_FILE_ERROR_H_
