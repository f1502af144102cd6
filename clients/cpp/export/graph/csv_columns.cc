#include "clients/cpp/export/graph/csv_columns.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>

#include "clients/cpp/export/graph/property_json.h"
#include "fmt/format.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Properties = google::protobuf::Map<std::string, v1::PropertyValue>;

std::string Float(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return fmt::format("{}", number);
}

std::string Point(const v1::SpatialPoint& point) {
  const bool is_geo = point.reference() == v1::SpatialPoint::REFERENCE_WGS_84;
  std::string text =
      fmt::format("{{{}: {}, {}: {}", is_geo ? "longitude" : "x", point.x(),
                  is_geo ? "latitude" : "y", point.y());
  if (point.has_z()) {
    text += fmt::format(", {}: {}", is_geo ? "height" : "z", point.z());
  }
  return text + "}";
}

// An empty cell would mean that there is no value; spaces and control
// characters do not survive every program that reads CSV.
bool IsPlainText(std::string_view text) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
  };
  return !text.empty() && std::none_of(text.begin(), text.end(), is_control);
}

std::optional<CsvCell> TemporalCell(const v1::PropertyValue& value) {
  switch (value.kind_case()) {
    case v1::PropertyValue::kDateValue:
      return CsvCell{{CsvCellType::kDate}, value.date_value()};
    case v1::PropertyValue::kLocalTimeValue:
      return CsvCell{{CsvCellType::kLocalTime}, value.local_time_value()};
    case v1::PropertyValue::kTimeValue:
      return CsvCell{{CsvCellType::kTime}, value.time_value()};
    case v1::PropertyValue::kLocalDateTimeValue:
      return CsvCell{{CsvCellType::kLocalDateTime},
                     value.local_date_time_value()};
    case v1::PropertyValue::kZonedDateTimeValue:
      return CsvCell{{CsvCellType::kZonedDateTime},
                     value.zoned_date_time_value()};
    case v1::PropertyValue::kDurationValue:
      return CsvCell{{CsvCellType::kDuration}, value.duration_value()};
    default:
      return std::nullopt;
  }
}

// Nothing for what a cell of its own type cannot say.
std::optional<CsvCell> ScalarCell(const v1::PropertyValue& value) {
  switch (value.kind_case()) {
    case v1::PropertyValue::kBooleanValue:
      return CsvCell{{CsvCellType::kBoolean},
                     value.boolean_value() ? "true" : "false"};
    case v1::PropertyValue::kIntegerValue:
      return CsvCell{{CsvCellType::kInteger},
                     std::to_string(value.integer_value())};
    case v1::PropertyValue::kFloatValue:
      return CsvCell{{CsvCellType::kFloat}, Float(value.float_value())};
    case v1::PropertyValue::kStringValue:
      if (!IsPlainText(value.string_value())) return std::nullopt;
      return CsvCell{{CsvCellType::kString}, value.string_value()};
    case v1::PropertyValue::kPointValue:
      return CsvCell{{CsvCellType::kPoint}, Point(value.point_value())};
    default:
      return TemporalCell(value);
  }
}

// Only of elements that are all of one type and without the delimiter.
std::optional<CsvCell> ListCell(const v1::PropertyList& list, char delimiter) {
  if (list.values().empty()) return std::nullopt;
  CsvCell cell;
  for (const v1::PropertyValue& value : list.values()) {
    const std::optional<CsvCell> element = ScalarCell(value);
    const bool is_first = &value == &list.values(0);
    if (!element || element->text.find(delimiter) != std::string::npos ||
        !(is_first || element->type.cell == cell.type.cell)) {
      return std::nullopt;
    }
    cell.type = {element->type.cell, /*is_list=*/true};
    if (!is_first) cell.text += delimiter;
    cell.text += element->text;
  }
  return cell;
}

bool IsNumber(const v1::ElementId& id) {
  return id.kind_case() == v1::ElementId::kNumber;
}

}  // namespace

CsvCell ToCsvCell(const v1::PropertyValue& value, char array_delimiter) {
  const std::optional<CsvCell> cell =
      value.has_list_value() ? ListCell(value.list_value(), array_delimiter)
                             : ScalarCell(value);
  if (cell) return *cell;
  return {{CsvCellType::kJson}, Dump(ToTypedJson(value))};
}

CsvCell ToCsvCell(const std::string& name, const v1::PropertyValue& value,
                  bool is_edge, char array_delimiter) {
  const bool is_mistakable = is_edge && value.has_zoned_date_time_value() &&
                             (name == "valid_from" || name == "valid_to");
  if (!is_mistakable) return ToCsvCell(value, array_delimiter);
  return {{CsvCellType::kJson}, Dump(ToTypedJson(value))};
}

void AddPropertyColumns(const Properties& properties, bool is_edge,
                        char array_delimiter, CsvPropertyColumns* columns) {
  for (const auto& [name, value] : properties) {
    columns->emplace(name,
                     ToCsvCell(name, value, is_edge, array_delimiter).type);
  }
}

void CsvNodeColumns::Add(const v1::Node& node, char array_delimiter) {
  (IsNumber(node.id()) ? integer_ids : text_ids) = true;
  links = links || node.has_link();
  AddPropertyColumns(node.properties(), /*is_edge=*/false, array_delimiter,
                     &properties);
}

void CsvEdgeColumns::Add(const v1::Edge& edge, char array_delimiter) {
  (IsNumber(edge.id()) ? integer_ids : text_ids) = true;
  (IsNumber(edge.source_id()) ? integer_starts : text_starts) = true;
  (IsNumber(edge.target_id()) ? integer_ends : text_ends) = true;
  times = times || edge.has_valid_time();
  AddPropertyColumns(edge.properties(), /*is_edge=*/true, array_delimiter,
                     &properties);
}

}  // namespace mi::client
