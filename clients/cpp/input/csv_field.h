// How the command line declares payload fields of a CSV file.

#ifndef MI_CLIENTS_CPP_INPUT_CSV_FIELD_H_
#define MI_CLIENTS_CPP_INPUT_CSV_FIELD_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace mi::client {

enum class CsvType { kString, kInteger, kFloat, kBool, kDateTime, kSkip };

std::string_view CsvTypeName(CsvType type);

// A payload field that the command line declares.
struct CsvField {
  std::string name;  // a path: "budget.daily" is a field of an object
  CsvType type = CsvType::kString;
  std::string pattern;  // of datetimes, as strptime has it; RFC 3339 if empty
  std::string column;
};

// Reads "name:type[=column]", "start:datetime[%d-%m-%Y]=Date". Errors: usage.
absl::StatusOr<CsvField> ParseCsvField(const std::string& text);

// A place from two columns.
struct CsvPlace {
  std::string name;  // a path
  std::string latitude_column;
  std::string longitude_column;
};

// Reads "name=latitude,longitude". Errors: usage.
absl::StatusOr<CsvPlace> ParseCsvPlace(const std::string& text);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_CSV_FIELD_H_
