// When requests come: one time after another, in constant memory, the same bits on every machine.
// Inside workload only.
//
//   auto arrivals = TRY(open_arrivals(load, duration, inputs.arrivals, seed));
//   while (std::optional<TraceArrival> arrival = arrivals->next()) ...
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/contract.h"
#include "model/inputs.h"

namespace lynxbench::workload {

class Arrivals {
 public:
  virtual ~Arrivals() = default;
  // ns since the start, never before the one before it; without an end, but for those beyond 2^62 ns.
  virtual std::optional<TraceArrival> next() = 0;
  // Whether next() also says which input.
  [[nodiscard]] virtual bool names_inputs() const { return false; }
  // What was done to the load to fit the duration: a trace repeated or cut.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

// kInvalidArgument where `load` has no rate, or one that is no number > 0 (a ramp may begin or end
// at 0), for a coefficient of variation outside kLeastGapCv .. kMostGapCv, or for a trace without
// times. `recorded` must outlive the result.
[[nodiscard]] Result<std::unique_ptr<Arrivals>> open_arrivals(
    const LoadSpec& load, Nanos duration, std::span<const TraceArrival> recorded,
    std::uint64_t seed);

}  // namespace lynxbench::workload
