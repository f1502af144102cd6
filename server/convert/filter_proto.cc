#include "server/convert/filter_proto.h"

#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/filter/filter.h"
#include "fmt/format.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

using filter::Condition;
using filter::Filter;

// Converts parts of a filter, keeping track of where they stand.
class Converter {
 public:
  explicit Converter(Violations* violations) : violations_(violations) {}

  Filter Convert(const v1::Filter& in, const std::string& field) const {
    switch (in.kind_case()) {
      case v1::Filter::kAnd:
        return Filter::And(ConvertAll(in.and_(), field + ".and"));
      case v1::Filter::kOr:
        return Filter::Or(ConvertAll(in.or_(), field + ".or"));
      case v1::Filter::kNot:
        return Filter::Not(Convert(in.not_(), field + ".not"));
      case v1::Filter::kCondition:
        return Filter::Of(ConvertCondition(in.condition(), field));
      case v1::Filter::KIND_NOT_SET:
        break;
    }
    violations_->Add(field,
                     "has no kind set; one of and, or, not, condition is "
                     "required");
    return Filter();
  }

 private:
  std::vector<Filter> ConvertAll(const v1::FilterList& in,
                                 const std::string& field) const {
    std::vector<Filter> filters;
    filters.reserve(static_cast<size_t>(in.filters_size()));
    for (int i = 0; i < in.filters_size(); ++i) {
      filters.push_back(
          Convert(in.filters(i), fmt::format("{}[{}]", field, i)));
    }
    return filters;
  }

  Condition ConvertCondition(const v1::Condition& in,
                             const std::string& field) const {
    Condition out;
    out.path = in.path();
    out.quantifier = ConvertQuantifier(in.quantifier(), field);
    switch (in.test_case()) {
      case v1::Condition::kEqual:
        out.test = filter::Equal{Value(in.equal(), field + ".equal")};
        break;
      case v1::Condition::kNotEqual:
        out.test =
            filter::NotEqual{Value(in.not_equal(), field + ".not_equal")};
        break;
      case v1::Condition::kRange:
        out.test = ConvertRange(in.range(), field + ".range");
        break;
      case v1::Condition::kIn:
        out.test = filter::In{Values(in.in(), field + ".in")};
        break;
      case v1::Condition::kNotIn:
        out.test = filter::NotIn{Values(in.not_in(), field + ".not_in")};
        break;
      case v1::Condition::kTextMatch:
        out.test = filter::TextMatch{in.text_match().query(),
                                     in.text_match().any_word()};
        break;
      case v1::Condition::kGeoRadius:
        out.test = filter::GeoRadius{{in.geo_radius().center().latitude(),
                                      in.geo_radius().center().longitude()},
                                     in.geo_radius().radius_meters()};
        break;
      case v1::Condition::kGeoBoundingBox:
        out.test = filter::GeoBoundingBox{
            in.geo_bounding_box().south(), in.geo_bounding_box().west(),
            in.geo_bounding_box().north(), in.geo_bounding_box().east()};
        break;
      case v1::Condition::kExists:
        out.test = filter::Exists{};
        break;
      case v1::Condition::kIsNull:
        out.test = filter::IsNull{};
        break;
      case v1::Condition::TEST_NOT_SET:
        violations_->Add(field, "has no test set");
        break;
    }
    return out;
  }

  filter::Quantifier ConvertQuantifier(v1::Quantifier in,
                                       const std::string& field) const {
    switch (in) {
      case v1::QUANTIFIER_UNSPECIFIED:
      case v1::QUANTIFIER_ANY:
        return filter::Quantifier::kAny;
      case v1::QUANTIFIER_ALL:
        return filter::Quantifier::kAll;
      default:
        violations_->Add(
            field + ".quantifier",
            fmt::format("{} is not a known value", static_cast<int>(in)));
        return filter::Quantifier::kAny;
    }
  }

  filter::Range ConvertRange(const v1::Range& in,
                             const std::string& field) const {
    filter::Range out;
    if (in.has_greater_than()) {
      out.greater_than = Value(in.greater_than(), field + ".greater_than");
    }
    if (in.has_greater_than_or_equal()) {
      out.greater_than_or_equal =
          Value(in.greater_than_or_equal(), field + ".greater_than_or_equal");
    }
    if (in.has_less_than()) {
      out.less_than = Value(in.less_than(), field + ".less_than");
    }
    if (in.has_less_than_or_equal()) {
      out.less_than_or_equal =
          Value(in.less_than_or_equal(), field + ".less_than_or_equal");
    }
    return out;
  }

  payload::Value Value(const v1::Value& in, const std::string& field) const {
    return ValueFromProto(in, field, violations_);
  }

  std::vector<payload::Value> Values(const v1::ListValue& in,
                                     const std::string& field) const {
    std::vector<payload::Value> out;
    out.reserve(static_cast<size_t>(in.values_size()));
    for (int i = 0; i < in.values_size(); ++i) {
      out.push_back(Value(in.values(i), fmt::format("{}[{}]", field, i)));
    }
    return out;
  }

  Violations* const violations_;
};

}  // namespace

absl::StatusOr<filter::CompiledFilter> FilterFromProto(const v1::Filter& filter,
                                                       std::string_view field) {
  Violations violations;
  const Filter converted =
      Converter(&violations).Convert(filter, std::string(field));
  RETURN_IF_ERROR(violations.ToStatus());
  return filter::CompiledFilter::Compile(converted, field);
}

}  // namespace mi::server
