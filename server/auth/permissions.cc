#include "server/auth/permissions.h"

#include <array>

#include "engine/base/error.h"
#include "fmt/format.h"

namespace mi::auth {
namespace {

constexpr std::array kAll = {Permission::kRead, Permission::kWrite,
                             Permission::kAdmin};

constexpr char kBudget[] = "marketing.intelligence.v1.BudgetService";
constexpr char kCollections[] = "marketing.intelligence.v1.CollectionService";
constexpr char kGraph[] = "marketing.intelligence.v1.GraphService";
constexpr char kOperations[] = "marketing.intelligence.v1.OperationsService";
constexpr char kSearch[] = "marketing.intelligence.v1.SearchService";

constexpr MethodPermission kMethods[] = {
    {kCollections, "CreateCollection", Permission::kAdmin},
    {kCollections, "GetCollection", Permission::kRead},
    {kCollections, "ListCollections", Permission::kRead},
    {kCollections, "UpdateCollection", Permission::kAdmin},
    {kCollections, "DeleteCollection", Permission::kAdmin},
    {kCollections, "GetCollectionStats", Permission::kRead},
    {kCollections, "CreateAlias", Permission::kAdmin},
    {kCollections, "UpdateAlias", Permission::kAdmin},
    {kCollections, "DeleteAlias", Permission::kAdmin},
    {kCollections, "ListAliases", Permission::kRead},

    {kSearch, "UpsertPoints", Permission::kWrite},
    {kSearch, "StreamUpsertPoints", Permission::kWrite},
    {kSearch, "DeletePoints", Permission::kWrite},
    {kSearch, "GetPoints", Permission::kRead},
    {kSearch, "ListPoints", Permission::kRead},
    {kSearch, "CountPoints", Permission::kRead},
    {kSearch, "Search", Permission::kRead},
    {kSearch, "BatchSearch", Permission::kRead},
    {kSearch, "RangeSearch", Permission::kRead},

    {kGraph, "CreateGraph", Permission::kAdmin},
    {kGraph, "GetGraph", Permission::kRead},
    {kGraph, "ListGraphs", Permission::kRead},
    {kGraph, "DeleteGraph", Permission::kAdmin},
    {kGraph, "CreateGraphIndex", Permission::kAdmin},
    {kGraph, "DeleteGraphIndex", Permission::kAdmin},
    {kGraph, "GetGraphStats", Permission::kRead},
    {kGraph, "WriteGraph", Permission::kWrite},
    {kGraph, "StreamWriteGraph", Permission::kWrite},
    {kGraph, "GetNodes", Permission::kRead},
    {kGraph, "GetEdges", Permission::kRead},
    {kGraph, "GetHyperedges", Permission::kRead},
    {kGraph, "ListNodes", Permission::kRead},
    {kGraph, "ListEdges", Permission::kRead},
    {kGraph, "ListHyperedges", Permission::kRead},
    {kGraph, "ListNeighbors", Permission::kRead},
    {kGraph, "ExpandNodes", Permission::kRead},
    {kGraph, "FindShortestPaths", Permission::kRead},
    {kGraph, "FindHyperedges", Permission::kRead},
    {kGraph, "FindCoMembers", Permission::kRead},
    {kGraph, "GetSubgraph", Permission::kRead},
    {kGraph, "FindSimilarNodes", Permission::kRead},
    {kGraph, "RunGraphAlgorithm", Permission::kRead},

    {kBudget, "AllocateBudget", Permission::kRead},
    {kBudget, "GetResponseCurve", Permission::kRead},
    {kBudget, "FitResponseCurves", Permission::kRead},
    {kBudget, "SelectCampaigns", Permission::kRead},
    {kBudget, "MaxFlow", Permission::kRead},
    {kBudget, "MinCut", Permission::kRead},
    {kBudget, "MinCostFlow", Permission::kRead},
    {kBudget, "GlobalMinCut", Permission::kRead},

    {kOperations, "GetServerInfo", Permission::kRead},
    {kOperations, "CreateSnapshot", Permission::kAdmin},
    {kOperations, "GetSnapshot", Permission::kRead},
    {kOperations, "ListSnapshots", Permission::kRead},
    {kOperations, "DeleteSnapshot", Permission::kAdmin},
    {kOperations, "RestoreSnapshot", Permission::kAdmin},
    {kOperations, "GetJob", Permission::kRead},
    {kOperations, "ListJobs", Permission::kRead},
    {kOperations, "CancelJob", Permission::kAdmin},
};

}  // namespace

std::string_view PermissionName(Permission permission) {
  switch (permission) {
    case Permission::kRead:
      return "read";
    case Permission::kWrite:
      return "write";
    case Permission::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Permissions> ParsePermissions(std::string_view names) {
  Permissions permissions;
  while (true) {
    const size_t comma = names.find(',');
    const std::string_view name = names.substr(0, comma);
    bool known = false;
    for (const Permission permission : kAll) {
      if (name != PermissionName(permission)) continue;
      permissions = permissions.With(permission);
      known = true;
    }
    if (!known) return std::nullopt;
    if (comma == std::string_view::npos) return permissions;
    names.remove_prefix(comma + 1);
  }
}

std::string FormatPermissions(Permissions permissions) {
  std::string text;
  for (const Permission permission : kAll) {
    if (!permissions.Allows(permission)) continue;
    if (!text.empty()) text.push_back(',');
    text.append(PermissionName(permission));
  }
  return text;
}

absl::Status CheckPermission(Permissions permissions, Permission needs,
                             std::string_view what) {
  if (permissions.Allows(needs)) return absl::OkStatus();
  ErrorDetails details;
  details.reason = Reason::kPermissionDenied;
  return MakeError(absl::StatusCode::kPermissionDenied,
                   fmt::format("the API key lacks the scope '{}' for {}",
                               PermissionName(needs), what),
                   details);
}

absl::Span<const MethodPermission> MethodPermissions() { return kMethods; }

}  // namespace mi::auth
