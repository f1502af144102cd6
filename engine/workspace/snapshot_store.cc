#include "engine/workspace/snapshot_store.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/durable_file.h"
#include "engine/storage/file_error.h"
#include "engine/storage/folders.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

namespace fs = std::filesystem;

constexpr char kSnapshotExtension[] = ".snapshot";
constexpr char kManifestExtension[] = ".json";
constexpr char kPartialExtension[] = ".partial";

absl::Status FolderError(std::string_view action, const fs::path& path,
                         const std::error_code& error) {
  return storage::FileError("snapshots", action, path, error.value());
}

// All files of a folder; none where there is no folder.
absl::StatusOr<std::vector<fs::path>> FilesOf(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator file(folder, error);
  while (!error && file != fs::directory_iterator()) {
    files.push_back(file->path());
    file.increment(error);
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return FolderError("read", folder, error);
  }
  return files;
}

std::optional<SnapshotInfo> ReadManifest(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto info = FromManifest(text);
  if (!info.has_value() || info->name != path.stem()) return std::nullopt;
  fs::path data = path;
  data.replace_extension(kSnapshotExtension);
  std::error_code error;
  info->complete = fs::file_size(data, error) == info->bytes && !error;
  return info;
}

bool IsNewer(const SnapshotInfo& a, const SnapshotInfo& b) {
  return std::tie(a.created, a.position.sequence, a.name) >
         std::tie(b.created, b.position.sequence, b.name);
}

// Reports how many bytes of `all` were dealt with.
storage::OnBytes Towards(uint64_t all, Progress& progress) {
  return [all, &progress](uint64_t bytes) {
    return progress.At(
        all == 0 ? 1 : static_cast<double>(bytes) / static_cast<double>(all));
  };
}

}  // namespace

fs::path SnapshotStore::PathOf(std::string_view name) const {
  return options_.folder / (std::string(name) + kSnapshotExtension);
}

absl::StatusOr<std::vector<SnapshotInfo>> SnapshotStore::List() const {
  std::vector<SnapshotInfo> found;
  if (!enabled()) return found;
  ASSIGN_OR_RETURN(const auto files, FilesOf(options_.folder));
  for (const fs::path& file : files) {
    if (file.extension() != kManifestExtension) continue;
    if (auto info = ReadManifest(file)) found.push_back(*std::move(info));
  }
  std::sort(found.begin(), found.end(), IsNewer);
  return found;
}

absl::StatusOr<SnapshotInfo> SnapshotStore::Find(std::string_view name) const {
  if (!IsSnapshotName(name)) {
    return InvalidField("name",
                        "a snapshot's name is 20 digits, a hyphen and 8 "
                        "hexadecimal digits, as ListSnapshots gives it");
  }
  fs::path manifest = PathOf(name);
  manifest.replace_extension(kManifestExtension);
  if (enabled()) {
    if (auto info = ReadManifest(manifest)) return *std::move(info);
  }
  return ResourceError(absl::StatusCode::kNotFound, Reason::kSnapshotNotFound,
                       "snapshot", name,
                       fmt::format("there is no snapshot '{}'", name));
}

absl::StatusOr<SnapshotInfo> SnapshotStore::Write(
    SnapshotInfo info, uint64_t bytes, Progress& progress,
    absl::FunctionRef<absl::Status(storage::SnapshotWriter&)> write) {
  if (!enabled()) {
    return absl::FailedPreconditionError(
        "the server has no folder for snapshots");
  }
  // The journal will be cut on the strength of what lies there: the folder has
  // to survive, too. A bucket has none to sync.
  std::error_code error;
  if (options_.bucket) {
    fs::create_directories(options_.folder, error);
    if (error) return FolderError("create", options_.folder, error);
  } else {
    RETURN_IF_ERROR(storage::CreateFolders(
        "snapshots", fs::absolute(options_.folder).lexically_normal()));
  }
  info.name = SnapshotName(info.position, info.created);
  const fs::path path = PathOf(info.name);
  progress.Begin("writing", 0.6);
  {
    ASSIGN_OR_RETURN(const auto file, storage::SnapshotWriter::Create(
                                          path, ToHeader(info),
                                          {.rename = !options_.bucket,
                                           .on_bytes = Towards(bytes, progress),
                                           .calls = options_.calls}));
    RETURN_IF_ERROR(write(*file));
    RETURN_IF_ERROR(file->Finish());
    info.bytes = file->bytes();
    info.sha256 = file->sha256();
  }
  // What the disk gives back is what was written: only then may an older one
  // go.
  progress.Begin("reading back", 1);
  absl::Status verified = Open(info, progress).status();
  if (verified.ok()) verified = WriteManifest(info);
  if (!verified.ok()) {
    fs::remove(path, error);
    return verified;
  }
  (void)progress.At(1);  // too late to stop
  return info;
}

absl::StatusOr<std::unique_ptr<storage::SnapshotReader>> SnapshotStore::Open(
    const SnapshotInfo& info, Progress& progress) const {
  ASSIGN_OR_RETURN(auto snapshot,
                   storage::SnapshotReader::Open(
                       PathOf(info.name), Towards(info.bytes, progress)));
  if (snapshot->header().position != info.position ||
      snapshot->sha256() != info.sha256) {
    return storage::DataLoss(
        fmt::format("snapshot: '{}' is not what its manifest says", info.name));
  }
  return snapshot;
}

absl::Status SnapshotStore::WriteManifest(const SnapshotInfo& info) {
  fs::path path = PathOf(info.name);
  path.replace_extension(kManifestExtension);
  return storage::WriteDurableFile(path, ToManifest(info), !options_.bucket,
                                   options_.calls);
}

absl::Status SnapshotStore::Remove(const SnapshotInfo& info) {
  // The manifest first: what is left after a crash is a whole snapshot that is
  // found again, never a manifest without one.
  fs::path manifest = PathOf(info.name);
  manifest.replace_extension(kManifestExtension);
  for (const fs::path& path : {manifest, PathOf(info.name)}) {
    std::error_code error;
    fs::remove(path, error);
    if (error) return FolderError("remove", path, error);
  }
  return absl::OkStatus();
}

absl::Status SnapshotStore::Adopt(const std::string& name) {
  ASSIGN_OR_RETURN(const auto snapshot,
                   storage::SnapshotReader::Open(PathOf(name)));
  auto info = FromHeader(snapshot->header());
  if (!info.has_value()) {
    return storage::DataLoss("snapshot: its header is of another kind");
  }
  std::error_code error;
  info->name = name;
  info->sha256 = snapshot->sha256();
  info->bytes = fs::file_size(PathOf(name), error);
  return WriteManifest(*info);
}

std::vector<std::string> SnapshotStore::TidyUp() {
  std::vector<std::string> unusable;
  const auto files = FilesOf(options_.folder);
  if (!files.ok()) return {std::string(files.status().message())};
  for (const fs::path& file : *files) {
    std::error_code error;  // what cannot be removed harms nobody
    if (file.extension() == kPartialExtension &&
        IsSnapshotName(file.stem().stem().string())) {
      fs::remove(file, error);
    }
    if (file.extension() != kSnapshotExtension ||
        !IsSnapshotName(file.stem().string())) {
      continue;
    }
    fs::path manifest = file;
    manifest.replace_extension(kManifestExtension);
    if (fs::exists(manifest, error)) continue;
    const absl::Status adopted = Adopt(file.stem().string());
    if (!adopted.ok()) unusable.emplace_back(adopted.message());
  }
  return unusable;
}

}  // namespace mi::workspace
