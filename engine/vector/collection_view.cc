#include "engine/vector/collection_view.h"

namespace mi::vector {

std::optional<PointRef> CollectionView::Find(std::string_view id) const {
  for (auto part = deltas.rbegin(); part != deltas.rend(); ++part) {
    const auto row = part->delta->Find(id, part->rows);
    if (row && part->delta->LiveAt(*row, sequence)) {
      return PointRef(part->delta.get(), *row);
    }
  }
  for (auto part = segments.rbegin(); part != segments.rend(); ++part) {
    const auto row = (*part)->ids().Find(id);
    if (row && (*part)->LiveAt(*row, sequence)) {
      return PointRef(part->get(), *row);
    }
  }
  return std::nullopt;
}

size_t CollectionView::CountLive() const {
  size_t live = 0;
  for (const auto& segment : segments) {
    live += segment->size();
    if (segment->tombstones() == 0) continue;
    for (uint32_t row = 0; row < segment->size(); ++row) {
      if (!segment->LiveAt(row, sequence)) --live;
    }
  }
  for (const DeltaView& part : deltas) {
    for (uint32_t row = 0; row < part.rows; ++row) {
      if (part.delta->LiveAt(row, sequence)) ++live;
    }
  }
  return live;
}

}  // namespace mi::vector
