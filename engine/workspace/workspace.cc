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
  RETURN_IF_ERROR(workspace->Replay());
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
      state_(options.limits, options.collections, environment_.lanes) {}

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

absl::Status Workspace::Replay() {
  ASSIGN_OR_RETURN(const storage::Position head, journal_->Head());
  epoch_ = head.epoch;
  return journal_->Read(
      0, [this](const storage::StoredRecord& stored) -> absl::Status {
        ASSIGN_OR_RETURN(const Change change, DecodeChange(stored.record));
        return state_.Apply(change, stored.sequence).status();
      });
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

void Workspace::CommitGroup(std::deque<PendingWrite*>* pending) {
  Group group{
      .writes = WriteGroup(options_.max_group_writes, options_.max_group_bytes),
      .members = {}};
  while (!pending->empty() && group.writes.Admits(pending->front()->request)) {
    PendingWrite* write = pending->front();
    pending->pop_front();
    if (write->stop.stop_requested()) {
      write->Finish(absl::CancelledError("cancelled before it was written"));
      continue;
    }
    auto change =
        state_.Prepare(std::move(write->request), environment_.clock->Now());
    if (!change.ok()) {
      write->Finish(change.status());
      continue;
    }
    group.writes.Add(*std::move(change));
    group.members.push_back(write);
  }
  if (group.writes.empty()) return;

  const auto start = environment_.clock->Steady();
  const storage::Position head{epoch_, state_.sequence()};
  const auto appended = journal_->Append(group.writes.records(), head);
  if (environment_.on_commit) {
    environment_.on_commit({.records = group.members.size(),
                            .bytes = group.writes.bytes(),
                            .append_time = environment_.clock->Steady() - start,
                            .ok = appended.ok()});
  }
  for (size_t i = 0; i < group.members.size(); ++i) {
    if (!appended.ok()) {
      group.members[i]->Finish(appended.status());
      continue;
    }
    auto result =
        state_.Apply(group.writes.changes()[i], head.sequence + i + 1);
    if (result.ok()) result->epoch = epoch_;
    group.members[i]->Finish(std::move(result));
  }
}

absl::Status Workspace::Tick() {
  const auto now = environment_.clock->Steady();
  for (const auto& [name, entry] : catalog()->collections) {
    entry->points->Tick(now);
  }
  return journal_->Maintain();
}

}  // namespace mi::workspace
