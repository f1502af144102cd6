#include "engine/filter/predicate.h"

#include <algorithm>
#include <bitset>

#include "engine/base/number.h"
#include "engine/filter/tokenizer.h"

namespace mi::filter {
namespace {

using payload::ValueType;
using payload::ValueView;

// From how many strings on a hash beats a binary search.
constexpr size_t kHashedStrings = 16;

template <typename T, typename U>
bool Holds(const std::vector<T>& sorted, const U& value) {
  return std::binary_search(sorted.begin(), sorted.end(), value);
}

// Whether `value` keeps every bound; compare(value, bound) orders them.
template <typename T, typename U, typename Compare>
bool Keeps(const Bounds<T>& bounds, const U& value, Compare&& compare) {
  return !(bounds.greater_than && compare(value, *bounds.greater_than) <= 0) &&
         !(bounds.greater_than_or_equal &&
           compare(value, *bounds.greater_than_or_equal) < 0) &&
         !(bounds.less_than && compare(value, *bounds.less_than) >= 0) &&
         !(bounds.less_than_or_equal &&
           compare(value, *bounds.less_than_or_equal) > 0);
}

template <typename T>
bool KeepsNumber(const NumberBounds& bounds, T value) {
  return Keeps(bounds, value, [](T a, const Number& bound) {
    return std::visit([a](auto b) { return CompareNumbers(a, b); }, bound);
  });
}

// Whether one value passes one kind of test.
struct Passer {
  const ValueView& value;

  bool operator()(const AnyValue&) const { return true; }
  bool operator()(const Membership& members) const {
    return members.Contains(value);
  }
  bool operator()(const NumberBounds& bounds) const {
    if (value.type() == ValueType::kInteger) {
      return KeepsNumber(bounds, value.integer());
    }
    return value.type() == ValueType::kFloat &&
           KeepsNumber(bounds, value.number());
  }
  bool operator()(const DateTimeBounds& bounds) const {
    return value.type() == ValueType::kDateTime &&
           Keeps(bounds, value.datetime().micros,
                 [](int64_t a, int64_t b) { return a <=> b; });
  }
  bool operator()(const StringBounds& bounds) const {
    return value.type() == ValueType::kString &&
           Keeps(bounds, value.string(),
                 [](std::string_view a, std::string_view b) {
                   return a.compare(b);
                 });
  }
  bool operator()(const Words& words) const {
    return value.type() == ValueType::kString && words.FoundIn(value.string());
  }
  bool operator()(const GeoCircle& circle) const {
    return value.type() == ValueType::kGeo && circle.Contains(value.geo());
  }
  bool operator()(const GeoBox& box) const {
    return value.type() == ValueType::kGeo && box.Contains(value.geo());
  }
};

}  // namespace

void Membership::Add(const payload::Value& value) {
  switch (value.type()) {
    case ValueType::kNull:
      has_null = true;
      break;
    case ValueType::kBool:
      (std::get<bool>(value.data) ? has_true : has_false) = true;
      break;
    case ValueType::kInteger:
      integers.push_back(std::get<int64_t>(value.data));
      break;
    case ValueType::kFloat: {
      const double number = std::get<double>(value.data);
      if (const auto integer = AsInteger(number)) {
        integers.push_back(*integer);
      } else {
        floats.push_back(number);
      }
      break;
    }
    case ValueType::kString:
      strings.push_back(std::get<std::string>(value.data));
      break;
    case ValueType::kDateTime:
      datetimes.push_back(std::get<payload::DateTime>(value.data).micros);
      break;
    case ValueType::kGeo:
      geo_points.push_back(std::get<payload::GeoPoint>(value.data));
      break;
    case ValueType::kList:
    case ValueType::kObject:
      break;  // refused by ValidateFilter, and equal to no value reached
  }
}

void Membership::Seal() {
  const auto sort = [](auto* values) {
    std::sort(values->begin(), values->end());
    values->erase(std::unique(values->begin(), values->end()), values->end());
  };
  sort(&integers);
  sort(&floats);
  sort(&datetimes);
  sort(&strings);
  if (strings.size() >= kHashedStrings) {
    string_set.insert(strings.begin(), strings.end());
  }
}

bool Membership::Contains(const ValueView& value) const {
  switch (value.type()) {
    case ValueType::kNull:
      return has_null;
    case ValueType::kBool:
      return value.boolean() ? has_true : has_false;
    case ValueType::kInteger:
      return Holds(integers, value.integer());
    case ValueType::kFloat: {
      const auto integer = AsInteger(value.number());
      return integer ? Holds(integers, *integer)
                     : Holds(floats, value.number());
    }
    case ValueType::kString:
      return string_set.empty() ? Holds(strings, value.string())
                                : string_set.contains(value.string());
    case ValueType::kDateTime:
      return Holds(datetimes, value.datetime().micros);
    case ValueType::kGeo:
      return std::find(geo_points.begin(), geo_points.end(), value.geo()) !=
             geo_points.end();
    case ValueType::kList:
    case ValueType::kObject:
      return false;
  }
  return false;
}

bool Words::FoundIn(std::string_view text) const {
  std::bitset<kMaxQueryBytes> found;
  size_t missing = any_word ? 1 : words.size();
  ForEachWord(text, [&](std::string_view word) {
    const auto place = std::lower_bound(words.begin(), words.end(), word);
    if (place == words.end() || *place != word) return true;
    const auto i = static_cast<size_t>(place - words.begin());
    if (!found[i]) {
      found[i] = true;
      --missing;
    }
    return missing > 0;
  });
  return missing == 0;
}

bool Predicate::Passes(const ValueView& value) const {
  return std::visit(Passer{value}, test);
}

bool Predicate::Matches(payload::PayloadView payload) const {
  // VisitPath tells whether every visit returned true.
  if (quantifier == Quantifier::kAny) {
    return std::visit(
        [&](const auto& kind) {
          return !payload.VisitPath(path, [&](const ValueView& value) {
            return !Passer{value}(kind);
          });
        },
        test);
  }
  bool reached = false;
  return payload.VisitPath(path, [&](const ValueView& value) {
    reached = true;
    return Passes(value);
  }) && reached;
}

}  // namespace mi::filter
