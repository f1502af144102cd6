// From the columns of a CSV file to points: which column is the id, which make
// the vector, and what type each payload field has.

#ifndef MI_CLIENTS_CPP_INPUT_CSV_MAPPING_H_
#define MI_CLIENTS_CPP_INPUT_CSV_MAPPING_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cpp/input/csv_field.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

struct CsvOptions {
  char delimiter = ',';
  // Empty: ids are the numbers of the rows, from 1, behind `id_prefix`.
  std::string id_column;
  std::string id_prefix;
  // Numeric columns that make the vector, or one column with a JSON array.
  std::vector<std::string> vector_columns;
  std::string vector_column;
  // Gives each of `vector_columns` mean 0 and standard deviation 1 over the
  // whole file, so that none outweighs the others.
  bool standardize = false;
  // Columns that no field names get a field of their own name and a type that
  // fits all their cells.
  std::vector<CsvField> fields;
  std::vector<CsvPlace> places;
};

// What was decided for a file. Its functions are pure.
class CsvMapping {
 public:
  // Reads the whole file where that is needed: for types and for means.
  // Errors: usage if the options name columns that do not exist; input.
  static absl::StatusOr<CsvMapping> Make(const std::string& path,
                                         const CsvOptions& options);

  // Makes the point of a record. `row` counts from 1. Returns what is wrong,
  // naming the column; nothing if all is well.
  std::optional<std::string> Convert(
      const std::vector<std::string>& cells, uint64_t row,
      marketing::intelligence::v1::Point* point) const;

  // Everything that decides which points the rows make, as one line.
  std::string Describe() const;

  // A payload field with the cells that it is read from.
  struct Field {
    std::vector<std::string> keys;
    CsvType type = CsvType::kString;
    std::string pattern;
    size_t column = 0;
    bool declared = false;  // not inferred
  };
  const std::vector<Field>& fields() const { return fields_; }

 private:
  struct VectorColumn {
    size_t column = 0;
    double mean = 0;
    double deviation = 1;
  };
  struct Place {
    std::vector<std::string> keys;
    size_t latitude = 0;
    size_t longitude = 0;
  };
  friend class CsvMappingBuilder;

  std::optional<std::string> ReadVector(
      const std::vector<std::string>& cells,
      marketing::intelligence::v1::Point* point) const;
  std::optional<std::string> ReadJsonVector(
      const std::string& cell, marketing::intelligence::v1::Point* point) const;
  std::optional<std::string> ReadPlace(
      const Place& place, const std::vector<std::string>& cells,
      marketing::intelligence::v1::Point* point) const;

  std::vector<std::string> columns_;
  std::optional<size_t> id_column_;
  std::string id_prefix_;
  std::vector<VectorColumn> vector_columns_;
  std::optional<size_t> vector_column_;
  std::vector<Field> fields_;
  std::vector<Place> places_;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_CSV_MAPPING_H_
