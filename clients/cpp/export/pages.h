// Reads a list of the server page by page.

#ifndef MI_CLIENTS_CPP_EXPORT_PAGES_H_
#define MI_CLIENTS_CPP_EXPORT_PAGES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "clients/cpp/interrupt.h"
#include "clients/cpp/patient_call.h"
#include "clients/cpp/session.h"
#include "clients/cpp/status_macros.h"
#include "marketing/intelligence/v1/graph_service.pb.h"
#include "marketing/intelligence/v1/search_service.pb.h"

namespace mi::client {

// Asks for about as many elements at once as keep a page small, whatever their
// size: that bounds the memory. Tries again when the server is busy or away for
// a while. `List` says how: see below. Thread-compatible.
template <typename List>
class Pages {
 public:
  using Request = typename List::Request;
  using Response = typename List::Response;

  // Pages of what `request` asks for; its page size and token are set here.
  Pages(Session& session, const Interrupt& interrupt, Request request)
      : session_(session), interrupt_(interrupt), request_(std::move(request)) {
    request_.set_page_size(kFirstPage);
  }

  // Reads a page; false behind the last one. Errors: the server's.
  absl::StatusOr<bool> Next(Response* page) {
    if (done_) return false;
    ASSIGN_OR_RETURN(*page, CallPatiently(interrupt_, [this] {
      return List::Call(session_, request_);
    }));
    request_.set_page_token(page->next_page_token());
    done_ = page->next_page_token().empty();
    AdaptSize(*page);
    return true;
  }

 private:
  static constexpr uint32_t kFirstPage = 100;
  static constexpr size_t kPageBytes = size_t{4} << 20;

  void AdaptSize(const Response& page) {
    const auto count = static_cast<size_t>(List::Elements(page).size());
    if (count == 0) return;
    const size_t bytes = std::max<size_t>(1, page.ByteSizeLong() / count);
    request_.set_page_size(static_cast<uint32_t>(
        std::clamp<size_t>(kPageBytes / bytes, 1, List::kMaxPage)));
  }

  Session& session_;
  const Interrupt& interrupt_;
  Request request_;
  bool done_ = false;
};

// The lists that there are: their messages, how they are called, what a page
// holds, and the largest page that the server gives.
struct PointList {
  using Request = marketing::intelligence::v1::ListPointsRequest;
  using Response = marketing::intelligence::v1::ListPointsResponse;
  static constexpr size_t kMaxPage = 1'000;

  static absl::StatusOr<Response> Call(Session& session,
                                       const Request& request) {
    return session.Call(session.search(), &Session::Search::ListPoints,
                        request);
  }
  static const auto& Elements(const Response& page) { return page.points(); }
};

struct NodeList {
  using Request = marketing::intelligence::v1::ListNodesRequest;
  using Response = marketing::intelligence::v1::ListNodesResponse;
  static constexpr size_t kMaxPage = 10'000;

  static absl::StatusOr<Response> Call(Session& session,
                                       const Request& request) {
    return session.Call(session.graphs(), &Session::Graphs::ListNodes, request);
  }
  static const auto& Elements(const Response& page) { return page.nodes(); }
};

struct EdgeList {
  using Request = marketing::intelligence::v1::ListEdgesRequest;
  using Response = marketing::intelligence::v1::ListEdgesResponse;
  static constexpr size_t kMaxPage = 10'000;

  static absl::StatusOr<Response> Call(Session& session,
                                       const Request& request) {
    return session.Call(session.graphs(), &Session::Graphs::ListEdges, request);
  }
  static const auto& Elements(const Response& page) { return page.edges(); }
};

struct HyperedgeList {
  using Request = marketing::intelligence::v1::ListHyperedgesRequest;
  using Response = marketing::intelligence::v1::ListHyperedgesResponse;
  static constexpr size_t kMaxPage = 10'000;

  static absl::StatusOr<Response> Call(Session& session,
                                       const Request& request) {
    return session.Call(session.graphs(), &Session::Graphs::ListHyperedges,
                        request);
  }
  static const auto& Elements(const Response& page) {
    return page.hyperedges();
  }
};

}  // namespace mi::client

#endif  // MI_CLIENTS_CPP_EXPORT_PAGES_H_
