// A write as a caller asks for it, before it is known whether it can be done.

#ifndef MI_ENGINE_WORKSPACE_WRITE_REQUEST_H_
#define MI_ENGINE_WORKSPACE_WRITE_REQUEST_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/filter/compiled_filter.h"
#include "engine/workspace/catalog.h"
#include "engine/workspace/change.h"
#include "engine/workspace/idempotency.h"

namespace mi::workspace {

// Deletes the points that match when the write's turn comes. Becomes a
// DeletePoints in the journal.
struct DeleteMatching {
  CollectionId collection = 0;
  filter::CompiledFilter filter;
};

// The alias must exist already (kSwitch) or must not (kCreate).
enum class AliasIntent { kCreate, kSwitch };

// What a write did. Fields that do not concern it are 0 or empty.
struct WriteResult {
  std::string epoch;
  uint64_t sequence = 0;  // 0: there was nothing to do
  uint64_t inserted = 0;
  uint64_t replaced = 0;
  uint64_t deleted = 0;
  // SetAlias: the collection that the alias named before.
  std::string previous_collection;
  // CreateCollection, UpdateCollection: as it is then. Its points are not part
  // of the answer.
  CollectionEntryPtr collection;
  // CreateGraph: as it is then. What is in it is not part of the answer.
  GraphEntryPtr graph;
  // WriteGraph.
  graph::MutationResult mutations;
  // Of a write with an idempotency key: its answer, the same at every retry. A
  // retry has epoch, sequence and answer only.
  std::string answer;
};

// Makes a write with a key one that is carried out once, and answered the same
// at every retry.
struct Idempotency {
  IdempotencyKey key;
  // The bytes to answer with. Called at most once, on the writer's thread and
  // before the write is durable; must be quick, must not fail, and must not
  // call the workspace.
  std::function<std::string(const WriteResult&)> make_answer;
};

struct WriteRequest {
  std::variant<CreateCollection, UpdateCollection, DeleteCollection, SetAlias,
               DeleteAlias, UpsertPoints, DeletePoints, DeleteMatching,
               CreateGraph, DeleteGraph, CreateGraphIndex, DeleteGraphIndex,
               WriteGraph>
      write;

  // For UpsertPoints and DeletePoints: empty, or one for each point, in order.
  // Unset means any; 0 means that the point must not exist.
  std::vector<std::optional<uint64_t>> expected_versions;

  // For UpdateCollection: the version that the configuration must have.
  std::optional<uint64_t> expected_config_version;

  // For SetAlias.
  AliasIntent alias_intent = AliasIntent::kCreate;

  // Unset: every call is a write of its own. The points of a write with a key
  // have ids that are unique within it.
  std::optional<Idempotency> idempotency;
};

// The API's name for the place of a write in the journal: "epoch:sequence".
inline std::string CommitToken(const WriteResult& result) {
  return result.epoch + ":" + std::to_string(result.sequence);
}

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_WRITE_REQUEST_H_
