#include "engine/storage/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace mi::storage {
namespace {

static_assert(std::endian::native == std::endian::little,
              "eight bytes are folded in at a time, the first one lowest");

constexpr uint32_t kReversedPolynomial = 0x82f63b78;

// tables[k][b]: the checksum of byte b with k zero bytes behind it.
using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t b = 0; b < 256; ++b) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kReversedPolynomial : 0);
    }
    tables[0][b] = crc;
  }
  for (size_t k = 1; k < tables.size(); ++k) {
    for (size_t b = 0; b < 256; ++b) {
      const uint32_t crc = tables[k - 1][b];
      tables[k][b] = (crc >> 8) ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

namespace internal {

uint32_t Crc32cPortable(std::string_view bytes, uint32_t previous) {
  uint32_t crc = ~previous;
  const char* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    word ^= crc;
    crc = 0;
    for (size_t i = 0; i < 8; ++i)
      crc ^= kTables[7 - i][(word >> (8 * i)) & 0xff];
  }
  for (; left > 0; ++p, --left) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint8_t>(*p)) & 0xff];
  }
  return ~crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) uint32_t Crc32cHardware(
    std::string_view bytes, uint32_t previous) {
  uint64_t crc = ~previous;
  const char* p = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; p += 8, left -= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof(word));
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto low = static_cast<uint32_t>(crc);
  for (; left > 0; ++p, --left) {
    low = __builtin_ia32_crc32qi(low, static_cast<uint8_t>(*p));
  }
  return ~low;
}

bool HasCrc32cInstruction() { return __builtin_cpu_supports("sse4.2") != 0; }

#else

uint32_t Crc32cHardware(std::string_view bytes, uint32_t previous) {
  return Crc32cPortable(bytes, previous);
}

bool HasCrc32cInstruction() { return false; }

#endif

}  // namespace internal

uint32_t Crc32c(std::string_view bytes, uint32_t previous) {
  static const bool has_instruction = internal::HasCrc32cInstruction();
  return has_instruction ? internal::Crc32cHardware(bytes, previous)
                         : internal::Crc32cPortable(bytes, previous);
}

}  // namespace mi::storage
