#include "server/operations/operations_proto.h"

#include <algorithm>

#include "engine/base/error.h"
#include "fmt/format.h"
#include "server/convert/limits.h"
#include "server/convert/value_proto.h"

namespace mi::server {
namespace {

constexpr uint32_t kDefaultPageSize = 100;

template <typename Request>
absl::StatusOr<OperationsPage> PageFrom(const Request& request) {
  const uint32_t size =
      request.page_size() == 0 ? kDefaultPageSize : request.page_size();
  if (size > kMaxPageSize) {
    return InvalidField("page_size", fmt::format("{} is not within 1 to {}",
                                                 size, kMaxPageSize));
  }
  return OperationsPage{.after = request.page_token(), .size = size};
}

// Code points of valid UTF-8: all bytes but those that continue one.
size_t CountCharacters(std::string_view text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

v1::SnapshotTrigger TriggerToProto(workspace::SnapshotTrigger trigger) {
  switch (trigger) {
    case workspace::SnapshotTrigger::kRequest:
      return v1::SNAPSHOT_TRIGGER_REQUEST;
    case workspace::SnapshotTrigger::kSchedule:
      return v1::SNAPSHOT_TRIGGER_SCHEDULE;
    case workspace::SnapshotTrigger::kBeforeRestore:
      return v1::SNAPSHOT_TRIGGER_BEFORE_RESTORE;
  }
  return v1::SNAPSHOT_TRIGGER_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<OperationsPage> FromProto(
    const v1::ListSnapshotsRequest& request) {
  return PageFrom(request);
}

absl::StatusOr<OperationsPage> FromProto(const v1::ListJobsRequest& request) {
  return PageFrom(request);
}

absl::StatusOr<std::string> FromProto(
    const v1::CreateSnapshotRequest& request) {
  const size_t characters = CountCharacters(request.description());
  if (characters > kMaxDescription) {
    return InvalidField("description",
                        fmt::format("{} characters; at most {} are possible",
                                    characters, kMaxDescription));
  }
  return request.description();
}

void ToProto(const workspace::SnapshotInfo& info, bool current,
             v1::Snapshot* out) {
  out->set_name(info.name);
  *out->mutable_create_time() = TimestampFromMicros(info.created);
  out->set_epoch(info.position.epoch);
  out->set_sequence(info.position.sequence);
  out->set_current(current);
  out->set_byte_count(info.bytes);
  out->set_sha256(info.sha256);
  out->set_creator(info.creator);
  out->set_trigger(TriggerToProto(info.trigger));
  out->set_description(info.description);
  out->set_collection_count(static_cast<uint32_t>(info.collections));
  out->set_point_count(info.points);
  out->set_graph_count(static_cast<uint32_t>(info.graphs));
  out->set_node_count(info.nodes);
  out->set_edge_count(info.edges);
  out->set_hyperedge_count(info.hyperedges);
  out->set_complete(info.complete);
}

void ToProto(const workspace::Restored& restored, v1::RestoredState* out) {
  out->set_snapshot(restored.snapshot.name);
  out->set_epoch(restored.position.epoch);
  out->set_sequence(restored.position.sequence);
  if (restored.previous_state.has_value()) {
    out->set_previous_state(restored.previous_state->name);
  }
  out->set_collection_count(
      static_cast<uint32_t>(restored.snapshot.collections));
  out->set_point_count(restored.snapshot.points);
}

}  // namespace mi::server
