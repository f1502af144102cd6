// One search: what Search, BatchSearch and reads of graphs that start from a
// search have in common.

#ifndef MI_SERVER_SEARCH_RUN_SEARCH_H_
#define MI_SERVER_SEARCH_RUN_SEARCH_H_

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "engine/vector/collection_view.h"
#include "engine/workspace/catalog.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::server {

namespace v1 = ::marketing::intelligence::v1;

// A collection as a search sees it.
struct SearchedCollection {
  workspace::CollectionEntryPtr entry;
  std::shared_ptr<const vector::CollectionView> view;
};
// Errors: those of Catalog::Resolve.
absl::StatusOr<SearchedCollection> OpenCollection(
    const workspace::Catalog& catalog, const std::string& name);

// Validates and runs the search, and fills the answer with the time that the
// engine took. `prefix` is empty or the place of the search in the request,
// with a dot behind. Fills everything but the linked nodes.
absl::Status RunSearch(const SearchedCollection& collection,
                       const v1::SearchRequest& request,
                       std::string_view prefix, const std::stop_token& stop,
                       const Clock& clock, v1::SearchResponse* response);

}  // namespace mi::server

#endif  // MI_SERVER_SEARCH_RUN_SEARCH_H_
