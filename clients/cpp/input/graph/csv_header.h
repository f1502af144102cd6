// The header of a CSV file of nodes or edges, which says what its columns are.
// It is the one that `neo4j-admin import` reads, with some types more.
//
//   nodes   personId:ID,:LABEL,name,age:int,tags:string[],since:date
//   edges   :START_ID,:END_ID,:TYPE,weight:float,valid_from:datetime
//
//   :ID, :START_ID, :END_ID   ids as texts; behind them (int): integers. A file
//                             may have a column of both, with one of the cells
//                             filled. A name in front of :ID makes it a
//                             property, too. Edges need no :ID
//   :LABEL                    labels, with the array delimiter between
//   :TYPE                     of an edge
//   :VALID_FROM, :VALID_TO    when an edge holds: RFC 3339 or dates; also
//                             valid_from:datetime, valid_to:datetime
//   :LINK_COLLECTION, :LINK_POINT   the point that a node stands for
//   :IGNORE                   passed over
//   NAME:TYPE                 a property; NAME alone is a string. Types are
//   int,
//                             long, short, byte; float, double; boolean;
//                             string, char; date, localtime, time,
//                             localdatetime, datetime, duration; point; each
//                             with [] for lists; and json, which is in the form
//                             of property_json.h and holds every value
//
// A property may have a column for each type that it has. An empty cell means
// that it is not there.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_CSV_HEADER_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_CSV_HEADER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace mi::client {

enum class CsvCellType {
  kString,
  kInteger,
  kFloat,
  kBoolean,
  kDate,
  kLocalTime,
  kTime,
  kLocalDateTime,
  kZonedDateTime,
  kDuration,
  kPoint,
  kJson,
};

struct CsvPropertyType {
  CsvCellType cell = CsvCellType::kString;
  bool is_list = false;

  friend auto operator<=>(const CsvPropertyType&,
                          const CsvPropertyType&) = default;
};

// As headers have it: "int", "string[]".
std::string CsvPropertyTypeName(CsvPropertyType type);

enum class CsvColumnRole {
  kProperty,
  kId,
  kLabels,
  kStartId,
  kEndId,
  kType,
  kValidFrom,
  kValidTo,
  kLinkCollection,
  kLinkPoint,
  kIgnore,
};

struct CsvGraphColumn {
  std::string title;  // as it stands in the file
  CsvColumnRole role = CsvColumnRole::kProperty;
  std::string property;        // its name; of an id, if not empty
  CsvPropertyType type;        // of the property
  bool is_integer_id = false;  // of the three kinds of ids
};

struct CsvGraphHeader {
  bool is_edges = false;
  std::vector<CsvGraphColumn> columns;

  // Whether there is a column of this kind.
  bool Has(CsvColumnRole role) const;
};

// Errors: an input error that names the file, the line and the column.
absl::StatusOr<CsvGraphHeader> ParseCsvGraphHeader(
    const std::string& path, const std::vector<std::string>& titles);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_CSV_HEADER_H_
