#include "clients/cpp/input/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr size_t kBufferBytes = 1 << 20;
constexpr uint64_t kFingerprintBytes = 64 << 10;

absl::Status FileError(const std::string& path, std::string_view what) {
  return InputError(fmt::format("{}: {}", path, what));
}

// FNV-1a, continued from `hash`.
uint64_t Hash(std::string_view bytes, uint64_t hash) {
  constexpr uint64_t kPrime = 0x100000001b3;
  for (const char c : bytes) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return hash;
}

absl::StatusOr<std::string> ReadAt(InputFile* file, uint64_t offset,
                                   uint64_t size) {
  RETURN_IF_ERROR(file->Seek(offset));
  std::string bytes(size, '\0');
  ASSIGN_OR_RETURN(const size_t read, file->Read(bytes.data(), size));
  if (read < size) {
    return FileError(file->path(), "is shorter than it was");
  }
  return bytes;
}

}  // namespace

InputFile::InputFile(std::string path, std::ifstream stream, uint64_t size)
    : path_(std::move(path)),
      stream_(std::move(stream)),
      size_(size),
      buffer_(kBufferBytes) {}

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return FileError(path, "is a folder");
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) return FileError(path, error.message());
  errno = 0;
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return FileError(path, std::strerror(errno));
  return InputFile(path, std::move(stream), size);
}

absl::StatusOr<bool> InputFile::Fill() {
  buffer_offset_ += filled_;
  at_ = 0;
  errno = 0;
  stream_.read(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  filled_ = static_cast<size_t>(stream_.gcount());
  if (stream_.bad()) return FileError(path_, std::strerror(errno));
  return filled_ > 0;
}

absl::StatusOr<bool> InputFile::ReadLine(std::string* line) {
  line->clear();
  while (true) {
    if (at_ == filled_) {
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) return !line->empty();
    }
    const char* const begin = buffer_.data() + at_;
    const void* const end = std::memchr(begin, '\n', filled_ - at_);
    const size_t length =
        end == nullptr
            ? filled_ - at_
            : static_cast<size_t>(static_cast<const char*>(end) - begin) + 1;
    line->append(begin, length);
    at_ += length;
    if (end != nullptr) return true;
    if (line->size() > kMaxLineBytes) {
      return FileError(path_, fmt::format("a line has more than {} MiB",
                                          kMaxLineBytes >> 20));
    }
  }
}

absl::StatusOr<size_t> InputFile::Read(char* out, size_t size) {
  size_t done = 0;
  while (done < size) {
    if (at_ == filled_) {
      ASSIGN_OR_RETURN(const bool more, Fill());
      if (!more) break;
    }
    const size_t part = std::min(size - done, filled_ - at_);
    std::memcpy(out + done, buffer_.data() + at_, part);
    done += part;
    at_ += part;
  }
  return done;
}

absl::Status InputFile::Seek(uint64_t offset) {
  stream_.clear();
  stream_.seekg(static_cast<std::streamoff>(offset));
  if (!stream_) return FileError(path_, "cannot be positioned");
  buffer_offset_ = offset;
  filled_ = 0;
  at_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> Fingerprint(const std::string& path, uint64_t offset) {
  constexpr uint64_t kOffsetBasis = 0xcbf29ce484222325;
  ASSIGN_OR_RETURN(InputFile file, InputFile::Open(path));
  const uint64_t size = std::min(offset, kFingerprintBytes);
  ASSIGN_OR_RETURN(const std::string first, ReadAt(&file, 0, size));
  ASSIGN_OR_RETURN(const std::string last, ReadAt(&file, offset - size, size));
  return Hash(last, Hash(first, kOffsetBasis));
}

}  // namespace mi::client
