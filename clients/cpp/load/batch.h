// What one write carries.

#ifndef MI_CLIENTS_CPP_LOAD_BATCH_H_
#define MI_CLIENTS_CPP_LOAD_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "clients/cpp/input/row_reader.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

struct Batch {
  using Points = marketing::intelligence::v1::UpsertPointsRequest;
  using Graph = marketing::intelligence::v1::WriteGraphRequest;

  uint64_t number = 0;  // from 0, in the order of the file
  std::variant<Points, Graph> request;
  std::vector<uint64_t> lines;  // of each row
  // Hashes of the ids that the rows write, and of those of other elements that
  // have to be there before.
  std::vector<uint64_t> writes;
  std::vector<uint64_t> needs;
  Position start;  // behind the last row of the batch before
  Position end;    // behind its own last row
};

// Gives the request of a batch with these rows the key under which the server
// writes it once, however often it is sent, also by a run that resumes this
// one. `run_id` names the run, in at most 32 characters. To be called again
// when rows were taken out.
void SetIdempotencyKey(std::string_view run_id, Batch* batch);

// Takes a row out.
void RemoveRow(size_t row, Batch* batch);

// Which list of the request has the rows, as errors name it: "points".
std::string_view RowsField(const Batch& batch);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_BATCH_H_
