// What is stored beside each record and each idempotency row to find damage.

#ifndef MI_ENGINE_STORAGE_RECORD_CHECKSUM_H_
#define MI_ENGINE_STORAGE_RECORD_CHECKSUM_H_

#include <cstdint>

#include "engine/storage/journal.h"

namespace mi::storage {

// CRC32C over the sequence (8 bytes), the kind and the schema version (4 bytes
// each, all little endian) and the body: a record that was damaged, exchanged
// with another or moved does not fit its checksum.
uint32_t RecordChecksum(uint64_t sequence, const Record& record);

// CRC32C over the row's number, sequence and expiry and the lengths of its key,
// request hash and answer (8 bytes each, little endian), then those three.
uint32_t IdempotencyChecksum(int64_t number, const IdempotencyRow& row);

}  // namespace mi::storage

#endif  // MI_ENGINE_STORAGE_RECORD_CHECKSUM_H_
