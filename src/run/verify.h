// Re-runs a bundle's contract with the same offered load and says whether the result is reproduced.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/verification.h"
#include "run/measure.h"

namespace lynxbench::run {

struct VerifyOptions {
  MeasureOptions measure;  // folder: of the re-run's own bundle
  // Levers set for the re-run: {"target.runtime.threads", "2"}. Shows what verify says of a change.
  std::vector<std::pair<std::string, std::string>> levers;
  // Measure although layers differ that may not: the comparison is shown, the verdict stays.
  enum class OnDifference { kStop, kMeasure } on_difference = OnDifference::kStop;
};

// Fails with kInvalidInput when the bundle is not intact or not complete, and as measure() does.
[[nodiscard]] Result<Verification> verify(const fs::path& bundle, const VerifyOptions& options);

}  // namespace lynxbench::run
