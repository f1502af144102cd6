#include "server/rpc/inflight_calls.h"

#include <algorithm>
#include <utility>

#include "absl/time/time.h"

namespace mi::rpc {
namespace {

// How long the watching thread sleeps when no deadline is nearer.
constexpr std::chrono::hours kLongSleep{1};

void FireAll(std::vector<std::stop_source> sources) {
  for (std::stop_source& source : sources) source.request_stop();
}

}  // namespace

template <typename Pick>
std::vector<std::stop_source> InflightCalls::CollectLocked(Pick pick) {
  std::vector<std::stop_source> sources;
  for (Links* links = head_.next; links != &head_; links = links->next) {
    const std::stop_source* source = pick(*static_cast<Entry*>(links));
    if (source != nullptr) sources.push_back(*source);
  }
  return sources;
}

InflightCalls::InflightCalls()
    : next_look_(std::chrono::steady_clock::now() + kLongSleep),
      watcher_([this] { Watch(); }) {}

InflightCalls::~InflightCalls() {
  {
    absl::MutexLock lock(&calls_mutex_);
    stopping_ = true;
    earlier_deadline_.Signal();
  }
  watcher_.join();
}

void InflightCalls::Add(Entry* entry) {
  absl::MutexLock lock(&calls_mutex_);
  entry->previous = head_.previous;
  entry->next = &head_;
  entry->previous->next = entry;
  head_.previous = entry;
  ++size_;
  if (entry->deadline < next_look_) {
    next_look_ = entry->deadline;
    earlier_deadline_.Signal();
  }
}

void InflightCalls::Remove(Entry* entry) {
  absl::MutexLock lock(&calls_mutex_);
  entry->previous->next = entry->next;
  entry->next->previous = entry->previous;
  --size_;
}

void InflightCalls::StopStreams() {
  std::vector<std::stop_source> sources;
  {
    absl::MutexLock lock(&calls_mutex_);
    sources = CollectLocked([](const Entry& entry) {
      return entry.drain.stop_possible() ? &entry.drain : nullptr;
    });
  }
  FireAll(std::move(sources));
}

void InflightCalls::StopAll() {
  std::vector<std::stop_source> sources;
  {
    absl::MutexLock lock(&calls_mutex_);
    sources = CollectLocked([](const Entry& entry) { return &entry.stop; });
  }
  FireAll(std::move(sources));
}

bool InflightCalls::WaitUntilEmpty(TimePoint deadline) {
  const auto left = deadline - std::chrono::steady_clock::now();
  absl::MutexLock lock(&calls_mutex_);
  return calls_mutex_.AwaitWithTimeout(
      absl::Condition(this, &InflightCalls::EmptyLocked),
      absl::FromChrono(std::max(left, decltype(left)::zero())));
}

size_t InflightCalls::size() const {
  absl::MutexLock lock(&calls_mutex_);
  return size_;
}

void InflightCalls::Watch() {
  absl::MutexLock lock(&calls_mutex_);
  while (!stopping_) {
    const TimePoint now = std::chrono::steady_clock::now();
    next_look_ = now + kLongSleep;
    std::vector<std::stop_source> expired = CollectLocked(
        [this,
         now](const Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_) {
          const bool late = entry.deadline <= now;
          if (!late) {
            next_look_ = std::min(next_look_, entry.deadline);
          }
          return late && !entry.stop.stop_requested() ? &entry.stop : nullptr;
        });
    if (expired.empty()) {
      earlier_deadline_.WaitWithTimeout(&calls_mutex_,
                                        absl::FromChrono(next_look_ - now));
      continue;
    }
    calls_mutex_.Unlock();
    FireAll(std::move(expired));
    calls_mutex_.Lock();
  }
}

}  // namespace mi::rpc
