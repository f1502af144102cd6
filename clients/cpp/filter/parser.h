// Filters as a person writes them.
//
//   platform == "meta" and budget.daily > 100
//   not (market in ["DE", "FR"]) or exists(creatives.headline)
//   start_date >= datetime("2026-01-01") and near(location, 52.5, 13.4, 50000)
//
//   expression = and { "or" and }
//   and        = unary { "and" unary }
//   unary      = "not" unary | "(" expression ")" | quantified
//   quantified = ( "all" | "any" ) "(" condition ")" | condition
//              | "exists" "(" path ")" | "is_null" "(" path ")"
//   condition  = path comparison value | path [ "not" ] "in" "[" values "]"
//              | "match" "(" path "," text ")"       every word
//              | "match_any" "(" path "," text ")"   at least one word
//              | "near" "(" path "," latitude "," longitude "," metres ")"
//              | "within" "(" path "," south "," west "," north "," east ")"
//   comparison = "==" | "!=" | "<" | "<=" | ">" | ">="
//   value      = text | number | "true" | "false" | "datetime" "(" text ")"
//
// A path is keys joined by dots; a key with other characters, or one that is a
// word of the language, stands in backticks: `utm.source`. Texts stand in
// single or double quotes, with the escapes of JSON.

#ifndef MI_CLIENTS_CPP_FILTER_PARSER_H_
#define MI_CLIENTS_CPP_FILTER_PARSER_H_

#include <string_view>

#include "absl/status/statusor.h"
#include "marketing/intelligence/v1/filter.pb.h"

namespace mi::client {

// The filter that `expression` means. Errors: a usage error that names the
// column, shows the place, and says what was expected.
absl::StatusOr<marketing::intelligence::v1::Filter> ParseFilter(
    std::string_view expression);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_FILTER_PARSER_H_
