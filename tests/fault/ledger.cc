#include "tests/fault/ledger.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "engine/base/random.h"
#include "fmt/format.h"
#include "marketing/intelligence/v1/collection_service.grpc.pb.h"

namespace mi::testing {
namespace {

constexpr char kCollection[] = "campaigns";
// The point that a ledger's batches share has this number in each.
constexpr int kShared = -1;
// A call reads at most this many points: fewer than it may.
constexpr size_t kPointsAtOnce = 4'000;
constexpr auto kPatience = std::chrono::seconds(20);

void SetDeadline(grpc::ClientContext& context) {
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
}

using PointsById = std::map<std::string, v1::Point>;

grpc::Status Fetch(v1::SearchService::Stub& stub,
                   const std::vector<std::string>& ids, PointsById* found) {
  v1::GetPointsRequest request;
  request.set_collection(kCollection);
  request.mutable_return_fields()->set_with_vector(true);
  for (const std::string& id : ids) request.add_ids(id);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::GetPointsResponse response;
  grpc::Status status = stub.GetPoints(&context, request, &response);
  for (auto& stored : *response.mutable_points()) {
    std::string id = stored.point().id();
    found->emplace(std::move(id), std::move(*stored.mutable_point()));
  }
  return status;
}

}  // namespace

grpc::Status CreateLedgerCollection(const ServerProcess& server,
                                    int dimension) {
  v1::CreateCollectionRequest request;
  request.set_name(kCollection);
  request.mutable_config()->set_dimension(static_cast<uint32_t>(dimension));
  request.mutable_config()->set_metric(v1::METRIC_EUCLIDEAN);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::CreateCollectionResponse response;
  const grpc::Status status =
      v1::CollectionService::NewStub(server.Connect())
          ->CreateCollection(&context, request, &response);
  return status.error_code() == grpc::StatusCode::ALREADY_EXISTS
             ? grpc::Status::OK
             : status;
}

uint64_t CountLedgerPoints(const ServerProcess& server) {
  v1::CountPointsRequest request;
  request.set_collection(kCollection);
  grpc::ClientContext context;
  SetDeadline(context);
  v1::CountPointsResponse response;
  (void)v1::SearchService::NewStub(server.Connect())
      ->CountPoints(&context, request, &response);
  return response.count();
}

Ledger::Ledger(std::string name, uint64_t seed, Shape shape)
    : name_(std::move(name)), seed_(seed), shape_(shape) {}

std::string Ledger::Id(size_t batch, int point) const {
  return point == kShared ? SharedId()
                          : fmt::format("{}-{}-{}", name_, batch, point);
}

std::vector<float> Ledger::VectorOf(size_t batch, int point) const {
  const auto number = batch * 100'000 + static_cast<size_t>(point + 1);
  Random random(seed_ ^ (number + std::hash<std::string>()(name_)));
  std::vector<float> vector(static_cast<size_t>(shape_.dimension));
  for (float& x : vector) x = static_cast<float>(random.Gaussian());
  return vector;
}

bool Ledger::Holds(const v1::Point& point, size_t batch, int number) const {
  const std::vector<float> right = VectorOf(batch, number);
  return std::equal(point.vector().begin(), point.vector().end(), right.begin(),
                    right.end());
}

grpc::Status Ledger::Send(v1::SearchService::Stub& stub) {
  const size_t batch = batches_.size();
  v1::UpsertPointsRequest request;
  request.set_collection(kCollection);
  for (int number = kShared; number < shape_.batch; ++number) {
    v1::Point* point = request.add_points()->mutable_point();
    point->set_id(Id(batch, number));
    const std::vector<float> vector = VectorOf(batch, number);
    point->mutable_vector()->Add(vector.begin(), vector.end());
  }
  grpc::ClientContext context;
  SetDeadline(context);
  v1::UpsertPointsResponse response;
  grpc::Status status = stub.UpsertPoints(&context, request, &response);
  if (status.ok()) {
    ++acknowledged_;
    batches_.push_back(Outcome::kWritten);
  } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
    batches_.push_back(Outcome::kRefused);
  } else {
    batches_.push_back(Outcome::kUnknown);
  }
  return status;
}

grpc::Status Ledger::Write(const ServerProcess& server) {
  return Send(*v1::SearchService::NewStub(server.Connect()));
}

void Ledger::WriteUntilDeath(const ServerProcess& server) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  while (Send(*stub).ok()) {
  }
}

void Ledger::CheckBatch(size_t batch,
                        const std::vector<const v1::Point*>& points,
                        std::vector<std::string>* problems) {
  size_t there = 0;
  size_t wrong = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (points[i] == nullptr) continue;
    ++there;
    if (!Holds(*points[i], batch, static_cast<int>(i))) ++wrong;
  }
  Outcome& outcome = batches_[batch];
  const bool whole = there == points.size() && wrong == 0;
  const bool right = (whole && outcome != Outcome::kRefused) ||
                     (there == 0 && outcome != Outcome::kWritten);
  if (!right) {
    static constexpr const char* kNames[] = {"written", "refused",
                                             "without an answer"};
    problems->push_back(fmt::format(
        "{}: batch {}, {}: {} of {} points are there, {} with a wrong vector",
        name_, batch, kNames[static_cast<int>(outcome)], there, points.size(),
        wrong));
    lost_ += outcome == Outcome::kWritten ? 1 : 0;
  }
  if (outcome == Outcome::kUnknown) {
    outcome = whole ? Outcome::kWritten : Outcome::kRefused;
  }
}

// The last batch that was written decides.
void Ledger::CheckShared(v1::SearchService::Stub& stub,
                         std::vector<std::string>* problems) const {
  const auto last =
      std::find(batches_.rbegin(), batches_.rend(), Outcome::kWritten);
  PointsById found;
  const grpc::Status status = Fetch(stub, {SharedId()}, &found);
  if (last == batches_.rend()) {
    if (!found.empty()) problems->push_back(name_ + ": nobody wrote this");
    return;
  }
  const auto batch = static_cast<size_t>(batches_.rend() - last) - 1;
  if (!status.ok() || found.empty() ||
      !Holds(found.begin()->second, batch, kShared)) {
    problems->push_back(fmt::format(
        "{}: the shared point is not as batch {} left it", name_, batch));
  }
}

uint64_t Ledger::Check(const ServerProcess& server,
                       std::vector<std::string>* problems) {
  const auto stub = v1::SearchService::NewStub(server.Connect());
  const auto batch_size = static_cast<size_t>(shape_.batch);
  const size_t at_once = std::max<size_t>(1, kPointsAtOnce / batch_size);
  for (size_t begin = 0; begin < batches_.size(); begin += at_once) {
    const size_t end = std::min(batches_.size(), begin + at_once);
    std::vector<std::string> ids;
    for (size_t batch = begin; batch < end; ++batch) {
      for (int i = 0; i < shape_.batch; ++i) ids.push_back(Id(batch, i));
    }
    PointsById found;
    const grpc::Status status = Fetch(*stub, ids, &found);
    if (!status.ok()) {
      problems->push_back(name_ + ": reading: " + status.error_message());
      found.clear();
    }
    for (size_t batch = begin; batch < end; ++batch) {
      std::vector<const v1::Point*> points(batch_size, nullptr);
      for (size_t i = 0; i < batch_size; ++i) {
        const auto it = found.find(ids[(batch - begin) * batch_size + i]);
        if (it != found.end()) points[i] = &it->second;
      }
      CheckBatch(batch, points, problems);
    }
  }
  CheckShared(*stub, problems);
  const auto written = static_cast<uint64_t>(
      std::count(batches_.begin(), batches_.end(), Outcome::kWritten));
  return written * batch_size + (written > 0 ? 1 : 0);
}

}  // namespace mi::testing
