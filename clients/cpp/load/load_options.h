// How a file is loaded, and what came of it.

#ifndef MI_CLIENTS_CPP_LOAD_LOAD_OPTIONS_H_
#define MI_CLIENTS_CPP_LOAD_LOAD_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace mi::client {

struct LoadOptions {
  // Of one call. The bytes bound messages with large payloads.
  size_t batch_rows = 500;
  size_t batch_bytes = 4 << 20;
  // Batches that may be sent and not yet answered. What has the same id is
  // written in the order of the file all the same, and edges behind their
  // nodes; with 1, everything is.
  size_t in_flight = 4;
  // Sends several batches as one client stream instead of a call for each.
  bool stream = false;
  // Passes over rows that are at fault, and counts them; otherwise the first
  // one ends the load.
  bool skip_bad_rows = false;
  // Rows to read in this run.
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  // Reads and checks everything, and sends nothing.
  bool dry_run = false;
  // How long a batch that the server cannot take now is tried again.
  std::chrono::milliseconds retry_for{60'000};
};

struct LoadSummary {
  uint64_t rows = 0;          // read in this run, those at fault included
  uint64_t loaded = 0;        // acknowledged
  uint64_t skipped = 0;       // at fault
  uint64_t resumed_rows = 0;  // that an earlier run had done
  uint64_t retries = 0;
  uint64_t bytes = 0;  // of the file that were read in this run
  double seconds = 0;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_LOAD_OPTIONS_H_
