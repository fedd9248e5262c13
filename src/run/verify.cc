#include "run/verify.h"

#include "base/units.h"
#include "bundle/bundle.h"
#include "contract/contract.h"
#include "executor/executor.h"
#include "verdict/verify.h"

namespace lynxbench::run {
namespace {

Status require_sealed(const fs::path& folder) {
  bundle::CheckResult checked = TRY(bundle::check(folder));
  if (!checked.intact) {
    return Error{ErrorCode::kInvalidInput, "is not intact: " + (checked.problems.empty() ? "" : checked.problems[0]),
                 folder.string()};
  }
  if (!checked.complete) {
    return Error{ErrorCode::kInvalidInput, "is incomplete: only a complete result can be verified", folder.string()};
  }
  return ok_status();
}

// The rates that the bundle's sessions offered where they were a ratio of the capacity that its search
// found: the re-run offers the same.
std::map<std::string, double> offered_rates(const Contract& contract, const RunRecord& run) {
  std::map<std::string, double> rates;
  for (const LoadPoint& point : contract.load.points) {
    if (!point.load.of_capacity) continue;
    for (const Phase& phase : run.phases) {
      bool measured = phase.kind == PhaseKind::kMeasure && phase.point == point.name;
      if (measured && phase.offered_per_s) rates[point.name] = *phase.offered_per_s;
    }
  }
  return rates;
}

Result<Contract> with_levers(Contract contract, const VerifyOptions& options) {
  for (const auto& [key, value] : options.levers) contract = TRY(contract::with_lever(contract, key, value));
  return contract;
}

}  // namespace

Result<Verification> verify(const fs::path& folder, const VerifyOptions& options) {
  TRY_STATUS(require_sealed(folder));
  Bundle sealed = TRY(bundle::read(folder));
  Contract contract = TRY(with_levers(sealed.contract, options));
  Progress& progress = *options.measure.progress;

  progress.step("comparing the executors, layer by layer", 0, std::nullopt);
  Executor here = describe_executor(contract, options.measure.paths);
  std::vector<LayerDifference> differences = executor::differences(sealed.executor, here);
  Verification result = verdict::verify(contract, sealed.figures, {}, differences);
  bool comparable = result.agreement != Agreement::kNotComparable;
  if (comparable || options.on_difference == VerifyOptions::OnDifference::kMeasure) {
    MeasureOptions again = options.measure;
    again.rates = MeasureOptions::Rates::kGiven;
    again.rates_per_s = offered_rates(sealed.contract, sealed.run);
    again.profiling = MeasureOptions::Profiling::kSkip;  // the comparison needs none
    std::string yaml = options.levers.empty() ? sealed.contract_yaml : contract::to_yaml(contract);
    Measured measured = TRY(measure(contract, yaml, again));
    if (!measured.bundle.run.complete) return error(ErrorCode::kInterrupted, "{}", measured.bundle.run.incomplete_reason);
    differences = executor::differences(sealed.executor, measured.bundle.executor);
    result = verdict::verify(contract, sealed.figures, measured.bundle.figures, differences);
  }
  result.bundle_digest = TRY(bundle::digest(folder));
  result.contract_digest = sealed.manifest.contract_digest;
  return result;
}

}  // namespace lynxbench::run
