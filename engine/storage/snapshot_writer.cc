#include <cerrno>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status_macros.h"
#include "engine/storage/crc32c.h"
#include "engine/storage/file_error.h"
#include "engine/storage/snapshot_file.h"
#include "engine/storage/snapshot_format.h"
#include "fmt/format.h"

namespace mi::storage {

using internal::SectionEntry;

struct SnapshotWriter::State {
  static constexpr int kNoFile = -1;

  std::filesystem::path path;
  std::filesystem::path partial;
  FileCalls calls;
  int file = kNoFile;
  bool finished = false;
  absl::Status status;
  uint64_t offset = 0;
  internal::Sha256 hash;
  std::vector<SectionEntry> sections;
  absl::flat_hash_set<std::string> names;

  ~State() {
    if (file != kNoFile) calls.close(file);
    std::error_code ignored;  // a leftover harms nobody: nothing reads it
    if (!finished) std::filesystem::remove(partial, ignored);
  }

  absl::Status Fail(std::string_view action) {
    status = FileError("snapshot", action, partial, errno);
    return status;
  }

  // Writes all of `bytes`, whatever the system takes at once.
  absl::Status WriteAll(std::string_view bytes) {
    RETURN_IF_ERROR(status);
    while (!bytes.empty()) {
      const ssize_t written = calls.write(file, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return Fail("write");
      bytes.remove_prefix(static_cast<size_t>(written));
      offset += static_cast<uint64_t>(written);
    }
    return absl::OkStatus();
  }

  absl::Status Append(std::string_view bytes) {
    hash.Update(bytes);
    return WriteAll(bytes);
  }

  absl::Status Align() {
    const uint64_t beyond = offset % internal::kSectionAlignment;
    if (beyond == 0) return absl::OkStatus();
    return Append(std::string(internal::kSectionAlignment - beyond, '\0'));
  }

  absl::Status SyncFolder() {
    const std::filesystem::path folder = path.parent_path();
    const int opened =
        calls.open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
    if (opened < 0) return Fail("open the folder of");
    const int synced = calls.sync(opened);
    const int error = errno;
    calls.close(opened);
    errno = error;
    return synced == 0 ? absl::OkStatus() : Fail("sync the folder of");
  }
};

SnapshotWriter::SnapshotWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

SnapshotWriter::~SnapshotWriter() = default;

uint64_t SnapshotWriter::bytes() const { return state_->offset; }

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::Create(
    const std::filesystem::path& path, const SnapshotHeader& header,
    FileCalls calls) {
  auto state = std::make_unique<State>();
  state->path = std::filesystem::absolute(path);
  state->partial = state->path;
  state->partial += ".partial";
  state->calls = std::move(calls);
  state->file = state->calls.open(state->partial.c_str(),
                                  O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                  S_IRUSR | S_IWUSR);
  if (state->file < 0) return state->Fail("create");
  Writer encoded;
  internal::WriteHeader(header, encoded);
  const std::string body = std::move(encoded).Take();
  Writer prefix;
  prefix.Fixed32(internal::kSnapshotFormat);
  prefix.Fixed32(static_cast<uint32_t>(body.size()));
  RETURN_IF_ERROR(state->Append(internal::kSnapshotMagic));
  RETURN_IF_ERROR(state->Append(std::move(prefix).Take()));
  RETURN_IF_ERROR(state->Append(body));
  return std::unique_ptr<SnapshotWriter>(new SnapshotWriter(std::move(state)));
}

absl::Status SnapshotWriter::AddSection(
    std::string_view name, absl::FunctionRef<void(Writer&)> write) {
  State& state = *state_;
  RETURN_IF_ERROR(state.status);
  if (!state.names.emplace(name).second) {
    return absl::InternalError(fmt::format("two sections '{}'", name));
  }
  RETURN_IF_ERROR(state.Align());
  SectionEntry entry{.name = std::string(name), .offset = state.offset};
  Writer writer([&](std::string_view bytes) {
    entry.checksum = Crc32c(bytes, entry.checksum);
    return state.Append(bytes);
  });
  write(writer);
  RETURN_IF_ERROR(writer.Finish());
  entry.length = state.offset - entry.offset;
  state.sections.push_back(std::move(entry));
  return absl::OkStatus();
}

absl::Status SnapshotWriter::Finish() {
  State& state = *state_;
  RETURN_IF_ERROR(state.Align());
  const uint64_t table_offset = state.offset;
  Writer table;
  internal::WriteSections(state.sections, table);
  table.Fixed64(table_offset);
  RETURN_IF_ERROR(state.Append(std::move(table).Take()));
  const auto hash = state.hash.Finish();
  RETURN_IF_ERROR(state.WriteAll(std::string_view(hash.data(), hash.size())));
  RETURN_IF_ERROR(state.WriteAll(internal::kSnapshotEnd));
  if (state.calls.sync(state.file) != 0) return state.Fail("sync");
  if (state.calls.close(std::exchange(state.file, State::kNoFile)) != 0) {
    return state.Fail("close");
  }
  if (state.calls.rename(state.partial.c_str(), state.path.c_str()) != 0) {
    return state.Fail("rename");
  }
  state.finished = true;
  return state.SyncFolder();
}

}  // namespace mi::storage
