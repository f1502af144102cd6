#include "tests/clients/cpp/fake_server.h"

#include <algorithm>
#include <iterator>
#include <thread>
#include <utility>

#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server_builder.h"

namespace mi::client {
class FakeServer::SearchService : public v1::SearchService::Service {
 public:
  explicit SearchService(FakeServer* server) : server_(*server) {}

  grpc::Status UpsertPoints(grpc::ServerContext* context,
                            const v1::UpsertPointsRequest* request,
                            v1::UpsertPointsResponse* /*response*/) override {
    ++server_.calls_;
    grpc::Status known = server_.Authenticate(*context);
    if (!known.ok()) return known;
    return server_.Write(request->collection(), request->points(),
                         request->idempotency_key());
  }

  grpc::Status StreamUpsertPoints(
      grpc::ServerContext* context,
      grpc::ServerReader<v1::StreamUpsertPointsRequest>* reader,
      v1::StreamUpsertPointsResponse* response) override {
    ++server_.calls_;
    grpc::Status known = server_.Authenticate(*context);
    if (!known.ok()) return known;
    int committed = 0;
    v1::StreamUpsertPointsRequest request;
    while (reader->Read(&request)) {
      const grpc::Status status = server_.Write(
          request.collection(), request.points(), request.idempotency_key());
      if (!status.ok()) return WithCommitted(status, committed);
      ++committed;
    }
    response->set_batch_count(static_cast<uint64_t>(committed));
    return grpc::Status::OK;
  }

  grpc::Status CountPoints(grpc::ServerContext* /*context*/,
                           const v1::CountPointsRequest* /*request*/,
                           v1::CountPointsResponse* response) override {
    response->set_count(server_.points().size());
    return grpc::Status::OK;
  }

  grpc::Status ListPoints(grpc::ServerContext* /*context*/,
                          const v1::ListPointsRequest* request,
                          v1::ListPointsResponse* response) override {
    return server_.List(*request, response);
  }

  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    grpc::Status known = server_.Authenticate(*context);
    if (!known.ok()) return known;
    server_.last_search = *request;
    *response = server_.search_response;
    return grpc::Status::OK;
  }

 private:
  FakeServer& server_;
};

class FakeServer::CollectionService : public v1::CollectionService::Service {
 public:
  explicit CollectionService(FakeServer* server) : server_(*server) {}

  grpc::Status GetCollection(grpc::ServerContext* /*context*/,
                             const v1::GetCollectionRequest* request,
                             v1::GetCollectionResponse* response) override {
    const auto found = server_.collections.find(request->name());
    if (found == server_.collections.end()) {
      return {grpc::StatusCode::NOT_FOUND,
              "no collection '" + request->name() + "'"};
    }
    *response->mutable_collection() = found->second;
    return grpc::Status::OK;
  }

  grpc::Status CreateCollection(
      grpc::ServerContext* /*context*/,
      const v1::CreateCollectionRequest* request,
      v1::CreateCollectionResponse* response) override {
    v1::Collection& collection = server_.collections[request->name()];
    collection.set_name(request->name());
    *collection.mutable_config() = request->config();
    *response->mutable_collection() = collection;
    return grpc::Status::OK;
  }

 private:
  FakeServer& server_;
};

FakeServer::FakeServer()
    : search_service_(std::make_unique<SearchService>(this)),
      collection_service_(std::make_unique<CollectionService>(this)) {
  v1::Collection& ads = collections["ads"];
  ads.set_name("ads");
  ads.mutable_config()->set_dimension(3);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port_);
  builder.RegisterService(search_service_.get());
  builder.RegisterService(collection_service_.get());
  builder.RegisterService(&operations);
  server_ = builder.BuildAndStart();
}

FakeServer::~FakeServer() { server_->Shutdown(); }

std::string FakeServer::address() const {
  return "127.0.0.1:" + std::to_string(port_);
}

std::shared_ptr<grpc::Channel> FakeServer::Connect() const {
  return grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
}

void FakeServer::FailNext(std::vector<grpc::Status> statuses) {
  const std::lock_guard lock(mutex_);
  failures_.insert(failures_.end(), statuses.begin(), statuses.end());
}

void FakeServer::CheckWith(std::function<grpc::Status(const Points&)> check) {
  const std::lock_guard lock(mutex_);
  check_ = std::move(check);
}

std::map<std::string, v1::Point> FakeServer::points() const {
  const std::lock_guard lock(mutex_);
  return points_;
}

std::vector<std::string> FakeServer::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

std::vector<int> FakeServer::batch_sizes() const {
  const std::lock_guard lock(mutex_);
  return batch_sizes_;
}

void FakeServer::Store(const v1::Point& point) {
  const std::lock_guard lock(mutex_);
  points_[point.id()] = point;
}

std::vector<v1::ListPointsRequest> FakeServer::lists() const {
  const std::lock_guard lock(mutex_);
  return lists_;
}

grpc::Status FakeServer::List(const v1::ListPointsRequest& request,
                              v1::ListPointsResponse* response) {
  const std::lock_guard lock(mutex_);
  lists_.push_back(request);
  if (on_list) {
    grpc::Status status = on_list(lists_.size());
    if (!status.ok()) return status;
  }
  auto at = request.page_token().empty()
                ? points_.begin()
                : points_.upper_bound(request.page_token());
  const auto size =
      static_cast<int>(std::min(request.page_size(), max_page_size));
  for (; at != points_.end() && response->points_size() < size; ++at) {
    v1::Point& point = *response->add_points()->mutable_point();
    point = at->second;
    if (!request.return_fields().with_payload()) point.clear_payload();
    if (!request.return_fields().with_vector()) point.clear_vector();
  }
  if (at != points_.end()) {
    response->set_next_page_token(std::prev(at)->first);
  }
  return grpc::Status::OK;
}

grpc::Status FakeServer::Authenticate(
    const grpc::ServerContext& context) const {
  if (api_key.empty()) return grpc::Status::OK;
  const auto header = context.client_metadata().find("authorization");
  if (header != context.client_metadata().end() &&
      std::string(header->second.data(), header->second.size()) ==
          "Bearer " + api_key) {
    return grpc::Status::OK;
  }
  return {grpc::StatusCode::UNAUTHENTICATED, "an API key is required"};
}

grpc::Status FakeServer::Write(const std::string& collection,
                               const Points& points, const std::string& key) {
  const int writing = ++writing_;
  for (int most = most_at_once_;
       writing > most && !most_at_once_.compare_exchange_weak(most, writing);) {
  }
  if (write_time.count() > 0) std::this_thread::sleep_for(write_time);
  --writing_;
  const std::lock_guard lock(mutex_);
  keys_.push_back(key);
  if (!failures_.empty()) {
    grpc::Status status = failures_.front();
    failures_.pop_front();
    return status;
  }
  if (!collections.contains(collection)) {
    return {grpc::StatusCode::NOT_FOUND, "no collection '" + collection + "'"};
  }
  if (check_) {
    grpc::Status status = check_(points);
    if (!status.ok()) return status;
  }
  batch_sizes_.push_back(points.size());
  for (const auto& write : points) points_[write.point().id()] = write.point();
  return grpc::Status::OK;
}

}  // namespace mi::client
