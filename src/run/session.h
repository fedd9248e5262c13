// One session: a fresh target, warmed up, under one load after another. Every phase is written to the
// bundle as it goes and kept in the RunRecord.
#pragma once

#include <atomic>
#include <memory>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/run.h"
#include "loadgen/loadgen.h"
#include "run/recording.h"
#include "target/target.h"
#include "workload/workload.h"

namespace lynxbench::run {

// What all sessions of a run share.
struct Bench {
  const Contract& contract;
  const Inputs& inputs;
  Clock& clock;
  Nanos epoch;
  Recording& recording;
  RunRecord& run;
  const std::atomic<bool>* stop;
  fs::path folder;  // of the bundle: profiles go below it

  [[nodiscard]] bool stopped() const { return stop != nullptr && stop->load(); }
  // kInterrupted when stopped, the writer's error when it has one.
  [[nodiscard]] Status go_on() const;
};

class Session {
 public:
  // Opens a fresh target. `number` 0 is the search's.
  [[nodiscard]] static Result<Session> open(Bench& bench, std::uint32_t number,
                                            const target::SearchPaths& paths);

  [[nodiscard]] target::Target& target() { return *target_; }

  // Closed loop until steady or at_most; returns at the first steady window.
  [[nodiscard]] Status warm_up();
  // One look of the search.
  [[nodiscard]] Result<Phase> search_phase(double rate_per_s, std::uint64_t seed, Nanos duration);
  // One point of the contract; `rate_per_s` for open loops (a trace may have none).
  [[nodiscard]] Status measure_point(const LoadPoint& point, std::optional<double> rate_per_s);
  // The same with one batch in so many profiled.
  [[nodiscard]] Status profile_point(const LoadPoint& point, std::optional<double> rate_per_s);

 private:
  Session(Bench& bench, std::uint32_t number, std::unique_ptr<target::Target> target);
  [[nodiscard]] Phase new_phase(PhaseKind kind, const std::string& point) const;
  [[nodiscard]] Status run_point(Phase phase, const LoadPoint& point, std::optional<double> rate_per_s,
                                 Nanos duration);
  [[nodiscard]] Status run_open(Phase& phase, const LoadSpec& load, Nanos duration);
  [[nodiscard]] Status run_closed(Phase& phase, const LoadSpec& load, Nanos duration);
  [[nodiscard]] workload::InputSequence input_sequence(std::uint64_t seed) const;
  [[nodiscard]] Status finish(Phase phase);
  [[nodiscard]] Result<std::vector<Profile>> collect_profiles(Phase& phase);

  Bench* bench_;
  std::uint32_t number_;
  std::unique_ptr<target::Target> target_;
};

// The seed of a point's schedule in a session: the same in a re-run, so that the load is the same.
[[nodiscard]] std::uint64_t point_seed(const Contract& contract, const std::string& point,
                                       std::uint32_t session);

}  // namespace lynxbench::run
