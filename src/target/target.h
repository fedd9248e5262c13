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
#include "model/audit.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "model/request.h"
#include "model/run.h"
#include "model/target_fact.h"

namespace lynxbench::target {

// Times are on the Clock that the target was opened with (not since the run's epoch).
struct Answer {
  std::uint64_t index = 0;
  RequestStatus status = RequestStatus::kOk;
  std::uint64_t response_bytes = 0;
  Nanos first_byte{0};
  Nanos done{0};
  std::optional<ServerStages> stages;  // its *_ns members on the same Clock
  // Of targets on the network; its times on the same Clock. Lives until answered() returns.
  const Exchange* exchange = nullptr;
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

  // A target on the network has no thread of its own: it works in the sender's, which calls poll()
  // whenever it has nothing to send. So an answer costs no change of threads.
  [[nodiscard]] virtual bool is_polled() const { return false; }
  // Handles what the network brings, calling Answers::answered() from here alone (and from
  // submit()), until `until`. Returns early, after some answer. `until` in the past: handles what is
  // there and returns. Keeps the precision of Clock::sleep_until (it spins for the last of the wait).
  virtual void poll(Nanos /*until*/) {}
  // Forgets every request that has no answer yet, closing what it came on: answered() is not called
  // for it any more. Of polled targets.
  virtual void abandon() {}
  // What it used of this machine; since it was opened.
  [[nodiscard]] virtual ClientResources resources() const { return {}; }

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

// A fresh target as the contract says (TargetSpec::kind). Loads the model (seconds), or asks the
// server whether it is there. Fails with kUnavailable, naming where it looked and what to do, when
// runtime, model or server is missing. `inputs` are the workload's (workload::build_inputs): what a
// target on the network sends; the embedded target makes its own. They must outlive the target.
[[nodiscard]] Result<std::unique_ptr<Target>> open(const Contract& contract, const Inputs& inputs,
                                                   const SearchPaths& paths, Clock& clock);

// The roofline's ceilings on this machine with `threads` threads, `repeats` times each (about 0.3 s
// a repeat). kUnavailable without the runtime.
[[nodiscard]] Result<Ceilings> measure_ceilings(std::int64_t threads, int repeats,
                                                const SearchPaths& paths, Clock& clock);

}  // namespace lynxbench::target
