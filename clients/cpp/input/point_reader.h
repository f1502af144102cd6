// Files of points, whatever their format.

#ifndef MI_CLIENTS_CPP_INPUT_POINT_READER_H_
#define MI_CLIENTS_CPP_INPUT_POINT_READER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

// A place between two rows, from where reading can go on.
struct Position {
  uint64_t offset = 0;  // in bytes
  uint64_t line = 1;    // of what follows; counts from 1
  uint64_t row = 0;     // rows before, those at fault included

  friend bool operator==(const Position&, const Position&) = default;
};

// One row of a file.
struct Row {
  marketing::intelligence::v1::Point point;
  uint64_t line = 0;  // where it starts; of a binary file, its row from 1
  // What is wrong with the row, "column 'age': 'x' is not an integer"; the
  // point is not to be used then.
  std::string problem;
};

// Reads rows in order, in memory that does not grow with the file.
// Thread-compatible.
class PointReader {
 public:
  virtual ~PointReader() = default;

  // Reads a row; false at the end of the file. Errors: an input error that
  // names the file, when nothing more can be read.
  virtual absl::StatusOr<bool> Next(Row* row) = 0;

  // Behind the row read last.
  virtual Position position() const = 0;

  // Goes on from a position that an earlier reader of the same file gave.
  virtual absl::Status Resume(const Position& position) = 0;

  // As messages name the file and, behind it, a row: "ads.csv:17".
  virtual const std::string& path() const = 0;

  // In bytes.
  virtual uint64_t size() const = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_POINT_READER_H_
