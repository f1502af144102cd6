// Sends batches, as one call each or as a stream. One attempt: trying again is
// the caller's business.

#ifndef MI_CLIENTS_CPP_LOAD_UPLOADER_H_
#define MI_CLIENTS_CPP_LOAD_UPLOADER_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "clients/cpp/load/batch.h"
#include "clients/cpp/session.h"

namespace mi::client {

// Thread-safe.
class Uploader {
 public:
  struct Result {
    // That many of the first batches are written, durably.
    size_t committed = 0;
    // Of the first batch that is not written; OK if all are.
    absl::Status status;
  };

  virtual ~Uploader() = default;

  // How many batches Send is worth calling with.
  virtual size_t max_batches() const = 0;

  // Writes the batches in order. At least one.
  virtual Result Send(const std::vector<Batch>& batches) const = 0;
};

// Of points: a call of UpsertPoints for each batch.
std::unique_ptr<Uploader> MakeUnaryUploader(Session& session);

// Of points: a call of StreamUpsertPoints for several batches.
std::unique_ptr<Uploader> MakeStreamUploader(Session& session);

// Of graphs: a call of WriteGraph for each batch.
std::unique_ptr<Uploader> MakeUnaryGraphUploader(Session& session);

// Of graphs: a call of StreamWriteGraph for several batches.
std::unique_ptr<Uploader> MakeStreamGraphUploader(Session& session);

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_UPLOADER_H_
