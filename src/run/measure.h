// The story of a run: contract -> sealed bundle. The only place that wires the steps together.
//
//   run::MeasureOptions options{.folder = "results/quickstart.lynx", .progress = &progress};
//   run::Measured measured = TRY(run::measure(contract, yaml_text, options));
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "base/files.h"
#include "base/result.h"
#include "model/bundle.h"
#include "model/contract.h"
#include "run/progress.h"
#include "target/target.h"

namespace lynxbench::run {

struct MeasureOptions {
  fs::path folder;                           // of the bundle; must not exist or be empty
  Progress* progress = nullptr;              // required
  const std::atomic<bool>* stop = nullptr;   // set by Ctrl-C
  target::SearchPaths paths = target::default_search_paths();
  // With kGiven no search is run: `rates_per_s` has the rates of the points that are of_capacity.
  enum class Rates { kSearched, kGiven } rates = Rates::kSearched;  // kGiven: verify
  std::map<std::string, double> rates_per_s;
  enum class Profiling { kAsContract, kSkip } profiling = Profiling::kAsContract;
  std::string tool;  // "lynxbench 0.1.0"
};

struct Measured {
  fs::path folder;
  Bundle bundle;     // as it was sealed
};

// Fails with kUnavailable when the executor cannot run the contract (nothing is left on disk), with
// kExhausted when what was measured could not be written (what could be is kept, unsealed). When
// stopped: seals what was measured as incomplete and returns it.
[[nodiscard]] Result<Measured> measure(const Contract& contract, const std::string& yaml_text,
                                       const MeasureOptions& options);

// The executor as `measure` would record it, without measuring: opens the target for its facts. When
// the target cannot be opened, its facts are unknown, with the reason.
[[nodiscard]] Executor describe_executor(const Contract& contract, const target::SearchPaths& paths);

// How long a run of `contract` takes, about.
[[nodiscard]] Nanos expected_length(const Contract& contract);

}  // namespace lynxbench::run
