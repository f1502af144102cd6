// The payloads of a sealed segment's rows, side by side in one buffer.

#ifndef MI_ENGINE_VECTOR_PAYLOAD_STORE_H_
#define MI_ENGINE_VECTOR_PAYLOAD_STORE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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
