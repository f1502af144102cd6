#include "engine/vector/id_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

namespace mi::vector {

IdTable::IdTable(const std::vector<std::string_view>& ids) {
  size_t total = 0;
  for (const std::string_view id : ids) total += id.size();
  bytes_.reserve(total);
  offsets_.reserve(ids.size() + 1);
  offsets_.push_back(0);
  for (const std::string_view id : ids) {
    bytes_.append(id);
    offsets_.push_back(bytes_.size());
  }

  in_order_.resize(ids.size());
  std::iota(in_order_.begin(), in_order_.end(), 0u);
  std::sort(in_order_.begin(), in_order_.end(),
            [&ids](uint32_t a, uint32_t b) { return ids[a] < ids[b]; });

  slots_.resize(std::bit_ceil(ids.size() + ids.size() / 2 + 1));
  const size_t mask = slots_.size() - 1;
  for (uint32_t row = 0; row < ids.size(); ++row) {
    size_t slot = std::hash<std::string_view>{}(ids[row]) & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = row + 1;
  }
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
  return bytes_.capacity() + offsets_.capacity() * sizeof(uint64_t) +
         in_order_.capacity() * sizeof(uint32_t) +
         slots_.capacity() * sizeof(uint32_t);
}

}  // namespace mi::vector
