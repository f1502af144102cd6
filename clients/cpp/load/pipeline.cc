#include "clients/cpp/load/pipeline.h"

#include <algorithm>
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
  written_.insert(batch->writes.begin(), batch->writes.end());
  unfinished_[batch->number] = {.end = batch->end};
  ++on_their_way_;
  waiting_.push_back(std::move(*batch));
  return Outcome::kDone;
}

bool Pipeline::CanTakeLocked(const Batch& batch) const {
  if (on_their_way_ >= capacity_) return false;
  if (in_order_ || written_.empty()) return true;
  const auto is_free = [this](uint64_t id) ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !written_.contains(id);
  };
  return std::all_of(batch.writes.begin(), batch.writes.end(), is_free) &&
         std::all_of(batch.needs.begin(), batch.needs.end(), is_free);
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

void Pipeline::Acknowledge(const Batch& batch, size_t rows) {
  absl::MutexLock lock(&mutex_);
  for (const uint64_t id : batch.writes) written_.erase(id);
  rows_ += rows;
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

void Pipeline::CountSkipped(size_t rows) {
  absl::MutexLock lock(&mutex_);
  skipped_ += rows;
}

Pipeline::Progress Pipeline::progress() const {
  absl::MutexLock lock(&mutex_);
  return {.done = done_,
          .rows = rows_,
          .retries = retries_,
          .skipped = skipped_,
          .status = status_};
}

}  // namespace mi::client
