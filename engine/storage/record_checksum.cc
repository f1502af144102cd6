#include "engine/storage/record_checksum.h"

#include <bit>
#include <cstring>
#include <string>
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

uint32_t IdempotencyChecksum(int64_t number, const IdempotencyRow& row) {
  const uint64_t head[6] = {static_cast<uint64_t>(number),
                            row.sequence,
                            static_cast<uint64_t>(row.expires_at),
                            row.key.size(),
                            row.request_hash.size(),
                            row.answer.size()};
  char bytes[sizeof(head)];
  std::memcpy(bytes, head, sizeof(head));
  uint32_t sum = Crc32c(std::string_view(bytes, sizeof(bytes)));
  for (const std::string* text : {&row.key, &row.request_hash, &row.answer}) {
    sum = Crc32c(*text, sum);
  }
  return sum;
}

}  // namespace mi::storage
