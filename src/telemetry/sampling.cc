#include "telemetry/sampling.h"

#include <utility>

#include "base/result.h"

namespace lynxbench::telemetry {

std::vector<SamplerPtr> samplers_for(const Options& options) {
  std::vector<SamplerPtr> samplers;
  for (auto make : {processor_sampler, memory_sampler, pressure_sampler, cgroup_sampler,
                    self_sampler, frequency_sampler, temperature_sampler}) {
    samplers.push_back(make(options.root));
  }
  samplers.push_back(process_sampler(options.root, options.processes));
  if (options.root == "/") samplers.push_back(gpu_sampler("libnvidia-ml.so.1"));
  return samplers;
}

Sampling::Sampling(Nanos period, Nanos epoch, std::vector<SamplerPtr> samplers)
    : period_(period), epoch_(epoch) {
  CHECK(period > Nanos{0});
  for (SamplerPtr& sampler : samplers) members_.push_back({std::move(sampler), std::nullopt});
}

void Sampling::sample_once(Nanos now) {
  if (!first_) first_ = now;
  bool late = last_ && now - *last_ > period_ + period_ / 2;
  if (late) gaps_.push_back({(*last_ + period_ - epoch_).count(), (now - epoch_).count()});
  last_ = now;
  board_.begin(now - epoch_);
  for (Member& member : members_) {
    // Half a period early is on time: the next chance would be half a period late.
    bool due = !member.last || now - *member.last >= member.sampler->least_period() - period_ / 2;
    if (!due) continue;
    member.sampler->sample(now, board_);
    member.last = now;
  }
}

void Sampling::add_cost(double seconds) {
  board_.set(board_.series("telemetry.cpu", "s", "CLOCK_THREAD_CPUTIME_ID"), seconds);
}

Nanos Sampling::next_due(Nanos now) const {
  if (!first_) return now;
  std::int64_t periods = (now - *first_) / period_ + 1;
  return *first_ + periods * period_;
}

Telemetry Sampling::take() {
  Telemetry telemetry = board_.take();
  telemetry.period_ns = period_.count();
  telemetry.gaps = std::exchange(gaps_, {});
  return telemetry;
}

}  // namespace lynxbench::telemetry
