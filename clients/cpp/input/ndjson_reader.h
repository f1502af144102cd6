// NDJSON: one JSON object a line.
//
//   {"id": "cmp-1", "vector": [0.1, 0.2], "payload": {"platform": "meta"}}
//
// json_value.h says how payload values get their types.

#ifndef MI_CLIENTS_CPP_INPUT_NDJSON_READER_H_
#define MI_CLIENTS_CPP_INPUT_NDJSON_READER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/input/json_value.h"
#include "clients/cpp/input/point_reader.h"

namespace mi::client {

struct NdjsonOptions {
  // Members of each object. An id may be a text or an integer.
  std::string id_field = "id";
  std::string vector_field = "vector";
  // Empty: all other members are the payload. Otherwise other members are
  // refused, because their content would be lost.
  std::string payload_field = "payload";
  TypeHints hints;
};

absl::StatusOr<std::unique_ptr<PointReader>> OpenNdjson(
    const std::string& path, const NdjsonOptions& options);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_INPUT_NDJSON_READER_H_
