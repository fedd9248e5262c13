#include "stats/levels.h"

#include <algorithm>

namespace lynxbench::stats {

bool level(std::span<const double> values, double tolerance, double resolution) {
  if (values.empty()) return false;
  auto [smallest, largest] = std::minmax_element(values.begin(), values.end());
  return *smallest > 0 && *largest - resolution <= (1 + tolerance) * *smallest;
}

}  // namespace lynxbench::stats
