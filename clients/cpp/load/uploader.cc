#include "clients/cpp/load/uploader.h"

#include <algorithm>
#include <variant>

#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

// How the messages of the two services are called and filled.
struct PointCalls {
  using Request = Batch::Points;
  using Message = v1::StreamUpsertPointsRequest;
  using Summary = v1::StreamUpsertPointsResponse;

  static absl::Status Write(Session& session, const Request& request) {
    return session
        .Call(session.search(), &Session::Search::UpsertPoints, request)
        .status();
  }
  static auto Open(Session& session, grpc::ClientContext* context,
                   Summary* summary) {
    return session.search().StreamUpsertPoints(context, summary);
  }
  static void Fill(const Request& request, Message* message) {
    message->set_collection(request.collection());
    *message->mutable_points() = request.points();
    message->set_idempotency_key(request.idempotency_key());
  }
};

struct GraphCalls {
  using Request = Batch::Graph;
  using Message = v1::StreamWriteGraphRequest;
  using Summary = v1::StreamWriteGraphResponse;

  static absl::Status Write(Session& session, const Request& request) {
    return session.Call(session.graphs(), &Session::Graphs::WriteGraph, request)
        .status();
  }
  static auto Open(Session& session, grpc::ClientContext* context,
                   Summary* summary) {
    return session.graphs().StreamWriteGraph(context, summary);
  }
  static void Fill(const Request& request, Message* message) {
    message->set_graph(request.graph());
    *message->mutable_mutations() = request.mutations();
    message->set_idempotency_key(request.idempotency_key());
  }
};

template <typename Calls>
class UnaryUploader : public Uploader {
 public:
  explicit UnaryUploader(Session& session) : session_(session) {}

  size_t max_batches() const override { return 1; }

  Result Send(const std::vector<Batch>& batches) const override {
    for (size_t i = 0; i < batches.size(); ++i) {
      const absl::Status status = Calls::Write(
          session_, std::get<typename Calls::Request>(batches[i].request));
      if (!status.ok()) return {i, status};
    }
    return {batches.size(), absl::OkStatus()};
  }

 private:
  Session& session_;
};

// How many batches of a broken stream are written. The server says it where it
// can; where it cannot, the keys keep what is written already from being
// written again.
size_t CommittedOf(const absl::Status& error, size_t sent) {
  const ErrorDetails details = DetailsOf(error);
  const auto found = details.metadata.find("committed_batches");
  if (found == details.metadata.end()) return 0;
  const auto committed = ParseInteger(found->second);
  if (!committed || *committed < 0) return 0;
  // A broken stream has written less than all.
  return std::min(static_cast<size_t>(*committed), sent - 1);
}

template <typename Calls>
class StreamUploader : public Uploader {
 public:
  explicit StreamUploader(Session& session) : session_(session) {}

  // What is sent on a stream is acknowledged only at its end, and kept until
  // then: short streams bound the memory, and what is sent again.
  size_t max_batches() const override { return 8; }

  Result Send(const std::vector<Batch>& batches) const override {
    grpc::ClientContext context;
    session_.PrepareCall(&context);
    typename Calls::Summary summary;
    const auto stream = Calls::Open(session_, &context, &summary);
    for (const Batch& batch : batches) {
      typename Calls::Message message;
      Calls::Fill(std::get<typename Calls::Request>(batch.request), &message);
      if (!stream->Write(message)) break;  // Finish says why
    }
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (status.ok()) return {batches.size(), absl::OkStatus()};
    const absl::Status error = session_.Explain(status);
    return {CommittedOf(error, batches.size()), error};
  }

 private:
  Session& session_;
};

}  // namespace

std::unique_ptr<Uploader> MakeUnaryUploader(Session& session) {
  return std::make_unique<UnaryUploader<PointCalls>>(session);
}

std::unique_ptr<Uploader> MakeStreamUploader(Session& session) {
  return std::make_unique<StreamUploader<PointCalls>>(session);
}

std::unique_ptr<Uploader> MakeUnaryGraphUploader(Session& session) {
  return std::make_unique<UnaryUploader<GraphCalls>>(session);
}

std::unique_ptr<Uploader> MakeStreamGraphUploader(Session& session) {
  return std::make_unique<StreamUploader<GraphCalls>>(session);
}

}  // namespace mi::client
