#include "engine/workspace/catalog.h"

#include "engine/base/error.h"
#include "fmt/format.h"

namespace mi::workspace {

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

bool Catalog::HasAliasOf(std::string_view collection) const {
  for (const auto& [alias, target] : aliases) {
    if (target == collection) return true;
  }
  return false;
}

}  // namespace mi::workspace
