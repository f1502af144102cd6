#include "server/search/upsert_stream.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/status_macros.h"
#include "fmt/format.h"
#include "server/search/search_proto.h"

namespace mi::server {
absl::Status UpsertStream::OnMessage(
    rpc::Call& call, const v1::StreamUpsertPointsRequest& message) {
  if (collection_.empty()) collection_ = message.collection();
  if (!message.collection().empty() && message.collection() != collection_) {
    return InvalidField("collection",
                        fmt::format("is '{}' in a stream to '{}'",
                                    message.collection(), collection_));
  }
  ASSIGN_OR_RETURN(const auto workspace, workspaces_.Open(call.tenant()));
  ASSIGN_OR_RETURN(const auto target,
                   workspace->catalog()->Resolve(collection_));
  ASSIGN_OR_RETURN(auto write, UpsertFromProto(message.points(), *target));
  ASSIGN_OR_RETURN(const auto done,
                   workspace->Write(std::move(write), call.stop()));
  inserted_ += done.inserted;
  replaced_ += done.replaced;
  commit_token_ = workspace::CommitToken(done);
  ++batches_;
  return absl::OkStatus();
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
