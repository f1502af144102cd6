#include "engine/storage/record_checksum.h"

#include <bit>
#include <cstring>
#include <string_view>

#include "engine/storage/crc32c.h"

namespace mi::storage {

static_assert(std::endian::native == std::endian::little,
              "the numbers are checksummed as they are in memory");

uint32_t RecordChecksum(uint64_t sequence, const Record& record) {
  char head[16];
  std::memcpy(head, &sequence, 8);
  std::memcpy(head + 8, &record.kind, 4);
  std::memcpy(head + 12, &record.schema_version, 4);
  return Crc32c(record.body, Crc32c(std::string_view(head, sizeof(head))));
}

}  // namespace mi::storage
