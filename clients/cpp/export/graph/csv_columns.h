// Which columns a CSV file of nodes or edges needs: one for each type that each
// property has. Found by looking at all elements once.

#ifndef MI_CLIENTS_CPP_EXPORT_GRAPH_CSV_COLUMNS_H_
#define MI_CLIENTS_CPP_EXPORT_GRAPH_CSV_COLUMNS_H_

#include <set>
#include <string>
#include <utility>

#include "clients/cpp/input/graph/csv_header.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/graph.pb.h"

namespace mi::client {

struct CsvDelimiters {
  char cell = ',';
  char array = ';';
};

// A value as a cell, and the type of the column that it stands in. What no cell
// of its own type can say, such as an empty text, stands as json.
struct CsvCell {
  CsvPropertyType type;
  std::string text;
};
CsvCell ToCsvCell(const marketing::intelligence::v1::PropertyValue& value,
                  char array_delimiter);

// Columns of properties, sorted by name and type.
using CsvPropertyColumns = std::set<std::pair<std::string, CsvPropertyType>>;

// Adds those of an element. In a file of edges, a datetime that is named
// valid_from would be taken for the time of the edge: it stands as json.
void AddPropertyColumns(
    const google::protobuf::Map<
        std::string, marketing::intelligence::v1::PropertyValue>& properties,
    bool is_edge, char array_delimiter, CsvPropertyColumns* columns);

// The cell of a property, with that exception.
CsvCell ToCsvCell(const std::string& name,
                  const marketing::intelligence::v1::PropertyValue& value,
                  bool is_edge, char array_delimiter);

struct CsvNodeColumns {
  bool text_ids = false;
  bool integer_ids = false;
  bool links = false;
  CsvPropertyColumns properties;

  void Add(const marketing::intelligence::v1::Node& node, char array_delimiter);
};

struct CsvEdgeColumns {
  bool text_ids = false;
  bool integer_ids = false;
  bool text_starts = false;
  bool integer_starts = false;
  bool text_ends = false;
  bool integer_ends = false;
  bool times = false;
  CsvPropertyColumns properties;

  void Add(const marketing::intelligence::v1::Edge& edge, char array_delimiter);
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_GRAPH_CSV_COLUMNS_H_
