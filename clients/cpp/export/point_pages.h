// Reads a collection page by page.

#ifndef MI_CLIENTS_CPP_EXPORT_POINT_PAGES_H_
#define MI_CLIENTS_CPP_EXPORT_POINT_PAGES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/session.h"

namespace mi::client {

// Asks for about as many points at once as keep a page small, whatever their
// size: that bounds the memory. Tries again when the server is busy or away for
// a while. Thread-compatible.
class PointPages {
 public:
  // Pages of what `request` asks for; its page size and token are set here.
  PointPages(Session& session, const Interrupt& interrupt,
             marketing::intelligence::v1::ListPointsRequest request);

  // Reads a page; false behind the last one. Errors: the server's.
  absl::StatusOr<bool> Next(
      marketing::intelligence::v1::ListPointsResponse* page);

 private:
  void AdaptSize(const marketing::intelligence::v1::ListPointsResponse& page);

  Session& session_;
  const Interrupt& interrupt_;
  marketing::intelligence::v1::ListPointsRequest request_;
  bool done_ = false;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_POINT_PAGES_H_
