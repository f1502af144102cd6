#include "clients/cpp/output/sink.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "clients/cpp/error.h"
#include "clients/cpp/status_macros.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBufferBytes = 1 << 20;

absl::Status CannotWrite(const std::string& path, std::string_view why) {
  return InputError(fmt::format("{}: cannot be written: {}", path, why));
}

class FileSink : public Sink {
 public:
  // Writes to `written` and renames it to `path`, if that is another one.
  FileSink(int file, std::string path, std::string written)
      : file_(file), path_(std::move(path)), written_(std::move(written)) {
    buffer_.reserve(kBufferBytes);
  }

  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

  ~FileSink() override {
    if (file_ >= 0) close(file_);
    if (!committed_ && IsRenamed()) unlink(written_.c_str());
  }

  absl::Status Write(std::string_view bytes) override {
    if (buffer_.size() + bytes.size() > kBufferBytes) RETURN_IF_ERROR(Flush());
    buffer_ += bytes;
    bytes_ += bytes.size();
    return absl::OkStatus();
  }

  absl::Status Commit() override {
    RETURN_IF_ERROR(Flush());
    // A name that outlived a power cut must not stand for missing bytes.
    if (IsRenamed() && fsync(file_) != 0) return Failed();
    if (close(std::exchange(file_, -1)) != 0) return Failed();
    if (IsRenamed() && std::rename(written_.c_str(), path_.c_str()) != 0) {
      return Failed();
    }
    committed_ = true;
    return absl::OkStatus();
  }

  uint64_t bytes() const override { return bytes_; }

 private:
  bool IsRenamed() const { return written_ != path_; }

  absl::Status Flush() {
    std::string_view rest = buffer_;
    while (!rest.empty()) {
      const ssize_t done = write(file_, rest.data(), rest.size());
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) return Failed();
      rest.remove_prefix(static_cast<size_t>(done));
    }
    buffer_.clear();
    return absl::OkStatus();
  }

  absl::Status Failed() const {
    return CannotWrite(path_, std::strerror(errno));
  }

  int file_;
  const std::string path_;
  const std::string written_;
  std::string buffer_;
  uint64_t bytes_ = 0;
  bool committed_ = false;
};

class StreamSink : public Sink {
 public:
  explicit StreamSink(std::ostream& stream) : stream_(stream) {}

  absl::Status Write(std::string_view bytes) override {
    stream_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes_ += bytes.size();
    return Check();
  }

  absl::Status Commit() override {
    stream_.flush();
    return Check();
  }

  uint64_t bytes() const override { return bytes_; }

 private:
  absl::Status Check() const {
    if (stream_) return absl::OkStatus();
    return InputError("standard output cannot be written");
  }

  std::ostream& stream_;
  uint64_t bytes_ = 0;
};

// The file that a link names is replaced, not the link.
std::string FollowLinks(const std::string& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path followed = fs::canonical(path, error);
  return error ? path : followed.string();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Sink>> OpenFileSink(const std::string& path) {
  constexpr mode_t kMode = 0666;  // less what the umask says
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) return CannotWrite(path, "is a folder");
  const bool is_replaced = !fs::exists(status) || fs::is_regular_file(status);
  const std::string final_path = is_replaced ? FollowLinks(path) : path;
  const std::string written =
      is_replaced ? final_path + ".partial" : final_path;
  const int file =
      open(written.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (file < 0) return CannotWrite(path, std::strerror(errno));
  return std::make_unique<FileSink>(file, final_path, written);
}

std::unique_ptr<Sink> MakeStreamSink(std::ostream& stream) {
  return std::make_unique<StreamSink>(stream);
}

}  // namespace mi::client
