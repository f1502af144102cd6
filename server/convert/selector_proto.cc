#include "server/convert/selector_proto.h"

#include <utility>

#include "engine/graph/limits.h"
#include "engine/graph/value.h"
#include "fmt/format.h"
#include "server/convert/element_id_proto.h"
#include "server/convert/property_value_proto.h"

namespace mi::server {
namespace {

using google::protobuf::RepeatedPtrField;
using graph::PropertyTest;
using Test = v1::PropertyCondition;

constexpr int kMaxNames = 64;
constexpr int kMaxConditions = 64;
constexpr int kMaxListed = 10'000;

// How the engine names a comparison with a value.
PropertyTest ComparisonOf(Test::TestCase test) {
  switch (test) {
    case Test::kNotEqual:
      return PropertyTest::kNotEqual;
    case Test::kLessThan:
      return PropertyTest::kLess;
    case Test::kLessThanOrEqual:
      return PropertyTest::kLessOrEqual;
    case Test::kGreaterThan:
      return PropertyTest::kGreater;
    case Test::kGreaterThanOrEqual:
      return PropertyTest::kGreaterOrEqual;
    default:
      return PropertyTest::kEqual;
  }
}

// One condition at its place in a request.
class Condition {
 public:
  Condition(const Test& condition, std::string field, Violations* violations)
      : condition_(condition),
        field_(std::move(field)),
        violations_(violations) {}

  graph::PropertyCondition Convert() {
    CheckGraphName(condition_.property(), field_ + ".property", violations_);
    graph::PropertyCondition converted;
    converted.property = condition_.property();
    switch (condition_.test_case()) {
      case Test::kEqual:
        Compare(condition_.equal(), "equal", &converted);
        break;
      case Test::kNotEqual:
        Compare(condition_.not_equal(), "not_equal", &converted);
        break;
      case Test::kLessThan:
        Compare(condition_.less_than(), "less_than", &converted);
        break;
      case Test::kLessThanOrEqual:
        Compare(condition_.less_than_or_equal(), "less_than_or_equal",
                &converted);
        break;
      case Test::kGreaterThan:
        Compare(condition_.greater_than(), "greater_than", &converted);
        break;
      case Test::kGreaterThanOrEqual:
        Compare(condition_.greater_than_or_equal(), "greater_than_or_equal",
                &converted);
        break;
      case Test::kIn:
        In(&converted);
        break;
      case Test::kExists:
        converted.test = condition_.exists() ? PropertyTest::kExists
                                             : PropertyTest::kMissing;
        break;
      case Test::kStartsWith:
        Text(PropertyTest::kStartsWith, condition_.starts_with(), &converted);
        break;
      case Test::kEndsWith:
        Text(PropertyTest::kEndsWith, condition_.ends_with(), &converted);
        break;
      case Test::kContains:
        Text(PropertyTest::kContains, condition_.contains(), &converted);
        break;
      case Test::TEST_NOT_SET:
        violations_->Add(field_, "has no test set");
        break;
    }
    return converted;
  }

 private:
  graph::Value Operand(const v1::PropertyValue& value, const FieldName& field) {
    graph::Value converted = ValueFromProto(value, field, violations_);
    if (graph::DepthOf(converted) > graph::kMaxValueDepth) {
      violations_->Add(
          field(), fmt::format("nests deeper than {}", graph::kMaxValueDepth));
    }
    return converted;
  }

  void Compare(const v1::PropertyValue& value, const char* name,
               graph::PropertyCondition* out) {
    out->test = ComparisonOf(condition_.test_case());
    out->operand = Operand(
        value, [this, name] { return fmt::format("{}.{}", field_, name); });
  }

  void In(graph::PropertyCondition* out) {
    out->test = PropertyTest::kIn;
    const auto& values = condition_.in().values();
    if (values.size() > kMaxListed) {
      violations_->Add(field_ + ".in.values",
                       fmt::format("has {} values; at most {} are allowed",
                                   values.size(), kMaxListed));
      return;
    }
    for (int i = 0; i < values.size(); ++i) {
      out->list.push_back(Operand(values[i], [this, i] {
        return fmt::format("{}.in.values[{}]", field_, i);
      }));
    }
  }

  static void Text(PropertyTest test, const std::string& text,
                   graph::PropertyCondition* out) {
    out->test = test;
    out->operand = graph::Value::String(text);
  }

  const Test& condition_;
  const std::string field_;
  Violations* const violations_;
};

std::vector<graph::PropertyCondition> ConditionsFromProto(
    const RepeatedPtrField<Test>& conditions, std::string_view field,
    Violations* violations) {
  std::vector<graph::PropertyCondition> converted;
  if (conditions.size() > kMaxConditions) {
    violations->Add(field,
                    fmt::format("has {} conditions; at most {} are allowed",
                                conditions.size(), kMaxConditions));
    return converted;
  }
  for (int i = 0; i < conditions.size(); ++i) {
    converted.push_back(
        Condition(conditions[i], fmt::format("{}[{}]", field, i), violations)
            .Convert());
  }
  return converted;
}

// Selectors of edges and of hyperedges are alike.
template <typename Selector>
graph::EdgeSelector Convert(const Selector& selector, std::string_view field,
                            Violations* violations) {
  return {.types = NamesFromProto(selector.types(),
                                  fmt::format("{}.types", field), violations),
          .conditions = ConditionsFromProto(selector.conditions(),
                                            fmt::format("{}.conditions", field),
                                            violations),
          .as_of = TimeFromProto(selector.has_as_of(), selector.as_of(),
                                 fmt::format("{}.as_of", field), violations)};
}

}  // namespace

graph::NodeSelector NodeSelectorFromProto(const v1::NodeSelector& selector,
                                          std::string_view field,
                                          Violations* violations) {
  return {
      .any_label = NamesFromProto(
          selector.any_label(), fmt::format("{}.any_label", field), violations),
      .all_labels =
          NamesFromProto(selector.all_labels(),
                         fmt::format("{}.all_labels", field), violations),
      .conditions =
          ConditionsFromProto(selector.conditions(),
                              fmt::format("{}.conditions", field), violations)};
}

graph::EdgeSelector EdgeSelectorFromProto(const v1::EdgeSelector& selector,
                                          std::string_view field,
                                          Violations* violations) {
  return Convert(selector, field, violations);
}

graph::HyperedgeSelector HyperedgeSelectorFromProto(
    const v1::HyperedgeSelector& selector, std::string_view field,
    Violations* violations) {
  return Convert(selector, field, violations);
}

graph::Direction DirectionFromProto(v1::Direction direction,
                                    std::string_view field,
                                    Violations* violations) {
  switch (direction) {
    case v1::DIRECTION_OUT:
      return graph::Direction::kOut;
    case v1::DIRECTION_IN:
      return graph::Direction::kIn;
    case v1::DIRECTION_UNSPECIFIED:
    case v1::DIRECTION_BOTH:
      return graph::Direction::kBoth;
    default:
      violations->Add(field, fmt::format("is {}, which is no Direction",
                                         static_cast<int>(direction)));
      return graph::Direction::kBoth;
  }
}

std::vector<std::string> NamesFromProto(
    const RepeatedPtrField<std::string>& names, std::string_view field,
    Violations* violations) {
  if (names.size() > kMaxNames) {
    violations->Add(field, fmt::format("has {} names; at most {} are allowed",
                                       names.size(), kMaxNames));
    return {};
  }
  for (int i = 0; i < names.size(); ++i) {
    CheckGraphName(names[i], fmt::format("{}[{}]", field, i), violations);
  }
  return {names.begin(), names.end()};
}

void CheckGraphName(std::string_view name, std::string_view field,
                    Violations* violations) {
  if (name.empty() || name.size() > graph::kMaxNameBytes ||
      name.find('\0') != std::string_view::npos) {
    violations->Add(field,
                    fmt::format("has {} bytes; 1 to {} without NUL are allowed",
                                name.size(), graph::kMaxNameBytes));
  }
}

void CheckRange(uint64_t value, uint64_t low, uint64_t high,
                std::string_view field, Violations* violations) {
  if (value >= low && value <= high) return;
  violations->Add(field,
                  fmt::format("is {}, must be {} to {}", value, low, high));
}

uint64_t NumberOr(uint64_t value, uint64_t standard, uint64_t low,
                  uint64_t high, std::string_view field,
                  Violations* violations) {
  if (value == 0) return standard;
  CheckRange(value, low, high, field, violations);
  return value;
}

}  // namespace mi::server
