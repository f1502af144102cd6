// What one write carries.

#ifndef MI_CLIENTS_CPP_LOAD_BATCH_H_
#define MI_CLIENTS_CPP_LOAD_BATCH_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "clients/cpp/input/point_reader.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

struct Batch {
  uint64_t number = 0;  // from 0, in the order of the file
  marketing::intelligence::v1::UpsertPointsRequest request;
  std::vector<uint64_t> lines;  // of each point
  Position end;                 // behind its last row
};

// Gives the request of a batch with these points the key under which the server
// writes it once, however often it is sent. `run_id` names the run of the
// loader, in at most 32 characters. To be called again when points were taken
// out.
inline void SetIdempotencyKey(std::string_view run_id, Batch* batch) {
  batch->request.set_idempotency_key(
      fmt::format("{}-{}-{}", run_id, batch->number, batch->lines.size()));
}

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_BATCH_H_
