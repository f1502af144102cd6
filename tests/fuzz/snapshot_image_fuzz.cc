// Feeds arbitrary sections to the reader of snapshots, in a file whose hash and
// checksums fit: anybody can compute those. They must be refused, or mean
// collections that can be read.
//
// The input is divided at the bytes "\xffSECTION"; a part is the name of a
// section, the end of a line, and its bytes. How to build and run: see
// payload_decode_fuzz.cc.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "mi-snapshot-image-fuzz";
  const auto parts = Divide({reinterpret_cast<const char*>(data), size});
  {
    auto writer = mi::storage::SnapshotWriter::Create(path, {});
    if (!writer.ok()) std::abort();
    for (const std::string_view part : parts) {
      const size_t line = part.find('\n');
      if (line == std::string_view::npos) continue;
      // Refused when there are two of one name.
      (void)(*writer)->AddSection(part.substr(0, line), [&](mi::Writer& out) {
        out.Bytes(part.substr(line + 1));
      });
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
