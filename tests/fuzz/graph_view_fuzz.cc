// Feeds arbitrary bytes to the reader of graphs in snapshots. They must be
// refused, or mean a graph that is written down as the same bytes again. How to
// build and run: see payload_decode_fuzz.cc.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "engine/base/codec.h"
#include "engine/graph/view_codec.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto view = mi::graph::ReadView(bytes);
  if (!view.ok()) return 0;
  mi::Writer out;
  mi::graph::WriteView(**view, out);
  if (std::move(out).Take() != bytes) std::abort();
  return 0;
}
