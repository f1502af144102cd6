// What one write carries.

#ifndef MI_CLIENTS_CPP_LOAD_BATCH_H_
#define MI_CLIENTS_CPP_LOAD_BATCH_H_

#include <cstdint>
#include <vector>

#include "clients/cpp/input/point_reader.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

struct Batch {
  uint64_t number = 0;  // from 0, in the order of the file
  marketing::intelligence::v1::UpsertPointsRequest request;
  std::vector<uint64_t> lines;  // of each point
  Position end;                 // behind its last row
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_BATCH_H_
