// One condition of a filter, compiled.

#ifndef MI_ENGINE_FILTER_PREDICATE_H_
#define MI_ENGINE_FILTER_PREDICATE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/filter/filter.h"
#include "engine/filter/geo.h"
#include "engine/payload/path.h"
#include "engine/payload/payload_view.h"
#include "engine/payload/value.h"

namespace mi::filter {

// Equal to one of these. Numbers equal to an int64 are in `integers`, whatever
// their type was; other floats in `floats`. All sorted, without duplicates.
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
  absl::flat_hash_set<std::string> string_set;

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

// Thread-safe: immutable once made.
struct Predicate {
  // Whether the payload passes, quantifier included.
  bool Matches(payload::PayloadView payload) const;

  // Whether one value passes the test.
  bool Passes(const payload::ValueView& value) const;

  payload::Path path;
  Quantifier quantifier = Quantifier::kAny;
  // AnyValue is Exists; IsNull is a membership of null.
  std::variant<AnyValue, Membership, NumberBounds, DateTimeBounds, StringBounds,
               Words, GeoCircle, GeoBox>
      test;
};

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_PREDICATE_H_
