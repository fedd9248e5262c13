#include "metrics/outcomes.h"

#include "base/text.h"
#include "base/units.h"
#include "metrics/session_values.h"
#include "metrics/stream_points.h"

namespace lynxbench::metrics {
namespace {

// Everything in terms of "at most": for "at least" the ends change places and signs.
struct Ends {
  std::optional<double> best;
  std::optional<double> worst;
};

Ends ends_of(const Estimate& estimate, double sign) {
  auto signed_end = [&](const std::optional<double>& end) {
    return end ? std::optional<double>(sign * *end) : std::nullopt;
  };
  if (sign > 0) return {signed_end(estimate.low), signed_end(estimate.high)};
  return {signed_end(estimate.high), signed_end(estimate.low)};
}

std::string interval_text(const Estimate& estimate) {
  if (estimate.low && estimate.high) {
    return value_text(*estimate.low, estimate.unit) + " to " +
           value_text(*estimate.high, estimate.unit);
  }
  if (estimate.low) return value_text(*estimate.low, estimate.unit) + " or more";
  return value_text(*estimate.high, estimate.unit) + " or less";
}

void judge_ends(TargetOutcome& outcome, const Estimate& estimate, double limit, double sign) {
  std::string words = (sign > 0 ? "at most " : "at least ") + value_text(limit, estimate.unit);
  Ends ends = ends_of(estimate, sign);
  if (ends.worst && *ends.worst <= sign * limit) {
    outcome.verdict = "met";
  } else if (ends.best && *ends.best > sign * limit) {
    outcome.verdict = "missed";
  } else if (estimate.low || estimate.high) {
    outcome.reason = fmt::format("{}: the interval does not tell whether it is {}",
                                 interval_text(estimate), words);
    return;
  } else if (estimate.value) {
    outcome.reason =
        fmt::format("{}, {}", value_text(*estimate.value, estimate.unit), estimate.withheld);
    return;
  } else {
    outcome.reason = "withheld: " + estimate.withheld;
    return;
  }
  outcome.reason = fmt::format("{}; {} was asked for", interval_text(estimate), words);
}

// An interval that tells of one session's length and nothing of how sessions differ decides nothing.
bool within_few_sessions(const Estimate& estimate) {
  return estimate.low && !estimate.by_session.empty() && estimate.by_session.size() < kSessionsNeeded;
}

}  // namespace

std::string value_text(double value, const std::string& unit) {
  if (unit == "ns") return duration_text(value);
  if (unit == "1/s") return rate_text(value);
  if (unit == "ratio") return ratio_text(value);
  return number_text(value);
}

void apply_accuracy_floor(TargetOutcome& decision, const Contract& contract, const RunRecord& run,
                          const Validity& validity) {
  const AccuracySpec& agreed = contract.workload.accuracy;
  if (agreed.method == ScoreMethod::kNone || !validity.valid) return;
  std::vector<Score> scores;
  for (const Phase& phase : run.phases) {
    if (phase.kind == PhaseKind::kMeasure && phase.complete) add_scores(scores, phase);
  }
  std::optional<Accuracy> accuracy = judge_accuracy(scores, agreed.floor);
  if (!accuracy) {
    decision.verdict = "undecided";
    decision.reason = "no answer was compared with an expected one: how right they are is not known";
  } else if (accuracy->verdict == AccuracyVerdict::kNoGo) {
    decision.verdict = "missed";
    decision.reason = "the answers are not right enough, however fast they are: " + accuracy->reason;
  } else if (accuracy->verdict == AccuracyVerdict::kUndecided && decision.verdict == "met") {
    decision.verdict = "undecided";
    decision.reason += "; accuracy: " + accuracy->reason;
  } else {
    decision.reason += "; accuracy: " + accuracy->reason;
  }
}

TargetOutcome judge_target(const std::string& figure, const Bound& bound,
                           const std::map<std::string, Estimate>& figures,
                           const Validity& validity) {
  TargetOutcome outcome;
  outcome.figure = figure;
  outcome.at_least = bound.at_least;
  outcome.at_most = bound.at_most;
  outcome.verdict = "undecided";
  auto found = figures.find(figure);
  if (found == figures.end()) {
    outcome.reason = "this run has no figure \"" + figure + "\"";
    return outcome;
  }
  outcome.unit = found->second.unit;
  if (!validity.valid) {
    outcome.reason = "the run is invalid: " + joined(validity.reasons, "and");
  } else if (within_few_sessions(found->second)) {
    outcome.reason = fmt::format("{}: {}", interval_text(found->second), found->second.withheld);
  } else if (bound.at_most) {
    judge_ends(outcome, found->second, *bound.at_most, 1);
  } else if (bound.at_least) {
    judge_ends(outcome, found->second, *bound.at_least, -1);
  } else {
    outcome.reason = "no bound was agreed";
  }
  return outcome;
}

}  // namespace lynxbench::metrics
