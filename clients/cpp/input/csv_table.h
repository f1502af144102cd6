// CSV files as records of cells. The first record has the names of the columns.

#ifndef MI_CLIENTS_CPP_INPUT_CSV_TABLE_H_
#define MI_CLIENTS_CPP_INPUT_CSV_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/input/row_reader.h"

namespace mi::client {

struct CsvRecord {
  std::vector<std::string> cells;  // as many as there are columns
  uint64_t line = 0;               // where it starts
  // What is wrong with it; the cells are not to be used then.
  std::string problem;
};

// RFC 4180, with any delimiter and any line ends but a lone carriage return.
// Spaces around cells without quotes are dropped; lines without anything are
// passed over. Thread-compatible.
class CsvTable {
 public:
  // Errors: an input error if the file has no usable header.
  static absl::StatusOr<std::unique_ptr<CsvTable>> Open(const std::string& path,
                                                        char delimiter);
  virtual ~CsvTable() = default;

  virtual const std::vector<std::string>& columns() const = 0;

  // As PointReader; the header is no row.
  virtual absl::StatusOr<bool> Next(CsvRecord* record) = 0;
  virtual Position position() const = 0;
  virtual absl::Status Resume(const Position& position) = 0;
  virtual const std::string& path() const = 0;
  virtual uint64_t size() const = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_CSV_TABLE_H_
