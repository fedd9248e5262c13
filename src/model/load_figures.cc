#include "model/load_figures.h"

#include "model/json.h"

namespace lynxbench {

#define LYNX_TO_JSON(Type, ...)                                                        \
  void to_json(Json& nlohmann_json_j, const Type& nlohmann_json_t) {                   \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(NLOHMANN_JSON_TO, __VA_ARGS__))           \
  }

void to_json(Json& out, const SloOutcome& value) {
  Json step = Saturation{.pass_per_s = {}, .fail_per_s = {}, .criterion = {}, .outcome = {}, .steps = {value.step}};
  out = step.at("steps").at(0);
  for (const char* member : {"phase", "purpose", "rate_per_s", "achieved_per_s"}) out.erase(member);
  out["term"] = value.term;
  out["metric"] = value.metric;
  out["quantile"] = value.quantile;
  out["at_most_ns"] = value.at_most_ns;
}

LYNX_TO_JSON(LoadCounts, due, ok, good, rejected, failed, unfinished, unsent, warm_up, warm_up_failed, left_out)
LYNX_TO_JSON(FailureDetail, text, count)
LYNX_TO_JSON(FailureCount, kind, count, ratio, details)
LYNX_TO_JSON(LoadSlice, at_s, length_s, due, answered, failed, in_flight, e2e_p50_ns, e2e_p99_ns, ttft_p50_ns,
             ttft_p99_ns)
LYNX_TO_JSON(QuantileCurve, metric, quantile, value_ns)
LYNX_TO_JSON(TokenTotals, completion, prompt, reasoning, cached, answers, without_completion, without_prompt,
             content_chunks, chunks_dropped)

void to_json(Json& out, const AccuracyOutcome& value) {
  out = Json{{"method", value.method}, {"floor", value.floor}, {"verdict", name_of(value.verdict)}, {"reason", value.reason}};
}

void to_json(Json& out, const LoadFigures& value) {
  out = Json{{"asked", value.asked},
             {"target", value.target},
             {"offered_per_s", value.offered_per_s},
             {"concurrency", value.concurrency},
             {"max_in_flight", value.max_in_flight},
             {"warm_up_ns", value.warm_up_ns},
             {"window_ns", value.window_ns},
             {"drain_ns", value.drain_ns},
             {"seed", value.seed},
             {"inputs_digest", value.inputs_digest},
             {"connection_policy", value.connection_policy},
             {"complete", value.complete},
             {"incomplete_reason", value.incomplete_reason},
             {"counts", value.counts},
             {"failures", value.failures},
             {"slo", value.slo},
             {"accuracy", value.accuracy},
             {"tokens", value.tokens},
             {"curves", value.curves},
             {"slices", value.slices},
             {"times_cut", value.times_cut},
             {"reconciliation", value.reconciliation},
             {"search", value.search},
             {"audit", value.audit}};
  Figures figures;
  figures.figures = value.figures;
  figures.validity = value.validity;
  Json shared = figures;
  out["figures"] = shared.at("figures");
  out["validity"] = shared.at("validity");
}

}  // namespace lynxbench
