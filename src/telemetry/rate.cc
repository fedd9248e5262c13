#include "telemetry/sampler.h"

namespace lynxbench::telemetry {

std::optional<double> Rate::next(Nanos now, std::uint64_t value) {
  std::optional<Reading> before = last_;
  last_ = Reading{now, value};
  if (!before || value < before->value || now <= before->at) return std::nullopt;
  double seconds = static_cast<double>((now - before->at).count()) / 1e9;
  return static_cast<double>(value - before->value) / seconds;
}

}  // namespace lynxbench::telemetry
