#include "clients/cpp/input/csv_mapping.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "absl/types/span.h"
#include "clients/cpp/error.h"
#include "clients/cpp/input/csv_table.h"
#include "clients/cpp/input/csv_types.h"
#include "clients/cpp/status_macros.h"
#include "clients/cpp/text.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;
using Problem = std::optional<std::string>;

std::string_view WithArticle(CsvType type) {
  switch (type) {
    case CsvType::kInteger:
      return "an integer";
    case CsvType::kFloat:
      return "a number";
    case CsvType::kBool:
      return "true or false";
    case CsvType::kDateTime:
      return "a datetime";
    default:
      return "a string";
  }
}

Problem BadCell(const std::string& column, std::string_view cell,
                std::string_view expected) {
  return fmt::format("column '{}': '{}' is not {}", column, cell, expected);
}

// The value at `keys`, which are made where they are missing.
v1::Value* MakeField(absl::Span<const std::string> keys, v1::Point* point) {
  v1::Value* value = &(*point->mutable_payload())[keys.front()];
  for (const std::string& key : keys.subspan(1)) {
    value = &(*value->mutable_object_value()->mutable_fields())[key];
  }
  return value;
}

absl::StatusOr<std::vector<std::string>> Keys(const std::string& name) {
  auto keys = SplitPath(name);
  if (!keys) return UsageError(fmt::format("'{}' is not a field's path", name));
  return *std::move(keys);
}

bool IsPrefix(const std::vector<std::string>& a,
              const std::vector<std::string>& b) {
  return a.size() <= b.size() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

// Works out a mapping. A column that something names is used, and gets no field
// of its own beside, except those of the vector: their numbers are worth
// keeping.
class CsvMappingBuilder {
 public:
  CsvMappingBuilder(std::string path, const CsvOptions& options)
      : path_(std::move(path)), options_(options) {}

  absl::StatusOr<CsvMapping> Build() {
    ASSIGN_OR_RETURN(table_, CsvTable::Open(path_, options_.delimiter));
    mapping_.columns_ = table_->columns();
    used_.assign(mapping_.columns_.size(), false);
    RETURN_IF_ERROR(AddId());
    RETURN_IF_ERROR(AddVector());
    RETURN_IF_ERROR(AddDeclared());
    RETURN_IF_ERROR(AddInferred());
    RETURN_IF_ERROR(ReadAhead());
    RETURN_IF_ERROR(CheckNames());
    return std::move(mapping_);
  }

 private:
  absl::StatusOr<size_t> ColumnOf(const std::string& name,
                                  std::string_view flag) const {
    const auto& columns = mapping_.columns_;
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
      return UsageError(fmt::format("{}: {} has no column '{}'; it has {}",
                                    flag, path_, name,
                                    fmt::join(columns, ", ")));
    }
    return static_cast<size_t>(found - columns.begin());
  }

  absl::Status AddId() {
    mapping_.id_prefix_ = options_.id_prefix;
    if (options_.id_column.empty()) return absl::OkStatus();
    ASSIGN_OR_RETURN(mapping_.id_column_,
                     ColumnOf(options_.id_column, "--id-column"));
    used_[*mapping_.id_column_] = true;
    return absl::OkStatus();
  }

  absl::Status AddVector() {
    if (options_.vector_columns.empty() == options_.vector_column.empty()) {
      return UsageError(
          "CSV needs one of --vector-columns and "
          "--vector-column");
    }
    if (!options_.vector_column.empty()) {
      if (options_.standardize) {
        return UsageError("--standardize needs --vector-columns");
      }
      ASSIGN_OR_RETURN(mapping_.vector_column_,
                       ColumnOf(options_.vector_column, "--vector-column"));
      used_[*mapping_.vector_column_] = true;
      return absl::OkStatus();
    }
    for (const std::string& name : options_.vector_columns) {
      CsvMapping::VectorColumn column;
      ASSIGN_OR_RETURN(column.column, ColumnOf(name, "--vector-columns"));
      mapping_.vector_columns_.push_back(column);
    }
    return absl::OkStatus();
  }

  absl::Status AddDeclared() {
    for (const CsvPlace& place : options_.places) {
      CsvMapping::Place added;
      ASSIGN_OR_RETURN(added.keys, Keys(place.name));
      ASSIGN_OR_RETURN(added.latitude,
                       ColumnOf(place.latitude_column, "--place"));
      ASSIGN_OR_RETURN(added.longitude,
                       ColumnOf(place.longitude_column, "--place"));
      used_[added.latitude] = true;
      used_[added.longitude] = true;
      mapping_.places_.push_back(std::move(added));
    }
    for (const CsvField& field : options_.fields) {
      ASSIGN_OR_RETURN(const size_t column, ColumnOf(field.column, "--field"));
      used_[column] = true;
      if (field.type == CsvType::kSkip) continue;
      ASSIGN_OR_RETURN(std::vector<std::string> keys, Keys(field.name));
      mapping_.fields_.push_back({.keys = std::move(keys),
                                  .type = field.type,
                                  .pattern = field.pattern,
                                  .column = column,
                                  .declared = true});
    }
    return absl::OkStatus();
  }

  absl::Status AddInferred() {
    for (size_t i = 0; i < used_.size(); ++i) {
      if (used_[i]) continue;
      ASSIGN_OR_RETURN(std::vector<std::string> keys,
                       Keys(mapping_.columns_[i]));
      mapping_.fields_.push_back({.keys = std::move(keys), .column = i});
    }
    return absl::OkStatus();
  }

  // One pass over the file for what only all its rows can tell.
  absl::Status ReadAhead() {
    const bool infers =
        std::any_of(mapping_.fields_.begin(), mapping_.fields_.end(),
                    [](const auto& field) { return !field.declared; });
    if (!infers && !options_.standardize) return absl::OkStatus();
    std::map<size_t, TypeInference> types;
    std::vector<RunningMoments> moments(mapping_.vector_columns_.size());
    CsvRecord record;
    while (true) {
      ASSIGN_OR_RETURN(const bool more, table_->Next(&record));
      if (!more) break;
      if (!record.problem.empty()) continue;  // reported when it is loaded
      for (const CsvMapping::Field& field : mapping_.fields_) {
        if (!field.declared) {
          types[field.column].Add(record.cells[field.column]);
        }
      }
      for (size_t i = 0; i < moments.size(); ++i) {
        const auto number =
            ParseFloat(record.cells[mapping_.vector_columns_[i].column]);
        if (number) moments[i].Add(*number);
      }
    }
    for (CsvMapping::Field& field : mapping_.fields_) {
      if (!field.declared) field.type = types[field.column].type();
    }
    if (options_.standardize) Standardize(moments);
    return absl::OkStatus();
  }

  // A column that never changes says nothing: its component is 0.
  void Standardize(const std::vector<RunningMoments>& moments) {
    for (size_t i = 0; i < moments.size(); ++i) {
      CsvMapping::VectorColumn& column = mapping_.vector_columns_[i];
      column.mean = moments[i].mean();
      const double deviation = moments[i].deviation();
      column.deviation = deviation > 0 ? deviation : 1;
    }
  }

  // "a" cannot be a number and hold "a.b" too.
  absl::Status CheckNames() const {
    std::vector<std::vector<std::string>> names;
    for (const auto& field : mapping_.fields_) names.push_back(field.keys);
    for (const auto& place : mapping_.places_) names.push_back(place.keys);
    std::sort(names.begin(), names.end());
    for (size_t i = 1; i < names.size(); ++i) {
      if (!IsPrefix(names[i - 1], names[i])) continue;
      return UsageError(fmt::format(
          "the fields '{}' and '{}' cannot both be; rename one with --field",
          fmt::join(names[i - 1], "."), fmt::join(names[i], ".")));
    }
    return absl::OkStatus();
  }

  const std::string path_;
  const CsvOptions& options_;
  std::unique_ptr<CsvTable> table_;
  CsvMapping mapping_;
  std::vector<bool> used_;  // of each column
};

absl::StatusOr<CsvMapping> CsvMapping::Make(const std::string& path,
                                            const CsvOptions& options) {
  return CsvMappingBuilder(path, options).Build();
}

std::string CsvMapping::Describe() const {
  std::string text = fmt::format("csv id={}{}", id_prefix_,
                                 id_column_ ? columns_[*id_column_] : "#");
  if (vector_column_) text += " vector=" + columns_[*vector_column_];
  for (const VectorColumn& column : vector_columns_) {
    text += fmt::format(" component={}(-{}/{})", columns_[column.column],
                        column.mean, column.deviation);
  }
  for (const Field& field : fields_) {
    text += fmt::format(" {}={}:{}{}", fmt::join(field.keys, "."),
                        columns_[field.column], CsvTypeName(field.type),
                        field.pattern);
  }
  for (const Place& place : places_) {
    text += fmt::format(" {}={},{}", fmt::join(place.keys, "."),
                        columns_[place.latitude], columns_[place.longitude]);
  }
  return text;
}

Problem CsvMapping::Convert(const std::vector<std::string>& cells, uint64_t row,
                            v1::Point* point) const {
  if (id_column_) {
    if (cells[*id_column_].empty()) {
      return fmt::format("column '{}', the id, is empty",
                         columns_[*id_column_]);
    }
    point->set_id(id_prefix_ + cells[*id_column_]);
  } else {
    point->set_id(fmt::format("{}{}", id_prefix_, row));
  }
  if (Problem problem = ReadVector(cells, point)) return problem;
  for (const Field& field : fields_) {
    const std::string& cell = cells[field.column];
    if (cell.empty()) continue;
    if (!ReadCell(cell, field.type, field.pattern,
                  MakeField(field.keys, point))) {
      return BadCell(columns_[field.column], cell, WithArticle(field.type));
    }
  }
  for (const Place& place : places_) {
    if (Problem problem = ReadPlace(place, cells, point)) return problem;
  }
  return std::nullopt;
}

Problem CsvMapping::ReadVector(const std::vector<std::string>& cells,
                               v1::Point* point) const {
  if (vector_column_) return ReadJsonVector(cells[*vector_column_], point);
  for (const VectorColumn& column : vector_columns_) {
    const std::string& cell = cells[column.column];
    const auto number = ParseFloat(cell);
    if (!number) {
      return BadCell(columns_[column.column], cell, "a number (of the vector)");
    }
    point->add_vector(
        static_cast<float>((*number - column.mean) / column.deviation));
  }
  return std::nullopt;
}

Problem CsvMapping::ReadJsonVector(const std::string& cell,
                                   v1::Point* point) const {
  const std::string& column = columns_[*vector_column_];
  const auto json = nlohmann::json::parse(cell, nullptr,
                                          /*allow_exceptions=*/false);
  if (!json.is_array()) {
    return fmt::format("column '{}' is not a JSON array of numbers", column);
  }
  for (size_t i = 0; i < json.size(); ++i) {
    const double component =
        json[i].is_number() ? json[i].get<double>() : std::nan("");
    if (!(std::abs(component) <= std::numeric_limits<float>::max())) {
      return fmt::format(
          "column '{}': component {} is not a number that a "
          "float holds",
          column, i);
    }
    point->add_vector(static_cast<float>(component));
  }
  return std::nullopt;
}

Problem CsvMapping::ReadPlace(const Place& place,
                              const std::vector<std::string>& cells,
                              v1::Point* point) const {
  constexpr double kMaxLatitude = 90;
  constexpr double kMaxLongitude = 180;
  const std::string& latitude = cells[place.latitude];
  const std::string& longitude = cells[place.longitude];
  if (latitude.empty() && longitude.empty()) return std::nullopt;
  const auto north = ParseFloat(latitude);
  if (!north || std::abs(*north) > kMaxLatitude) {
    return BadCell(columns_[place.latitude], latitude,
                   "a latitude from -90 to 90");
  }
  const auto east = ParseFloat(longitude);
  if (!east || std::abs(*east) > kMaxLongitude) {
    return BadCell(columns_[place.longitude], longitude,
                   "a longitude from -180 to 180");
  }
  v1::GeoPoint* geo = MakeField(place.keys, point)->mutable_geo_value();
  geo->set_latitude(*north);
  geo->set_longitude(*east);
  return std::nullopt;
}

}  // namespace mi::client
