// Formats that a collection is exported in.

#ifndef MI_CLIENTS_CPP_EXPORT_POINT_WRITER_H_
#define MI_CLIENTS_CPP_EXPORT_POINT_WRITER_H_

#include <memory>

#include "absl/status/status.h"
#include "clients/cpp/output/sink.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

// Thread-compatible.
class PointWriter {
 public:
  virtual ~PointWriter() = default;

  // Errors: the sink's, and an input error for a point that the format cannot
  // hold.
  virtual absl::Status Write(
      const marketing::intelligence::v1::Point& point) = 0;
};

// {"id", "vector", "payload"}, one point a line, with the types of payload
// values (see typed_json.h). The same points give the same bytes.
std::unique_ptr<PointWriter> MakeNdjsonWriter(Sink& sink);

// Vectors alone, as fvecs_reader.h describes them. `ids` may be null; otherwise
// it gets the ids, one a line.
std::unique_ptr<PointWriter> MakeFvecsWriter(Sink& vectors, Sink* ids);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_POINT_WRITER_H_
