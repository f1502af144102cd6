// The checksum of every stored record.
//
// Source: the Castagnoli polynomial, as in RFC 3720 appendix B.4. It finds
// every burst of up to 32 damaged bits.

#ifndef MI_ENGINE_STORAGE_CRC32C_H_
#define MI_ENGINE_STORAGE_CRC32C_H_

#include <cstdint>
#include <string_view>

namespace mi::storage {

// CRC32C of `bytes`. A longer text may be given in parts: `previous` is then
// the checksum of what came before. Uses the processor's instruction where
// there is one.
uint32_t Crc32c(std::string_view bytes, uint32_t previous = 0);

namespace internal {

// The two implementations behind Crc32c, apart so that a test can compare them.
uint32_t Crc32cPortable(std::string_view bytes, uint32_t previous);
// Only where HasCrc32cInstruction().
uint32_t Crc32cHardware(std::string_view bytes, uint32_t previous);
bool HasCrc32cInstruction();

}  // namespace internal
}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_CRC32C_H_
