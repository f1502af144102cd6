// Which points a call is about: a tree of conditions on payload fields.
//
// What a condition means, exactly:
//
// - Its path reaches zero or more values of a payload (payload/path.h). Lists
//   are entered wherever they stand, so a list itself is never reached; an
//   object at the end of a path is reached as one value.
// - Each value reached passes the test or does not. A test against a value of
//   another type is false, never true and never an error; integers and floats
//   count as one type and are compared as exact numbers (2^53 + 1 as an integer
//   is greater than 2^53 as a float).
// - kAny: true when at least one value passes; kAll: true when at least one
//   value is reached and all pass. Both are false where the field is absent.
// - NotEqual and NotIn under kAny are the negation of Equal and In under kAny:
//   true where no value reached is equal, also where the field is absent.
//   Under kAll they ask for at least one value, none of which is equal.
// - Exists: at least one value is reached, null included; the quantifier has
//   no effect. IsNull: as any test, it passes for null. A field whose value is
//   an empty list reaches nothing and does not exist.
// - And of nothing is true, Or of nothing is false.

#ifndef MI_ENGINE_FILTER_FILTER_H_
#define MI_ENGINE_FILTER_FILTER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/error.h"
#include "engine/payload/value.h"

namespace mi::filter {

// Operands of Equal, NotEqual, In and NotIn are any value but lists and
// objects. Geo points are equal when both coordinates are.
struct Equal {
  payload::Value value;
};
struct NotEqual {
  payload::Value value;
};
struct In {
  std::vector<payload::Value> values;  // of none: false
};
struct NotIn {
  std::vector<payload::Value> values;
};

// Bounds on numbers, datetimes or strings (by bytes). At least one must be set,
// all of one type; a value must keep all of them.
struct Range {
  std::optional<payload::Value> greater_than;
  std::optional<payload::Value> greater_than_or_equal;
  std::optional<payload::Value> less_than;
  std::optional<payload::Value> less_than_or_equal;
};

// Words of a string, as tokenizer.h finds them; their order does not matter.
struct TextMatch {
  std::string query;      // at least one word, at most kMaxQueryBytes
  bool any_word = false;  // one word is enough; else all must be in the string
};

// Within a great-circle distance, edge included (geo.h).
struct GeoRadius {
  payload::GeoPoint center;
  double radius_meters = 0;  // 0 to kMaxRadiusMeters
};

// Between two parallels and two meridians in degrees, edges included. With
// west > east the box crosses the antimeridian; longitudes 180 and -180 are
// the same meridian.
struct GeoBoundingBox {
  double south = 0;  // <= north
  double west = 0;
  double north = 0;
  double east = 0;
};

struct Exists {};
struct IsNull {};

enum class Quantifier : uint8_t { kAny, kAll };

// A test of the values that a path reaches.
struct Condition {
  std::string path;  // text form, payload/path.h
  Quantifier quantifier = Quantifier::kAny;
  std::variant<Equal, NotEqual, Range, In, NotIn, TextMatch, GeoRadius,
               GeoBoundingBox, Exists, IsNull>
      test = Exists{};
};

// A tree of conditions. The default matches everything.
struct Filter {
  enum class Kind : uint8_t { kAnd, kOr, kNot, kCondition };

  static Filter And(std::vector<Filter> members);
  static Filter Or(std::vector<Filter> members);
  static Filter Not(Filter member);
  static Filter Of(Condition condition);

  Kind kind = Kind::kAnd;
  std::vector<Filter> members;         // exactly one for kNot
  std::optional<Condition> condition;  // exactly for kCondition
};

struct FilterLimits {
  int max_depth = 64;  // of the tree; a lone condition has depth 1
  size_t max_conditions = 1'000;
  size_t max_in_values = 10'000;  // in one In or NotIn
};

inline constexpr size_t kMaxQueryBytes = 1024;
inline constexpr double kMaxRadiusMeters = 20'100'000;

// Reports what is wrong with a filter. `field` is its place in the request; a
// violation reads "filter.and[2].range". Does not go deeper than
// limits.max_depth.
void ValidateFilter(const Filter& filter, const FilterLimits& limits,
                    std::string_view field, Violations* violations);

}  // namespace mi::filter

#endif  // MI_ENGINE_FILTER_FILTER_H_
