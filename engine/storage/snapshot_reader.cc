#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/storage/crc32c.h"
#include "engine/storage/data_loss.h"
#include "engine/storage/file_error.h"
#include "engine/storage/snapshot_file.h"
#include "engine/storage/snapshot_format.h"
#include "fmt/format.h"

namespace mi::storage {

using internal::SectionEntry;

struct SnapshotReader::Mapping {
  void* data = MAP_FAILED;
  size_t size = 0;

  ~Mapping() {
    if (data != MAP_FAILED) munmap(data, size);
  }
  std::string_view bytes() const {
    return {static_cast<const char*>(data), size};
  }
};

namespace {

absl::Status Damaged(const std::filesystem::path& path, std::string_view what) {
  return DataLoss(
      fmt::format("snapshot: '{}' is damaged: {}", path.string(), what));
}

absl::Status Unfit(const std::filesystem::path& path, std::string_view what) {
  return absl::FailedPreconditionError(
      fmt::format("snapshot: '{}' {}", path.string(), what));
}

// The number at the start of `bytes`, which are long enough.
template <typename T>
T NumberAt(std::string_view bytes, size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return value;
}

// What can be said before anything is known to be right: that it is a snapshot,
// of a format that is understood, and all there.
absl::Status CheckOutside(const std::filesystem::path& path,
                          std::string_view bytes) {
  if (!bytes.starts_with(internal::kSnapshotMagic)) {
    return Unfit(path, "is no snapshot");
  }
  if (bytes.size() < internal::kPrefixBytes + internal::kSuffixBytes) {
    return Damaged(path, "it is too short");
  }
  const auto format =
      NumberAt<uint32_t>(bytes, internal::kSnapshotMagic.size());
  if (format > internal::kSnapshotFormat) {
    return Unfit(path, fmt::format("has format {}; this server reads up to {}",
                                   format, internal::kSnapshotFormat));
  }
  if (!bytes.ends_with(internal::kSnapshotEnd)) {
    return Damaged(path, "its end is missing");
  }
  return absl::OkStatus();
}

std::string_view StoredHash(std::string_view bytes) {
  return bytes.substr(
      bytes.size() - internal::kHashBytes - internal::kSnapshotEnd.size(),
      internal::kHashBytes);
}

absl::Status CheckHash(const std::filesystem::path& path,
                       std::string_view bytes, const OnBytes& on_bytes) {
  // Bytes between two looks at whether to go on.
  constexpr size_t kPiece = size_t{4} << 20;
  const size_t hashed =
      bytes.size() - internal::kHashBytes - internal::kSnapshotEnd.size();
  internal::Sha256 hash;
  for (size_t done = 0; done < hashed;) {
    const size_t piece = std::min(kPiece, hashed - done);
    hash.Update(bytes.substr(done, piece));
    done += piece;
    if (on_bytes) RETURN_IF_ERROR(on_bytes(done));
  }
  const auto found = hash.Finish();
  if (StoredHash(bytes) != std::string_view(found.data(), found.size())) {
    return Damaged(path, "its SHA-256 does not fit");
  }
  return absl::OkStatus();
}

}  // namespace

SnapshotReader::SnapshotReader(std::unique_ptr<Mapping> mapping,
                               SnapshotHeader header,
                               std::vector<NamedBytes> sections)
    : mapping_(std::move(mapping)),
      header_(std::move(header)),
      sections_(std::move(sections)) {}

SnapshotReader::~SnapshotReader() = default;

absl::StatusOr<std::unique_ptr<SnapshotReader>> SnapshotReader::Open(
    const std::filesystem::path& path, const OnBytes& on_bytes) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError("snapshot", "open", path, errno);
  auto mapping = std::make_unique<Mapping>();
  struct stat info {};
  if (fstat(file, &info) == 0 && info.st_size > 0) {
    mapping->size = static_cast<size_t>(info.st_size);
    mapping->data =
        mmap(nullptr, mapping->size, PROT_READ, MAP_PRIVATE, file, 0);
  }
  const int error = errno;
  close(file);
  if (info.st_size == 0) return Unfit(path, "is no snapshot");
  if (mapping->data == MAP_FAILED) {
    return FileError("snapshot", "map", path, error);
  }
  madvise(mapping->data, mapping->size, MADV_SEQUENTIAL);
  const std::string_view bytes = mapping->bytes();
  RETURN_IF_ERROR(CheckOutside(path, bytes));
  RETURN_IF_ERROR(CheckHash(path, bytes, on_bytes));

  // From here on the bytes are what a writer wrote; they are still read with
  // care, since anybody can compute a hash.
  const size_t end = bytes.size() - internal::kSuffixBytes;
  const size_t header_length = NumberAt<uint32_t>(
      bytes, internal::kSnapshotMagic.size() + sizeof(uint32_t));
  const auto table_offset = NumberAt<uint64_t>(bytes, end);
  if (internal::kPrefixBytes + header_length > end || table_offset > end) {
    return Damaged(path, "its parts lie outside of it");
  }
  Reader in_header(bytes.substr(internal::kPrefixBytes, header_length));
  SnapshotHeader header = internal::ReadHeader(in_header);
  if (!in_header.Finish().ok()) return Damaged(path, "its header");
  Reader in_table(bytes.substr(table_offset, end - table_offset));
  const std::vector<SectionEntry> entries = internal::ReadSections(in_table);
  if (!in_table.Finish().ok()) return Damaged(path, "its section table");

  std::vector<NamedBytes> sections;
  for (const SectionEntry& entry : entries) {
    if (entry.offset > table_offset ||
        entry.length > table_offset - entry.offset) {
      return Damaged(path, fmt::format("section '{}'", entry.name));
    }
    sections.push_back({entry.name, bytes.substr(entry.offset, entry.length)});
    if (Crc32c(sections.back().bytes) != entry.checksum) {
      return Damaged(path, fmt::format("section '{}'", entry.name));
    }
  }
  return std::unique_ptr<SnapshotReader>(new SnapshotReader(
      std::move(mapping), std::move(header), std::move(sections)));
}

std::string SnapshotReader::sha256() const {
  return internal::HexText(StoredHash(mapping_->bytes()));
}

std::vector<std::string> SnapshotReader::section_names() const {
  std::vector<std::string> names;
  for (const NamedBytes& section : sections_) names.push_back(section.name);
  return names;
}

absl::StatusOr<std::string_view> SnapshotReader::Section(
    std::string_view name) const {
  for (const NamedBytes& section : sections_) {
    if (section.name == name) return section.bytes;
  }
  return DataLoss(fmt::format("snapshot: there is no section '{}'", name));
}

}  // namespace mi::storage
