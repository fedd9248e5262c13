// Contract -> Schedule: when each request is due and which input it carries. The same seed gives
// the same bytes on every machine.
//
//   Schedule schedule = workload::open_schedule(Arrival::kPoisson, 40.0, 2s, inputs, seed);
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"
#include "model/contract.h"
#include "model/request.h"

namespace lynxbench::workload {

// Requests due in [0, duration). Constant: at k / rate, to the nearest ns. Poisson: independent
// exponential gaps, the count is random too. Inputs are drawn evenly from `distinct_inputs` (> 0):
// those of an InputSequence with the same seed. Arrivals and inputs are drawn from separate
// streams, so another rate or arrival process leaves the order of the inputs as it was.
// `rate_per_s` must be finite and > 0 (a CHECK).
[[nodiscard]] Schedule open_schedule(Arrival arrival, double rate_per_s, Nanos duration,
                                     std::int64_t distinct_inputs, std::uint64_t seed);

// The inputs of a closed loop, in order of sending: draw number `index` of the seeded sequence.
class InputSequence {
 public:
  InputSequence(std::int64_t distinct_inputs, std::uint64_t seed);
  ~InputSequence();
  InputSequence(InputSequence&&) noexcept;
  std::uint32_t next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lynxbench::workload
