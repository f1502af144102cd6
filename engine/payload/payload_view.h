// Reads an encoded payload in place: a path is followed without decoding what
// lies beside it, and nothing is allocated.

#ifndef MI_ENGINE_PAYLOAD_PAYLOAD_VIEW_H_
#define MI_ENGINE_PAYLOAD_PAYLOAD_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/payload/path.h"
#include "engine/payload/value.h"
#include "engine/payload/wire.h"

namespace mi::payload {

// One value of an encoded payload. Valid as long as the bytes are. Accessors
// other than type() need the type that they name.
class ValueView {
 public:
  // Reads the value that starts at `p`; *end becomes the position after it.
  static ValueView Read(const char* p, const char** end);

  ValueType type() const { return type_; }
  bool boolean() const { return integer_ != 0; }
  int64_t integer() const { return integer_; }
  double number() const { return first_; }  // kFloat
  std::string_view string() const { return {bytes_, size_}; }
  DateTime datetime() const { return {integer_}; }
  GeoPoint geo() const { return {first_, second_}; }

  // kList: calls visit(ValueView) for each element until it returns false.
  // False when a visit did.
  template <typename Visitor>
  bool ForEachElement(Visitor&& visit) const {
    for (const char* p = bytes_; p != bytes_ + size_;) {
      if (!visit(Read(p, &p))) return false;
    }
    return true;
  }

  // kObject: calls visit(std::string_view key, ValueView) for each field, in
  // the order of the keys, until it returns false. False when a visit did.
  template <typename Visitor>
  bool ForEachField(Visitor&& visit) const {
    for (const char* p = bytes_; p != bytes_ + size_;) {
      const std::string_view key = wire::KeyName(p);
      if (!visit(key, Read(wire::SkipKey(p), &p))) return false;
    }
    return true;
  }

  Value Decode() const;

 private:
  friend class PayloadView;

  ValueType type_ = ValueType::kNull;
  size_t size_ = 0;  // of bytes_
  union {
    int64_t integer_ = 0;
    double first_;  // a float, or the latitude
    const char* bytes_;
  };
  double second_ = 0;  // the longitude
};

// A whole encoded payload. The bytes must come from EncodePayload or have
// passed ValidateEncodedPayload, and must outlive the view.
class PayloadView {
 public:
  explicit PayloadView(std::string_view bytes) : bytes_(bytes) {
    if (!bytes_.empty()) bytes_.remove_prefix(1);  // the format
  }

  bool empty() const { return bytes_.empty(); }

  // Calls visit(ValueView) for each value that `path` reaches, in document
  // order, until it returns false. Lists at the end of the path are entered
  // too: never visits a list. False when a visit returned false.
  template <typename Visitor>
  bool VisitPath(const Path& path, Visitor&& visit) const {
    const Path::Segment* first = path.segments().data();
    return Follow(bytes_, first, first + path.segments().size(), visit);
  }

  // Calls visit(std::string_view key, ValueView) for each top-level field, in
  // the order of the keys, until it returns false. False when a visit did.
  template <typename Visitor>
  bool ForEachField(Visitor&& visit) const {
    ValueView object;
    object.type_ = ValueType::kObject;
    object.bytes_ = bytes_.data();
    object.size_ = bytes_.size();
    return object.ForEachField(visit);
  }

  Payload Decode() const;

 private:
  // `fields` are those of the object in which `segment` is to be found. The
  // depth of calls is bounded by kMaxDepth, which encoded payloads keep.
  template <typename Visitor>
  static bool Follow(std::string_view fields, const Path::Segment* segment,
                     const Path::Segment* end, Visitor& visit) {
    const char* value = Find(fields, segment->encoded_key);
    if (value == nullptr) return true;
    return Enter(ValueView::Read(value, &value), segment + 1, end, visit);
  }

  template <typename Visitor>
  static bool Enter(const ValueView& value, const Path::Segment* segment,
                    const Path::Segment* end, Visitor& visit) {
    if (value.type() == ValueType::kList) {
      return value.ForEachElement([&](const ValueView& element) {
        return Enter(element, segment, end, visit);
      });
    }
    if (segment == end) return visit(value);
    if (value.type() != ValueType::kObject) return true;
    return Follow({value.bytes_, value.size_}, segment, end, visit);
  }

  // The value of the field with this key, or null.
  static const char* Find(std::string_view fields, std::string_view key) {
    const char* p = fields.data();
    const char* const end = p + fields.size();
    while (p != end) {
      const char* const value = wire::SkipKey(p);
      if (std::string_view(p, static_cast<size_t>(value - p)) == key) {
        return value;
      }
      p = wire::SkipValue(value);
    }
    return nullptr;
  }

  std::string_view bytes_;  // the fields
};

}  // namespace mi::payload

#endif  // MI_ENGINE_PAYLOAD_PAYLOAD_VIEW_H_
