// Points as tables and as JSON.

#ifndef MI_CLIENTS_CPP_COMMANDS_POINT_OUTPUT_H_
#define MI_CLIENTS_CPP_COMMANDS_POINT_OUTPUT_H_

#include <string>
#include <string_view>
#include <vector>

#include "clients/cpp/commands/options.h"
#include "clients/cpp/output/proto_json.h"
#include "clients/cpp/output/table.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

// {"id", "score", "version", "payload"}: flat, unlike the message.
Json PointToJson(const marketing::intelligence::v1::StoredPoint& point);
Json PointToJson(const marketing::intelligence::v1::ScoredPoint& point);

// The columns that `options` ask for, after those of the command.
void AddPointColumns(const ReturnOptions& options,
                     std::vector<Table::Column>* columns);
void AddPointCells(const ReturnOptions& options,
                   const marketing::intelligence::v1::Point& point,
                   std::vector<std::string>* cells);

// What the path reaches in the payload, as the text of a cell; several values,
// as of a list of objects, with commas between. "-" when it reaches nothing.
std::string FieldText(const marketing::intelligence::v1::Point& point,
                      std::string_view path);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_POINT_OUTPUT_H_
