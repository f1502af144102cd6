#include "engine/vector/view_codec.h"

#include <algorithm>
#include <utility>

#include "absl/types/span.h"
#include "engine/base/status_macros.h"
#include "engine/payload/codec.h"

namespace mi::vector {
namespace {

void WriteDelta(const DeltaView& part, uint64_t sequence, Writer& out) {
  const Delta& delta = *part.delta;
  out.Varint(part.rows);
  for (uint32_t row = 0; row < part.rows; ++row) {
    out.String(delta.id(row));
    out.String(delta.payload(row));
    out.Varint(delta.version(row));
    out.Varint(delta.LiveAt(row, sequence) ? 0 : delta.deleted_at(row));
    out.Floats(absl::MakeConstSpan(delta.vector(row), delta.dimension()));
  }
}

std::shared_ptr<Delta> ReadDelta(const CollectionConfig& config,
                                 size_t capacity, Reader& in) {
  constexpr size_t kMinRowBytes = 5;
  const size_t rows = in.Count(kMinRowBytes);
  auto delta = std::make_shared<Delta>(config.metric, config.dimension,
                                       std::max(capacity, rows));
  std::vector<float> vector;
  for (uint32_t row = 0; row < rows; ++row) {
    const std::string_view id = in.String();
    const std::string_view payload = in.String();
    const uint64_t version = in.Varint();
    const uint64_t deleted_at = in.Varint();
    in.Array<float>(config.dimension, &vector);
    if (in.ok() && !payload::ValidateEncodedPayload(payload).ok()) {
      in.Fail("a payload that is none");
    }
    if (!in.ok()) return nullptr;
    delta->Append(id, vector, payload, version);
    if (deleted_at != 0) delta->MarkDeleted(row, deleted_at);
  }
  return delta;
}

}  // namespace

void WriteDeltas(const CollectionView& view, uint64_t sequence, Writer& out) {
  std::vector<const DeltaView*> parts;
  for (const DeltaView& part : view.deltas) {
    if (part.rows > 0) parts.push_back(&part);
  }
  out.Varint(parts.size());
  for (const DeltaView* part : parts) WriteDelta(*part, sequence, out);
}

absl::StatusOr<std::vector<std::shared_ptr<Delta>>> ReadDeltas(
    const CollectionConfig& config, size_t capacity, std::string_view bytes) {
  Reader in(bytes);
  std::vector<std::shared_ptr<Delta>> deltas(in.Count(/*min_bytes=*/1));
  for (auto& delta : deltas) {
    delta = ReadDelta(config, capacity, in);
    if (delta == nullptr) break;
  }
  RETURN_IF_ERROR(in.Finish());
  return deltas;
}

}  // namespace mi::vector
