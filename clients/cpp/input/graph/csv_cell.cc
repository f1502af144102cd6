#include "clients/cpp/input/graph/csv_cell.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "clients/cpp/input/graph/json_fault.h"
#include "clients/cpp/input/graph/property_json.h"
#include "clients/cpp/input/graph/temporal_text.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::optional<double> ParseAnyFloat(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return ParseFloat(text);
}

// The entries of "{x: 1, y: 2}", with keys in lower case.
std::optional<std::map<std::string, std::string>> ParseEntries(
    std::string_view cell) {
  cell = Trim(cell);
  if (!cell.starts_with('{') || !cell.ends_with('}') || cell.size() < 2) {
    return std::nullopt;
  }
  cell = cell.substr(1, cell.size() - 2);
  std::map<std::string, std::string> entries;
  while (true) {
    const size_t comma = cell.find(',');
    const std::string_view entry = cell.substr(0, comma);
    const size_t colon = entry.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const bool is_new = entries
                            .emplace(Lower(Trim(entry.substr(0, colon))),
                                     std::string(Trim(entry.substr(colon + 1))))
                            .second;
    if (!is_new) return std::nullopt;
    if (comma == std::string_view::npos) return entries;
    cell.remove_prefix(comma + 1);
  }
}

// Takes a coordinate, by one of its names, out of the entries.
std::optional<double> TakeNumber(std::initializer_list<std::string_view> names,
                                 std::map<std::string, std::string>* entries) {
  for (const std::string_view name : names) {
    const auto found = entries->find(std::string(name));
    if (found == entries->end()) continue;
    const auto number = ParseFloat(found->second);
    entries->erase(found);
    return number.value_or(NAN);
  }
  return std::nullopt;
}

bool ReadPoint(std::string_view cell, v1::SpatialPoint* point) {
  constexpr double kMaxLongitude = 180;
  constexpr double kMaxLatitude = 90;
  auto entries = ParseEntries(cell);
  if (!entries) return false;
  bool is_geo = entries->contains("latitude");
  if (const auto crs = entries->find("crs"); crs != entries->end()) {
    const std::string name = Lower(crs->second);
    is_geo = name.find("wgs") != std::string::npos;
    if (!is_geo && name.find("cartesian") == std::string::npos) return false;
    entries->erase(crs);
  }
  const auto x = TakeNumber({"longitude", "x"}, &*entries);
  const auto y = TakeNumber({"latitude", "y"}, &*entries);
  const auto z = TakeNumber({"height", "z"}, &*entries);
  const double max_x =
      is_geo ? kMaxLongitude : std::numeric_limits<double>::max();
  const double max_y =
      is_geo ? kMaxLatitude : std::numeric_limits<double>::max();
  // A NaN is within no bounds.
  const bool is_good = entries->empty() && x && y && std::abs(*x) <= max_x &&
                       std::abs(*y) <= max_y && std::isfinite(z.value_or(0));
  if (!is_good) return false;
  point->set_reference(is_geo ? v1::SpatialPoint::REFERENCE_WGS_84
                              : v1::SpatialPoint::REFERENCE_CARTESIAN);
  point->set_x(*x);
  point->set_y(*y);
  if (z) point->set_z(*z);
  return true;
}

std::string_view Expected(CsvCellType type) {
  switch (type) {
    case CsvCellType::kInteger:
      return "an integer of 64 bits";
    case CsvCellType::kFloat:
      return "a number";
    case CsvCellType::kBoolean:
      return "true or false";
    case CsvCellType::kDate:
      return "a date, such as 2026-03-01";
    case CsvCellType::kLocalTime:
      return "a time of day, such as 09:30:00";
    case CsvCellType::kTime:
      return "a time of day with its offset, such as 09:30:00+01:00";
    case CsvCellType::kLocalDateTime:
      return "a date and time, such as 2026-03-01T09:30:00";
    case CsvCellType::kZonedDateTime:
      return "a date and time with its offset, such as "
             "2026-03-01T09:30:00+01:00";
    case CsvCellType::kDuration:
      return "a duration, such as P1DT12H";
    case CsvCellType::kPoint:
      return "a point, such as {longitude: 13.4, latitude: 52.5}";
    default:
      return "a string";
  }
}

bool ReadNumberOrTruth(std::string_view cell, CsvCellType type,
                       v1::PropertyValue* value) {
  if (type == CsvCellType::kInteger) {
    const auto integer = ParseInteger(cell);
    if (integer) value->set_integer_value(*integer);
    return integer.has_value();
  }
  if (type == CsvCellType::kFloat) {
    const auto number = ParseAnyFloat(cell);
    if (number) value->set_float_value(*number);
    return number.has_value();
  }
  const std::string lower = Lower(cell);
  value->set_boolean_value(lower == "true");
  return lower == "true" || lower == "false";
}

// False if the cell has another type.
bool ReadScalar(std::string_view cell, CsvCellType type,
                v1::PropertyValue* value) {
  const std::string text(cell);
  switch (type) {
    case CsvCellType::kInteger:
    case CsvCellType::kFloat:
    case CsvCellType::kBoolean:
      return ReadNumberOrTruth(cell, type, value);
    case CsvCellType::kDate:
      value->set_date_value(text);
      return IsDate(cell);
    case CsvCellType::kLocalTime:
      value->set_local_time_value(text);
      return IsLocalTime(cell);
    case CsvCellType::kTime:
      value->set_time_value(text);
      return IsTime(cell);
    case CsvCellType::kLocalDateTime:
      value->set_local_date_time_value(text);
      return IsLocalDateTime(cell);
    case CsvCellType::kZonedDateTime:
      value->set_zoned_date_time_value(text);
      return IsZonedDateTime(cell);
    case CsvCellType::kDuration:
      value->set_duration_value(text);
      return IsDuration(cell);
    case CsvCellType::kPoint:
      return ReadPoint(cell, value->mutable_point_value());
    default:
      value->set_string_value(text);
      return true;
  }
}

std::string Wrong(std::string_view cell, CsvCellType type) {
  constexpr size_t kMaxShown = 60;
  const std::string_view shown = FirstCodePoints(cell, kMaxShown);
  return fmt::format("'{}{}' is not {}", shown,
                     shown.size() < cell.size() ? "..." : "", Expected(type));
}

std::string ReadJson(std::string_view cell, v1::PropertyValue* value) {
  JsonSyntaxError error;
  const auto json = ParseJson(cell, &error);
  if (!json) {
    return fmt::format("is not JSON: {} at its character {}", error.what,
                       error.place.column);
  }
  const MaybeFault fault = JsonToProperty(*json, value);
  return fault ? Describe(*fault) : "";
}

}  // namespace

std::string ReadPropertyCell(std::string_view cell, CsvPropertyType type,
                             char array_delimiter, v1::PropertyValue* value) {
  if (type.cell == CsvCellType::kJson) return ReadJson(cell, value);
  if (!type.is_list) {
    return ReadScalar(cell, type.cell, value) ? "" : Wrong(cell, type.cell);
  }
  v1::PropertyList* list = value->mutable_list_value();
  while (true) {
    const size_t end = cell.find(array_delimiter);
    const std::string_view element = cell.substr(0, end);
    if (!ReadScalar(element, type.cell, list->add_values())) {
      return fmt::format("element {}: {}", list->values_size(),
                         Wrong(element, type.cell));
    }
    if (end == std::string_view::npos) return "";
    cell.remove_prefix(end + 1);
  }
}

}  // namespace mi::client
