#include "server/rpc/explain_parse_failure.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/payload/utf8.h"
#include "fmt/format.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/wire_format_lite.h"

namespace mi::rpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::internal::WireFormatLite;

constexpr int kMaxVarintBytes = 10;
constexpr int kMaxTagBytes = 5;
constexpr int kTagTypeBits = 3;

// A message that the walk is inside of.
struct Level {
  const Descriptor* type = nullptr;  // null inside of an unknown group
  size_t end = 0;                    // where it ends; of the parent for groups
  uint32_t group = 0;                // number of the group's field, else 0
  std::string name;                  // "points[3]": as entered from the parent
  // How many elements of each repeated field were seen.
  absl::flat_hash_map<int, int> counts;
};

bool IsPackable(const FieldDescriptor& field) {
  return field.is_repeated() && field.is_packable();
}

bool MustBeUtf8(const FieldDescriptor& field) {
  return field.type() == FieldDescriptor::TYPE_STRING &&
         field.file()->syntax() == FileDescriptor::SYNTAX_PROTO3;
}

WireFormatLite::WireType WireTypeOf(const FieldDescriptor& field) {
  return WireFormatLite::WireTypeForFieldType(
      static_cast<WireFormatLite::FieldType>(field.type()));
}

// Walks over the bytes with a stack of its own: they may be nested as deeply
// as they like.
class Walk {
 public:
  Walk(const Descriptor& type, std::string_view bytes) : bytes_(bytes) {
    levels_.push_back({.type = &type, .end = bytes.size()});
  }

  std::optional<FieldViolation> Run() {
    while (!levels_.empty() && !violation_) Step();
    return std::move(violation_);
  }

 private:
  // One field, or the end of a message.
  void Step() {
    const Level& level = levels_.back();
    if (position_ == level.end) {
      if (level.group != 0) return Fail({}, "ends within a group");
      levels_.pop_back();
      return;
    }
    uint64_t tag = 0;
    if (!ReadVarint(kMaxTagBytes, &tag)) return;
    const auto number = static_cast<uint32_t>(tag) >> kTagTypeBits;
    const auto wire_type = static_cast<int>(tag & ((1 << kTagTypeBits) - 1));
    if (number == 0) return Fail({}, "has a field with number 0");
    const FieldDescriptor* field =
        level.type == nullptr
            ? nullptr
            : level.type->FindFieldByNumber(static_cast<int>(number));
    Consume(field, number, wire_type);
  }

  void Consume(const FieldDescriptor* field, uint32_t number, int wire_type) {
    uint64_t ignored = 0;
    switch (wire_type) {
      case WireFormatLite::WIRETYPE_VARINT:
        ReadVarint(kMaxVarintBytes, &ignored);
        return;
      case WireFormatLite::WIRETYPE_FIXED64:
        Skip(sizeof(uint64_t));
        return;
      case WireFormatLite::WIRETYPE_FIXED32:
        Skip(sizeof(uint32_t));
        return;
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        ConsumeDelimited(field);
        return;
      case WireFormatLite::WIRETYPE_START_GROUP:
        Enter({.end = levels_.back().end, .group = number});
        return;
      case WireFormatLite::WIRETYPE_END_GROUP:
        if (levels_.back().group != number) {
          return Fail({}, "ends a group that it did not start");
        }
        levels_.pop_back();
        return;
      default:
        Fail({}, fmt::format("has a field of unknown wire type {}", wire_type));
    }
  }

  void ConsumeDelimited(const FieldDescriptor* field) {
    uint64_t size = 0;
    if (!ReadVarint(kMaxTagBytes, &size)) return;
    const size_t left = levels_.back().end - position_;
    const std::string name = field == nullptr ? "" : NameOf(*field);
    if (size > left) {
      return Fail(name, fmt::format("is {} bytes long by its header, but only "
                                    "{} bytes follow",
                                    size, left));
    }
    const std::string_view body = bytes_.substr(position_, size);
    if (field == nullptr) {
      position_ += size;
    } else if (field->type() == FieldDescriptor::TYPE_MESSAGE) {
      Enter({.type = field->message_type(),
             .end = position_ + size,
             .name = field->is_map() ? MapName(*field, body) : name});
    } else if (WireTypeOf(*field) ==
               WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      CheckText(*field, name, body);
      position_ += size;
    } else if (IsPackable(*field)) {
      ConsumePacked(*field, position_ + size);
    } else {
      position_ += size;  // of another type than declared: an unknown field
    }
  }

  void CheckText(const FieldDescriptor& field, const std::string& name,
                 std::string_view text) {
    if (!MustBeUtf8(field) || payload::IsValidUtf8(text)) return;
    const bool is_key =
        field.containing_type()->options().map_entry() && field.number() == 1;
    if (is_key) return Fail({}, "has a key that is not valid UTF-8");
    Fail(name, "is not valid UTF-8");
  }

  void ConsumePacked(const FieldDescriptor& field, size_t end) {
    const auto wire_type = WireTypeOf(field);
    if (wire_type == WireFormatLite::WIRETYPE_VARINT) {
      uint64_t ignored = 0;
      while (position_ < end) {
        if (!ReadVarint(kMaxVarintBytes, &ignored)) return;
      }
      if (position_ > end) Fail(field.name(), "ends within a number");
      return;
    }
    const size_t element = wire_type == WireFormatLite::WIRETYPE_FIXED64
                               ? sizeof(uint64_t)
                               : sizeof(uint32_t);
    if ((end - position_) % element != 0) {
      return Fail(field.name(),
                  fmt::format("has {} bytes, which is no multiple of {}",
                              end - position_, element));
    }
    position_ = end;
  }

  void Enter(Level level) {
    if (levels_.size() > kMaxMessageDepth) {
      violation_ = {ShallowPath(), fmt::format("nested deeper than {} levels",
                                               kMaxMessageDepth)};
      return;
    }
    levels_.push_back(std::move(level));
  }

  bool ReadVarint(int max_bytes, uint64_t* value) {
    *value = 0;
    for (int i = 0; i < max_bytes; ++i) {
      if (position_ == levels_.back().end) {
        Fail({}, "ends within a number");
        return false;
      }
      const auto byte = static_cast<uint8_t>(bytes_[position_++]);
      *value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) return true;
    }
    Fail({}, fmt::format("has a number of more than {} bytes", max_bytes));
    return false;
  }

  void Skip(size_t bytes) {
    if (levels_.back().end - position_ < bytes) {
      return Fail({}, "ends within a number");
    }
    position_ += bytes;
  }

  // The element's name, counted if the field is repeated.
  std::string NameOf(const FieldDescriptor& field) {
    const bool in_map_entry = field.containing_type()->options().map_entry();
    if (in_map_entry) return {};
    if (!field.is_repeated() || field.is_map() || IsPackable(field)) {
      return field.name();
    }
    const int index = levels_.back().counts[field.number()]++;
    return fmt::format("{}[{}]", field.name(), index);
  }

  // "payload.colour" for an entry with that key; "payload" where the key
  // cannot be told.
  static std::string MapName(const FieldDescriptor& field,
                             std::string_view entry) {
    const bool has_text_key =
        field.message_type()->map_key()->type() == FieldDescriptor::TYPE_STRING;
    // The key comes first, as every serialiser writes it: tag, length, text.
    constexpr char kKeyTag =
        (1 << kTagTypeBits) | WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
    if (!has_text_key || entry.size() < 2 || entry[0] != kKeyTag) {
      return field.name();
    }
    const auto length = static_cast<uint8_t>(entry[1]);
    const std::string_view key = entry.substr(2, length);
    if (length >= 0x80 || key.size() != length || key.empty() ||
        !payload::IsValidUtf8(key)) {
      return field.name();
    }
    return fmt::format("{}.{}", field.name(), key);
  }

  // The path to the level at `depth`.
  std::string PathTo(size_t depth) const {
    std::string path;
    for (size_t i = 1; i <= depth; ++i) Append(levels_[i].name, &path);
    return path;
  }

  static void Append(std::string_view name, std::string* path) {
    // The value of a map's entry goes by the name of the entry.
    if (name.empty()) return;
    if (!path->empty()) path->push_back('.');
    path->append(name);
  }

  // The path to the first message that comes again further down: where the
  // nesting begins.
  std::string ShallowPath() const {
    for (size_t i = 1; i < levels_.size(); ++i) {
      for (size_t j = i + 1; j < levels_.size(); ++j) {
        if (levels_[i].type != nullptr && levels_[i].type == levels_[j].type) {
          return PathTo(i);
        }
      }
    }
    return levels_.size() > 1 ? PathTo(1) : "";
  }

  void Fail(const std::string& name, std::string description) {
    std::string path = PathTo(levels_.size() - 1);
    Append(name, &path);
    violation_ = {std::move(path), std::move(description)};
  }

  const std::string_view bytes_;
  size_t position_ = 0;
  std::vector<Level> levels_;
  std::optional<FieldViolation> violation_;
};

}  // namespace

std::optional<FieldViolation> ExplainParseFailure(const Descriptor& type,
                                                  std::string_view bytes) {
  return Walk(type, bytes).Run();
}

}  // namespace mi::rpc
