// Files of points, whatever their format.

#ifndef MI_CLIENTS_CPP_INPUT_POINT_READER_H_
#define MI_CLIENTS_CPP_INPUT_POINT_READER_H_

#include <cstdint>
#include <string>

#include "clients/cpp/input/row_reader.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

// One row of a file.
struct Row {
  marketing::intelligence::v1::Point point;
  uint64_t line = 0;  // where it starts; of a binary file, its row from 1
  // What is wrong with the row, "column 'age': 'x' is not an integer"; the
  // point is not to be used then.
  std::string problem;
};

using PointReader = RowReader<Row>;

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_POINT_READER_H_
