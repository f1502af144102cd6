#include "clients/cpp/input/csv_field.h"

#include <algorithm>
#include <array>
#include <utility>

#include "clients/cpp/error.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

constexpr std::array<std::pair<std::string_view, CsvType>, 6> kTypes = {{
    {"string", CsvType::kString},
    {"integer", CsvType::kInteger},
    {"float", CsvType::kFloat},
    {"bool", CsvType::kBool},
    {"datetime", CsvType::kDateTime},
    {"skip", CsvType::kSkip},
}};

}  // namespace

std::string_view CsvTypeName(CsvType type) {
  for (const auto& [name, value] : kTypes) {
    if (value == type) return name;
  }
  return "unknown";
}

absl::StatusOr<CsvField> ParseCsvField(const std::string& text) {
  const auto wrong = [&text] {
    return UsageError(fmt::format(
        "--field '{}': expected NAME:TYPE[=COLUMN] with TYPE one of string, "
        "integer, float, bool, datetime, datetime[PATTERN], skip",
        text));
  };
  CsvField field;
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) return wrong();
  field.name = text.substr(0, colon);
  std::string type = text.substr(colon + 1);
  // The pattern may hold any character, so the column is behind its bracket.
  const size_t open = type.find('[');
  const size_t close = open == std::string::npos ? 0 : type.rfind(']');
  if (close == std::string::npos) return wrong();
  const size_t equals = type.find('=', close);
  if (equals != std::string::npos) {
    field.column = type.substr(equals + 1);
    type.resize(equals);
    if (field.column.empty()) return wrong();
  } else {
    field.column = field.name;
  }
  if (open != std::string::npos) {
    if (!type.ends_with(']') || type.substr(0, open) != "datetime") {
      return wrong();
    }
    field.pattern = type.substr(open + 1, close - open - 1);
    if (field.pattern.empty()) return wrong();
    type.resize(open);
  }
  const auto* known =
      std::find_if(kTypes.begin(), kTypes.end(),
                   [&type](const auto& entry) { return entry.first == type; });
  if (known == kTypes.end()) return wrong();
  field.type = known->second;
  return field;
}

absl::StatusOr<CsvPlace> ParseCsvPlace(const std::string& text) {
  const size_t equals = text.find('=');
  const size_t comma = text.find(',', equals + 1);
  if (equals == std::string::npos || equals == 0 ||
      comma == std::string::npos || comma == equals + 1 ||
      comma + 1 == text.size()) {
    return UsageError(fmt::format(
        "--place '{}': expected NAME=LATITUDE_COLUMN,LONGITUDE_COLUMN", text));
  }
  return CsvPlace{
      .name = text.substr(0, equals),
      .latitude_column = text.substr(equals + 1, comma - equals - 1),
      .longitude_column = text.substr(comma + 1)};
}

}  // namespace mi::client
