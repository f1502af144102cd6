// Where the bytes of an export go: a file that is either complete or not
// there, or standard output.

#ifndef MI_CLIENTS_CPP_OUTPUT_SINK_H_
#define MI_CLIENTS_CPP_OUTPUT_SINK_H_

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace mi::client {

// Thread-compatible. All errors are input errors that name the file.
class Sink {
 public:
  virtual ~Sink() = default;

  virtual absl::Status Write(std::string_view bytes) = 0;

  // Says that everything is written: makes it durable and gives it its name.
  virtual absl::Status Commit() = 0;

  // Written so far.
  virtual uint64_t bytes() const = 0;
};

// Writes beside `path`, under its name and ".partial", and replaces `path` in
// Commit. What is not committed is removed with the sink. Devices and pipes,
// which cannot be replaced, are written to directly.
absl::StatusOr<std::unique_ptr<Sink>> OpenFileSink(const std::string& path);

std::unique_ptr<Sink> MakeStreamSink(std::ostream& stream);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_OUTPUT_SINK_H_
