#include "net/poller.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace lynxbench::net {
namespace {

constexpr Nanos kSpin{50'000};
constexpr std::size_t kEventsAtOnce = 256;
constexpr std::size_t kReadBuffer = 131'072;

timespec as_timespec(Nanos length) {
  timespec t{};
  t.tv_sec = length.count() / 1'000'000'000;
  t.tv_nsec = length.count() % 1'000'000'000;
  return t;
}

}  // namespace

Nanos Poller::now() {
  timespec t{};
  clock_gettime(CLOCK_MONOTONIC, &t);
  return Nanos{std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec};
}

Result<std::unique_ptr<Poller>> Poller::make() {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) return error(ErrorCode::kExhausted, "epoll_create1: {}", std::strerror(errno));
  return std::unique_ptr<Poller>(new Poller(epoll));
}

Poller::Poller(int epoll) : epoll_(epoll), events_(kEventsAtOnce), read_buffer_(kReadBuffer) {}

Poller::~Poller() {
  for (const Armed& armed : timers_) armed.timer->place_ = Timer::kNowhere;
  close(epoll_);
}

Status Poller::add(int fd, std::uint32_t events, Handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0) return ok_status();
  return error(ErrorCode::kExhausted, "epoll_ctl: {}", std::strerror(errno));
}

void Poller::modify(int fd, std::uint32_t events, Handler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) == 0);
}

void Poller::remove(int fd, Handler& handler) {
  epoll_event unused{};
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, &unused);
  for (int i = event_next_; i < event_count_; ++i) {
    if (events_[static_cast<std::size_t>(i)].data.ptr == &handler) {
      events_[static_cast<std::size_t>(i)].data.ptr = nullptr;
    }
  }
  for (std::vector<Again>* list : {&again_, &again_now_}) {
    for (Again& one : *list) {
      if (one.handler == &handler) one.handler = nullptr;
    }
  }
}

void Poller::again(Handler& handler, std::uint32_t events) { again_.push_back({&handler, events}); }

void Poller::look(Nanos timeout) {
  ++looks_;
  int room = static_cast<int>(events_.size());
  if (timeout.count() <= 0) {
    event_count_ = epoll_wait(epoll_, events_.data(), room, 0);
  } else {
    timespec t = as_timespec(timeout);
    event_count_ = epoll_pwait2(epoll_, events_.data(), room, &t, nullptr);
    if (event_count_ < 0 && errno == ENOSYS) {  // before Linux 5.11: milliseconds, rounded down
      event_count_ = epoll_wait(epoll_, events_.data(), room,
                                static_cast<int>(timeout.count() / 1'000'000));
    }
  }
  event_next_ = 0;
  event_count_ = std::max(event_count_, 0);  // EINTR: as if nothing was there
}

bool Poller::dispatch(Nanos stop) {
  bool any = false;
  while (event_next_ < event_count_) {
    const epoll_event event = events_[static_cast<std::size_t>(event_next_++)];
    if (event.data.ptr == nullptr) continue;
    any = true;
    static_cast<Handler*>(event.data.ptr)->ready(event.events);
    if (seen_ >= stop) break;
  }
  return any;
}

bool Poller::call_again() {
  if (again_.empty()) return false;
  again_now_.swap(again_);
  for (std::size_t i = 0; i < again_now_.size(); ++i) {
    Again one = again_now_[i];
    if (one.handler != nullptr) one.handler->ready(one.events);
  }
  again_now_.clear();
  return true;
}

Nanos Poller::sleep_length(Nanos at, Nanos until) const {
  Nanos left = until == kNever ? Nanos{3'600'000'000'000} : until - at - kSpin;
  if (!timers_.empty()) left = std::min(left, std::max(timers_.front().at - at, Nanos{1}));
  // The kernel may be late by a thousandth of what it is asked for, so it is asked for less.
  if (left > Nanos{1'000'000}) left -= left / 512;
  return left;
}

bool Poller::wait(Nanos until) {
  seen_ = now();
  // Called in time, it ends in time; called late, it handles all that is there.
  const Nanos stop = until > seen_ ? until : kNever;
  while (true) {
    const Nanos at = seen_;
    bool any = fire_timers(at);
    any = call_again() || any;
    const Nanos length = any ? Nanos{0} : sleep_length(at, until);
    if (event_next_ == event_count_) look(length);
    any = dispatch(stop) || any;
    if (any || at >= until) return any;
    seen_ = now();
    if (length.count() <= 0) spun_ += seen_ - at;
  }
}

bool Poller::fire_timers(Nanos at) {
  bool any = false;
  // What is armed meanwhile for a time that has passed waits for the next turn.
  for (std::size_t most = 2 * timers_.size(); most > 0 && !timers_.empty() && timers_.front().at <= at; --most) {
    Timer* timer = timers_.front().timer;
    if (timer->at_ == kNever) {
      remove_timer(0);
    } else if (timer->at_ > timers_.front().at) {  // armed again for later
      timers_.front().at = timer->at_;
      timer_down(0);
    } else {
      remove_timer(0);
      timer->at_ = kNever;
      any = true;
      std::function<void()> call = timer->call_;  // it may destroy the timer
      call();
    }
  }
  return any;
}

void Poller::put_timer(std::size_t place, Armed armed) {
  timers_[place] = armed;
  armed.timer->place_ = place;
}

void Poller::timer_up(std::size_t place) {
  Armed armed = timers_[place];
  while (place > 0) {
    std::size_t parent = (place - 1) / 2;
    if (timers_[parent].at <= armed.at) break;
    put_timer(place, timers_[parent]);
    place = parent;
  }
  put_timer(place, armed);
}

void Poller::timer_down(std::size_t place) {
  Armed armed = timers_[place];
  while (true) {
    std::size_t child = 2 * place + 1;
    if (child >= timers_.size()) break;
    if (child + 1 < timers_.size() && timers_[child + 1].at < timers_[child].at) ++child;
    if (timers_[child].at >= armed.at) break;
    put_timer(place, timers_[child]);
    place = child;
  }
  put_timer(place, armed);
}

void Poller::remove_timer(std::size_t place) {
  timers_[place].timer->place_ = Timer::kNowhere;
  Armed last = timers_.back();
  timers_.pop_back();
  if (place == timers_.size()) return;
  put_timer(place, last);
  timer_up(place);
  timer_down(last.timer->place_);
}

Timer::~Timer() {
  if (place_ != kNowhere) poller_.remove_timer(place_);
}

void Timer::arm(Nanos at) {
  at_ = at;
  if (at == kNever) return;
  if (place_ == kNowhere) {
    poller_.timers_.push_back({at, this});
    place_ = poller_.timers_.size() - 1;
    poller_.timer_up(place_);
  } else if (at < poller_.timers_[place_].at) {
    poller_.timers_[place_].at = at;
    poller_.timer_up(place_);
  }
}

}  // namespace lynxbench::net
