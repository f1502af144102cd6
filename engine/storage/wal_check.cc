#include "engine/storage/wal_check.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "engine/storage/data_loss.h"
#include "fmt/format.h"

namespace mi::storage {
namespace {

constexpr size_t kHeaderBytes = 32;
constexpr size_t kFrameHeaderBytes = 24;
constexpr uint32_t kMagic = 0x377f0682;  // the lowest bit: big-endian checksums
constexpr uint32_t kMinPageBytes = 512;
constexpr uint32_t kMaxPageBytes = 65536;

uint32_t BigEndian(const char* p) {
  uint32_t value;
  std::memcpy(&value, p, sizeof(value));
  return __builtin_bswap32(value);
}

struct Sums {
  uint32_t first = 0;
  uint32_t second = 0;
  friend bool operator==(const Sums&, const Sums&) = default;
};

Sums SumsAt(const char* p) { return {BigEndian(p), BigEndian(p + 4)}; }

// The running checksum over `bytes`, a multiple of 8 of them.
Sums Extend(Sums sums, std::string_view bytes, bool big_endian) {
  for (const char* p = bytes.data(); p != bytes.data() + bytes.size(); p += 8) {
    uint32_t words[2];
    std::memcpy(words, p, sizeof(words));
    if (big_endian) {
      words[0] = __builtin_bswap32(words[0]);
      words[1] = __builtin_bswap32(words[1]);
    }
    sums.first += words[0] + sums.second;
    sums.second += words[1] + sums.first;
  }
  return sums;
}

// What a log's header says; nothing if it is damaged.
struct Header {
  uint32_t page_bytes = 0;
  bool big_endian = false;
  std::string salts;  // repeated in every frame of this generation
  Sums sums;
};

std::optional<Header> ParseHeader(const std::string& bytes) {
  Header header;
  const uint32_t magic = BigEndian(bytes.data());
  header.page_bytes = BigEndian(bytes.data() + 8);
  header.big_endian = (magic & 1) != 0;
  header.salts = bytes.substr(16, 8);
  header.sums = SumsAt(bytes.data() + 24);
  const bool intact =
      (magic & ~1u) == kMagic && header.page_bytes >= kMinPageBytes &&
      header.page_bytes <= kMaxPageBytes && header.page_bytes % 8 == 0 &&
      Extend({}, std::string_view(bytes).substr(0, 24), header.big_endian) ==
          header.sums;
  if (!intact) return std::nullopt;
  return header;
}

// Follows the frames, the intact ones and those behind the first bad one.
class FrameScan {
 public:
  explicit FrameScan(Header header)
      : header_(std::move(header)), stored_sums_(header_.sums) {}

  // False when `frame` belongs to an older generation of the file.
  bool Next(const std::string& frame) {
    const std::string_view bytes(frame);
    if (bytes.substr(8, 8) != header_.salts) return false;
    Sums sums = Extend(stored_sums_, bytes.substr(0, 8), header_.big_endian);
    sums = Extend(sums, bytes.substr(kFrameHeaderBytes), header_.big_endian);
    stored_sums_ = SumsAt(frame.data() + 16);
    const bool follows = sums == stored_sums_;
    ++frame_;
    if (first_bad_ == 0 && !follows) first_bad_ = frame_;
    // A frame that follows the last one of a transaction: it was begun after
    // that transaction, and with it the bad frame, had been synced.
    if (first_bad_ != 0 && follows && after_commit_) synced_ = true;
    after_commit_ = first_bad_ != 0 && BigEndian(frame.data() + 4) != 0;
    return true;
  }

  // The first bad frame, from 1, if it had been synced; else 0.
  size_t damaged_frame() const { return synced_ ? first_bad_ : 0; }

 private:
  const Header header_;
  Sums stored_sums_;
  size_t frame_ = 0;
  size_t first_bad_ = 0;
  bool after_commit_ = false;
  bool synced_ = false;
};

absl::Status Damaged(const std::filesystem::path& path, std::string_view how) {
  return DataLoss(fmt::format("journal: '{}' {}", path.string(), how));
}

}  // namespace

absl::Status CheckWriteAheadLog(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  std::ifstream file(path, std::ios::binary);
  if (error || !file.is_open()) {
    return absl::FailedPreconditionError(
        fmt::format("journal: cannot read '{}'", path.string()));
  }
  // The header is synced before the first frame is written.
  if (size < kHeaderBytes + kFrameHeaderBytes) return absl::OkStatus();
  std::string bytes(kHeaderBytes, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.good()) return Damaged(path, "cannot be read");
  const std::optional<Header> header = ParseHeader(bytes);
  if (!header.has_value()) return Damaged(path, "has a damaged header");
  FrameScan scan(*header);
  bytes.resize(kFrameHeaderBytes + header->page_bytes);
  while (file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) &&
         scan.Next(bytes)) {
  }
  if (file.bad()) return Damaged(path, "cannot be read");
  if (scan.damaged_frame() == 0) return absl::OkStatus();
  return Damaged(path, fmt::format("is damaged in frame {}, and committed "
                                   "transactions follow it",
                                   scan.damaged_frame()));
}

}  // namespace mi::storage
