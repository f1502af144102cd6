#include "engine/workspace/catalog.h"

#include "engine/base/error.h"
#include "fmt/format.h"

namespace mi::workspace {

std::shared_ptr<CollectionEntry> MakeEntry(const CreateCollection& change,
                                           uint64_t sequence) {
  auto entry = std::make_shared<CollectionEntry>();
  entry->id = sequence;
  entry->name = change.name;
  entry->config = change.config;
  entry->create_time = change.time;
  entry->update_time = change.time;
  entry->version = sequence;
  return entry;
}

std::shared_ptr<CollectionEntry> UpdateEntry(const CollectionEntry& before,
                                             const UpdateCollection& change,
                                             uint64_t sequence) {
  auto entry = std::make_shared<CollectionEntry>(before);
  entry->config.index = change.index;
  entry->config.payload_fields = change.payload_fields;
  entry->update_time = change.time;
  entry->version = sequence;
  return entry;
}

absl::StatusOr<CollectionEntryPtr> Catalog::Resolve(
    std::string_view name) const {
  const auto alias = aliases.find(name);
  const auto found =
      collections.find(alias == aliases.end() ? name : alias->second);
  if (found == collections.end()) {
    return ResourceError(absl::StatusCode::kNotFound,
                         Reason::kCollectionNotFound, "collection", name,
                         fmt::format("no collection or alias '{}'", name));
  }
  return found->second;
}

CollectionEntryPtr Catalog::FindById(CollectionId id) const {
  for (const auto& [name, entry] : collections) {
    if (entry->id == id) return entry;
  }
  return nullptr;
}

absl::StatusOr<GraphEntryPtr> Catalog::ResolveGraph(
    std::string_view name) const {
  const auto found = graphs.find(name);
  if (found == graphs.end()) {
    return ResourceError(absl::StatusCode::kNotFound, Reason::kGraphNotFound,
                         "graph", name, fmt::format("no graph '{}'", name));
  }
  return found->second;
}

GraphEntryPtr Catalog::FindGraphById(GraphId id) const {
  for (const auto& [name, entry] : graphs) {
    if (entry->id == id) return entry;
  }
  return nullptr;
}

bool Catalog::HasAliasOf(std::string_view collection) const {
  for (const auto& [alias, target] : aliases) {
    if (target == collection) return true;
  }
  return false;
}

}  // namespace mi::workspace
