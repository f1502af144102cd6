#include "engine/payload/payload_view.h"

#include <string>

namespace mi::payload {
ValueView ValueView::Read(const char* p, const char** end) {
  ValueView view;
  const auto head = static_cast<uint8_t>(*p++);
  const uint8_t extra = head >> 4;
  uint64_t raw = 0;
  switch (head & 0xf) {
    case wire::kBool:
      view.type_ = ValueType::kBool;
      view.integer_ = extra;
      break;
    case wire::kInteger:
      view.type_ = ValueType::kInteger;
      if (extra == 0) {
        p = wire::ReadVarint(p, &raw);
        view.integer_ = wire::UnZigZag(raw);
      } else {
        view.integer_ = extra - 1;
      }
      break;
    case wire::kFloat:
      view.type_ = ValueType::kFloat;
      view.first_ = wire::ReadDouble(p);
      p += sizeof(double);
      break;
    case wire::kDecimal:
      view.type_ = ValueType::kFloat;
      p = wire::ReadVarint(p, &raw);
      view.first_ =
          static_cast<double>(wire::UnZigZag(raw)) / wire::kPowersOfTen[extra];
      break;
    case wire::kString:
      view.type_ = ValueType::kString;
      raw = extra;
      if (extra == wire::kLongString) p = wire::ReadVarint(p, &raw);
      view.bytes_ = p;
      view.size_ = raw;
      p += raw;
      break;
    case wire::kDateTime:
      view.type_ = ValueType::kDateTime;
      p = wire::ReadVarint(p, &raw);
      view.integer_ = static_cast<int64_t>(raw) * wire::kDateTimeUnits[extra];
      break;
    case wire::kGeo:
      view.type_ = ValueType::kGeo;
      if (extra == 0) {
        view.first_ = wire::ReadDouble(p);
        view.second_ = wire::ReadDouble(p + sizeof(double));
        p += 2 * sizeof(double);
      } else {
        p = wire::ReadVarint(p, &raw);
        view.first_ =
            static_cast<double>(wire::UnZigZag(raw)) / wire::kGeoUnitsPerDegree;
        p = wire::ReadVarint(p, &raw);
        view.second_ =
            static_cast<double>(wire::UnZigZag(raw)) / wire::kGeoUnitsPerDegree;
      }
      break;
    case wire::kList:
    case wire::kObject:
      view.type_ =
          (head & 0xf) == wire::kList ? ValueType::kList : ValueType::kObject;
      p = wire::ReadVarint(p, &raw);
      view.bytes_ = p;
      view.size_ = raw;
      p += raw;
      break;
    default:  // null
      break;
  }
  *end = p;
  return view;
}

Value ValueView::Decode() const {
  switch (type_) {
    case ValueType::kNull:
      return Null{};
    case ValueType::kBool:
      return boolean();
    case ValueType::kInteger:
      return integer();
    case ValueType::kFloat:
      return number();
    case ValueType::kString:
      return string();
    case ValueType::kDateTime:
      return datetime();
    case ValueType::kGeo:
      return geo();
    case ValueType::kList: {
      List list;
      ForEachElement([&](const ValueView& element) {
        list.push_back(element.Decode());
        return true;
      });
      return list;
    }
    case ValueType::kObject: {
      Object object;
      ForEachField([&](std::string_view key, const ValueView& value) {
        object.emplace_hint(object.end(), key, value.Decode());
        return true;
      });
      return object;
    }
  }
  return Null{};
}

Payload PayloadView::Decode() const {
  Payload payload;
  ForEachField([&](std::string_view key, const ValueView& value) {
    payload.emplace_hint(payload.end(), key, value.Decode());
    return true;
  });
  return payload;
}

}  // namespace mi::payload
