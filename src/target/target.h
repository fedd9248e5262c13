// One request -> its answer. The interface that every system under test is measured through.
//
//   std::unique_ptr<Target> target = TRY(target::open(contract, options, clock));
//   target->submit(index, input, answers);    // returns at once; answers.answered() comes later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/request.h"
#include "model/run.h"
#include "model/target_fact.h"

namespace lynxbench::target {

// Times are on the Clock that the target was opened with (not since the run's epoch).
struct Answer {
  std::uint64_t index = 0;
  RequestStatus status = RequestStatus::kOk;
  std::uint32_t response_bytes = 0;
  Nanos first_byte{0};
  Nanos done{0};
  std::optional<ServerStages> stages;  // its *_ns members on the same Clock
};

class Answers {
 public:
  virtual ~Answers() = default;
  // Called once for each submitted request, from any thread, perhaps within submit(). Must be quick.
  virtual void answered(const Answer& answer) = 0;
};

// A profile that the runtime wrote while the target served.
struct WrittenProfile {
  std::uint64_t batch = 0;
  fs::path file;
};

class Target {
 public:
  virtual ~Target() = default;  // answers or fails everything that was submitted first

  // Takes a request. Never blocks on the server: a full queue is answered kRejected at once.
  // Threads: one sender at a time. `answers` must live until the answer.
  virtual void submit(std::uint64_t index, std::uint32_t input, Answers& answers) = 0;

  [[nodiscard]] virtual std::uint32_t request_bytes(std::uint32_t input) const = 0;

  // The moment of a contract's declared stall (FaultSpec) is counted from here.
  virtual void begin_phase() {}

  // From now on profiles one batch in `every` (0: none) into `folder`. kUnavailable when the target
  // has no profiler.
  [[nodiscard]] virtual Status profile(std::int64_t every, const fs::path& folder);
  // The profiles written since the last call.
  [[nodiscard]] virtual std::vector<WrittenProfile> take_profiles() { return {}; }

  // What it knows of itself: model digest, runtime version, threads, batching ...
  [[nodiscard]] virtual std::vector<TargetFact> facts() const = 0;
};

// Where the runtime library and the models are looked for, in order.
struct SearchPaths {
  std::vector<fs::path> runtime_libraries;  // files
  std::vector<fs::path> model_folders;
};
// runtime/node_modules of the source tree and beside the program, then the system's library folders.
// Where $LYNXBENCH_ONNXRUNTIME (a library) or $LYNXBENCH_MODELS (a folder) is set, that place alone:
// whoever names one must not measure another unawares.
[[nodiscard]] SearchPaths default_search_paths();

// A fresh target as the contract says: "embedded" or "null". Loads the model (seconds). Fails with
// kUnavailable, naming where it looked and what to do, when runtime or model is missing.
[[nodiscard]] Result<std::unique_ptr<Target>> open(const Contract& contract, const SearchPaths& paths,
                                                   Clock& clock);

// The roofline's ceilings on this machine with `threads` threads, `repeats` times each (about 0.3 s
// a repeat). kUnavailable without the runtime.
[[nodiscard]] Result<Ceilings> measure_ceilings(std::int64_t threads, int repeats,
                                                const SearchPaths& paths, Clock& clock);

}  // namespace lynxbench::target
