// Feeds arbitrary sections to the reader of snapshots, in a file whose hash and
// checksums fit: anybody can compute those. They must be refused, or mean
// collections that can be read.
//
// The input is divided at the bytes "\xffSECTION": the catalog, then segments
// and deltas of collection 1, then the idempotency keys. How to build and run:
// see payload_decode_fuzz.cc.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/storage/snapshot_file.h"
#include "engine/vector/listing.h"
#include "engine/workspace/snapshot.h"

namespace {

std::vector<std::string_view> Divide(std::string_view bytes) {
  constexpr std::string_view kDivider = "\xffSECTION";
  std::vector<std::string_view> parts;
  for (size_t at; (at = bytes.find(kDivider)) != std::string_view::npos;) {
    parts.push_back(bytes.substr(0, at));
    bytes.remove_prefix(at + kDivider.size());
  }
  parts.push_back(bytes);
  return parts;
}

// As WriteImage names them.
std::string NameOf(size_t part, size_t parts) {
  if (part == 0) return "catalog";
  if (part + 1 == parts) return "idempotency";
  if (part + 2 == parts) return "collection/1/deltas";
  return "collection/1/segment/" + std::to_string(part - 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "mi-snapshot-image-fuzz";
  const auto parts = Divide({reinterpret_cast<const char*>(data), size});
  {
    auto writer = mi::storage::SnapshotWriter::Create(path, {});
    if (!writer.ok()) std::abort();
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto added =
          (*writer)->AddSection(NameOf(i, parts.size()),
                                [&](mi::Writer& out) { out.Bytes(parts[i]); });
      if (!added.ok()) std::abort();
    }
    if (!(*writer)->Finish().ok()) std::abort();
  }
  const auto snapshot = mi::storage::SnapshotReader::Open(path);
  if (!snapshot.ok()) std::abort();
  (void)mi::workspace::ReadKeys(**snapshot);
  mi::vector::BackgroundLanes lanes;
  lanes.seal = lanes.merge = [](const auto&) { return false; };
  lanes.on_error = [](const auto&) {};
  const auto catalog = mi::workspace::ReadImage(**snapshot, {}, lanes);
  if (!catalog.ok()) return 0;
  for (const auto& [name, entry] : (*catalog)->collections) {
    const auto view = entry->points->View();
    (void)mi::vector::ListPoints(*view, nullptr, "", 100, {});
  }
  return 0;
}
