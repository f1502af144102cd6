// Remembers how far a load got, so that one that was interrupted goes on.

#ifndef MI_CLIENTS_CPP_LOAD_STATE_FILE_H_
#define MI_CLIENTS_CPP_LOAD_STATE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/input/row_reader.h"

namespace mi::client {

// What a load is of. Another one must not go on from its state.
struct LoadIdentity {
  std::string input;    // path of the file
  std::string target;   // the collection or graph
  std::string mapping;  // options that decide which points the rows make
};

// A small JSON file. Written whole, then renamed, so that it is never half.
// Thread-compatible.
class StateFile {
 public:
  StateFile(std::string path, LoadIdentity identity);

  // How far a load got, and its name in idempotency keys: what was sent and not
  // acknowledged is sent again under the same ones.
  struct State {
    Position position;
    std::string run_id;

    friend bool operator==(const State&, const State&) = default;
  };

  // Where to go on; nothing if there is no state. Errors: an input error if the
  // state is of another load, or the file has changed before that place.
  absl::StatusOr<std::optional<State>> Read() const;

  // Everything before the position is acknowledged.
  absl::Status Write(const State& state) const;

  // The load is complete.
  absl::Status Remove() const;

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  const LoadIdentity identity_;
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_LOAD_STATE_FILE_H_
