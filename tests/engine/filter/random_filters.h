// Random payloads and filters over a small world of fields and values, so that
// they meet often.

#ifndef MI_TESTS_ENGINE_FILTER_RANDOM_FILTERS_H_
#define MI_TESTS_ENGINE_FILTER_RANDOM_FILTERS_H_

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/random.h"
#include "engine/filter/filter.h"
#include "engine/filter/schema.h"
#include "engine/payload/value.h"

namespace mi::filter::testing {

// The fields that random payloads have: one for each type of index, one
// nested, one in a list of objects; each at times of another type than its
// name says.
inline std::vector<FieldSchema> EveryField() {
  return {{"keyword", FieldType::kKeyword},   {"integer", FieldType::kInteger},
          {"float", FieldType::kFloat},       {"bool", FieldType::kBool},
          {"datetime", FieldType::kDateTime}, {"geo", FieldType::kGeo},
          {"text", FieldType::kText},         {"nested.n", FieldType::kInteger},
          {"items.tag", FieldType::kKeyword}};
}

class RandomFilters {
 public:
  explicit RandomFilters(uint64_t seed) : random_(seed) {}

  payload::Payload NextPayload() {
    payload::Payload payload;
    for (const char* name : {"keyword", "integer", "float", "bool", "datetime",
                             "geo", "text", "plain"}) {
      if (Chance(0.85)) payload.emplace(name, FieldValue(name));
    }
    if (Chance(0.7)) {
      payload.emplace("nested", payload::Object{{"n", FieldValue("integer")}});
    }
    if (Chance(0.7)) {
      payload::List items;
      for (uint64_t i = random_.Below(4); i > 0; --i) {
        items.emplace_back(payload::Object{{"tag", FieldValue("keyword")}});
      }
      payload.emplace("items", std::move(items));
    }
    return payload;
  }

  Filter NextFilter(int depth = 3) {
    if (depth > 0 && Chance(0.6)) {
      std::vector<Filter> members;
      for (uint64_t i = random_.Below(4); i > 0; --i) {
        members.push_back(NextFilter(depth - 1));
      }
      switch (random_.Below(3)) {
        case 0:
          return Filter::And(std::move(members));
        case 1:
          return Filter::Or(std::move(members));
        default:
          return Filter::Not(NextFilter(depth - 1));
      }
    }
    return Filter::Of(NextCondition());
  }

  Condition NextCondition() {
    static constexpr const char* kPaths[] = {
        "keyword", "integer",  "float",     "bool",  "datetime", "geo",
        "text",    "nested.n", "items.tag", "plain", "absent"};
    const std::string path = kPaths[random_.Below(std::size(kPaths))];
    const std::string kind = path == "nested.n"    ? "integer"
                             : path == "items.tag" ? "keyword"
                                                   : path;
    Condition condition{.path = path};
    if (Chance(0.3)) condition.quantifier = Quantifier::kAll;
    switch (random_.Below(10)) {
      case 0:
        condition.test = Equal{Scalar(kind)};
        break;
      case 1:
        condition.test = NotEqual{Scalar(kind)};
        break;
      case 2:
        condition.test = In{Scalars(kind)};
        break;
      case 3:
        condition.test = NotIn{Scalars(kind)};
        break;
      case 4:
      case 5:
        condition.test = NextRange(kind);
        break;
      case 6:
        condition.test =
            TextMatch{.query = Text() + " " + Word(), .any_word = Chance(0.5)};
        break;
      case 7:
        if (Chance(0.5)) {
          condition.test =
              GeoRadius{Place(), 20'100'000 * random_.Uniform() *
                                     random_.Uniform() * random_.Uniform()};
        } else {
          const auto a = Place();
          const auto b = Place();
          condition.test =
              GeoBoundingBox{std::min(a.latitude, b.latitude), a.longitude,
                             std::max(a.latitude, b.latitude), b.longitude};
        }
        break;
      case 8:
        condition.test = Exists{};
        break;
      default:
        condition.test = IsNull{};
        break;
    }
    return condition;
  }

 private:
  bool Chance(double probability) { return random_.Uniform() < probability; }

  std::string Word() {
    static constexpr const char* kWords[] = {"summer", "Sale",  "shoes", "RUN",
                                             "winter", "größe", "deal",  "now"};
    return kWords[random_.Below(std::size(kWords))];
  }

  std::string Text() {
    std::string text = Word();
    for (uint64_t i = random_.Below(4); i > 0; --i) text += "-" + Word();
    return text;
  }

  payload::GeoPoint Place() {
    // Coarse, so that edges, poles and the antimeridian are hit.
    if (Chance(0.3)) {
      return {static_cast<double>(random_.Below(5)) * 45 - 90,
              static_cast<double>(random_.Below(9)) * 45 - 180};
    }
    return {random_.Uniform() * 180 - 90, random_.Uniform() * 360 - 180};
  }

  payload::Value Typed(const std::string& kind) {
    if (kind == "integer") {
      if (Chance(0.1)) {
        return (int64_t{1} << 53) + static_cast<int64_t>(random_.Below(3));
      }
      return static_cast<int64_t>(random_.Below(20)) - 5;
    }
    if (kind == "float") {
      if (Chance(0.1)) return 0x1p53;
      return static_cast<double>(random_.Below(40)) / 4 - 3;
    }
    if (kind == "bool") return Chance(0.5);
    if (kind == "datetime") {
      return payload::DateTime{static_cast<int64_t>(random_.Below(12)) *
                               43'200'000'000};
    }
    if (kind == "geo") return Place();
    if (kind == "text") return Text();
    return Word();
  }

  payload::Value Scalar(const std::string& kind) {
    if (Chance(0.05)) return payload::Null{};
    if (Chance(0.15)) {
      static constexpr const char* kKinds[] = {"integer",  "float", "bool",
                                               "datetime", "geo",   "keyword"};
      return Typed(kKinds[random_.Below(std::size(kKinds))]);
    }
    return Typed(kind);
  }

  std::vector<payload::Value> Scalars(const std::string& kind) {
    std::vector<payload::Value> values;
    for (uint64_t i = random_.Below(5); i > 0; --i) {
      values.push_back(Scalar(kind));
    }
    return values;
  }

  payload::Value FieldValue(const std::string& kind) {
    if (Chance(0.03)) return payload::Object{{"n", 1}};
    if (!Chance(0.25)) return Scalar(kind);
    payload::List list;
    for (uint64_t i = random_.Below(4); i > 0; --i) {
      list.push_back(Chance(0.1) ? payload::Value(payload::List{Scalar(kind)})
                                 : Scalar(kind));
    }
    return list;
  }

  Range NextRange(const std::string& kind) {
    const std::string ordered =
        kind == "bool" || kind == "geo" || kind == "absent" ? "integer" : kind;
    Range range;
    if (Chance(0.5)) {
      (Chance(0.5) ? range.greater_than : range.greater_than_or_equal) =
          Typed(ordered);
    }
    if (Chance(0.5) || (!range.greater_than && !range.greater_than_or_equal)) {
      (Chance(0.5) ? range.less_than : range.less_than_or_equal) =
          Typed(ordered);
    }
    return range;
  }

  Random random_;
};

}  // namespace mi::filter::testing

#endif  // MI_TESTS_ENGINE_FILTER_RANDOM_FILTERS_H_
