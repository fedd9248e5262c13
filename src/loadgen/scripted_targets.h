// Targets for tests of the load generator: one in simulated time and some that answer at once,
// late, from other threads or not at all.
#pragma once

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "target/target.h"

namespace lynxbench::loadgen {

inline constexpr std::uint32_t kRequestBytes = 100;  // plus the input's number
inline constexpr std::uint32_t kResponseBytes = 7;

inline target::Answer answer_at(std::uint64_t index, Nanos at) {
  target::Answer answer;
  answer.index = index;
  answer.response_bytes = kResponseBytes;
  answer.first_byte = at;
  answer.done = at;
  return answer;
}

class ScriptedTarget : public target::Target {
 public:
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override {
    return kRequestBytes + input;
  }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return {}; }
};

// One server, first come, first served, and the clock it lives by: time goes on only while somebody
// sleeps or waits, from event to event. So every time in a record follows by arithmetic.
class SimulatedServer : public Clock, public ScriptedTarget {
 public:
  struct Script {
    Nanos service{1'000'000};
    // Nothing begins to be served in [stall_from, stall_until).
    Nanos stall_from{0};
    Nanos stall_until{0};
  };
  explicit SimulatedServer(Script script, Nanos start = Nanos{0}) : script_(script), now_(start) {}

  [[nodiscard]] Nanos now() const override { return now_; }
  void sleep_until(Nanos when) override {
    while (!due_.empty() && due_.begin()->first <= when) answer_next();
    now_ = std::max(now_, when);
  }
  void wait(const std::atomic<std::uint32_t>& word, std::uint32_t seen, Nanos until) override {
    while (word.load() == seen && !due_.empty() && due_.begin()->first <= until) answer_next();
    if (word.load() == seen) now_ = std::max(now_, until);
  }

  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    Nanos start = std::max(now_, free_at_);
    if (start >= script_.stall_from && start < script_.stall_until) start = script_.stall_until;
    free_at_ = start + script_.service;
    due_.emplace(free_at_, Waiting{index, &answers});
    most_in_flight = std::max(most_in_flight, due_.size());
    in_flight_at_submit.push_back(due_.size());
  }

  std::size_t most_in_flight = 0;
  std::vector<std::size_t> in_flight_at_submit;

 protected:
  // The next answer, if it comes by `until`; else time goes on to `until`.
  void go_on(Nanos until) {
    if (!due_.empty() && due_.begin()->first <= until) answer_next();
    else now_ = std::max(now_, until);
  }
  void forget_all() { due_.clear(); }

 private:
  struct Waiting {
    std::uint64_t index;
    target::Answers* answers;
  };
  void answer_next() {
    auto [at, waiting] = *due_.begin();
    due_.erase(due_.begin());
    now_ = std::max(now_, at);
    waiting.answers->answered(answer_at(waiting.index, at));
  }

  Script script_;
  Nanos now_;
  Nanos free_at_{0};
  std::multimap<Nanos, Waiting> due_;
};

// The same, driven by the sender as a target on the network is.
class PolledServer final : public SimulatedServer {
 public:
  using SimulatedServer::SimulatedServer;
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override { go_on(until); }
  void abandon() override {
    forget_all();
    abandoned = true;
  }
  bool abandoned = false;
};

// Answers within submit, with the status it was told.
class PromptTarget final : public ScriptedTarget {
 public:
  PromptTarget(const Clock& clock, RequestStatus status) : clock_(clock), status_(status) {}
  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    target::Answer answer = answer_at(index, clock_.now());
    answer.status = status_;
    answers.answered(answer);
  }

 private:
  const Clock& clock_;
  RequestStatus status_;
};

// Keeps every request until answer_all().
class SilentTarget final : public ScriptedTarget {
 public:
  ~SilentTarget() override { answer_all(); }
  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    kept_.push_back({index, &answers});
  }
  void answer_all() {
    for (auto [index, answers] : kept_) answers->answered(answer_at(index, Nanos{1}));
    kept_.clear();
  }
  [[nodiscard]] std::size_t kept() const { return kept_.size(); }

 private:
  struct Kept {
    std::uint64_t index;
    target::Answers* answers;
  };
  std::vector<Kept> kept_;
};

// Answers from `threads` threads, in whatever order they come to it.
class ThreadedTarget final : public ScriptedTarget {
 public:
  ThreadedTarget(int threads, const Clock& clock) : clock_(clock) {
    for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~ThreadedTarget() override {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  void submit(std::uint64_t index, std::uint32_t, target::Answers& answers) override {
    std::lock_guard lock(mutex_);
    queue_.push_back({index, &answers});
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    changed_.notify_one();
  }
  [[nodiscard]] int most_in_flight() const {
    std::lock_guard lock(mutex_);
    return most_in_flight_;
  }

 private:
  struct Queued {
    std::uint64_t index;
    target::Answers* answers;
  };
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      Queued next = queue_.front();
      queue_.pop_front();
      --in_flight_;
      lock.unlock();
      next.answers->answered(answer_at(next.index, clock_.now()));
      lock.lock();
    }
  }

  const Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Queued> queue_;
  int in_flight_ = 0;
  int most_in_flight_ = 0;
  bool ending_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace lynxbench::loadgen
