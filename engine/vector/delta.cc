#include "engine/vector/delta.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <functional>

#include "engine/vector/kernels/exact_rank.h"

namespace mi::vector {

Delta::Delta(Metric metric, size_t dimension, size_t capacity)
    : metric_(metric),
      dimension_(dimension),
      capacity_(capacity),
      chunks_((capacity + kChunkRows - 1) / kChunkRows),
      slot_mask_(std::bit_ceil(2 * capacity) - 1),
      slots_(new std::atomic<uint32_t>[slot_mask_ + 1] {}) {}

void Delta::Append(std::string_view id, std::span<const float> vector,
                   std::string_view payload, uint64_t sequence) {
  assert(!full() && vector.size() == dimension_);
  const auto row = static_cast<uint32_t>(size_);
  std::unique_ptr<Chunk>& chunk = chunks_[row / kChunkRows];
  if (chunk == nullptr) {
    chunk = std::make_unique<Chunk>();
    chunk->vectors.reset(new float[kChunkRows * dimension_]);
  }
  const size_t in_chunk = row % kChunkRows;
  std::memcpy(&chunk->vectors[in_chunk * dimension_], vector.data(),
              vector.size_bytes());
  chunk->inverse_norms[in_chunk] = InverseNorm(vector.data(), dimension_);
  std::atomic<uint32_t>& slot = SlotFor(id);
  const uint32_t before = slot.load(std::memory_order_relaxed);
  Row& target = chunk->rows[in_chunk];
  target.id = id;
  target.payload = payload;
  target.version = sequence;
  target.previous = before == 0 ? kNone : before - 1;
  if (in_chunk + 1 == kChunkRows) {
    chunk->codes = std::make_unique<const CodedRows>(
        metric_, dimension_,
        std::span<const float>(chunk->vectors.get(), kChunkRows * dimension_));
  }
  slot.store(row + 1, std::memory_order_release);
  ++size_;
  id_bytes_.fetch_add(sizeof(Row) + id.size(), std::memory_order_relaxed);
  payload_bytes_.fetch_add(payload.size(), std::memory_order_relaxed);
}

void Delta::MarkDeleted(uint32_t row, uint64_t sequence) {
  auto& deleted_at =
      chunks_[row / kChunkRows]->rows[row % kChunkRows].deleted_at;
  assert(deleted_at.load(std::memory_order_relaxed) == 0);
  deleted_at.store(sequence, std::memory_order_relaxed);
  tombstones_.fetch_add(1, std::memory_order_relaxed);
}

std::optional<uint32_t> Delta::Find(std::string_view id, size_t rows) const {
  const uint32_t newest = SlotFor(id).load(std::memory_order_acquire);
  if (newest == 0) return std::nullopt;
  uint32_t row = newest - 1;
  while (row != kNone && row >= rows) row = RowAt(row).previous;
  if (row == kNone) return std::nullopt;
  return row;
}

std::atomic<uint32_t>& Delta::SlotFor(std::string_view wanted) const {
  size_t slot = std::hash<std::string_view>{}(wanted)&slot_mask_;
  while (true) {
    const uint32_t found = slots_[slot].load(std::memory_order_acquire);
    if (found == 0 || id(found - 1) == wanted) return slots_[slot];
    slot = (slot + 1) & slot_mask_;
  }
}

size_t Delta::vector_bytes(size_t rows) const {
  const size_t chunks = (rows + kChunkRows - 1) / kChunkRows;
  return chunks * kChunkRows * dimension_ * sizeof(float);
}

size_t Delta::code_bytes(size_t rows) const {
  size_t bytes = 0;
  for (size_t first = 0; first + kChunkRows <= rows; first += kChunkRows) {
    bytes += codes(first).bytes();
  }
  return bytes;
}

}  // namespace mi::vector
