#include "server/rpc/inflight_calls.h"

#include <algorithm>

namespace mi::rpc {
namespace {

// How long the watching thread sleeps when no deadline is nearer.
constexpr std::chrono::hours kLongSleep{1};

void FireAll(std::vector<std::stop_source>& sources) {
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
    MutexLock lock(calls_mutex_);
    stopping_ = true;
    earlier_deadline_.NotifyOne();
  }
  watcher_.join();
}

void InflightCalls::Add(Entry* entry) {
  MutexLock lock(calls_mutex_);
  entry->previous = head_.previous;
  entry->next = &head_;
  entry->previous->next = entry;
  head_.previous = entry;
  ++size_;
  TimePoint look = entry->deadline;
  if (entry->client_gone) {
    if (polls_ >= kPollsUntilRest) {
      look = std::min(look, std::chrono::steady_clock::now() + kPollInterval);
    }
    polls_ = 0;
  }
  if (look < next_look_) {
    next_look_ = look;
    earlier_deadline_.NotifyOne();
  }
}

void InflightCalls::Remove(Entry* entry) {
  MutexLock lock(calls_mutex_);
  entry->previous->next = entry->next;
  entry->next->previous = entry->previous;
  --size_;
  if (size_ == 0) emptied_.NotifyAll();
}

void InflightCalls::StopStreams() {
  std::vector<std::stop_source> sources;
  {
    MutexLock lock(calls_mutex_);
    sources = CollectLocked([](const Entry& entry) {
      return entry.drain.stop_possible() ? &entry.drain : nullptr;
    });
  }
  FireAll(sources);
}

void InflightCalls::StopAll() {
  std::vector<std::stop_source> sources;
  {
    MutexLock lock(calls_mutex_);
    sources = CollectLocked([](const Entry& entry) { return &entry.stop; });
  }
  FireAll(sources);
}

bool InflightCalls::WaitUntilEmpty(TimePoint deadline) {
  MutexLock lock(calls_mutex_);
  return emptied_.WaitUntil(calls_mutex_, deadline,
                            [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(
                                calls_mutex_) { return size_ == 0; });
}

size_t InflightCalls::size() const {
  MutexLock lock(calls_mutex_);
  return size_;
}

void InflightCalls::Watch() {
  MutexLock lock(calls_mutex_);
  while (!stopping_) {
    std::vector<std::stop_source> expired = CollectExpiredLocked();
    if (expired.empty()) {
      const TimePoint planned = next_look_;
      earlier_deadline_.WaitUntil(
          calls_mutex_, planned,
          [this, planned]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_) {
            return stopping_ || next_look_ < planned;
          });
      continue;
    }
    calls_mutex_.Unlock();
    FireAll(expired);
    calls_mutex_.Lock();
  }
}

std::vector<std::stop_source> InflightCalls::CollectExpiredLocked() {
  const TimePoint now = std::chrono::steady_clock::now();
  if (polls_ < kPollsUntilRest) ++polls_;
  TimePoint earliest = now + kLongSleep;
  std::vector<std::stop_source> expired = CollectLocked(
      [&](const Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(calls_mutex_) {
        if (entry.client_gone) polls_ = 0;
        const bool late = entry.deadline <= now;
        if (!late) {
          earliest = std::min(earliest, entry.deadline);
        }
        const bool over = late || (entry.client_gone && entry.client_gone());
        return over && !entry.stop.stop_requested() ? &entry.stop : nullptr;
      });
  if (polls_ < kPollsUntilRest) {
    earliest = std::min(earliest, now + kPollInterval);
  }
  next_look_ = earliest;
  return expired;
}

}  // namespace mi::rpc
