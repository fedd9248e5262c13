#include "net/poller.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace lynxbench::net {
namespace {

using namespace std::chrono_literals;

class Event final : public Handler {
 public:
  explicit Event(Poller& poller) : poller_(poller), fd_(eventfd(0, EFD_NONBLOCK)) {
    EXPECT_TRUE(poller_.add(fd_, EPOLLIN | EPOLLET, *this).ok());
  }
  ~Event() {
    poller_.remove(fd_, *this);
    close(fd_);
  }
  void set() { eventfd_write(fd_, 1); }
  void ready(std::uint32_t) override {
    ++calls;
    if (then) then();
  }
  int calls = 0;
  std::function<void()> then;

 private:
  Poller& poller_;
  int fd_;
};

TEST(Poller, WaitEndsAtTheTimeAskedForAndNotBefore) {
  auto poller = Poller::make().value();
  std::vector<Nanos> late;
  for (int i = 0; i < 50; ++i) {
    Nanos until = Poller::now() + 300us;
    EXPECT_FALSE(poller->wait(until));
    late.push_back(Poller::now() - until);
    EXPECT_GE(late.back(), 0ns);
  }
  std::sort(late.begin(), late.end());
  EXPECT_LT(late[5], 100us);  // the best ones; a busy machine delays the others
}

TEST(Poller, ATimeThatHasPassedHandlesWhatIsThere) {
  auto poller = Poller::make().value();
  Event one(*poller);
  EXPECT_FALSE(poller->wait(0ns));
  one.set();
  EXPECT_TRUE(poller->wait(0ns));
  EXPECT_EQ(one.calls, 1);
  EXPECT_FALSE(poller->wait(0ns));  // edge-triggered
}

TEST(Poller, ItReturnsEarlyAfterAHandler) {
  auto poller = Poller::make().value();
  Event one(*poller);
  one.set();
  Nanos before = Poller::now();
  EXPECT_TRUE(poller->wait(before + 60s));
  EXPECT_LT(Poller::now() - before, 30s);
}

TEST(Poller, AHandlerMayRemoveAnotherThatIsReadyInTheSameBatch) {
  auto poller = Poller::make().value();
  auto one = std::make_unique<Event>(*poller);
  auto two = std::make_unique<Event>(*poller);
  int calls = 0;
  one->then = [&] { ++calls; two.reset(); };
  two->then = [&] { ++calls; one.reset(); };
  one->set();
  two->set();
  EXPECT_TRUE(poller->wait(0ns));
  EXPECT_FALSE(poller->wait(0ns));
  EXPECT_EQ(calls, 1);
}

TEST(Poller, WhatIsLeftOfABatchWhenTheTimeComesIsHandledNext) {
  auto poller = Poller::make().value();
  Event one(*poller);
  Event two(*poller);
  Nanos until = Poller::now() + 10s;
  one.then = two.then = [&] { poller->saw_time(until); };
  one.set();
  two.set();
  EXPECT_TRUE(poller->wait(until));
  EXPECT_EQ(one.calls + two.calls, 1);
  EXPECT_TRUE(poller->wait(0ns));
  EXPECT_EQ(one.calls + two.calls, 2);
}

TEST(Poller, AgainCallsOnceMore) {
  auto poller = Poller::make().value();
  Event one(*poller);
  one.then = [&] {
    if (one.calls < 3) poller->again(one, EPOLLIN);
  };
  one.set();
  for (int i = 0; i < 5; ++i) poller->wait(0ns);
  EXPECT_EQ(one.calls, 3);
  poller->again(one, EPOLLIN);
  { Event gone(*poller); poller->again(gone, EPOLLIN); }
  EXPECT_TRUE(poller->wait(0ns));
  EXPECT_EQ(one.calls, 4);
}

TEST(Timer, FiresOnceInTheOrderOfTime) {
  auto poller = Poller::make().value();
  std::vector<int> fired;
  std::vector<std::unique_ptr<Timer>> timers;
  Nanos start = Poller::now();
  for (int i = 0; i < 100; ++i) {
    timers.push_back(std::make_unique<Timer>(*poller, [&fired, i] { fired.push_back(i); }));
    timers.back()->arm(start + Nanos{(i * 37 % 100) * 10'000});
  }
  while (Poller::now() < start + 5ms || fired.size() < 100) poller->wait(start + 5ms);
  ASSERT_EQ(fired.size(), 100u);
  for (std::size_t i = 1; i < fired.size(); ++i) EXPECT_LT(fired[i - 1] * 37 % 100, fired[i] * 37 % 100);
}

TEST(Timer, ArmedAgainForLaterOrEarlierOrNeverItKeepsToTheLast) {
  auto poller = Poller::make().value();
  Nanos start = Poller::now();
  Nanos at{0};
  Timer later(*poller, [&] { at = Poller::now(); });
  later.arm(start + 1ms);
  later.arm(start + 4ms);
  Nanos earlier_at{0};
  Timer earlier(*poller, [&] { earlier_at = Poller::now(); });
  earlier.arm(start + 10s);
  earlier.arm(start + 2ms);
  bool never_fired = true;
  Timer never(*poller, [&] { never_fired = false; });
  never.arm(start + 1ms);
  never.disarm();
  while (later.armed()) EXPECT_TRUE(poller->wait(start + 60s));
  EXPECT_FALSE(earlier.armed());
  EXPECT_GE(earlier_at, start + 2ms);
  EXPECT_GE(at, start + 4ms);
  EXPECT_LT(earlier_at, at);
  EXPECT_TRUE(never_fired);
}

TEST(Timer, MayDestroyOrArmItselfInItsCall) {
  auto poller = Poller::make().value();
  std::unique_ptr<Timer> one;
  one = std::make_unique<Timer>(*poller, [&] { one.reset(); });
  one->arm(1ns);
  int calls = 0;
  Timer two(*poller, [&] { if (++calls < 1000) two.arm(1ns); });
  two.arm(1ns);
  EXPECT_TRUE(poller->wait(0ns));
  EXPECT_EQ(one, nullptr);
  EXPECT_LT(calls, 10);  // a timer that is always due does not hold up the rest
}

}  // namespace
}  // namespace lynxbench::net
