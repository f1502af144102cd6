// Files of rows, whatever their format and whatever the rows are.

#ifndef MI_CLIENTS_CPP_INPUT_ROW_READER_H_
#define MI_CLIENTS_CPP_INPUT_ROW_READER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::client {

// A place between two rows, from where reading can go on.
struct Position {
  uint64_t offset = 0;  // in bytes
  uint64_t line = 1;    // of what follows; counts from 1
  uint64_t row = 0;     // rows before, those at fault included

  friend bool operator==(const Position&, const Position&) = default;
};

// Reads rows in order, in memory that does not grow with the file unless the
// format needs that. Thread-compatible.
template <typename RowType>
class RowReader {
 public:
  virtual ~RowReader() = default;

  // Reads a row; false at the end of the file. Errors: an input error that
  // names the file, when nothing more can be read.
  virtual absl::StatusOr<bool> Next(RowType* row) = 0;

  // Behind the row read last.
  virtual Position position() const = 0;

  // Goes on from a position that an earlier reader of the same file gave.
  virtual absl::Status Resume(const Position& position) = 0;

  // As messages name the file and, behind it, a row: "ads.csv:17".
  virtual const std::string& path() const = 0;

  // In bytes.
  virtual uint64_t size() const = 0;

  // Where it is known before the rows are read.
  virtual std::optional<uint64_t> total_rows() const { return std::nullopt; }
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_ROW_READER_H_
