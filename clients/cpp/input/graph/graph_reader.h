// Files of nodes, edges and hyperedges, whatever their format.

#ifndef MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_READER_H_
#define MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_READER_H_

#include <cstdint>
#include <string>

#include "clients/cpp/input/row_reader.h"
#include "marketing/intelligence/v1/graph_service.pb.h"

namespace mi::client {

// One element of a file: a mutation that puts it.
struct GraphRow {
  marketing::intelligence::v1::GraphMutation mutation;
  // Where it starts; of a row that is at fault, the line of the fault.
  uint64_t line = 0;
  // What is wrong with the row, with its column; the mutation is not to be used
  // then.
  std::string problem;
};

using GraphReader = RowReader<GraphRow>;

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_GRAPH_GRAPH_READER_H_
