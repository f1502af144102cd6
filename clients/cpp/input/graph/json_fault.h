// What is wrong with a JSON text, and where it is.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_JSON_FAULT_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_JSON_FAULT_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {

// A member of an object, or an element of a list.
struct JsonStep {
  JsonStep(std::string member) : name(std::move(member)) {}  // NOLINT
  JsonStep(const char* member) : name(member) {}             // NOLINT
  JsonStep(size_t element) : index(element) {}               // NOLINT

  std::string name;
  std::optional<size_t> index;  // of an element; a member otherwise
};

// A value that is not what it should be.
struct JsonFault {
  std::string what;            // "is not a date, such as 2026-03-01"
  std::vector<JsonStep> path;  // to the value, from the innermost step outwards

  // The same, seen from outside of the member or element `step`.
  JsonFault In(JsonStep step) && {
    path.push_back(std::move(step));
    return std::move(*this);
  }
};

// Nothing, if all is well.
using MaybeFault = std::optional<JsonFault>;

// "'edge.properties.budget' is not ..."; the fault alone at the outermost
// value.
std::string Describe(const JsonFault& fault);

// A place in a text, both from 1; a column is a code point.
struct TextPlace {
  uint64_t line = 1;
  size_t column = 1;

  friend bool operator==(const TextPlace&, const TextPlace&) = default;
};

// Of the byte `offset`.
TextPlace PlaceOf(std::string_view text, size_t offset);

// Of the value that is at fault. `json` is a valid JSON text.
TextPlace PlaceOf(std::string_view json, const JsonFault& fault);

// A text that is no JSON.
struct JsonSyntaxError {
  std::string what;
  TextPlace place;
};

// Reads a JSON text; nothing if it is broken, and then says why.
std::optional<nlohmann::json> ParseJson(std::string_view text,
                                        JsonSyntaxError* error);

// The value for a message: a few words of it.
std::string Excerpt(const nlohmann::json& json);

// Whether `json` is an object that has no members but these; a member that
// nobody reads would be lost.
MaybeFault CheckMembers(const nlohmann::json& json,
                        std::initializer_list<std::string_view> known);

// The member of an object, or null.
const nlohmann::json* FindMember(const nlohmann::json& json,
                                 std::string_view name);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_JSON_FAULT_H_
