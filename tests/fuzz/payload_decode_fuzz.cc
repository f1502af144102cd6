// Feeds arbitrary bytes to the payload decoder: they must be refused, or mean a
// payload that survives being encoded and that the view reads the same way.
//
// libFuzzer; needs clang:
//   cmake --preset debug -B build/fuzz -DCMAKE_CXX_COMPILER=clang++
//       -DMI_SANITIZE=address,undefined,fuzzer-no-link
//   ninja -C build/fuzz payload_decode_fuzz
//   build/fuzz/tests/fuzz/payload_decode_fuzz -max_len=4096 -max_total_time=60

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/payload/codec.h"
#include "engine/payload/payload_view.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto payload = mi::payload::DecodePayload(bytes);
  if (!payload.ok()) return 0;
  if (mi::payload::PayloadView(bytes).Decode() != *payload) std::abort();
  const auto encoded = mi::payload::EncodePayload(*payload);
  if (!encoded.ok()) std::abort();
  const auto again = mi::payload::DecodePayload(*encoded);
  if (!again.ok() || *again != *payload) std::abort();
  return 0;
}
