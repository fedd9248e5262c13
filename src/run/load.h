// One load on one target, without a contract's sessions, search and bundle: what `lynxbench load` does.
// The same targets, workloads, load generator and figures as in run::measure.
//
//   run::LoadJob job = ...;                               // a contract with one point, made in memory
//   Inputs inputs = TRY(workload::build_inputs(job.contract.workload, job.contract.target));
//   LoadFigures figures = TRY(run::load(job, {.clock = clock, .inputs = inputs, .open = open}));
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "model/load_figures.h"
#include "run/progress.h"
#include "target/target.h"

namespace lynxbench::run {

struct LoadJob {
  // target (with endpoint.metrics_url), workload, slo, limits and load.max_in_flight hold; load.points[0] is the load and the
  // length of its window; load.search is that of load_search.
  Contract contract;
  Nanos warm_up{0};            // of the same load, before the window; in no figure
  int threads = 1;             // each with a target of its own and every threads-th request
  std::optional<int> cpu;      // the first load thread runs there, the others on the next ones
  std::optional<fs::path> record;  // a JSON line for every request
  Nanos progress_every{500'000'000};
};

using OpenTarget = std::function<Result<std::unique_ptr<target::Target>>()>;

// Stalls of this process, steps of its clock and its threads' processor time are probed by threads that
// live by the same clock: not where the clock is a simulation.
enum class Probing { kOn, kOff };

struct LoadContext {
  Clock& clock;
  const Inputs& inputs;  // must outlive the targets
  OpenTarget open;       // target::open of the contract; must give polled targets
  const std::atomic<bool>* stop = nullptr;
  Progress* progress = nullptr;
  Probing probing = Probing::kOn;
};

// Opens the targets, loads them and returns the figures. A load that was stopped has figures too,
// marked incomplete. Fails when a target cannot be opened, with what target::open says, and with
// kInvalidArgument for a load that cannot be.
[[nodiscard]] Result<LoadFigures> load(const LoadJob& job, const LoadContext& context);

// Searches the highest rate that keeps the SLO (run::search), each look one or more loads of
// load.search.point or longer, each after a warm-up, and then loads that rate for the length of points[0]: the figures are of this
// load, with the search beside them. Where no rate passed they are empty.
[[nodiscard]] Result<LoadFigures> load_search(const LoadJob& job, const LoadContext& context);

}  // namespace lynxbench::run
