#include "engine/filter/compiled_filter.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/filter/tokenizer.h"

namespace mi::filter {
namespace {

using Kind = FilterNode::Kind;
using payload::Value;

FilterNode Leaf(Predicate predicate) {
  FilterNode node{.kind = Kind::kCondition};
  node.predicate = std::make_shared<const Predicate>(std::move(predicate));
  return node;
}

FilterNode Negate(FilterNode member) {
  FilterNode node{.kind = Kind::kNot};
  node.members.push_back(std::move(member));
  return node;
}

Membership MembersOf(absl::Span<const Value> values) {
  Membership members;
  for (const Value& value : values) members.Add(value);
  members.Seal();
  return members;
}

template <typename T, typename Convert>
Bounds<T> ConvertBounds(const Range& range, Convert&& convert) {
  const auto bound = [&](const std::optional<Value>& value) {
    return value ? std::optional<T>(convert(*value)) : std::nullopt;
  };
  return {.greater_than = bound(range.greater_than),
          .greater_than_or_equal = bound(range.greater_than_or_equal),
          .less_than = bound(range.less_than),
          .less_than_or_equal = bound(range.less_than_or_equal)};
}

Number ToNumber(const Value& value) {
  if (const auto* integer = std::get_if<int64_t>(&value.data)) return *integer;
  return std::get<double>(value.data);
}

// Turns a valid condition into nodes.
struct ConditionCompiler {
  payload::Path path;
  Quantifier quantifier;

  FilterNode Make(ValueTest test) const {
    return Leaf(
        {.path = path, .quantifier = quantifier, .test = std::move(test)});
  }

  // None of `values`; under kAll there must be some value, too.
  FilterNode MakeNone(absl::Span<const Value> values) const {
    FilterNode none = Negate(Leaf({.path = path, .test = MembersOf(values)}));
    if (quantifier == Quantifier::kAny) return none;
    FilterNode both{.kind = Kind::kAnd};
    both.members.push_back(Make(AnyValue{}));
    both.members.push_back(std::move(none));
    return both;
  }

  FilterNode operator()(const Equal& test) const {
    return Make(MembersOf({test.value}));
  }
  FilterNode operator()(const NotEqual& test) const {
    return MakeNone({test.value});
  }
  FilterNode operator()(const In& test) const {
    return Make(MembersOf(test.values));
  }
  FilterNode operator()(const NotIn& test) const {
    return MakeNone(test.values);
  }
  FilterNode operator()(const Range& range) const {
    const auto* some = &range.greater_than;
    for (const auto* bound : {&range.greater_than_or_equal, &range.less_than,
                              &range.less_than_or_equal}) {
      if (!*some) some = bound;
    }
    switch ((*some)->type()) {
      case payload::ValueType::kString:
        return Make(ConvertBounds<std::string>(range, [](const Value& value) {
          return std::get<std::string>(value.data);
        }));
      case payload::ValueType::kDateTime:
        return Make(ConvertBounds<int64_t>(range, [](const Value& value) {
          return std::get<payload::DateTime>(value.data).micros;
        }));
      default:
        return Make(ConvertBounds<Number>(range, ToNumber));
    }
  }
  FilterNode operator()(const TextMatch& test) const {
    return Make(
        Words{.words = DistinctWords(test.query), .any_word = test.any_word});
  }
  FilterNode operator()(const GeoRadius& test) const {
    return Make(GeoCircle(test.center, test.radius_meters));
  }
  FilterNode operator()(const GeoBoundingBox& test) const {
    return Make(GeoBox{test.south, test.west, test.north, test.east});
  }
  FilterNode operator()(const Exists&) const { return Make(AnyValue{}); }
  FilterNode operator()(const IsNull&) const {
    return Make(MembersOf({Value()}));
  }
};

// `filter` has passed ValidateFilter.
absl::StatusOr<FilterNode> CompileNode(const Filter& filter) {
  if (filter.kind == Filter::Kind::kCondition) {
    const Condition& condition = *filter.condition;
    ASSIGN_OR_RETURN(payload::Path path, payload::Path::Parse(condition.path));
    return std::visit(ConditionCompiler{std::move(path), condition.quantifier},
                      condition.test);
  }
  FilterNode node;
  node.kind = filter.kind == Filter::Kind::kAnd  ? Kind::kAnd
              : filter.kind == Filter::Kind::kOr ? Kind::kOr
                                                 : Kind::kNot;
  for (const Filter& member : filter.members) {
    ASSIGN_OR_RETURN(FilterNode compiled, CompileNode(member));
    // And of And, Or of Or: one level is enough, and lets an index order all.
    if (compiled.kind == node.kind && node.kind != Kind::kNot) {
      std::move(compiled.members.begin(), compiled.members.end(),
                std::back_inserter(node.members));
    } else {
      node.members.push_back(std::move(compiled));
    }
  }
  if (node.members.size() == 1 && node.kind != Kind::kNot) {
    FilterNode only = std::move(node.members[0]);
    return only;
  }
  return node;
}

}  // namespace

bool FilterNode::Matches(payload::PayloadView payload) const {
  const auto matches = [payload](const FilterNode& member) {
    return member.Matches(payload);
  };
  switch (kind) {
    case Kind::kAnd:
      return std::all_of(members.begin(), members.end(), matches);
    case Kind::kOr:
      return std::any_of(members.begin(), members.end(), matches);
    case Kind::kNot:
      return !members[0].Matches(payload);
    case Kind::kCondition:
      return predicate->Matches(payload);
  }
  return false;
}

CompiledFilter::CompiledFilter()
    : root_(std::make_shared<const FilterNode>()) {}

absl::StatusOr<CompiledFilter> CompiledFilter::Compile(
    const Filter& filter, std::string_view field, const FilterLimits& limits) {
  Violations violations;
  ValidateFilter(filter, limits, field, &violations);
  RETURN_IF_ERROR(violations.ToStatus());
  ASSIGN_OR_RETURN(FilterNode root, CompileNode(filter));
  CompiledFilter compiled;
  compiled.root_ = std::make_shared<const FilterNode>(std::move(root));
  return compiled;
}

bool CompiledFilter::matches_everything() const {
  return root_->kind == Kind::kAnd && root_->members.empty();
}

absl::StatusOr<bool> Matches(const Filter& filter,
                             payload::PayloadView payload) {
  ASSIGN_OR_RETURN(const CompiledFilter compiled,
                   CompiledFilter::Compile(filter));
  return compiled.Matches(payload);
}

}  // namespace mi::filter
