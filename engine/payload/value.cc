#include "engine/payload/value.h"

#include <cmath>

#include "engine/payload/path.h"
#include "engine/payload/utf8.h"
#include "fmt/format.h"

namespace mi::payload {
namespace {

// Walks a value and reports faults. The name of the place under inspection is
// kept in one string that grows and shrinks.
class Validator {
 public:
  Validator(std::string_view field, Violations* violations)
      : place_(field), violations_(violations) {}

  void CheckFields(const Object& object, int depth) {
    if (!object.empty() && depth > kMaxDepth) {
      Report(fmt::format("nests deeper than {} levels", kMaxDepth));
      return;
    }
    for (const auto& [key, value] : object) {
      const size_t size = place_.size();
      if (CheckKey(key)) {
        place_ += '.';
        place_ += EscapePathKey(key);
        Check(value, depth);
      }
      place_.resize(size);
    }
  }

  // `depth` is that of the value itself.
  void Check(const Value& value, int depth) {
    std::visit([&](const auto& data) { CheckData(data, depth); }, value.data);
  }

 private:
  void Report(std::string_view description) {
    violations_->Add(place_, description);
  }

  bool CheckKey(std::string_view key) {
    if (key.empty() || key.size() > kMaxKeyBytes) {
      Report(fmt::format("a key of {} bytes; keys have 1 to {} bytes",
                         key.size(), kMaxKeyBytes));
      return false;
    }
    if (!IsValidUtf8(key)) {
      Report("a key is not valid UTF-8");
      return false;
    }
    return true;
  }

  void CheckData(Null, int) {}
  void CheckData(bool, int) {}
  void CheckData(int64_t, int) {}
  void CheckData(double value, int) {
    if (!std::isfinite(value)) Report("must be finite");
  }
  void CheckData(const std::string& value, int) {
    if (value.size() > kMaxStringBytes) {
      Report(fmt::format("a string of {} bytes; at most {}", value.size(),
                         kMaxStringBytes));
    } else if (!IsValidUtf8(value)) {
      Report("not valid UTF-8");
    }
  }
  void CheckData(DateTime value, int) {
    if (value.micros < 0 || value.micros > kMaxDateTimeMicros) {
      Report("a datetime outside the years 1970 to 2200");
    }
  }
  void CheckData(const GeoPoint& value, int) {
    // Written so that NaN fails.
    if (!(std::abs(value.latitude) <= 90)) {
      Report(fmt::format("latitude {}; must be -90 to 90", value.latitude));
    }
    if (!(std::abs(value.longitude) <= 180)) {
      Report(fmt::format("longitude {}; must be -180 to 180", value.longitude));
    }
  }
  void CheckData(const List& list, int depth) {
    if (!list.empty() && depth >= kMaxDepth) {
      Report(fmt::format("nests deeper than {} levels", kMaxDepth));
      return;
    }
    for (size_t i = 0; i < list.size(); ++i) {
      const size_t size = place_.size();
      fmt::format_to(std::back_inserter(place_), "[{}]", i);
      Check(list[i], depth + 1);
      place_.resize(size);
    }
  }
  void CheckData(const Object& object, int depth) {
    CheckFields(object, depth + 1);
  }

  std::string place_;
  Violations* violations_;
};

}  // namespace

std::string_view ValueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNull:
      return "null";
    case ValueType::kBool:
      return "bool";
    case ValueType::kInteger:
      return "integer";
    case ValueType::kFloat:
      return "float";
    case ValueType::kString:
      return "string";
    case ValueType::kDateTime:
      return "datetime";
    case ValueType::kGeo:
      return "geo point";
    case ValueType::kList:
      return "list";
    case ValueType::kObject:
      return "object";
  }
  return "unknown";
}

bool operator==(const Value& a, const Value& b) { return a.data == b.data; }

void ValidatePayload(const Payload& payload, std::string_view field,
                     Violations* violations) {
  Validator(field, violations).CheckFields(payload, /*depth=*/1);
}

void ValidateValue(const Value& value, std::string_view field,
                   Violations* violations) {
  Validator(field, violations).Check(value, /*depth=*/1);
}

}  // namespace mi::payload
