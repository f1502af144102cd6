// What is known of a snapshot without reading it.

#ifndef MI_ENGINE_WORKSPACE_SNAPSHOT_INFO_H_
#define MI_ENGINE_WORKSPACE_SNAPSHOT_INFO_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/storage/journal.h"
#include "engine/storage/snapshot_file.h"

namespace mi::workspace {

// Why a snapshot was written.
enum class SnapshotTrigger {
  kRequest,        // somebody asked for it: stays until it is deleted
  kSchedule,       // by the server itself: goes when newer ones are there
  kBeforeRestore,  // of the state that a restore replaced: stays as well
};

struct SnapshotInfo {
  // The sequence in 20 digits, a hyphen, 8 hexadecimal digits.
  std::string name;
  storage::Position position;
  TimeMicros created = 0;
  std::string creator;
  SnapshotTrigger trigger = SnapshotTrigger::kRequest;
  std::string description;
  uint64_t collections = 0;
  uint64_t points = 0;
  // Snapshots from before there were graphs do not say: 0.
  uint64_t graphs = 0;
  uint64_t nodes = 0;
  uint64_t edges = 0;
  uint64_t hyperedges = 0;
  // Of the file.
  uint64_t bytes = 0;
  std::string sha256;  // 64 hexadecimal digits
  // Whether the file is there and has that length.
  bool complete = true;

  friend bool operator==(const SnapshotInfo&, const SnapshotInfo&) = default;
};

// Whether a text can name a snapshot: it then has no path in it.
bool IsSnapshotName(std::string_view text);

// The name that a snapshot gets. The digits behind the sequence tell snapshots
// of one sequence apart.
std::string SnapshotName(const storage::Position& position, TimeMicros created);

// The state furthest on first; of one state, in the order given.
void SortByState(std::vector<SnapshotInfo>* snapshots);

// What stands in the header of a snapshot file: all but name, bytes and hash.
storage::SnapshotHeader ToHeader(const SnapshotInfo& info);
// Nothing for a header that ToHeader did not make.
std::optional<SnapshotInfo> FromHeader(const storage::SnapshotHeader& header);

// The manifest that lies beside a snapshot: JSON, for people too.
std::string ToManifest(const SnapshotInfo& info);
// Nothing for a text that ToManifest did not make.
std::optional<SnapshotInfo> FromManifest(std::string_view text);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_SNAPSHOT_INFO_H_
