#include "telemetry/probes.h"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "telemetry/clock_steps.h"
#include "telemetry/threads.h"

namespace lynxbench::telemetry {

struct Probes::State {
  const ProbeOptions options;
  Clock& clock;
  const Nanos begin;
  ThreadWatch threads;
  ClockSteps steps;
  HiccupProbe hiccup;
  std::mutex mutex;
  std::condition_variable ended;
  bool ending = false;
  std::thread thread;

  State(const ProbeOptions& chosen, Clock& on_clock)
      : options(chosen),
        clock(on_clock),
        begin(clock.now()),
        threads(options.root, begin),
        steps(read_clocks()),
        hiccup(options.hiccup, clock) {
    thread = std::thread([this] { loop(); });
  }

  void loop() {
    pthread_setname_np(pthread_self(), "lynx-audit");
    std::unique_lock lock(mutex);
    while (!ended.wait_for(lock, options.period, [this] { return ending; })) {
      steps.look(read_clocks());
      threads.look();
    }
  }

  void end() {
    if (!thread.joinable()) return;
    {
      std::lock_guard lock(mutex);
      ending = true;
    }
    ended.notify_one();
    thread.join();
  }
};

Probes::Probes(const ProbeOptions& options, Clock& clock)
    : state_(std::make_unique<State>(options, clock)) {}

Probes::~Probes() { state_->end(); }

InstrumentAudit Probes::stop(std::span<const SenderTime> senders) {
  Nanos now = state_->clock.now();
  state_->end();
  state_->steps.look(read_clocks());
  Hiccups hiccups = state_->hiccup.stop();

  InstrumentAudit found;
  found.length_s = static_cast<double>((now - state_->begin).count()) / 1e9;
  Result<std::vector<ThreadCpu>> threads = state_->threads.finish(now, senders);
  if (threads.ok()) {
    found.threads = std::move(*threads);
  } else {
    found.threads_missing = threads.error().message;
  }
  found.stall_p50_ns = hiccups.overshoot.quantile(0.5);
  found.stall_p99_ns = hiccups.overshoot.quantile(0.99);
  found.stall_longest_ns = hiccups.overshoot.largest();
  found.stall_probes = hiccups.overshoot.count();
  found.stalls = hiccups.stalls;
  found.longest_stalls = std::move(hiccups.longest);
  found.clock_steps = state_->steps.count();
  if (state_->steps.largest()) found.clock_step_largest_ns = state_->steps.largest()->count();
  found.clock_slew_ratio = state_->steps.slew_ratio();
  return found;
}

}  // namespace lynxbench::telemetry
