// The payloads of a sealed segment's rows, side by side in one buffer.

#ifndef MI_ENGINE_VECTOR_PAYLOAD_STORE_H_
#define MI_ENGINE_VECTOR_PAYLOAD_STORE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/types/span.h"
#include "engine/base/codec.h"

namespace mi::vector {

// Immutable once filled. Thread-safe for readers.
class PayloadStore {
 public:
  PayloadStore() : offsets_{0} {}

  void Reserve(size_t rows, size_t bytes) {
    offsets_.reserve(rows + 1);
    bytes_.reserve(bytes);
  }

  void Append(std::string_view payload) {
    bytes_.append(payload);
    offsets_.push_back(bytes_.size());
  }

  size_t size() const { return offsets_.size() - 1; }

  // In the form of engine/base/codec.h; a store that is read has `rows` rows.
  void Write(Writer& out) const {
    out.String(bytes_);
    out.Array(absl::MakeConstSpan(offsets_));
  }
  static PayloadStore Read(size_t rows, Reader& in) {
    PayloadStore store;
    store.bytes_ = in.String();
    in.Array<uint64_t>(rows + 1, &store.offsets_);
    if (!in.ok()) return {};
    if (store.offsets_.front() != 0 ||
        store.offsets_.back() != store.bytes_.size() ||
        !std::is_sorted(store.offsets_.begin(), store.offsets_.end())) {
      in.Fail("texts whose bounds do not ascend to their end");
      return {};
    }
    return store;
  }

  // As payload::EncodePayload wrote it.
  std::string_view operator[](uint32_t row) const {
    return std::string_view(bytes_).substr(offsets_[row],
                                           offsets_[row + 1] - offsets_[row]);
  }

  size_t memory_bytes() const {
    return bytes_.capacity() + offsets_.capacity() * sizeof(uint64_t);
  }

 private:
  std::string bytes_;
  std::vector<uint64_t> offsets_;  // [rows + 1]
};

}  // namespace mi::vector

#endif  // MI_ENGINE_VECTOR_PAYLOAD_STORE_H_
