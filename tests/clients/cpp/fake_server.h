// A server that a test controls: a real channel, points in a map, and failures
// on demand.

#ifndef MI_TESTS_CLIENTS_CPP_FAKE_SERVER_H_
#define MI_TESTS_CLIENTS_CPP_FAKE_SERVER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "google/protobuf/repeated_ptr_field.h"
#include "grpcpp/channel.h"
#include "grpcpp/server.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"
#include "marketing/intelligence/v1/search_service.grpc.pb.h"
#include "tests/clients/cpp/fake_errors.h"
#include "tests/clients/cpp/fake_operations.h"

namespace mi::client {

namespace v1 = ::marketing::intelligence::v1;

// Thread-safe. Starts with a collection "ads" of three components.
class FakeServer {
 public:
  using Points = google::protobuf::RepeatedPtrField<v1::PointWrite>;

  FakeServer();
  ~FakeServer();

  std::shared_ptr<grpc::Channel> Connect() const;
  std::string address() const;

  // Puts a point there, as if it had been written.
  void Store(const v1::Point& point);

  // The next writes of a batch answer with these, in turn.
  void FailNext(std::vector<grpc::Status> statuses);
  // Asked before each batch is written; an error refuses it.
  void CheckWith(std::function<grpc::Status(const Points&)> check);

  std::map<std::string, v1::Point> points() const;
  // Sizes of the batches that were written, in the order of their writing.
  std::vector<int> batch_sizes() const;
  // Keys of all batches that arrived, in that order, also of those refused.
  std::vector<std::string> keys() const;
  int calls() const { return calls_; }  // of UpsertPoints and its stream
  // The largest number of writes at once; each takes `write_time`.
  int most_at_once() const { return most_at_once_; }

  // All calls of ListPoints.
  std::vector<v1::ListPointsRequest> lists() const;

  // Set before the first call.
  std::chrono::milliseconds write_time{0};
  uint32_t max_page_size = 1000;
  // Called by each ListPoints, with its number from 1; an error is its answer.
  std::function<grpc::Status(size_t call)> on_list;
  FakeOperations operations;
  std::string api_key;  // required if not empty
  std::map<std::string, v1::Collection> collections;
  v1::SearchResponse search_response;
  v1::SearchRequest last_search;

 private:
  class SearchService;
  class CollectionService;

  // Writes one batch, or says why not.
  grpc::Status Write(const std::string& collection, const Points& points,
                     const std::string& key);
  grpc::Status List(const v1::ListPointsRequest& request,
                    v1::ListPointsResponse* response);
  grpc::Status Authenticate(const grpc::ServerContext& context) const;

  mutable std::mutex mutex_;
  std::deque<grpc::Status> failures_;
  std::function<grpc::Status(const Points&)> check_;
  std::map<std::string, v1::Point> points_;
  std::vector<int> batch_sizes_;
  std::vector<std::string> keys_;
  std::vector<v1::ListPointsRequest> lists_;
  std::atomic<int> calls_{0};
  std::atomic<int> writing_{0};
  std::atomic<int> most_at_once_{0};

  std::unique_ptr<SearchService> search_service_;
  std::unique_ptr<CollectionService> collection_service_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

}  // namespace mi::client

#endif  // MI_TESTS_CLIENTS_CPP_FAKE_SERVER_H_
