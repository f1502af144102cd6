#include "engine/workspace/workspace.h"

#include <utility>

#include "engine/base/error.h"
#include "engine/base/notification.h"
#include "engine/base/status_macros.h"
#include "engine/workspace/write_group.h"

namespace mi::workspace {
namespace {

constexpr auto kQueueFullDelay = std::chrono::milliseconds(100);

absl::Status Closing() {
  return RetryLater(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                    "the server is shutting down", kQueueFullDelay);
}

}  // namespace

// A write that waits for its turn; lives on the stack of the caller.
struct Workspace::PendingWrite {
  WriteRequest request;
  std::stop_token stop;
  std::string answer;  // when it has an idempotency key
  absl::StatusOr<WriteResult> result = WriteResult{};
  Notification done;

  void Finish(absl::StatusOr<WriteResult> outcome) {
    result = std::move(outcome);
    done.Notify();
  }
};

// A group with the writes that its changes came from.
struct Workspace::Group {
  WriteGroup writes;
  std::vector<PendingWrite*> members;
};

absl::StatusOr<std::unique_ptr<Workspace>> Workspace::Open(
    std::unique_ptr<storage::Journal> journal, const WorkspaceOptions& options,
    WorkspaceEnvironment environment) {
  std::unique_ptr<Workspace> workspace(
      new Workspace(std::move(journal), options, std::move(environment)));
  RETURN_IF_ERROR(workspace->Start());
  workspace->writer_ =
      std::thread([raw = workspace.get()] { raw->WriterLoop(); });
  return workspace;
}

Workspace::Workspace(std::unique_ptr<storage::Journal> journal,
                     const WorkspaceOptions& options,
                     WorkspaceEnvironment environment)
    : options_(options),
      environment_(std::move(environment)),
      journal_(std::move(journal)),
      state_(options.limits, options.collections, environment_.lanes),
      idempotency_(options.idempotency),
      epoch_(std::make_shared<const std::string>()),
      store_(options.snapshots.store),
      snapshot_time_(environment_.clock->Steady()),
      snapshot_not_before_(environment_.clock->Steady()) {}

Workspace::~Workspace() {
  {
    MutexLock lock(waiting_mutex_);
    closing_ = true;
    waiting_changed_.NotifyOne();
  }
  if (writer_.joinable()) writer_.join();
  for (const auto& [name, entry] : catalog()->collections) {
    entry->points->StopBackground();
  }
}

absl::Status Workspace::DropExpiredKeys() {
  const TimeMicros now = environment_.clock->Now();
  if (idempotency_.DropExpired(now) == 0) return absl::OkStatus();
  return journal_->DropExpiredIdempotency(now);
}

absl::StatusOr<std::optional<std::string>> Workspace::FindAnswer(
    const IdempotencyKey& key) const {
  ASSIGN_OR_RETURN(const IdempotencyRowPtr row,
                   idempotency_.Find(key, environment_.clock->Now()));
  if (row == nullptr) return std::nullopt;
  return row->answer;
}

absl::StatusOr<uint64_t> Workspace::JournalBytes() const {
  return journal_->DiskBytes();
}

absl::StatusOr<WriteResult> Workspace::Write(WriteRequest request,
                                             std::stop_token stop) {
  PendingWrite pending;
  pending.request = std::move(request);
  pending.stop = std::move(stop);
  {
    MutexLock lock(waiting_mutex_);
    if (closing_) return Closing();
    if (waiting_.size() >= options_.max_waiting_writes) {
      return RetryLater(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                        "too many writes are waiting", kQueueFullDelay);
    }
    waiting_.push_back(&pending);
    waiting_changed_.NotifyOne();
  }
  pending.done.Wait();
  return std::move(pending.result);
}

void Workspace::WriterLoop() {
  std::deque<PendingWrite*> pending;
  while (true) {
    {
      MutexLock lock(waiting_mutex_);
      waiting_changed_.Wait(waiting_mutex_,
                            [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
                              return closing_ || !waiting_.empty();
                            });
      if (waiting_.empty()) return;
      pending.swap(waiting_);
    }
    while (!pending.empty()) CommitGroup(&pending);
  }
}

absl::StatusOr<std::optional<WriteResult>> Workspace::FindEarlier(
    const WriteRequest& request, TimeMicros now) const {
  if (!request.idempotency.has_value()) return std::nullopt;
  ASSIGN_OR_RETURN(const IdempotencyRowPtr row,
                   idempotency_.Find(request.idempotency->key, now));
  if (row == nullptr) return std::nullopt;
  WriteResult result;
  result.epoch = epoch();
  result.sequence = row->sequence;
  result.answer = row->answer;
  return result;
}

absl::StatusOr<std::optional<storage::IdempotencyRow>> Workspace::MakeRow(
    const std::optional<Idempotency>& idempotency, const Change& change,
    uint64_t sequence, const Group& group, TimeMicros now) const {
  if (!idempotency.has_value()) return std::nullopt;
  storage::IdempotencyRow row;
  row.key = idempotency->key.key;
  row.request_hash = idempotency->key.request_hash;
  row.sequence = sequence;
  row.expires_at = now + options_.idempotency_retention.count();
  WriteResult outcome = state_.Predict(change, row.sequence);
  outcome.epoch = epoch();
  row.answer = idempotency->make_answer(outcome);
  RETURN_IF_ERROR(
      idempotency_.CheckRoom(group.writes.idempotency().size() + 1,
                             group.writes.idempotency_bytes() + row.key.size() +
                                 row.request_hash.size() + row.answer.size()));
  return row;
}

void Workspace::Admit(PendingWrite* write, Group* group) {
  if (write->stop.stop_requested()) {
    write->Finish(absl::CancelledError("cancelled before it was written"));
    return;
  }
  const TimeMicros now = environment_.clock->Now();
  auto earlier = FindEarlier(write->request, now);
  if (!earlier.ok() || earlier->has_value()) {
    write->Finish(earlier.ok() ? absl::StatusOr<WriteResult>(**earlier)
                               : earlier.status());
    return;
  }
  const auto idempotency = std::move(write->request.idempotency);
  const uint64_t sequence = state_.sequence() + group->members.size() + 1;
  auto change = state_.Prepare(std::move(write->request), now, sequence);
  if (!change.ok()) return write->Finish(change.status());
  auto row = MakeRow(idempotency, *change, sequence, *group, now);
  if (!row.ok()) {
    state_.ForgetFrom(sequence);
    return write->Finish(row.status());
  }
  if (row->has_value()) write->answer = (*row)->answer;
  group->writes.Add(*std::move(change), *std::move(row));
  group->members.push_back(write);
}

void Workspace::CommitGroup(std::deque<PendingWrite*>* pending) {
  MutexLock commit(commit_mutex_);
  Group group{
      .writes = WriteGroup(options_.max_group_writes, options_.max_group_bytes),
      .members = {}};
  while (!pending->empty() && group.writes.Admits(pending->front()->request)) {
    PendingWrite* write = pending->front();
    pending->pop_front();
    Admit(write, &group);
  }
  if (group.writes.empty()) return;

  const auto start = environment_.clock->Steady();
  const storage::Position head{epoch(), state_.sequence()};
  const auto appended = journal_->Append(group.writes.records(),
                                         group.writes.idempotency(), head);
  if (environment_.on_commit) {
    environment_.on_commit({.records = group.members.size(),
                            .bytes = group.writes.bytes(),
                            .append_time = environment_.clock->Steady() - start,
                            .ok = appended.ok()});
  }
  Conclude(group, head.sequence, appended.status());
}

void Workspace::Conclude(const Group& group, uint64_t old_head,
                         const absl::Status& appended) {
  if (!appended.ok()) {
    state_.ForgetFrom(old_head + 1);
    for (PendingWrite* member : group.members) member->Finish(appended);
    return;
  }
  bytes_since_snapshot_ += group.writes.bytes();
  MutexLock lock(apply_mutex_);
  // First, so that whoever sees what a write did also finds its key.
  for (const auto& row : group.writes.idempotency()) idempotency_.Add(row);
  for (size_t i = 0; i < group.members.size(); ++i) {
    PendingWrite* member = group.members[i];
    auto result = state_.Apply(group.writes.changes()[i], old_head + i + 1);
    if (result.ok()) {
      result->epoch = epoch();
      result->answer = std::move(member->answer);
    }
    member->Finish(std::move(result));
  }
}

absl::Status Workspace::Tick() {
  const auto now = environment_.clock->Steady();
  for (const auto& [name, entry] : catalog()->collections) {
    entry->points->Tick(now);
  }
  // Both are tried, whatever comes of the first.
  const absl::Status dropped = DropExpiredKeys();
  const absl::Status maintained = journal_->Maintain();
  return maintained.ok() ? dropped : maintained;
}

}  // namespace mi::workspace
