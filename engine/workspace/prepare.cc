#include "engine/workspace/prepare.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "engine/vector/listing.h"
#include "engine/workspace/graph_changes.h"
#include "fmt/format.h"

namespace mi::workspace {
namespace {

using absl::StatusCode;

constexpr auto kBuildsBehindDelay = std::chrono::milliseconds(500);

absl::Status CollectionGone() {
  return ResourceError(StatusCode::kNotFound, Reason::kCollectionNotFound,
                       "collection", "", "the collection was deleted");
}

absl::Status GraphGone() {
  return ResourceError(StatusCode::kNotFound, Reason::kGraphNotFound, "graph",
                       "", "the graph was deleted");
}

absl::Status NameIsFree(const Catalog& catalog, const std::string& name) {
  if (catalog.collections.contains(name)) {
    return ResourceError(StatusCode::kAlreadyExists, Reason::kCollectionExists,
                         "collection", name,
                         fmt::format("collection '{}' exists", name));
  }
  if (catalog.aliases.contains(name)) {
    return ResourceError(StatusCode::kAlreadyExists, Reason::kAliasExists,
                         "alias", name, fmt::format("alias '{}' exists", name));
  }
  return absl::OkStatus();
}

absl::Status QuotaExceeded(std::string_view what, size_t limit) {
  ErrorDetails details;
  details.reason = Reason::kQuotaExceeded;
  details.metadata = {{"limit", fmt::to_string(limit)}};
  return MakeError(StatusCode::kResourceExhausted,
                   fmt::format("at most {} {} a tenant", limit, what), details);
}

absl::Status VersionConflict(std::string_view type, std::string_view name,
                             uint64_t expected, uint64_t current) {
  ErrorDetails details;
  details.reason = Reason::kVersionConflict;
  details.resource_type = type;
  details.resource_name = name;
  details.metadata = {{"expected_version", fmt::to_string(expected)},
                      {"current_version", fmt::to_string(current)}};
  return MakeError(StatusCode::kAborted,
                   fmt::format("{} '{}' has version {}, expected {}", type,
                               name, current, expected),
                   details);
}

// Points as ids, whichever write they are of.
std::string_view IdOf(const UpsertPoints::Point& point) { return point.id; }
std::string_view IdOf(const std::string& id) { return id; }

template <typename Points>
absl::Status CheckVersions(
    const CollectionEntry& entry, const Points& points,
    const std::vector<std::optional<uint64_t>>& expected) {
  const auto view = entry.points->View();
  for (size_t i = 0; i < expected.size(); ++i) {
    if (!expected[i].has_value()) continue;
    const auto stored = view->Find(IdOf(points[i]));
    const uint64_t current = stored ? stored->version() : 0;
    if (current != *expected[i]) {
      return VersionConflict("point", IdOf(points[i]), *expected[i], current);
    }
  }
  return absl::OkStatus();
}

// One function a kind of write; `Preparer` carries what all of them need.
struct Preparer {
  const Catalog& catalog;
  const StateLimits& limits;
  StagedGraphs& staged;
  const WriteRequest& request;
  const TimeMicros now;
  const uint64_t sequence;

  absl::StatusOr<Change> operator()(CreateCollection&& write) const {
    RETURN_IF_ERROR(NameIsFree(catalog, write.name));
    if (catalog.collections.size() >= limits.max_collections) {
      return QuotaExceeded("collections", limits.max_collections);
    }
    write.time = now;
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(UpdateCollection&& write) const {
    const auto entry = catalog.FindById(write.collection);
    if (entry == nullptr) return CollectionGone();
    if (request.expected_config_version.has_value() &&
        *request.expected_config_version != entry->version) {
      return VersionConflict("collection", entry->name,
                             *request.expected_config_version, entry->version);
    }
    write.time = now;
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(DeleteCollection&& write) const {
    const auto entry = catalog.FindById(write.collection);
    if (entry == nullptr) return CollectionGone();
    if (catalog.HasAliasOf(entry->name)) {
      return ResourceError(
          StatusCode::kFailedPrecondition, Reason::kCollectionHasAliases,
          "collection", entry->name,
          fmt::format("collection '{}' has aliases; delete them first",
                      entry->name));
    }
    return write;
  }

  absl::StatusOr<Change> operator()(SetAlias&& write) const {
    if (catalog.FindById(write.collection) == nullptr) return CollectionGone();
    if (request.alias_intent == AliasIntent::kCreate) {
      RETURN_IF_ERROR(NameIsFree(catalog, write.alias));
      if (catalog.aliases.size() >= limits.max_aliases) {
        return QuotaExceeded("aliases", limits.max_aliases);
      }
    } else {
      RETURN_IF_ERROR(AliasExists(write.alias));
    }
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(DeleteAlias&& write) const {
    RETURN_IF_ERROR(AliasExists(write.alias));
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(UpsertPoints&& write) const {
    const auto entry = catalog.FindById(write.collection);
    if (entry == nullptr) return CollectionGone();
    RETURN_IF_ERROR(BuildsKeepUp(*entry));
    RETURN_IF_ERROR(
        CheckVersions(*entry, write.points, request.expected_versions));
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(DeletePoints&& write) const {
    const auto entry = catalog.FindById(write.collection);
    if (entry == nullptr) return CollectionGone();
    RETURN_IF_ERROR(
        CheckVersions(*entry, write.ids, request.expected_versions));
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(DeleteMatching&& write) const {
    const auto entry = catalog.FindById(write.collection);
    if (entry == nullptr) return CollectionGone();
    DeletePoints change;
    change.collection = write.collection;
    ASSIGN_OR_RETURN(change.ids, vector::MatchingIds(*entry->points->View(),
                                                     write.filter, {}));
    return change;
  }

  absl::StatusOr<Change> operator()(CreateGraph&& write) const {
    if (catalog.graphs.contains(write.name)) {
      return ResourceError(StatusCode::kAlreadyExists, Reason::kGraphExists,
                           "graph", write.name,
                           fmt::format("graph '{}' exists", write.name));
    }
    if (catalog.graphs.size() >= limits.max_graphs) {
      return QuotaExceeded("graphs", limits.max_graphs);
    }
    RETURN_IF_ERROR(MakeGraph(write, sequence).status());
    write.time = now;
    return std::move(write);
  }

  absl::StatusOr<Change> operator()(DeleteGraph&& write) const {
    if (catalog.FindGraphById(write.graph) == nullptr) return GraphGone();
    return write;
  }

  absl::StatusOr<Change> operator()(CreateGraphIndex&& write) const {
    return Stage(std::move(write));
  }
  absl::StatusOr<Change> operator()(DeleteGraphIndex&& write) const {
    return Stage(std::move(write));
  }
  absl::StatusOr<Change> operator()(WriteGraph&& write) const {
    return Stage(std::move(write));
  }

 private:
  // Carries out a write to a graph where nobody sees it yet.
  template <typename Write>
  absl::StatusOr<Change> Stage(Write&& write) const {
    const auto entry = catalog.FindGraphById(write.graph);
    if (entry == nullptr) return GraphGone();
    ASSIGN_OR_RETURN(auto edited, Edit(*staged.Latest(*entry), write, sequence,
                                       entry->graph->NextEdit()));
    staged.Push(sequence, entry->id, std::move(edited));
    return std::move(write);
  }

  absl::Status AliasExists(const std::string& alias) const {
    if (catalog.aliases.contains(alias)) return absl::OkStatus();
    return ResourceError(StatusCode::kNotFound, Reason::kAliasNotFound, "alias",
                         alias, fmt::format("no alias '{}'", alias));
  }

  absl::Status BuildsKeepUp(const CollectionEntry& entry) const {
    const size_t pending = entry.points->pending_builds();
    if (pending < limits.max_pending_builds) return absl::OkStatus();
    return RetryLater(
        StatusCode::kUnavailable, Reason::kOverloaded,
        fmt::format("{} index builds of collection '{}' are waiting", pending,
                    entry.name),
        kBuildsBehindDelay);
  }
};

}  // namespace

absl::StatusOr<Change> PrepareWrite(const Catalog& catalog,
                                    const StateLimits& limits,
                                    StagedGraphs& staged, WriteRequest request,
                                    TimeMicros now, uint64_t sequence) {
  auto write = std::move(request.write);
  return std::visit(Preparer{catalog, limits, staged, request, now, sequence},
                    std::move(write));
}

}  // namespace mi::workspace
