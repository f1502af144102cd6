#include "engine/vector/id_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace mi::vector {

IdTable::IdTable(const std::vector<std::string_view>& ids) {
  size_t total = 0;
  for (const std::string_view id : ids) total += id.size();
  texts_.Reserve(ids.size(), total);
  for (const std::string_view id : ids) texts_.Append(id);

  in_order_.resize(ids.size());
  std::iota(in_order_.begin(), in_order_.end(), 0u);
  std::sort(in_order_.begin(), in_order_.end(),
            [&ids](uint32_t a, uint32_t b) { return ids[a] < ids[b]; });
  FillSlots();
}

void IdTable::FillSlots() {
  slots_.resize(std::bit_ceil(size() + size() / 2 + 1));
  const size_t mask = slots_.size() - 1;
  for (uint32_t row = 0; row < size(); ++row) {
    size_t slot = std::hash<std::string_view>{}(id(row)) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = row + 1;
  }
}

void IdTable::Write(Writer& out) const {
  texts_.Write(out);
  out.Array(absl::MakeConstSpan(in_order_));
}

IdTable IdTable::Read(size_t rows, Reader& in) {
  IdTable table;
  table.texts_ = PayloadStore::Read(rows, in);
  in.Array<uint32_t>(rows, &table.in_order_);
  if (!in.ok()) return {};
  for (size_t i = 0; i < rows; ++i) {
    // Strictly ascending ids are distinct, so their rows are all the rows.
    const bool right = table.in_order_[i] < rows &&
                       (i == 0 || table.id(table.in_order_[i - 1]) <
                                      table.id(table.in_order_[i]));
    if (!right) {
      in.Fail("ids that are not in order");
      return {};
    }
  }
  table.FillSlots();
  return table;
}

std::optional<uint32_t> IdTable::Find(std::string_view wanted) const {
  const size_t mask = slots_.size() - 1;
  for (size_t slot = std::hash<std::string_view>{}(wanted)&mask;
       slots_[slot] != 0; slot = (slot + 1) & mask) {
    const uint32_t row = slots_[slot] - 1;
    if (id(row) == wanted) return row;
  }
  return std::nullopt;
}

size_t IdTable::FirstAfter(std::string_view wanted) const {
  const auto first = std::upper_bound(
      in_order_.begin(), in_order_.end(), wanted,
      [this](std::string_view value, uint32_t row) { return value < id(row); });
  return static_cast<size_t>(first - in_order_.begin());
}

size_t IdTable::memory_bytes() const {
  return texts_.memory_bytes() + in_order_.capacity() * sizeof(uint32_t) +
         slots_.capacity() * sizeof(uint32_t);
}

}  // namespace mi::vector
