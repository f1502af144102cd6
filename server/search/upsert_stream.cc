#include "server/search/upsert_stream.h"

#include <optional>
#include <string>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/search/upsert.h"

namespace mi::server {

absl::Status UpsertStream::OnMessage(
    rpc::Call& call, const v1::StreamUpsertPointsRequest& message) {
  if (collection_.empty()) collection_ = message.collection();
  if (!message.collection().empty() && message.collection() != collection_) {
    return InvalidField("collection",
                        fmt::format("is '{}' in a stream to '{}'",
                                    message.collection(), collection_));
  }
  ASSIGN_OR_RETURN(const OptionalKey key, KeyOfMessage(message));
  ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
  v1::UpsertPointsResponse written;
  RETURN_IF_ERROR(
      Upsert(*workspace, call, key, collection_, message.points(), &written));
  inserted_ += written.inserted_count();
  replaced_ += written.replaced_count();
  commit_token_ = written.commit_token();
  ++batches_;
  return absl::OkStatus();
}

absl::StatusOr<OptionalKey> UpsertStream::KeyOfMessage(
    const v1::StreamUpsertPointsRequest& message) const {
  if (message.idempotency_key().empty()) return std::nullopt;
  google::protobuf::Arena arena;
  auto* copy =
      google::protobuf::Arena::CreateMessage<v1::StreamUpsertPointsRequest>(
          &arena);
  *copy = message;
  copy->set_collection(collection_);
  return MakeKey(method_, message.idempotency_key(), copy);
}

absl::Status UpsertStream::OnEnd(rpc::Call&,
                                 v1::StreamUpsertPointsResponse* response) {
  response->set_batch_count(batches_);
  response->set_inserted_count(inserted_);
  response->set_replaced_count(replaced_);
  response->set_commit_token(commit_token_);
  return absl::OkStatus();
}

absl::Status UpsertStream::DescribeError(const absl::Status& error) {
  ErrorDetails details = GetErrorDetails(error).value_or(ErrorDetails{});
  details.metadata.emplace_back("committed_batches", fmt::to_string(batches_));
  return MakeError(error.code(), std::string(error.message()), details);
}

}  // namespace mi::server
