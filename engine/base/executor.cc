#include "engine/base/executor.h"

#include <omp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "fmt/format.h"

namespace mi {

Executor::Executor(Options options) : options_(std::move(options)) {
  threads_.reserve(options_.threads);
  for (size_t i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this, i] { Loop(i); });
  }
}

Executor::~Executor() { Shutdown(); }

bool Executor::TrySubmit(std::function<void()> task) {
  MutexLock lock(queue_mutex_);
  if (stopping_ || queue_.size() >= options_.max_queued) return false;
  queue_.push_back(std::move(task));
  queue_changed_.NotifyOne();
  return true;
}

bool Executor::TryRunHere(absl::FunctionRef<void()> task) {
  {
    MutexLock lock(queue_mutex_);
    if (stopping_ || runs_here_ || !queue_.empty() ||
        running_ >= options_.threads) {
      return false;
    }
    runs_here_ = true;
    ++running_;
  }
  task();
  MutexLock lock(queue_mutex_);
  runs_here_ = false;
  --running_;
  // A thread may have left a task to its place; Shutdown may wait.
  if (stopping_) {
    queue_changed_.NotifyAll();
  } else if (!queue_.empty()) {
    queue_changed_.NotifyOne();
  }
  return true;
}

void Executor::Shutdown() {
  {
    MutexLock lock(queue_mutex_);
    stopping_ = true;
    queue_changed_.NotifyAll();
    queue_changed_.Wait(queue_mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      return !runs_here_;
    });
  }
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

size_t Executor::queued() const {
  MutexLock lock(queue_mutex_);
  return queue_.size();
}

size_t Executor::running() const {
  MutexLock lock(queue_mutex_);
  return running_;
}

void Executor::Loop(size_t index) {
  pthread_setname_np(pthread_self(),
                     fmt::format("{}-{}", options_.name, index).c_str());
  // One OpenMP thread per worker: libraries below would otherwise start a team
  // for each of ours.
  omp_set_num_threads(1);
  if (options_.nice > 0) {
    setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)),
                options_.nice);
  }
  while (true) {
    std::function<void()> task;
    {
      MutexLock lock(queue_mutex_);
      queue_changed_.Wait(
          queue_mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
            return stopping_ ||
                   (!queue_.empty() && running_ < options_.threads);
          });
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
    }
    task();
    task = nullptr;  // what it holds is released before it counts as done
    MutexLock lock(queue_mutex_);
    --running_;
  }
}

}  // namespace mi
