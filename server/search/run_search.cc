#include "server/search/run_search.h"

#include <chrono>

#include "engine/base/status_macros.h"
#include "engine/vector/search.h"
#include "server/search/search_proto.h"

namespace mi::server {

absl::StatusOr<SearchedCollection> OpenCollection(
    const workspace::Catalog& catalog, const std::string& name) {
  SearchedCollection opened;
  ASSIGN_OR_RETURN(opened.entry, catalog.Resolve(name));
  opened.view = opened.entry->points->View();
  return opened;
}

absl::Status RunSearch(const SearchedCollection& collection,
                       const v1::SearchRequest& request,
                       std::string_view prefix, const std::stop_token& stop,
                       const Clock& clock, v1::SearchResponse* response) {
  const vector::CollectionView& view = *collection.view;
  ASSIGN_OR_RETURN(const ParsedSearch search, FromProto(request, view, prefix));
  const auto start = clock.Steady();
  ASSIGN_OR_RETURN(const vector::SearchResult result,
                   vector::Search(view, Bind(search), stop));
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
      clock.Steady() - start);
  ToProto(result.hits, view.config->dimension, search.fields,
          response->mutable_points());
  ToProto(result.report, view.sequence, static_cast<uint64_t>(took.count()),
          response->mutable_plan());
  return absl::OkStatus();
}

}  // namespace mi::server
