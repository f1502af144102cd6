// Every way in which a workspace's state can change, and its form in the
// journal.
//
// A change is complete: applying it needs nothing but the state before it, so
// that replaying the journal gives the same state on every machine. What has
// to be looked up (an alias, the points that match a filter, the time) is
// looked up before the change is journaled.
//
// kKind is the number of a kind in the journal: never used again for another.
// Each area of the engine has a hundred of its own.

#ifndef MI_ENGINE_WORKSPACE_CHANGE_H_
#define MI_ENGINE_WORKSPACE_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/graph/mutation.h"
#include "engine/storage/journal.h"
#include "engine/vector/collection_config.h"

namespace mi::workspace {

// Collections keep their id when aliases move and names are reused. It is the
// journal sequence of their creation.
using CollectionId = uint64_t;

struct CreateCollection {
  static constexpr uint32_t kKind = 100;
  std::string name;
  vector::CollectionConfig config;
  TimeMicros time = 0;
};

// Replaces the index settings and the indexed payload fields.
struct UpdateCollection {
  static constexpr uint32_t kKind = 101;
  CollectionId collection = 0;
  vector::IndexSettings index;
  std::vector<filter::FieldSchema> payload_fields;
  TimeMicros time = 0;
};

struct DeleteCollection {
  static constexpr uint32_t kKind = 102;
  CollectionId collection = 0;
};

// Creates the alias, or points it elsewhere.
struct SetAlias {
  static constexpr uint32_t kKind = 103;
  std::string alias;
  CollectionId collection = 0;
};

struct DeleteAlias {
  static constexpr uint32_t kKind = 104;
  std::string alias;
};

// Inserts or replaces points.
struct UpsertPoints {
  static constexpr uint32_t kKind = 105;
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
  static constexpr uint32_t kKind = 106;
  CollectionId collection = 0;
  std::vector<std::string> ids;
};

// Graphs keep their id when a name is reused, too: the sequence of their
// creation.
using GraphId = uint64_t;

struct CreateGraph {
  static constexpr uint32_t kKind = 200;
  std::string name;
  std::vector<graph::IndexDefinition> indexes;
  TimeMicros time = 0;
};

struct DeleteGraph {
  static constexpr uint32_t kKind = 201;
  GraphId graph = 0;
};

struct CreateGraphIndex {
  static constexpr uint32_t kKind = 202;
  GraphId graph = 0;
  graph::IndexDefinition index;
};

struct DeleteGraphIndex {
  static constexpr uint32_t kKind = 203;
  GraphId graph = 0;
  std::string label;
  std::string property;
};

// Carries out mutations that graph::ValidateMutations found right.
struct WriteGraph {
  static constexpr uint32_t kKind = 204;
  GraphId graph = 0;
  std::vector<graph::Mutation> mutations;
};

// A kind of change is a member of this list with a kKind, an Encode and a
// Decode in change_codec.h, and its part in prepare.h, state.h and outcome.h;
// the compiler asks for whatever is missing.
using Change =
    std::variant<CreateCollection, UpdateCollection, DeleteCollection, SetAlias,
                 DeleteAlias, UpsertPoints, DeletePoints, CreateGraph,
                 DeleteGraph, CreateGraphIndex, DeleteGraphIndex, WriteGraph>;

// The journal record of a change, and back. Decoding checks every length and
// every enum; DATA_LOSS for anything that EncodeChange could not have written.
storage::Record EncodeChange(const Change& change);
absl::StatusOr<Change> DecodeChange(const storage::Record& record);

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_CHANGE_H_
