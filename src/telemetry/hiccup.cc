#include "telemetry/hiccup.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <algorithm>
#include <thread>

namespace lynxbench::telemetry {

void HiccupLog::woke(Nanos due, Nanos now) {
  Nanos over = std::max(now - due, Nanos{0});
  found_.overshoot.add(over.count());
  if (over <= options_.limit) return;
  ++found_.stalls;
  found_.longest.push_back({(due - options_.epoch).count(), over.count()});
  if (found_.longest.size() <= kMostStalls) return;
  found_.longest.erase(
      std::min_element(found_.longest.begin(), found_.longest.end(),
                       [](const Stall& a, const Stall& b) { return a.length_ns < b.length_ns; }));
}

Hiccups HiccupLog::take() const { return found_; }

struct HiccupProbe::State {
  HiccupOptions options;
  Clock& clock;
  HiccupLog log;
  std::jthread thread;

  State(const HiccupOptions& chosen, Clock& on_clock)
      : options(chosen), clock(on_clock), log(chosen) {}

  void loop(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "lynx-hiccup");
    prctl(PR_SET_TIMERSLACK, 1UL, 0, 0, 0);  // else the kernel may add 50 us by itself
    if (options.core) {
      cpu_set_t one;
      CPU_ZERO(&one);
      CPU_SET(*options.core, &one);
      pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    }
    while (!stop.stop_requested()) {
      Nanos due = clock.now() + options.sleep;
      clock.sleep_until(due);
      log.woke(due, clock.now());
    }
  }
};

HiccupProbe::HiccupProbe(const HiccupOptions& options, Clock& clock)
    : state_(std::make_unique<State>(options, clock)) {
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->loop(stop); });
}

HiccupProbe::~HiccupProbe() = default;  // the thread is asked to stop and joined before all else

Hiccups HiccupProbe::stop() {
  state_->thread.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
  return state_->log.take();
}

}  // namespace lynxbench::telemetry
