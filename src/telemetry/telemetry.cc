#include "telemetry/telemetry.h"

#include <pthread.h>

#include <ctime>
#include <mutex>
#include <thread>

#include "telemetry/sampling.h"

namespace lynxbench::telemetry {
namespace {

double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

}  // namespace

struct Recorder::State {
  Clock& clock;
  std::mutex mutex;  // of `sampling`
  Sampling sampling;
  std::jthread thread;

  State(const Options& options, Clock& on_clock)
      : clock(on_clock), sampling(options.period, options.epoch, samplers_for(options)) {}

  void loop(const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "lynx-telemetry");
    while (!stop.stop_requested()) clock.sleep_until(sample());
  }

  // Takes one sample; returns when the next is due.
  Nanos sample() {
    std::lock_guard lock(mutex);
    double before = thread_seconds();
    sampling.sample_once(clock.now());
    sampling.add_cost(thread_seconds() - before);
    return sampling.next_due(clock.now());
  }
};

Recorder::Recorder(const Options& options, Clock& clock)
    : state_(std::make_unique<State>(options, clock)) {
  state_->thread =
      std::jthread([state = state_.get()](const std::stop_token& stop) { state->loop(stop); });
}

Recorder::~Recorder() = default;  // the thread is asked to stop and joined before all else

Telemetry Recorder::take() {
  std::lock_guard lock(state_->mutex);
  return state_->sampling.take();
}

Telemetry Recorder::stop() {
  state_->thread.request_stop();
  if (state_->thread.joinable()) state_->thread.join();
  return take();
}

}  // namespace lynxbench::telemetry
