// Every way in which a workspace's state can change, and its form in the
// journal.
//
// A change is complete: applying it needs nothing but the state before it, so
// that replaying the journal gives the same state on every machine. What has
// to be looked up (an alias, the points that match a filter, the time) is
// looked up before the change is journaled.

#ifndef MI_ENGINE_WORKSPACE_CHANGE_H_
#define MI_ENGINE_WORKSPACE_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/storage/journal.h"
#include "engine/vector/collection_config.h"

namespace mi::workspace {

// Collections keep their id when aliases move and names are reused. It is the
// journal sequence of their creation.
using CollectionId = uint64_t;

struct CreateCollection {
  std::string name;
  vector::CollectionConfig config;
  TimeMicros time = 0;
};

// Replaces the index settings and the indexed payload fields.
struct UpdateCollection {
  CollectionId collection = 0;
  vector::IndexSettings index;
  std::vector<filter::FieldSchema> payload_fields;
  TimeMicros time = 0;
};

struct DeleteCollection {
  CollectionId collection = 0;
};

// Creates the alias, or points it elsewhere.
struct SetAlias {
  std::string alias;
  CollectionId collection = 0;
};

struct DeleteAlias {
  std::string alias;
};

// Inserts or replaces points.
struct UpsertPoints {
  struct Point {
    std::string id;
    std::string payload;  // as payload::Encode writes it
  };
  CollectionId collection = 0;
  std::vector<Point> points;
  // [points, dimension], row-major.
  std::vector<float> vectors;
};

struct DeletePoints {
  CollectionId collection = 0;
  std::vector<std::string> ids;
};

using Change =
    std::variant<CreateCollection, UpdateCollection, DeleteCollection, SetAlias,
                 DeleteAlias, UpsertPoints, DeletePoints>;

// The journal record of a change, and back. Decoding checks every length and
// every enum; DATA_LOSS for anything that EncodeChange could not have written.
storage::Record EncodeChange(const Change& change);
absl::StatusOr<Change> DecodeChange(const storage::Record& record);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_CHANGE_H_
