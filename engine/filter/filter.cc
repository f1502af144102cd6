#include "engine/filter/filter.h"

#include <cmath>
#include <string>
#include <utility>

#include "engine/filter/tokenizer.h"
#include "engine/payload/path.h"
#include "fmt/format.h"

namespace mi::filter {
namespace {

using payload::Value;
using payload::ValueType;

bool IsNumber(ValueType type) {
  return type == ValueType::kInteger || type == ValueType::kFloat;
}

// Written so that NaN is outside.
bool Within(double value, double low, double high) {
  return value >= low && value <= high;
}

class Validator {
 public:
  Validator(const FilterLimits& limits, Violations* violations)
      : limits_(limits), violations_(violations) {}

  void Check(const Filter& filter, const std::string& field, int depth) {
    if (depth > limits_.max_depth) {
      violations_->Add(
          field, fmt::format("nests deeper than {} levels", limits_.max_depth));
      return;
    }
    if ((filter.kind == Filter::Kind::kCondition) !=
        filter.condition.has_value()) {
      violations_->Add(field, "a condition is needed exactly here");
      return;
    }
    switch (filter.kind) {
      case Filter::Kind::kAnd:
        return CheckMembers(filter, field + ".and", depth);
      case Filter::Kind::kOr:
        return CheckMembers(filter, field + ".or", depth);
      case Filter::Kind::kNot:
        if (filter.members.size() != 1) {
          violations_->Add(field + ".not", "exactly one filter is needed");
          return;
        }
        return Check(filter.members[0], field + ".not", depth + 1);
      case Filter::Kind::kCondition:
        return CheckCondition(*filter.condition, field);
    }
  }

  void CheckCount(const std::string& field) {
    if (conditions_ > limits_.max_conditions) {
      violations_->Add(field, fmt::format("more than {} conditions",
                                          limits_.max_conditions));
    }
  }

 private:
  void CheckMembers(const Filter& filter, const std::string& field, int depth) {
    for (size_t i = 0; i < filter.members.size(); ++i) {
      if (conditions_ > limits_.max_conditions) return;
      Check(filter.members[i], fmt::format("{}[{}]", field, i), depth + 1);
    }
  }

  void CheckCondition(const Condition& condition, const std::string& field) {
    ++conditions_;
    if (conditions_ > limits_.max_conditions) return;
    payload::ParsePath(condition.path, field + ".path", violations_);
    std::visit([&](const auto& test) { CheckTest(test, field); },
               condition.test);
  }

  void CheckTest(const Equal& test, const std::string& field) {
    CheckOperand(test.value, field + ".equal");
  }
  void CheckTest(const NotEqual& test, const std::string& field) {
    CheckOperand(test.value, field + ".not_equal");
  }
  void CheckTest(const In& test, const std::string& field) {
    CheckOperands(test.values, field + ".in");
  }
  void CheckTest(const NotIn& test, const std::string& field) {
    CheckOperands(test.values, field + ".not_in");
  }
  void CheckTest(const Exists&, const std::string&) {}
  void CheckTest(const IsNull&, const std::string&) {}

  void CheckOperands(const std::vector<Value>& values,
                     const std::string& field) {
    if (values.size() > limits_.max_in_values) {
      violations_->Add(field,
                       fmt::format("{} values; at most {}", values.size(),
                                   limits_.max_in_values));
      return;
    }
    for (size_t i = 0; i < values.size(); ++i) {
      CheckOperand(values[i], fmt::format("{}[{}]", field, i));
    }
  }

  void CheckOperand(const Value& value, const std::string& field) {
    if (value.type() == ValueType::kList ||
        value.type() == ValueType::kObject) {
      violations_->Add(field,
                       fmt::format("a {} cannot be compared; name a value",
                                   payload::ValueTypeName(value.type())));
      return;
    }
    payload::ValidateValue(value, field, violations_);
  }

  void CheckTest(const Range& range, const std::string& place) {
    const std::string field = place + ".range";
    std::optional<ValueType> type;
    const auto check = [&](const std::optional<Value>& bound,
                           std::string_view name) {
      if (!bound) return;
      CheckBound(*bound, fmt::format("{}.{}", field, name), &type);
    };
    check(range.greater_than, "greater_than");
    check(range.greater_than_or_equal, "greater_than_or_equal");
    check(range.less_than, "less_than");
    check(range.less_than_or_equal, "less_than_or_equal");
    if (!type) violations_->Add(field, "at least one bound is needed");
  }

  // `type` is that of the bounds before.
  void CheckBound(const Value& bound, const std::string& field,
                  std::optional<ValueType>* type) {
    const bool ordered = IsNumber(bound.type()) ||
                         bound.type() == ValueType::kDateTime ||
                         bound.type() == ValueType::kString;
    if (!ordered) {
      violations_->Add(field,
                       fmt::format("a {} has no order; a number, a datetime "
                                   "or a string is needed",
                                   payload::ValueTypeName(bound.type())));
    } else if (*type && **type != bound.type() &&
               !(IsNumber(**type) && IsNumber(bound.type()))) {
      violations_->Add(field, "all bounds must be of one type");
    } else {
      payload::ValidateValue(bound, field, violations_);
    }
    if (!*type) *type = bound.type();
  }

  void CheckTest(const TextMatch& test, const std::string& place) {
    const std::string field = place + ".text_match.query";
    if (test.query.size() > kMaxQueryBytes) {
      violations_->Add(field, fmt::format("{} bytes; at most {}",
                                          test.query.size(), kMaxQueryBytes));
    } else if (DistinctWords(test.query).empty()) {
      violations_->Add(field, "at least one word is needed");
    }
    payload::ValidateValue(test.query, field, violations_);
  }

  void CheckTest(const GeoRadius& test, const std::string& place) {
    const std::string field = place + ".geo_radius";
    payload::ValidateValue(test.center, field + ".center", violations_);
    if (!Within(test.radius_meters, 0, kMaxRadiusMeters)) {
      violations_->Add(field + ".radius_meters",
                       fmt::format("{}; must be 0 to {}", test.radius_meters,
                                   kMaxRadiusMeters));
    }
  }

  void CheckTest(const GeoBoundingBox& box, const std::string& place) {
    const std::string field = place + ".geo_bounding_box";
    const auto check = [&](std::string_view name, double degrees,
                           double limit) {
      if (Within(degrees, -limit, limit)) return;
      violations_->Add(
          fmt::format("{}.{}", field, name),
          fmt::format("{}; must be {} to {}", degrees, -limit, limit));
    };
    check("south", box.south, 90);
    check("north", box.north, 90);
    check("west", box.west, 180);
    check("east", box.east, 180);
    if (box.south > box.north) {
      violations_->Add(field, "south must not be greater than north");
    }
  }

  const FilterLimits& limits_;
  Violations* violations_;
  size_t conditions_ = 0;
};

}  // namespace

Filter Filter::And(std::vector<Filter> members) {
  return {.kind = Kind::kAnd, .members = std::move(members)};
}

Filter Filter::Or(std::vector<Filter> members) {
  return {.kind = Kind::kOr, .members = std::move(members)};
}

Filter Filter::Not(Filter member) {
  Filter filter{.kind = Kind::kNot};
  filter.members.push_back(std::move(member));
  return filter;
}

Filter Filter::Of(Condition condition) {
  return {.kind = Kind::kCondition, .condition = std::move(condition)};
}

void ValidateFilter(const Filter& filter, const FilterLimits& limits,
                    std::string_view field, Violations* violations) {
  const std::string place(field);
  Validator validator(limits, violations);
  validator.Check(filter, place, /*depth=*/1);
  validator.CheckCount(place);
}

}  // namespace mi::filter
