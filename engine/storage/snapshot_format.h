// How a snapshot lies in its file; see README.md. What writer and reader share.

#ifndef MI_ENGINE_STORAGE_SNAPSHOT_FORMAT_H_
#define MI_ENGINE_STORAGE_SNAPSHOT_FORMAT_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/codec.h"
#include "engine/storage/snapshot_file.h"

namespace mi::storage::internal {

inline constexpr std::string_view kSnapshotMagic = "MISNAP\r\n";
inline constexpr std::string_view kSnapshotEnd = "MISNEND\n";
inline constexpr uint32_t kSnapshotFormat = 1;
// Sections start at multiples of this, so that arrays can be read in place.
inline constexpr uint64_t kSectionAlignment = 64;
// Magic, format, length of the encoded header.
inline constexpr size_t kPrefixBytes = 16;
inline constexpr size_t kHashBytes = 32;
// Offset of the section table, hash of everything before the hash, end magic.
inline constexpr size_t kSuffixBytes = 8 + kHashBytes + 8;

struct SectionEntry {
  std::string name;
  uint64_t offset = 0;
  uint64_t length = 0;
  uint32_t checksum = 0;
};

void WriteHeader(const SnapshotHeader& header, Writer& out);
SnapshotHeader ReadHeader(Reader& in);

void WriteSections(const std::vector<SectionEntry>& sections, Writer& out);
std::vector<SectionEntry> ReadSections(Reader& in);

// SHA-256 of a stream. Thread-compatible.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void Update(std::string_view bytes);
  // Once, at the end.
  std::array<char, kHashBytes> Finish();

 private:
  void* const context_;  // EVP_MD_CTX
};

// Two lower-case digits a byte.
std::string HexText(std::string_view bytes);

}  // namespace mi::storage::internal

#endif  // MI_ENGINE_STORAGE_SNAPSHOT_FORMAT_H_
