// A file that is read once, from front to back.

#ifndef MI_CLIENTS_CPP_INPUT_FILE_H_
#define MI_CLIENTS_CPP_INPUT_FILE_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::client {

// Buffered reading with offsets. Movable. Thread-compatible.
class InputFile {
 public:
  // A longer line is refused: the file is something else.
  static constexpr size_t kMaxLineBytes = 64 << 20;

  // Errors: an input error for what is no readable file.
  static absl::StatusOr<InputFile> Open(const std::string& path);

  // Reads up to and with the next line break; false at the end of the file.
  // The last line may lack its break. Errors: reading failed, or a line is
  // longer than kMaxLineBytes.
  absl::StatusOr<bool> ReadLine(std::string* line);

  // Reads up to `size` bytes; fewer only at the end of the file.
  absl::StatusOr<size_t> Read(char* out, size_t size);

  absl::Status Seek(uint64_t offset);

  uint64_t offset() const { return buffer_offset_ + at_; }
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  InputFile(std::string path, std::ifstream stream, uint64_t size);

  // Refills the empty buffer; false at the end of the file.
  absl::StatusOr<bool> Fill();

  std::string path_;
  std::ifstream stream_;
  uint64_t size_ = 0;
  std::vector<char> buffer_;
  size_t filled_ = 0;           // bytes of the buffer that are valid
  size_t at_ = 0;               // next byte of the buffer
  uint64_t buffer_offset_ = 0;  // of the buffer in the file
};

// Tells whether what a file has before `offset` is what it was: a hash of its
// first and of its last bytes there. Errors: an input error if the file is
// shorter.
absl::StatusOr<uint64_t> Fingerprint(const std::string& path, uint64_t offset);

// Excel and others write these bytes first to say that a file is UTF-8.
inline constexpr char kByteOrderMark[] = "\xef\xbb\xbf";

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_FILE_H_
