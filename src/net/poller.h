// One epoll loop in one thread: who waits for a descriptor registers a Handler, who waits for a time
// arms a Timer, and wait() does all the work.
//
//   std::unique_ptr<Poller> poller = TRY(Poller::make());
//   TRY_STATUS(poller->add(fd, EPOLLIN | EPOLLET, handler));
//   Timer timeout(*poller, [&] { give_up(); });
//   timeout.arm(Poller::now() + 10s);
//   while (!done) poller->wait(next_due);
//
// All times are CLOCK_MONOTONIC, as SystemClock's. Threads: all of one poller in one thread.
#pragma once

#include <sys/epoll.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/receipt.h"

namespace lynxbench::net {

// Time that never comes.
inline constexpr Nanos kNever = Nanos::max();

class Handler {
 public:
  // `events`: EPOLL* bits. May add, remove and destroy handlers, itself too.
  virtual void ready(std::uint32_t events) = 0;

 protected:
  ~Handler() = default;
};

class Timer;

class Poller {
 public:
  // kExhausted when this machine has no descriptor left.
  [[nodiscard]] static Result<std::unique_ptr<Poller>> make();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  [[nodiscard]] static Nanos now();

  // The handler must live until remove(). kExhausted when the kernel has no memory for it.
  [[nodiscard]] Status add(int fd, std::uint32_t events, Handler& handler);
  void modify(int fd, std::uint32_t events, Handler& handler);
  // ready() is not called any more, also not for what is already there. Before the descriptor is closed.
  void remove(int fd, Handler& handler);
  // Calls ready(events) soon, within the next wait(): for an edge-triggered descriptor that was left
  // with something unread. Forgotten by remove().
  void again(Handler& handler, std::uint32_t events);

  // Handles what is there, or sleeps until something is or `until` has come. Returns after one batch of
  // handlers and timers, at the latest a few microseconds after `until`: it sleeps until 50 us before
  // and then looks without sleeping. `until` in the past: handles what is there and returns. Handlers
  // that are ready when `until` comes in the middle of a batch are called by the next wait().
  // True if any handler or timer was called.
  bool wait(Nanos until);

  // A handler that has just read the clock says so: wait() then need not, to know whether `until` has come.
  void saw_time(Nanos now) { seen_ = now; }
  [[nodiscard]] Nanos seen_time() const { return seen_; }

  // For handlers to read into, in turn: what is there is valid until the next handler is called.
  [[nodiscard]] std::vector<char>& read_buffer() { return read_buffer_; }

  [[nodiscard]] WallOffset& wall_offset() { return wall_offset_; }

  // How often the kernel was asked: for audits of the instrument.
  [[nodiscard]] std::uint64_t looks() const { return looks_; }
  // Time in which it looked again and again without finding anything, instead of sleeping.
  [[nodiscard]] Nanos spun() const { return spun_; }

 private:
  friend class Timer;
  struct Armed {
    Nanos at;  // not after the timer's own time
    Timer* timer;
  };
  struct Again {
    Handler* handler;
    std::uint32_t events;
  };

  explicit Poller(int epoll);
  [[nodiscard]] bool dispatch(Nanos stop);
  [[nodiscard]] Nanos sleep_length(Nanos at, Nanos until) const;
  [[nodiscard]] bool call_again();
  [[nodiscard]] bool fire_timers(Nanos now);
  void look(Nanos timeout);

  void timer_up(std::size_t place);
  void timer_down(std::size_t place);
  void put_timer(std::size_t place, Armed armed);
  void remove_timer(std::size_t place);

  int epoll_;
  Nanos seen_{0};
  std::uint64_t looks_ = 0;
  Nanos spun_{0};
  std::vector<epoll_event> events_;
  int event_next_ = 0;  // those not handled yet: event_next_ .. event_count_
  int event_count_ = 0;
  std::vector<Again> again_;
  std::vector<Again> again_now_;
  std::vector<Armed> timers_;  // a heap, earliest first
  std::vector<char> read_buffer_;
  WallOffset wall_offset_;
};

// Calls a function once at a time. Cheap to arm again and again, as a time-out that rarely comes is:
// arming later than before, or disarming, is a store.
class Timer {
 public:
  Timer(Poller& poller, std::function<void()> call) : poller_(poller), call_(std::move(call)) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // In place of what was armed before. kNever: disarms.
  void arm(Nanos at);
  void disarm() { at_ = kNever; }
  [[nodiscard]] bool armed() const { return at_ != kNever; }

 private:
  friend class Poller;
  static constexpr std::size_t kNowhere = ~std::size_t{0};
  Poller& poller_;
  std::function<void()> call_;
  Nanos at_ = kNever;
  std::size_t place_ = kNowhere;  // in the heap
};

}  // namespace lynxbench::net
