#include "server/rpc/inflight_calls.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "engine/base/random.h"
#include "gtest/gtest.h"

namespace mi::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::hours kFar{24};

struct TestCall : InflightCalls::Entry {
  explicit TestCall(steady_clock::duration time_left, bool is_stream = false) {
    deadline = steady_clock::now() + time_left;
    stop = std::stop_source();
    if (is_stream) drain = std::stop_source();
  }
};

// Waits for what another thread will do; fails the test after 10 s.
bool Eventually(const std::function<bool()>& holds) {
  for (int i = 0; i < 10'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

TEST(InflightCallsTest, StopsACallAtItsDeadlineAndNotTheOthers) {
  InflightCalls calls;
  TestCall late(kFar);
  TestCall soon(milliseconds(20));
  calls.Add(&late);
  calls.Add(&soon);
  EXPECT_TRUE(Eventually([&] { return soon.stop.stop_requested(); }));
  EXPECT_GE(steady_clock::now(), soon.deadline);
  EXPECT_FALSE(late.stop.stop_requested());
  calls.Remove(&soon);
  calls.Remove(&late);
}

TEST(InflightCallsTest, WakesForADeadlineEarlierThanTheOneItWaitsFor) {
  InflightCalls calls;
  TestCall late(kFar);
  calls.Add(&late);
  std::this_thread::sleep_for(milliseconds(20));  // it sleeps until then
  TestCall soon(milliseconds(5));
  calls.Add(&soon);
  EXPECT_TRUE(Eventually([&] { return soon.stop.stop_requested(); }));
  calls.Remove(&late);
  calls.Remove(&soon);
}

TEST(InflightCallsTest, AsksWhetherTheClientIsGone) {
  InflightCalls calls;
  for (int round = 0; round < 2; ++round) {
    std::atomic<bool> gone = false;
    TestCall asked(kFar);
    asked.client_gone = [&gone] { return gone.load(); };
    TestCall other(kFar);
    calls.Add(&asked);
    calls.Add(&other);
    std::this_thread::sleep_for(3 * InflightCalls::kPollInterval);
    EXPECT_FALSE(asked.stop.stop_requested());
    gone = true;
    EXPECT_TRUE(Eventually([&] { return asked.stop.stop_requested(); }));
    EXPECT_FALSE(other.stop.stop_requested());
    calls.Remove(&asked);
    calls.Remove(&other);
    // Long enough for the watching thread to go to rest: it has to be woken.
    std::this_thread::sleep_for(round == 0 ? milliseconds(1'500)
                                           : milliseconds(0));
  }
}

TEST(InflightCallsTest, DrainingStopsStreamsOnly) {
  InflightCalls calls;
  TestCall unary(kFar);
  TestCall stream(kFar, /*is_stream=*/true);
  calls.Add(&unary);
  calls.Add(&stream);
  calls.StopStreams();
  EXPECT_TRUE(stream.drain.stop_requested());
  EXPECT_FALSE(stream.stop.stop_requested());
  EXPECT_FALSE(unary.stop.stop_requested());
  calls.StopAll();
  EXPECT_TRUE(stream.stop.stop_requested());
  EXPECT_TRUE(unary.stop.stop_requested());
  calls.Remove(&stream);
  calls.Remove(&unary);
}

TEST(InflightCallsTest, WaitsUntilTheLastCallIsGone) {
  InflightCalls calls;
  EXPECT_TRUE(calls.WaitUntilEmpty(steady_clock::now()));
  TestCall call(kFar);
  calls.Add(&call);
  EXPECT_EQ(calls.size(), 1u);
  EXPECT_FALSE(calls.WaitUntilEmpty(steady_clock::now() + milliseconds(5)));
  std::thread other([&] { calls.Remove(&call); });
  EXPECT_TRUE(calls.WaitUntilEmpty(steady_clock::now() + kFar));
  other.join();
}

// A listener may come back to the list: a stream that is stopped is removed
// from it at once.
TEST(InflightCallsTest, AStoppedCallMayRemoveItself) {
  InflightCalls calls;
  TestCall call(milliseconds(1));
  const std::stop_callback remove(call.stop.get_token(),
                                  [&] { calls.Remove(&call); });
  calls.Add(&call);
  EXPECT_TRUE(
      calls.WaitUntilEmpty(steady_clock::now() + std::chrono::hours(1)));
}

TEST(InflightCallsTest, ManyThreadsMayComeAndGo) {
  InflightCalls calls;
  std::atomic<int> stopped = 0;
  {
    std::vector<std::jthread> threads;
    for (uint64_t seed = 0; seed < 8; ++seed) {
      threads.emplace_back([&calls, &stopped, seed] {
        Random random(seed);
        for (int i = 0; i < 500; ++i) {
          TestCall call(std::chrono::microseconds(random.Below(300)));
          calls.Add(&call);
          if (random.Below(4) == 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
          }
          if (call.stop.stop_requested()) ++stopped;
          calls.Remove(&call);
        }
      });
    }
  }
  EXPECT_EQ(calls.size(), 0u);
  EXPECT_GT(stopped, 0);
}

}  // namespace
}  // namespace mi::rpc
