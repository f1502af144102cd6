// Conditions on properties of a graph, as a person writes them.
//
//   platform == "meta" and budget > 100
//   status in ["active", "paused"] and not exists(end) and
//   starts_with(name, "Summer") and since >= date("2026-01-01")
//
//   conditions = condition { "and" condition }
//   condition  = property comparison value
//              | property "in" "[" values "]"
//              | [ "not" ] "exists" "(" property ")"
//              | ( "starts_with" | "ends_with" | "contains" )
//                "(" property "," text ")"
//   comparison = "==" | "!=" | "<" | "<=" | ">" | ">="
//   value      = text | number | "true" | "false"
//              | ( "date" | "localtime" | "time" | "localdatetime"
//                | "datetime" | "duration" ) "(" text ")"
//
// A property with other characters than letters, digits, "_" and "-" stands in
// backticks. Texts stand in single or double quotes, with the escapes of JSON.

#ifndef MI_CLIENTS_CPP_FILTER_CONDITION_PARSER_H_
#define MI_CLIENTS_CPP_FILTER_CONDITION_PARSER_H_

#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

// The conditions that `expression` means; all must hold. Errors: a usage error
// that names the column, shows the place, and says what was expected.
absl::StatusOr<std::vector<marketing::intelligence::v1::PropertyCondition>>
ParseConditions(std::string_view expression);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_FILTER_CONDITION_PARSER_H_
