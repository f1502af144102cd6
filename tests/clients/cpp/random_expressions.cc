#include "tests/clients/cpp/random_expressions.h"

#include <array>
#include <utility>

#include "fmt/format.h"
#include "google/protobuf/util/time_util.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

template <typename T, size_t N>
const T& OneOf(const std::array<T, N>& values, Random& random) {
  return values[random.Below(N)];
}

// As it is written, and as the API has it.
using Pair = std::pair<std::string, std::string>;

const Pair& AnyPath(Random& random) {
  static const std::array<Pair, 7> kPaths = {{
      {"platform", "platform"},
      {"budget.daily", "budget.daily"},
      {"`utm.source`", R"(utm\.source)"},
      {"a.`or`.b_2", "a.or.b_2"},
      {"`back\\slash`", R"(back\\slash)"},
      {"größe", "größe"},
      {"near", "near"},
  }};
  return OneOf(kPaths, random);
}

const Pair& AnyText(Random& random) {
  static const std::array<Pair, 6> kTexts = {{
      {"\"meta\"", "meta"},
      {"'meta'", "meta"},
      {"\"\"", ""},
      {R"("a \"b\" \\ 'c'")", "a \"b\" \\ 'c'"},
      {R"('it\'s "x"')", "it's \"x\""},
      {R"("\u00fc\t日本")", "ü\t日本"},
  }};
  return OneOf(kTexts, random);
}

std::string Spaces(Random& random) { return std::string(random.Below(3), ' '); }

// A number with few digits, and its exact text.
std::pair<std::string, double> AnyNumber(Random& random) {
  const double number =
      static_cast<double>(random.Below(20'001)) / 16 - 625;  // exact in binary
  return {fmt::format("{:.4f}", number), number};
}

std::string AnyValue(Random& random, v1::Value* value) {
  switch (random.Below(5)) {
    case 0: {
      const auto integer = static_cast<int64_t>(random.Bits());
      value->set_integer_value(integer);
      return std::to_string(integer);
    }
    case 1: {
      const auto [text, number] = AnyNumber(random);
      value->set_float_value(number);
      return text;
    }
    case 2: {
      const bool truth = random.Below(2) == 1;
      value->set_bool_value(truth);
      return truth ? "true" : "false";
    }
    case 3: {
      auto* time = value->mutable_datetime_value();
      time->set_seconds(static_cast<int64_t>(random.Below(4'000'000'000)));
      return fmt::format("datetime(\"{}\")",
                         google::protobuf::util::TimeUtil::ToString(*time));
    }
    default: {
      const Pair& text = AnyText(random);
      value->set_string_value(text.second);
      return text.first;
    }
  }
}

std::string AnyList(Random& random, v1::ListValue* list) {
  std::string text = "[";
  const uint64_t size = 1 + random.Below(3);
  for (uint64_t i = 0; i < size; ++i) {
    if (i > 0) text += "," + Spaces(random);
    text += AnyValue(random, list->add_values());
  }
  return text + "]";
}

std::string AnyComparison(Random& random, v1::Condition* condition) {
  const Pair& path = AnyPath(random);
  condition->set_path(path.second);
  v1::Value value;
  std::string text = AnyValue(random, &value);
  const bool ordered = value.kind_case() != v1::Value::kBoolValue;
  std::string comparison;
  switch (random.Below(ordered ? 6 : 2)) {
    case 0:
      comparison = "==";
      *condition->mutable_equal() = value;
      break;
    case 1:
      comparison = "!=";
      *condition->mutable_not_equal() = value;
      break;
    case 2:
      comparison = "<";
      *condition->mutable_range()->mutable_less_than() = value;
      break;
    case 3:
      comparison = "<=";
      *condition->mutable_range()->mutable_less_than_or_equal() = value;
      break;
    case 4:
      comparison = ">";
      *condition->mutable_range()->mutable_greater_than() = value;
      break;
    default:
      comparison = ">=";
      *condition->mutable_range()->mutable_greater_than_or_equal() = value;
  }
  return path.first + Spaces(random) + comparison + Spaces(random) + text;
}

std::string AnyCondition(Random& random, v1::Condition* condition) {
  const Pair& path = AnyPath(random);
  switch (random.Below(8)) {
    case 0:
      condition->set_path(path.second);
      return path.first + " in " + AnyList(random, condition->mutable_in());
    case 1:
      condition->set_path(path.second);
      return path.first + " not  in" +
             AnyList(random, condition->mutable_not_in());
    case 2: {
      condition->set_path(path.second);
      const Pair& words = AnyText(random);
      condition->mutable_text_match()->set_query(words.second);
      return fmt::format("match({},{})", path.first, words.first);
    }
    case 3: {
      condition->set_path(path.second);
      const auto latitude = AnyNumber(random);
      const auto longitude = AnyNumber(random);
      v1::GeoRadius* radius = condition->mutable_geo_radius();
      radius->mutable_center()->set_latitude(latitude.second);
      radius->mutable_center()->set_longitude(longitude.second);
      radius->set_radius_meters(5);
      return fmt::format("near({}, {}, {}, 5)", path.first, latitude.first,
                         longitude.first);
    }
    case 4: {
      condition->set_path(path.second);
      v1::GeoBoundingBox* box = condition->mutable_geo_bounding_box();
      box->set_south(1);
      box->set_west(2);
      box->set_north(3);
      box->set_east(4);
      return fmt::format("within({}, 1, 2, 3, 4)", path.first);
    }
    default:
      return AnyComparison(random, condition);
  }
}

std::string AnyQuantified(Random& random, v1::Condition* condition) {
  const Pair& path = AnyPath(random);
  switch (random.Below(6)) {
    case 0:
      condition->set_path(path.second);
      condition->mutable_exists();
      return fmt::format("exists({})", path.first);
    case 1:
      condition->set_path(path.second);
      condition->mutable_is_null();
      return fmt::format("is_null( {} )", path.first);
    case 2:
      condition->set_quantifier(v1::QUANTIFIER_ALL);
      return fmt::format("all({})", AnyCondition(random, condition));
    case 3:
      condition->set_quantifier(v1::QUANTIFIER_ANY);
      return fmt::format("any({})", AnyCondition(random, condition));
    default:
      return AnyCondition(random, condition);
  }
}

}  // namespace

RandomExpression MakeExpression(Random& random, int depth) {
  RandomExpression made;
  const uint64_t kind = depth == 0 ? 3 : random.Below(4);
  if (kind == 2) {
    RandomExpression inner = MakeExpression(random, depth - 1);
    made.text = "not (" + inner.text + ")";
    *made.filter.mutable_not_() = std::move(inner.filter);
    return made;
  }
  if (kind == 3) {
    made.text = AnyQuantified(random, made.filter.mutable_condition());
    return made;
  }
  // Every member in parentheses: the tests by hand are about precedence.
  v1::FilterList* list =
      kind == 0 ? made.filter.mutable_and_() : made.filter.mutable_or_();
  const uint64_t size = 2 + random.Below(2);
  for (uint64_t i = 0; i < size; ++i) {
    RandomExpression inner = MakeExpression(random, depth - 1);
    if (i > 0) made.text += kind == 0 ? " and " : " or ";
    made.text += "(" + inner.text + ")";
    *list->add_filters() = std::move(inner.filter);
  }
  return made;
}

}  // namespace mi::client
