// What a re-run of a bundle's contract says of the bundle.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/executor.h"

namespace lynxbench {

enum class Agreement { kReproduced, kNotReproduced, kInconclusive, kNotComparable };

struct FigureComparison {
  std::string figure;
  std::string unit;
  double within = 0;               // the agreed tolerance
  std::vector<double> baseline;    // session values
  std::vector<double> candidate;
  std::optional<double> ratio;     // candidate / baseline
  std::optional<double> low;       // 90 % interval of the ratio
  std::optional<double> high;
  Agreement agreement = Agreement::kInconclusive;
  std::string reason;
};

struct Verification {
  Agreement agreement = Agreement::kInconclusive;
  std::string reason;
  std::vector<LayerDifference> differences;  // layers that differ, with owners
  std::vector<FigureComparison> comparisons;
  std::string bundle_digest;    // of the manifest that was verified
  std::string contract_digest;
};

}  // namespace lynxbench
