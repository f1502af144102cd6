#include "clients/cpp/export/point_pages.h"

#include <algorithm>
#include <utility>

#include "clients/cpp/patient_call.h"
#include "clients/cpp/status_macros.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

constexpr uint32_t kFirstPage = 100;
constexpr size_t kMaxPage = 1'000;  // the server takes no more
constexpr size_t kPageBytes = 4 << 20;

}  // namespace

PointPages::PointPages(Session& session, const Interrupt& interrupt,
                       v1::ListPointsRequest request)
    : session_(session), interrupt_(interrupt), request_(std::move(request)) {
  request_.set_page_size(kFirstPage);
}

absl::StatusOr<bool> PointPages::Next(v1::ListPointsResponse* page) {
  if (done_) return false;
  ASSIGN_OR_RETURN(*page, CallPatiently(interrupt_, [this] {
    return session_.Call(session_.search(), &Session::Search::ListPoints,
                         request_);
  }));
  request_.set_page_token(page->next_page_token());
  done_ = page->next_page_token().empty();
  AdaptSize(*page);
  return true;
}

void PointPages::AdaptSize(const v1::ListPointsResponse& page) {
  if (page.points().empty()) return;
  const auto points = static_cast<size_t>(page.points_size());
  const size_t point_bytes = std::max<size_t>(1, page.ByteSizeLong() / points);
  request_.set_page_size(static_cast<uint32_t>(
      std::clamp<size_t>(kPageBytes / point_bytes, 1, kMaxPage)));
}

}  // namespace mi::client
