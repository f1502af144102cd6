#include "engine/base/codec.h"

#include "fmt/format.h"

namespace mi {

void Writer::Flush(std::string_view more) {
  if (!sink_) return;
  for (const std::string_view bytes : {std::string_view(out_), more}) {
    if (status_.ok() && !bytes.empty()) status_ = sink_(bytes);
  }
  out_.clear();
}

uint64_t Reader::Varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (next_ == end_) {
      FailTruncated(1);
      return 0;
    }
    const auto byte = static_cast<uint8_t>(*next_++);
    const uint64_t bits = byte & 0x7f;
    if (shift == 63 && byte > 1) break;  // more than 64 bits
    value |= bits << shift;
    if (byte < 0x80) {
      if (bits == 0 && shift > 0) break;  // a shorter encoding exists
      return value;
    }
  }
  Fail("malformed varint");
  return 0;
}

uint64_t Reader::VarintUpTo(uint64_t max) {
  const uint64_t value = Varint();
  if (value <= max) return value;
  Fail(fmt::format("value {} is above its maximum {}", value, max));
  return 0;
}

bool Reader::Bool() {
  const auto byte = Fixed<uint8_t>();
  if (byte > 1) Fail(fmt::format("{} is not a bool", byte));
  return byte == 1;
}

std::string_view Reader::String() {
  const uint64_t size = Varint();
  if (size > remaining()) {
    FailTruncated(size);
    return {};
  }
  const std::string_view bytes(next_, size);
  next_ += size;
  return bytes;
}

std::vector<float> Reader::Floats() {
  std::vector<float> values;
  AppendFloats(&values);
  return values;
}

void Reader::AppendFloats(std::vector<float>* values) {
  const size_t count = Count(sizeof(float));
  if (count == 0) return;
  const size_t old_size = values->size();
  values->resize(old_size + count);
  std::memcpy(values->data() + old_size, next_, count * sizeof(float));
  next_ += count * sizeof(float);
}

size_t Reader::Count(size_t min_bytes) {
  const uint64_t count = Varint();
  if (count <= remaining() / min_bytes) return count;
  Fail(fmt::format("{} elements of at least {} bytes, but {} bytes are left",
                   count, min_bytes, remaining()));
  return 0;
}

void Reader::Fail(std::string_view message) {
  if (!ok()) return;
  error_ = fmt::format("offset {}: {}", next_ - begin_, message);
  next_ = end_;
}

void Reader::FailTruncated(uint64_t wanted) {
  Fail(fmt::format("{} bytes wanted, {} left", wanted, remaining()));
}

absl::Status Reader::Finish() const {
  if (!ok()) return absl::DataLossError(error_);
  if (next_ == end_) return absl::OkStatus();
  return absl::DataLossError(fmt::format("offset {}: {} bytes left over",
                                         next_ - begin_, remaining()));
}

}  // namespace mi
