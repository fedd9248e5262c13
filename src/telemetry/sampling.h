// The recorder without its thread: takes one sample when told that it is `now`.
//
//   Sampling sampling(period, epoch, samplers_for(options));
//   sampling.sample_once(now);              // again and again
//   Telemetry telemetry = sampling.take();
#pragma once

#include <optional>
#include <vector>

#include "telemetry/sampler.h"
#include "telemetry/telemetry.h"

namespace lynxbench::telemetry {

// All samplers that these options ask for.
[[nodiscard]] std::vector<SamplerPtr> samplers_for(const Options& options);

// Threads: one at a time.
class Sampling {
 public:
  Sampling(Nanos period, Nanos epoch, std::vector<SamplerPtr> samplers);

  // Asks every sampler that is due. A call later than 1.5 periods after the last one leaves a gap:
  // from the moment when a sample was due to this one.
  void sample_once(Nanos now);
  // What the last sample cost: series "telemetry.cpu", in seconds of this thread's processor time.
  void add_cost(double seconds);
  // When the next sample is due, on the grid of periods that starts at the first one: moments that
  // have passed already are left out.
  [[nodiscard]] Nanos next_due(Nanos now) const;

  [[nodiscard]] Telemetry take();

 private:
  struct Member {
    SamplerPtr sampler;
    std::optional<Nanos> last;
  };
  Nanos period_;
  Nanos epoch_;
  std::vector<Member> members_;
  Board board_;
  std::vector<SamplingGap> gaps_;
  std::optional<Nanos> first_;
  std::optional<Nanos> last_;
};

}  // namespace lynxbench::telemetry
