#include "run/look.h"

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "loadgen/saturation.h"
#include "metrics/audit.h"
#include "metrics/metrics.h"

namespace lynxbench::run {
namespace {

// As long again, or all that remains where the piece after it would be shorter.
Nanos next_length(Nanos so_far, Nanos at_most) {
  Nanos rest = at_most - so_far;
  return rest <= 2 * so_far ? rest : so_far;
}

bool leads_only(const SearchStep& step) {
  if (step.purpose == "bracket") return true;
  return step.purpose == "check below" &&
         std::all_of(step.terms.begin(), step.terms.end(), [](const SearchTerm& term) {
           return term.over_ratio <= 1 - term.quantile;
         });
}

bool client_kept_its_limits(const Phase& phase) { return !phase.audit || phase.audit->invalid.empty(); }

// Phases in which the client went beyond its limits say nothing of the server: they are left out, and
// where there is no other, the look decides nothing.
SearchStep judged(const std::vector<Phase>& phases, const Slo& slo) {
  std::vector<const Phase*> sound, all;
  for (const Phase& phase : phases) {
    all.push_back(&phase);
    if (client_kept_its_limits(phase)) sound.push_back(&phase);
  }
  SearchStep step = metrics::judge(sound.empty() ? all : sound, slo);
  step.phase = phases.back().id;
  step.phases.clear();
  for (const Phase& phase : phases) step.phases.push_back(phase.id);
  if (sound.size() == all.size()) return step;
  std::string why;
  for (const Phase& phase : phases) {
    if (!client_kept_its_limits(phase)) why = joined(phase.audit->invalid, "and");
  }
  if (sound.empty()) {
    step.verdict = PointVerdict::kInconclusive;
    step.requests = 0;  // none that were judged: later looks must not count these
    step.terms.clear();
    step.reason = fmt::format("the client went beyond its limits ({}), so this says nothing of the server; {}", why, step.reason);
  } else {
    step.reason += fmt::format("; {} of {} loads are left out: the client went beyond its limits ({})", all.size() - sound.size(),
                               all.size(), why);
  }
  return step;
}

}  // namespace

Result<SearchStep> look_at(const SearchSpec& spec, const Slo& slo, double rate_per_s, std::uint64_t seed,
                           const std::string& purpose, const NextPhase& next_phase) {
  std::vector<Phase> phases;
  Nanos so_far{0}, length = spec.point;
  while (true) {
    std::uint64_t part = phases.size();
    std::uint64_t part_seed = part == 0 ? seed : derived_seed(seed, "extension", part - 1);
    phases.push_back(TRY(next_phase(rate_per_s, part_seed, length)));
    so_far += length;
    SearchStep step = judged(phases, slo);
    step.rate_per_s = rate_per_s;
    step.purpose = purpose;
    length = next_length(so_far, std::max(so_far, spec.extend_to));
    bool go_on = step.verdict == PointVerdict::kInconclusive && length.count() > 0;
    if (!go_on || leads_only(step)) return step;
  }
}

Result<Saturation> search(const SearchSpec& spec, const Slo& slo, std::uint64_t seed,
                          const NextPhase& next_phase, const OnStep& on_step) {
  loadgen::Look look = [&](double rate, std::uint64_t look_seed, const std::string& purpose) -> Result<SearchStep> {
    SearchStep step = TRY(look_at(spec, slo, rate, look_seed, purpose, next_phase));
    on_step(step);
    return step;
  };
  return loadgen::find_saturation(spec, slo, seed, look);
}

Result<Saturation> search(const Contract& contract, const NextPhase& next_phase, const OnStep& on_step) {
  // A recorded phase has what the client saw of itself; the contract says what of it is too much.
  NextPhase judged_phase = [&](double rate_per_s, std::uint64_t seed, Nanos duration) -> Result<Phase> {
    Phase phase = TRY(next_phase(rate_per_s, seed, duration));
    if (phase.audit) phase.audit = metrics::judged(std::move(*phase.audit), contract.limits);
    return phase;
  };
  return search(*contract.load.search, contract.slo, contract.workload.seed, judged_phase, on_step);
}

}  // namespace lynxbench::run
