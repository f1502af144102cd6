// One condition of a filter, compiled.

#ifndef MI_ENGINE_FILTER_PREDICATE_H_
#define MI_ENGINE_FILTER_PREDICATE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <variant>
#include <vector>

#include "engine/filter/filter.h"
#include "engine/filter/geo.h"
#include "engine/payload/path.h"
#include "engine/payload/payload_view.h"
#include "engine/payload/value.h"

namespace mi::filter {

// Lets a set of strings be asked about a view.
struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

// Equal to one of these. Numbers equal to an int64 are in `integers`, whatever
// their type was; other floats in `floats`. All but the places are sorted and
// without duplicates.
struct Membership {
  bool has_null = false;
  bool has_false = false;
  bool has_true = false;
  std::vector<int64_t> integers;
  std::vector<double> floats;
  std::vector<int64_t> datetimes;  // micros
  std::vector<std::string> strings;
  std::vector<payload::GeoPoint> geo_points;
  // The same strings where there are many of them.
  std::unordered_set<std::string, StringHash, std::equal_to<>> string_set;

  void Add(const payload::Value& value);
  // Sorts; call once after the last Add.
  void Seal();

  bool Contains(const payload::ValueView& value) const;
};

// Bounds of one type.
template <typename T>
struct Bounds {
  std::optional<T> greater_than;
  std::optional<T> greater_than_or_equal;
  std::optional<T> less_than;
  std::optional<T> less_than_or_equal;
};
using Number = std::variant<int64_t, double>;
using NumberBounds = Bounds<Number>;
using DateTimeBounds = Bounds<int64_t>;  // micros
using StringBounds = Bounds<std::string>;

// Words to find, folded, sorted, without duplicates.
struct Words {
  std::vector<std::string> words;
  bool any_word = false;

  bool FoundIn(std::string_view text) const;
};

struct AnyValue {};

// AnyValue is Exists; IsNull is a membership of null.
using ValueTest =
    std::variant<AnyValue, Membership, NumberBounds, DateTimeBounds,
                 StringBounds, Words, GeoCircle, GeoBox>;

// Thread-safe: immutable once made.
struct Predicate {
  // Whether the payload passes, quantifier included.
  bool Matches(payload::PayloadView payload) const;

  // Whether one value passes the test.
  bool Passes(const payload::ValueView& value) const;

  payload::Path path;
  Quantifier quantifier = Quantifier::kAny;
  ValueTest test;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_PREDICATE_H_
