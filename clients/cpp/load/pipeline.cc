#include "clients/cpp/load/pipeline.h"

#include <utility>

namespace mi::client {

Pipeline::Outcome Pipeline::Submit(Batch* batch, absl::Duration timeout) {
  const auto ready = [this, batch]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !status_.ok() || CanTakeLocked(*batch);
  };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&ready), timeout)) {
    return Outcome::kTimeout;
  }
  if (!status_.ok()) return Outcome::kFailed;
  for (const auto& write : batch->request.points()) {
    ids_.insert(write.point().id());
  }
  unfinished_[batch->number] = {.end = batch->end};
  ++on_their_way_;
  waiting_.push_back(std::move(*batch));
  return Outcome::kDone;
}

bool Pipeline::CanTakeLocked(const Batch& batch) const {
  if (on_their_way_ >= capacity_) return false;
  for (const auto& write : batch.request.points()) {
    if (ids_.contains(write.point().id())) return false;
  }
  return true;
}

void Pipeline::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
}

Pipeline::Outcome Pipeline::WaitUntilEmpty(absl::Duration timeout) {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !status_.ok() || on_their_way_ == 0;
  };
  absl::MutexLock lock(&mutex_);
  if (!mutex_.AwaitWithTimeout(absl::Condition(&ready), timeout)) {
    return Outcome::kTimeout;
  }
  return status_.ok() ? Outcome::kDone : Outcome::kFailed;
}

std::vector<Batch> Pipeline::Take(size_t max) {
  const auto ready = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !status_.ok() || closed_ || !waiting_.empty();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&ready));
  std::vector<Batch> batches;
  if (!status_.ok()) return batches;
  while (!waiting_.empty() && batches.size() < max) {
    batches.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return batches;
}

void Pipeline::Acknowledge(const Batch& batch, size_t points) {
  absl::MutexLock lock(&mutex_);
  for (const auto& write : batch.request.points()) {
    ids_.erase(write.point().id());
  }
  points_ += points;
  --on_their_way_;
  unfinished_[batch.number].acknowledged = true;
  while (!unfinished_.empty() && unfinished_.begin()->second.acknowledged) {
    done_ = unfinished_.begin()->second.end;
    unfinished_.erase(unfinished_.begin());
  }
}

void Pipeline::Fail(absl::Status error) {
  absl::MutexLock lock(&mutex_);
  if (status_.ok()) status_ = std::move(error);
}

bool Pipeline::Sleep(absl::Duration delay) {
  const auto failed = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !status_.ok();
  };
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&failed), delay);
}

void Pipeline::CountRetry() {
  absl::MutexLock lock(&mutex_);
  ++retries_;
}

void Pipeline::CountSkipped(size_t points) {
  absl::MutexLock lock(&mutex_);
  skipped_ += points;
}

Pipeline::Progress Pipeline::progress() const {
  absl::MutexLock lock(&mutex_);
  return {.done = done_,
          .points = points_,
          .retries = retries_,
          .skipped = skipped_,
          .status = status_};
}

}  // namespace mi::client
