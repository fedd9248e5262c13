// Contract -> Schedule: when each request is due and which input it carries. The same seed gives
// the same bytes on every machine.
//
//   Inputs inputs = TRY(workload::build_inputs(contract.workload, contract.target));
//   ScheduleStream stream = TRY(workload::open_stream(point.load, 2s, contract.workload, inputs, seed));
//   while (std::optional<ScheduledRequest> request = stream.next()) ...
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/files.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"
#include "model/request.h"

namespace lynxbench::workload {

// What the workload's requests carry, made for a kind of target: words drawn by the seed, a file of
// inputs, or the lengths of a trace (docs/methodology.md, "The workload"). The same workload and seed
// give the same bytes; a file is part of the workload. A target that makes its own inputs (embedded,
// null) gets an empty table without a digest, and of a trace the times.
//
// A chat (openai-chat) and KServe targets get messages; openai-completions one message, the texts
// joined by line ends; http and command a body: the texts joined by line ends (by blanks for a
// command in pipe mode), or the file's own.
//
// kInvalidArgument for lengths or numbers that cannot be; kInvalidInput, with file and line, for a
// file that is not what it should be; kNotFound.
[[nodiscard]] Result<Inputs> build_inputs(const Workload& workload, const TargetSpec& target);

// The times of a trace alone, for inputs that come from elsewhere: request i carries input i mod
// `distinct` (> 0). Fails as trace::open does (workload/trace/request_reader.h), and with kInvalidInput
// for a file without a request.
struct RecordedTimes {
  std::vector<TraceArrival> arrivals;
  std::vector<std::string> notes;  // what could not be used, counted
};
[[nodiscard]] Result<RecordedTimes> recorded_times(const fs::path& file, std::uint64_t distinct);

// Which input each request carries, in the order of sending.
//
// Single turns are drawn evenly: draw number `index` of the seeded sequence. Of sessions with turns
// one is drawn evenly and gives its next turn, beginning again after its last: turn k + 1 of a
// session comes after its turn k, with those of other sessions between.
class InputSequence {
 public:
  // Of so many inputs, single turns. `distinct_inputs` is in 1 .. 2^32 (a CHECK).
  InputSequence(std::int64_t distinct_inputs, std::uint64_t seed);
  // Of these inputs, with their sessions and turns. Not empty (a CHECK); copies what it needs.
  InputSequence(std::span<const Input> inputs, std::uint64_t seed);
  ~InputSequence();
  InputSequence(InputSequence&&) noexcept;
  std::uint32_t next();
  // How many inputs there are: next() is less.
  [[nodiscard]] std::uint64_t distinct() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Those of `inputs`, or, when they are none (a target that makes its own), InputSpec::distinct.
[[nodiscard]] InputSequence input_sequence(const Workload& workload, const Inputs& inputs,
                                           std::uint64_t seed);

inline constexpr double kLeastGapCv = 0.01, kMostGapCv = 100;
inline constexpr double kMostRatePerS = 1e9;

// The requests due in [0, duration), one at a time: a load of any length in constant memory. Due
// times by LoadSpec::arrival, at `rate_per_s`:
//   constant  at k / rate, to the nearest ns
//   poisson   independent exponential gaps
//   gamma     independent gamma gaps of coefficient of variation `gap_cv`, in equilibrium: the mean
//             rate is right from the first second on, and 1 gives a Poisson process
//   ramp      Poisson; the rate goes evenly from `rate_per_s` to `ramp_to_per_s` at the duration's end
//   trace     the recorded times, with their own inputs; all gaps multiplied so that the mean rate is
//             `rate_per_s` when that is set, from the start again when the duration is longer, cut when
//             it is shorter (both said in notes())
// Arrivals and inputs are drawn from separate streams, so another rate or arrival process leaves the
// order of the inputs as it was.
class ScheduleStream {
 public:
  // kInvalidArgument for a load that cannot be (no rate, no number, a trace without times or with
  // inputs that are not in the sequence). `recorded` must outlive the stream.
  [[nodiscard]] static Result<ScheduleStream> open(const LoadSpec& load, Nanos duration,
                                                   InputSequence inputs,
                                                   std::span<const TraceArrival> recorded,
                                                   std::uint64_t seed);
  ~ScheduleStream();
  ScheduleStream(ScheduleStream&&) noexcept;

  // By due time; nothing at the end, and from then on.
  std::optional<ScheduledRequest> next();
  // Schedule::digest of all that next() has given, which gives nothing from then on.
  [[nodiscard]] std::string digest();
  // For people: what was done to a trace to fit the duration.
  [[nodiscard]] std::vector<std::string> notes() const;

 private:
  struct State;
  explicit ScheduleStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The stream of a workload's inputs, which must outlive it; inputs and arrivals drawn from `seed`.
[[nodiscard]] Result<ScheduleStream> open_stream(const LoadSpec& load, Nanos duration,
                                                 const Workload& workload, const Inputs& inputs,
                                                 std::uint64_t seed);

// All that a stream has left.
[[nodiscard]] Schedule collected(ScheduleStream stream);

// A constant or Poisson stream, collected, of `distinct_inputs` (> 0) drawn evenly. `rate_per_s` must
// be a rate (a CHECK).
[[nodiscard]] Schedule open_schedule(Arrival arrival, double rate_per_s, Nanos duration,
                                     std::int64_t distinct_inputs, std::uint64_t seed);

// An arrival process as people write it on a command line:
//   constant | poisson | gamma:CV | ramp:FROM:TO | trace:FILE     "ramp:5:50", "ramp:300/min:50/s"
// `load` has the process, `gap_cv`, and for a ramp both rates; other rates are given beside it.
struct ArrivalChoice {
  LoadSpec load;
  std::optional<std::string> trace_file;
};
// kInvalidArgument, saying what was read and what would be right.
[[nodiscard]] Result<ArrivalChoice> parse_arrival(std::string_view text);

}  // namespace lynxbench::workload
