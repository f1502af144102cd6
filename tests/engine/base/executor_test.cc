#include "engine/base/executor.h"

#include <omp.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace mi {
namespace {

using ::testing::ElementsAre;

// Occupies one thread of an executor until Release.
class Blocker {
 public:
  explicit Blocker(Executor& executor) {
    EXPECT_TRUE(executor.TrySubmit([this] {
      started_.count_down();
      release_.wait();
    }));
    started_.wait();
  }
  void Release() { release_.count_down(); }

 private:
  std::latch started_{1};
  std::latch release_{1};
};

TEST(ExecutorTest, RunsTasksInTheOrderGiven) {
  std::vector<int> order;
  {
    Executor executor({.threads = 1});
    for (int i = 0; i < 4; ++i) {
      EXPECT_TRUE(executor.TrySubmit([&order, i] { order.push_back(i); }));
    }
  }
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

TEST(ExecutorTest, RunsAsManyTasksAtOnceAsItHasThreads) {
  Executor executor({.threads = 3});
  std::latch all_started(3);
  for (int i = 0; i < 3; ++i) {
    // Ends only when the other two run as well.
    EXPECT_TRUE(executor.TrySubmit([&] { all_started.arrive_and_wait(); }));
  }
  all_started.wait();
}

TEST(ExecutorTest, RefusesTasksWhenTheQueueIsFull) {
  Executor executor({.threads = 1, .max_queued = 2});
  Blocker blocker(executor);
  std::atomic<int> ran = 0;
  EXPECT_TRUE(executor.TrySubmit([&] { ++ran; }));
  EXPECT_TRUE(executor.TrySubmit([&] { ++ran; }));
  EXPECT_FALSE(executor.TrySubmit([&] { ran += 100; }));
  EXPECT_EQ(executor.queued(), 2);
  EXPECT_EQ(executor.running(), 1);
  blocker.Release();
  executor.Shutdown();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(executor.queued(), 0);
  EXPECT_EQ(executor.running(), 0);
}

TEST(ExecutorTest, ShutdownRunsWhatIsQueuedAndRefusesTheRest) {
  Executor executor({.threads = 1});
  std::atomic<int> ran = 0;
  Blocker blocker(executor);
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(executor.TrySubmit([&] { ++ran; }));
  }
  blocker.Release();
  executor.Shutdown();
  EXPECT_EQ(ran, 5);
  EXPECT_FALSE(executor.TrySubmit([&] { ++ran; }));
  executor.Shutdown();
  EXPECT_EQ(ran, 5);
}

TEST(ExecutorTest, ATaskRunsHereWhereAThreadWouldBeFreeForIt) {
  Executor executor({.threads = 2});
  const auto caller = std::this_thread::get_id();
  std::thread::id ran_on;
  ASSERT_TRUE(executor.TryRunHere([&] {
    ran_on = std::this_thread::get_id();
    EXPECT_EQ(executor.running(), 1);
    // There is one such place.
    EXPECT_FALSE(executor.TryRunHere([] { ADD_FAILURE(); }));
  }));
  EXPECT_EQ(ran_on, caller);
  EXPECT_EQ(executor.running(), 0);

  Blocker first(executor);
  EXPECT_TRUE(executor.TryRunHere([] {}));
  Blocker second(executor);
  EXPECT_FALSE(executor.TryRunHere([] { ADD_FAILURE(); }));
  first.Release();
  second.Release();
}

TEST(ExecutorTest, ATaskThatRunsHereTakesThePlaceOfAThread) {
  Executor executor({.threads = 1});
  std::atomic<bool> ran = false;
  EXPECT_TRUE(executor.TryRunHere([&] {
    EXPECT_TRUE(executor.TrySubmit([&] { ran = true; }));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_FALSE(ran);
    EXPECT_EQ(executor.queued(), 1);
    // What is queued comes first.
    EXPECT_FALSE(executor.TryRunHere([] { ADD_FAILURE(); }));
  }));
  executor.Shutdown();
  EXPECT_TRUE(ran);
  EXPECT_FALSE(executor.TryRunHere([] { ADD_FAILURE(); }));
}

TEST(ExecutorTest, ShutdownWaitsForATaskThatRunsOnACallersThread) {
  Executor executor({.threads = 1});
  std::latch inside(1);
  std::atomic<bool> ended = false;
  std::thread caller([&] {
    EXPECT_TRUE(executor.TryRunHere([&] {
      inside.count_down();
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      ended = true;
    }));
  });
  inside.wait();
  executor.Shutdown();
  EXPECT_TRUE(ended);
  caller.join();
}

TEST(ExecutorTest, ReleasesWhatATaskHoldsBeforeTheTaskCountsAsDone) {
  Executor executor({.threads = 1});
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  EXPECT_TRUE(executor.TrySubmit([held] { EXPECT_EQ(*held, 1); }));
  held.reset();
  executor.Shutdown();
  EXPECT_TRUE(watched.expired());
}

TEST(ExecutorTest, ThreadsHaveNamesAndOneOpenMpThread) {
  std::string name(16, '\0');
  int openmp_threads = 0;
  {
    Executor executor({.name = "seal", .threads = 1});
    EXPECT_TRUE(executor.TrySubmit([&] {
      pthread_getname_np(pthread_self(), name.data(), name.size());
      openmp_threads = omp_get_max_threads();
    }));
  }
  EXPECT_STREQ(name.c_str(), "seal-0");
  EXPECT_EQ(openmp_threads, 1);
}

TEST(ExecutorTest, ThreadsOfANiceExecutorYieldAndThoseOfOthersDoNot) {
  const auto nice_of_this_thread = [] {
    return getpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)));
  };
  const int before = nice_of_this_thread();
  if (before > 7) GTEST_SKIP() << "the test itself runs at nice " << before;
  int plain = -1;
  int nice = -1;
  {
    Executor plain_executor({.threads = 1});
    Executor nice_executor({.threads = 1, .nice = 7});
    EXPECT_TRUE(
        plain_executor.TrySubmit([&] { plain = nice_of_this_thread(); }));
    EXPECT_TRUE(nice_executor.TrySubmit([&] { nice = nice_of_this_thread(); }));
  }
  EXPECT_EQ(plain, before);
  EXPECT_EQ(nice, 7);
}

}  // namespace
}  // namespace mi
