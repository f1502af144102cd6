#include "engine/storage/file_error.h"

#include <cerrno>
#include <chrono>
#include <string>
#include <system_error>

#include "engine/base/error.h"
#include "engine/storage/data_loss.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

constexpr std::chrono::milliseconds kRetryWhenFull{30'000};

}  // namespace

absl::Status FileError(std::string_view subject, std::string_view action,
                       const std::filesystem::path& path, int error) {
  const std::string text =
      fmt::format("{}: cannot {} '{}': {}", subject, action, path.string(),
                  std::generic_category().message(error));
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return RetryLater(absl::StatusCode::kResourceExhausted, Reason::kDiskFull,
                        text, kRetryWhenFull);
    case EIO:
      return DataLoss(text);
    case ENOENT:
      return absl::NotFoundError(text);
    default:
      return absl::FailedPreconditionError(text);
  }
}

}  // namespace mi::storage
