#include "model/counter_increase.h"

namespace lynxbench {

std::optional<CounterIncrease> counter_increase(const TraceSeries& series) {
  if (series.value.size() < 2) return std::nullopt;
  CounterIncrease found;
  for (std::size_t i = 1; i < series.value.size(); ++i) {
    const double before = series.value[i - 1];
    const double now = series.value[i];
    const bool reset = now < before;
    found.increase += reset ? now : now - before;
    found.resets += reset ? 1 : 0;
  }
  return found;
}

}  // namespace lynxbench
