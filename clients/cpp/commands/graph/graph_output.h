// Elements of graphs in tables.

#ifndef MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OUTPUT_H_
#define MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OUTPUT_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "clients/cpp/output/table.h"
#include "google/protobuf/map.h"
#include "marketing/intelligence/v1/graph.pb.h"
#include "marketing/intelligence/v1/graph_algorithm.pb.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::client {

// --properties and --with-properties.
struct ShowOptions {
  bool all = false;
  std::vector<std::string> properties;
};
void AddShowOptions(CLI::App& command, ShowOptions* options);
// Whether the server has to send properties; scripts get all of them.
marketing::intelligence::v1::ReturnElements ReadShowOptions(
    const ShowOptions& options);

// Columns and cells for the properties that were asked for: one each, or one
// with all of them, `title`.
void AddPropertyColumns(const ShowOptions& options, const char* title,
                        std::vector<Table::Column>* columns);
void AddPropertyCells(
    const ShowOptions& options,
    const google::protobuf::Map<
        std::string, marketing::intelligence::v1::PropertyValue>& properties,
    std::vector<std::string>* cells);

// "Campaign, Paused"
std::string LabelsText(const marketing::intelligence::v1::Node& node);

// "2026-01-01T00:00:00Z - ", empty without a span.
std::string SpanText(const marketing::intelligence::v1::TimeSpan& span);

// "creative: crt-1, audience: aud-5"; a few of them.
std::string MembersText(
    const marketing::intelligence::v1::Hyperedge& hyperedge);

// What an algorithm found, for people.
std::string AlgorithmText(
    const marketing::intelligence::v1::GraphAlgorithmResult& result);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_COMMANDS_GRAPH_GRAPH_OUTPUT_H_
