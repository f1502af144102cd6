// Cells of CSV files as values of properties.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_CSV_CELL_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_CSV_CELL_H_

#include <string>
#include <string_view>

#include "clients/cpp/input/graph/csv_header.h"
#include "marketing/intelligence/v1/property_value.pb.h"

namespace mi::client {

// Reads a cell that is not empty. What is wrong with it: "'x' is not an
// integer"; nothing if all is well.
//
//   float      3, 0.5, 1e9, NaN, Infinity, -Infinity
//   boolean    true or false, in any case
//   point      {longitude: 13.4, latitude: 52.5}, also height; or {x: 1, y: 2},
//              also z; a crs may be named
//   lists      with `array_delimiter` between the elements
std::string ReadPropertyCell(std::string_view cell, CsvPropertyType type,
                             char array_delimiter,
                             marketing::intelligence::v1::PropertyValue* value);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_CSV_CELL_H_
