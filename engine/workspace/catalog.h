// The names of a workspace: collections and their aliases, and graphs.

#ifndef MI_ENGINE_WORKSPACE_CATALOG_H_
#define MI_ENGINE_WORKSPACE_CATALOG_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/graph/graph.h"
#include "engine/vector/collection.h"
#include "engine/workspace/change.h"

namespace mi::workspace {

// A collection with what is known about it. Immutable: changes of the
// configuration make a new entry around the same points.
struct CollectionEntry {
  CollectionId id = 0;
  std::string name;
  vector::CollectionConfig config;
  TimeMicros create_time = 0;
  TimeMicros update_time = 0;
  // Journal sequence of the last change of the configuration.
  uint64_t version = 0;
  std::shared_ptr<vector::Collection> points;
};

// The entry that a change makes, without its points.
std::shared_ptr<CollectionEntry> MakeEntry(const CreateCollection& change,
                                           uint64_t sequence);
// The entry that a change makes of `before`, around the same points.
std::shared_ptr<CollectionEntry> UpdateEntry(const CollectionEntry& before,
                                             const UpdateCollection& change,
                                             uint64_t sequence);

using CollectionEntryPtr = std::shared_ptr<const CollectionEntry>;

// A graph with what is known about it. Immutable; what is in the graph is not
// part of it.
struct GraphEntry {
  GraphId id = 0;
  std::string name;
  TimeMicros create_time = 0;
  std::shared_ptr<graph::Graph> graph;
};

using GraphEntryPtr = std::shared_ptr<const GraphEntry>;

// One state of all names; immutable once published. Names of collections and
// aliases share one space.
struct Catalog {
  std::map<std::string, CollectionEntryPtr, std::less<>> collections;
  // Alias to name of collection; the collection always exists.
  std::map<std::string, std::string, std::less<>> aliases;

  // Graphs have names of their own.
  std::map<std::string, GraphEntryPtr, std::less<>> graphs;

  // The collection with this name or alias. Errors: NOT_FOUND.
  absl::StatusOr<CollectionEntryPtr> Resolve(std::string_view name) const;

  // Null when there is none.
  CollectionEntryPtr FindById(CollectionId id) const;

  // The graph with this name. Errors: NOT_FOUND.
  absl::StatusOr<GraphEntryPtr> ResolveGraph(std::string_view name) const;

  // Null when there is none.
  GraphEntryPtr FindGraphById(GraphId id) const;

  bool HasAliasOf(std::string_view collection) const;
};

}  // namespace mi::workspace

#endif  // MI_ENGINE_WORKSPACE_CATALOG_H_
