#include "server/graph/write_stream.h"

#include <optional>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/graph/graph_writes.h"
#include "server/graph/mutation_proto.h"

namespace mi::server {

absl::Status WriteStream::OnMessage(
    rpc::Call& call, const v1::StreamWriteGraphRequest& message) {
  if (graph_.empty()) graph_ = message.graph();
  if (!message.graph().empty() && message.graph() != graph_) {
    return InvalidField("graph", fmt::format("is '{}' in a stream to '{}'",
                                             message.graph(), graph_));
  }
  ASSIGN_OR_RETURN(const OptionalKey key, KeyOfMessage(message));
  ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
  v1::WriteGraphResponse written;
  RETURN_IF_ERROR(WriteMutations(*workspace, call, key, graph_,
                                 message.mutations(), &written));
  AddTo(written.counts(), done_.mutable_counts());
  done_.set_commit_token(written.commit_token());
  done_.set_batch_count(done_.batch_count() + 1);
  return absl::OkStatus();
}

absl::StatusOr<OptionalKey> WriteStream::KeyOfMessage(
    const v1::StreamWriteGraphRequest& message) const {
  if (message.idempotency_key().empty()) return std::nullopt;
  google::protobuf::Arena arena;
  auto* copy =
      google::protobuf::Arena::CreateMessage<v1::StreamWriteGraphRequest>(
          &arena);
  *copy = message;
  copy->set_graph(graph_);
  return MakeKey(method_, message.idempotency_key(), copy);
}

absl::Status WriteStream::OnEnd(rpc::Call&,
                                v1::StreamWriteGraphResponse* response) {
  *response = done_;
  return absl::OkStatus();
}

absl::Status WriteStream::DescribeError(const absl::Status& error) {
  ErrorDetails details = GetErrorDetails(error).value_or(ErrorDetails{});
  details.metadata.emplace_back("committed_batches",
                                fmt::to_string(done_.batch_count()));
  return MakeError(error.code(), std::string(error.message()), details);
}

}  // namespace mi::server
