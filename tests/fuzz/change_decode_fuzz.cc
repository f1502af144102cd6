// Feeds arbitrary bytes to the decoder of journal records: they must be
// refused, or mean a change that is written as the same bytes.
//
// The first byte is the record's kind, the second its schema version. How to
// build and run: see payload_decode_fuzz.cc.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "engine/storage/journal.h"
#include "engine/workspace/change.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  mi::storage::Record record;
  record.kind = data[0];
  record.schema_version = data[1];
  record.body.assign(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto change = mi::workspace::DecodeChange(record);
  if (change.ok() && mi::workspace::EncodeChange(*change) != record) {
    std::abort();
  }
  return 0;
}
