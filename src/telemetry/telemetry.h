// What the machine did during the run, on the requests' clock.
//
//   telemetry::Recorder recorder({.period = 50ms, .epoch = epoch}, clock);   // starts sampling
//   ... the run ...
//   Telemetry telemetry = recorder.stop();
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/files.h"
#include "model/run.h"

namespace lynxbench::telemetry {

struct Options {
  Nanos period{50'000'000};
  Nanos epoch{0};       // zero of every time in the samples
  fs::path root = "/";  // a recorded /proc and /sys tree in tests
  int processes = 8;    // how many of the busiest other processes are followed
};

// Samples from a thread of its own until stopped. What this machine does not have (frequency, PSI,
// a cgroup) is named in Telemetry::missing.
class Recorder {
 public:
  Recorder(const Options& options, Clock& clock);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // What was sampled since the last call; sampling goes on. For journals.
  [[nodiscard]] Telemetry take();
  // Ends sampling and returns what take() had not.
  [[nodiscard]] Telemetry stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::telemetry
