#include "clients/cpp/load/uploader.h"

#include <algorithm>

#include "clients/cpp/text.h"

namespace mi::client {
namespace {

namespace v1 = ::marketing::intelligence::v1;

class UnaryUploader : public Uploader {
 public:
  explicit UnaryUploader(Session& session) : session_(session) {}

  size_t max_batches() const override { return 1; }

  Result Send(const std::vector<Batch>& batches) const override {
    for (size_t i = 0; i < batches.size(); ++i) {
      const auto response =
          session_.Call(session_.search(), &Session::Search::UpsertPoints,
                        batches[i].request);
      if (!response.ok()) return {i, response.status()};
    }
    return {batches.size(), absl::OkStatus()};
  }

 private:
  Session& session_;
};

class StreamUploader : public Uploader {
 public:
  explicit StreamUploader(Session& session) : session_(session) {}

  // What is sent on a stream is acknowledged only at its end, and kept until
  // then: short streams bound the memory, and what is sent again.
  size_t max_batches() const override { return 8; }

  Result Send(const std::vector<Batch>& batches) const override {
    grpc::ClientContext context;
    session_.PrepareCall(&context);
    v1::StreamUpsertPointsResponse response;
    const auto stream =
        session_.search().StreamUpsertPoints(&context, &response);
    for (const Batch& batch : batches) {
      v1::StreamUpsertPointsRequest message;
      message.set_collection(batch.request.collection());
      *message.mutable_points() = batch.request.points();
      message.set_idempotency_key(batch.request.idempotency_key());
      if (!stream->Write(message)) break;  // Finish says why
    }
    stream->WritesDone();
    const grpc::Status status = stream->Finish();
    if (status.ok()) return {batches.size(), absl::OkStatus()};
    const absl::Status error = session_.Explain(status);
    return {CommittedOf(error, batches.size()), error};
  }

 private:
  // The server says it where it can; where it cannot, the keys keep what is
  // written already from being written again.
  static size_t CommittedOf(const absl::Status& error, size_t sent) {
    const ErrorDetails details = DetailsOf(error);
    const auto found = details.metadata.find("committed_batches");
    if (found == details.metadata.end()) return 0;
    const auto committed = ParseInteger(found->second);
    if (!committed || *committed < 0) return 0;
    // A broken stream has written less than all.
    return std::min(static_cast<size_t>(*committed), sent - 1);
  }

  Session& session_;
};

}  // namespace

std::unique_ptr<Uploader> MakeUnaryUploader(Session& session) {
  return std::make_unique<UnaryUploader>(session);
}

std::unique_ptr<Uploader> MakeStreamUploader(Session& session) {
  return std::make_unique<StreamUploader>(session);
}

}  // namespace mi::client
