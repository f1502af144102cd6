// A small binary encoding for journal records and other bytes that the engine
// writes and reads back itself.
//
// No tags and no types: writer and reader name the same fields in the same
// order, and a schema version beside the bytes says which order that is. Every
// value has exactly one encoding, so that equal values are equal bytes.
//
//   Writer w;                        Reader r(bytes);
//   w.String(name);                  std::string name(r.String());
//   w.Varint(points.size());         size_t count = r.Count(/*min_bytes=*/2);
//   for (...) w.String(id);          for (...) ids.emplace_back(r.String());
//   return std::move(w).Take();      RETURN_IF_ERROR(r.Finish());

#ifndef MI_ENGINE_BASE_CODEC_H_
#define MI_ENGINE_BASE_CODEC_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace mi {

static_assert(std::endian::native == std::endian::little,
              "fixed-width values are copied as they are in memory");

// Takes bytes, piece by piece. An error ends the stream.
using ByteSink = std::function<absl::Status(std::string_view)>;

// Appends values to a string, or to a sink. Thread-compatible.
class Writer {
 public:
  Writer() = default;
  // Reserves `bytes`, to spare a large record its reallocations.
  explicit Writer(size_t bytes) { out_.reserve(bytes); }
  // Hands what is written to `sink`, so that no more than about a mebibyte is
  // held here however much it is; Finish() says how that went.
  explicit Writer(ByteSink sink) : sink_(std::move(sink)) {}

  // Seven bits a byte, lowest first: 1 to 10 bytes.
  void Varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      out_.push_back(static_cast<char>(value | 0x80));
    }
    out_.push_back(static_cast<char>(value));
  }
  // Zigzag, then varint: short for small magnitudes of either sign.
  void SignedVarint(int64_t value) {
    Varint((static_cast<uint64_t>(value) << 1) ^
           static_cast<uint64_t>(value >> 63));
  }
  void Bool(bool value) { out_.push_back(value ? 1 : 0); }
  void Fixed32(uint32_t value) { Raw(&value, sizeof(value)); }
  void Fixed64(uint64_t value) { Raw(&value, sizeof(value)); }
  void Float(float value) { Raw(&value, sizeof(value)); }
  void Double(double value) { Raw(&value, sizeof(value)); }

  // An enum with non-negative values, as a varint.
  template <typename E>
  void Enum(E value) {
    static_assert(std::is_enum_v<E>);
    Varint(static_cast<uint64_t>(value));
  }

  // Bytes as they are: whoever reads them knows how many.
  void Bytes(std::string_view bytes) { Raw(bytes.data(), bytes.size()); }

  // Any bytes, behind their length.
  void String(std::string_view bytes) {
    Varint(bytes.size());
    Raw(bytes.data(), bytes.size());
  }
  // A count, then the values.
  void Floats(absl::Span<const float> values) { Array(values); }
  // The same for plain values of any type, as they are in memory.
  template <typename T>
  void Array(absl::Span<const T> values) {
    static_assert(std::is_arithmetic_v<T>);
    Varint(values.size());
    Raw(values.data(), values.size() * sizeof(T));
  }
  // What write(Writer&) writes, behind its length.
  template <typename Write>
  void Nested(Write&& write) {
    Writer inner;
    std::forward<Write>(write)(inner);
    String(inner.out_);
  }

  // What was written; without a sink.
  std::string Take() && { return std::move(out_); }

  // With a sink: hands over what is left. The first error of the sink, after
  // which it was not called again.
  absl::Status Finish() {
    Flush({});
    return status_;
  }

 private:
  static constexpr size_t kFlushBytes = size_t{1} << 20;

  void Raw(const void* data, size_t size) {
    if (size == 0) return;
    const std::string_view bytes(static_cast<const char*>(data), size);
    if (sink_ && out_.size() + size >= kFlushBytes) return Flush(bytes);
    out_.append(bytes);
  }
  // Hands over what is buffered, and `more` behind it.
  void Flush(std::string_view more);

  std::string out_;
  ByteSink sink_;
  absl::Status status_;
};

// Reads back what a Writer wrote, from bytes that may be damaged. The first
// error sticks: from then on every value is zero or empty, and Finish() says
// what was wrong. Never reads past the end, and never allocates for more
// elements than the bytes present could hold. Thread-compatible.
class Reader {
 public:
  // `bytes` must outlive the reader and the views that it returns.
  explicit Reader(std::string_view bytes)
      : begin_(bytes.data()), next_(begin_), end_(begin_ + bytes.size()) {}

  uint64_t Varint();
  int64_t SignedVarint() {
    const uint64_t value = Varint();
    return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }
  // A varint of at most `max`.
  uint64_t VarintUpTo(uint64_t max);
  bool Bool();
  uint32_t Fixed32() { return Fixed<uint32_t>(); }
  uint64_t Fixed64() { return Fixed<uint64_t>(); }
  float Float() { return Fixed<float>(); }
  double Double() { return Fixed<double>(); }

  // An enum whose values are 0 to `last` without gaps.
  template <typename E>
  E Enum(E last) {
    static_assert(std::is_enum_v<E>);
    return static_cast<E>(VarintUpTo(static_cast<uint64_t>(last)));
  }

  // A view into the reader's bytes.
  std::string_view String();
  std::vector<float> Floats();
  // What Writer::Array wrote, into a container of T that is made with a size
  // and has data(). Exactly `size` values; an error when there are others.
  template <typename T, typename Container>
  void Array(size_t size, Container* values) {
    static_assert(std::is_arithmetic_v<T>);
    const size_t count = Count(sizeof(T));
    if (!ok()) return;
    if (count != size) {
      return Fail("an array of another size than expected");
    }
    *values = Container(count);
    if (count == 0) return;
    std::memcpy(values->data(), next_, count * sizeof(T));
    next_ += count * sizeof(T);
  }
  // Appends the values to `values`.
  void AppendFloats(std::vector<float>* values);

  // The same, or no values at all.
  template <typename T, typename Container>
  void ArrayOrNone(size_t size, Container* values) {
    if (ok() && remaining() > 0 && *next_ == 0) size = 0;
    Array<T>(size, values);
  }

  // The number of elements that follow; an error if they cannot be there, each
  // taking at least `min_bytes` (>= 1) bytes. Safe to reserve.
  size_t Count(size_t min_bytes);

  // Lets read(Reader&) read a nested value; it must read all of it.
  template <typename Read>
  void Nested(Read&& read) {
    Reader inner(String());
    if (!ok()) return;
    std::forward<Read>(read)(inner);
    const absl::Status status = inner.Finish();
    if (!status.ok()) Fail(std::string(status.message()));
  }

  // For what only the caller can judge, such as a value out of its range.
  void Fail(std::string_view message);

  bool ok() const { return error_.empty(); }
  size_t remaining() const { return static_cast<size_t>(end_ - next_); }

  // OK when every value was read and nothing is left, else DATA_LOSS with the
  // first error and its offset.
  absl::Status Finish() const;

 private:
  template <typename T>
  T Fixed() {
    T value{};
    if (remaining() < sizeof(T)) {
      FailTruncated(sizeof(T));
      return value;
    }
    std::memcpy(&value, next_, sizeof(T));
    next_ += sizeof(T);
    return value;
  }
  void FailTruncated(uint64_t wanted);

  const char* begin_;
  const char* next_;
  const char* end_;
  std::string error_;  // empty while all is well
};

}  // namespace mi

#endif  // MI_ENGINE_BASE_CODEC_H_
