#include <utility>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status_macros.h"
#include "engine/storage/crc32c.h"
#include "engine/storage/durable_file.h"
#include "engine/storage/snapshot_file.h"
#include "engine/storage/snapshot_format.h"
#include "fmt/format.h"

namespace mi::storage {

using internal::SectionEntry;

struct SnapshotWriter::State {
  std::unique_ptr<DurableFile> file;
  OnBytes on_bytes;
  absl::Status status;  // the first error
  internal::Sha256 hash;
  std::string hash_text;
  std::vector<SectionEntry> sections;
  absl::flat_hash_set<std::string> names;

  absl::Status Write(std::string_view bytes) {
    RETURN_IF_ERROR(status);
    status = file->Write(bytes);
    if (status.ok() && on_bytes) status = on_bytes(file->bytes());
    return status;
  }

  absl::Status Append(std::string_view bytes) {
    hash.Update(bytes);
    return Write(bytes);
  }

  absl::Status Align() {
    const uint64_t beyond = file->bytes() % internal::kSectionAlignment;
    if (beyond == 0) return status;
    return Append(std::string(internal::kSectionAlignment - beyond, '\0'));
  }
};

SnapshotWriter::SnapshotWriter(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

SnapshotWriter::~SnapshotWriter() = default;

uint64_t SnapshotWriter::bytes() const { return state_->file->bytes(); }

absl::StatusOr<std::unique_ptr<SnapshotWriter>> SnapshotWriter::Create(
    const std::filesystem::path& path, const SnapshotHeader& header,
    SnapshotWriterOptions options) {
  auto state = std::make_unique<State>();
  state->on_bytes = std::move(options.on_bytes);
  ASSIGN_OR_RETURN(state->file, DurableFile::Create(path, options.rename,
                                                    std::move(options.calls)));
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
  SectionEntry entry{.name = std::string(name), .offset = state.file->bytes()};
  Writer writer([&](std::string_view bytes) {
    entry.checksum = Crc32c(bytes, entry.checksum);
    return state.Append(bytes);
  });
  write(writer);
  RETURN_IF_ERROR(writer.Finish());
  entry.length = state.file->bytes() - entry.offset;
  state.sections.push_back(std::move(entry));
  return absl::OkStatus();
}

absl::Status SnapshotWriter::Finish() {
  State& state = *state_;
  RETURN_IF_ERROR(state.Align());
  const uint64_t table_offset = state.file->bytes();
  Writer table;
  internal::WriteSections(state.sections, table);
  table.Fixed64(table_offset);
  RETURN_IF_ERROR(state.Append(std::move(table).Take()));
  const auto hash = state.hash.Finish();
  RETURN_IF_ERROR(state.Write(std::string_view(hash.data(), hash.size())));
  RETURN_IF_ERROR(state.Write(internal::kSnapshotEnd));
  state.hash_text = internal::HexText({hash.data(), hash.size()});
  return state.file->Finish();
}

std::string SnapshotWriter::sha256() const { return state_->hash_text; }

}  // namespace mi::storage
