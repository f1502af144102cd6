// Folders that survive a crash of the machine.

#ifndef MI_ENGINE_STORAGE_FOLDERS_H_
#define MI_ENGINE_STORAGE_FOLDERS_H_

#include <filesystem>
#include <string_view>

#include "absl/status/status.h"

namespace mi::storage {

// `subject` begins the message of an error; errors are those of FileError.

// Makes the names of the files in a folder durable.
absl::Status SyncFolder(std::string_view subject,
                        const std::filesystem::path& path);

// Creates what is missing of an absolute path, readable by its owner only.
// Every folder that it creates is synced into its parent: without that a power
// cut may take it with everything in it.
absl::Status CreateFolders(std::string_view subject,
                           const std::filesystem::path& path);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_FOLDERS_H_
