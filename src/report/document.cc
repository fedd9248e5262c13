// The report as one JSON document; docs/formats/report.md describes it.
#include <fmt/format.h>

#include "model/json.h"
#include "report/report.h"
#include "report/thinning.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

constexpr std::size_t kRequestPoints = 4000;
constexpr std::size_t kTelemetryBuckets = 600;

Json meta(const Bundle& bundle, const Context& context) {
  const Manifest& manifest = bundle.manifest;
  Json by_layer = Json::object();
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    by_layer[std::string(name_of(kLayers[i]))] = context.fingerprints.by_layer[i];
  }
  return {{"tool", manifest.tool},
          {"tool_sha256", manifest.tool_sha256},
          {"created", manifest.created},
          {"complete", manifest.complete},
          {"incomplete_reason", manifest.incomplete_reason},
          {"intact", context.intact},
          {"problems", context.problems},
          {"bundle_path", context.bundle_path},
          {"bundle_digest", context.bundle_digest},
          {"contract_digest", context.contract_digest},
          {"executor_fingerprint", context.fingerprints.whole},
          {"fingerprints_by_layer", std::move(by_layer)},
          {"verify_command", verify_command(context)}};
}

Json outcome_document(const Bundle& bundle, const Context& context) {
  Outcome judged = outcome(bundle, context);
  const Decision& decision = bundle.contract.decision;
  Estimate estimate = figure_of(bundle.figures, decision.figure);
  return {{"state", judged.state},     {"headline", judged.headline}, {"meaning", judged.meaning},
          {"reasons", judged.reasons}, {"figure", decision.figure},   {"title", figure_title(decision.figure)},
          {"estimate", estimate},         {"unit", decision_unit(bundle.figures)},
                {"at_least", decision.bound.at_least},
          {"at_most", decision.bound.at_most}};
}

Json executor_document(const Executor& executor) {
  Json layers = Json::array();
  Json plain = executor;
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    Completeness counted = completeness(executor.layers[i]);
    Json layer = plain.at("layers").at(i);
    layer["known"] = counted.known();
    layer["measured"] = counted.measured;
    layer["declared"] = counted.declared;
    layer["unknown"] = counted.unknown;
    layer["total"] = counted.total();
    layers.push_back(std::move(layer));
  }
  return layers;
}

Json phase_document(const Phase& phase) {
  Json statuses = Json::object();
  for (const RequestRecord& request : phase.requests) {
    Json& count = statuses[std::string(name_of(request.status))];
    count = count.is_null() ? 1 : count.get<std::uint64_t>() + 1;
  }
  return {{"id", phase.id},
          {"session", phase.session},
          {"kind", name_of(phase.kind)},
          {"point", phase.point},
          {"loop", name_of(phase.loop)},
          {"offered_per_s", phase.offered_per_s},
          {"concurrency", phase.concurrency},
          {"begin_ns", phase.begin_ns},
          {"end_ns", phase.end_ns},
          {"complete", phase.complete},
          {"requests", phase.requests.size()},
          {"by_status", std::move(statuses)},
          {"audit", phase.audit ? Json(*phase.audit) : Json()}};
}

Json titles(const Bundle& bundle) {
  Json figures = Json::object(), classes = Json::object(), order = Json::array();
  for (const auto& [id, estimate] : bundle.figures.figures) figures[id] = figure_title(id);
  for (TimeClass time_class : kTimeClassesShown) {
    classes[std::string(name_of(time_class))] = title_of(time_class);
    order.push_back(name_of(time_class));
  }
  Json loads = Json::object();
  for (const LoadPoint& point : bundle.contract.load.points) loads[point.name] = load_text(point.load);
  return {{"figures", std::move(figures)}, {"classes", std::move(classes)},
          {"class_order", std::move(order)}, {"points", std::move(loads)}};
}

}  // namespace

Json document(const Bundle& bundle, const Context& context) {
  Json phases = Json::array();
  for (const Phase& phase : bundle.run.phases) phases.push_back(phase_document(phase));
  Json omitted = Json::array();
  for (const LeftOut& item : left_out(bundle)) {
    omitted.push_back({{"what", item.what}, {"count", item.count}, {"why", item.why}});
  }
  Conditions stated = conditions(bundle);
  return {{"format", 1},
          {"meta", meta(bundle, context)},
          {"outcome", outcome_document(bundle, context)},
          {"subject", subject(bundle)},
          {"conditions",
           {{"batch_policy", stated.batch_policy},
            {"concurrency", stated.concurrency},
            {"latency_budget", stated.latency_budget}}},
          {"contract", bundle.contract},
          {"contract_yaml", bundle.contract_yaml},
          {"executor", executor_document(bundle.executor)},
          {"figures", bundle.figures},
          {"titles", titles(bundle)},
          {"epoch_wall_ns", bundle.run.epoch_wall_ns},
          {"phases", std::move(phases)},
          {"requests", thinned_requests(bundle.run.phases, kRequestPoints)},
          {"telemetry", thinned_telemetry(bundle.run.telemetry, kTelemetryBuckets)},
          {"ceilings", bundle.run.ceilings ? Json(*bundle.run.ceilings) : Json()},
          {"ceilings_missing", bundle.run.ceilings_missing},
          {"left_out", std::move(omitted)}};
}

}  // namespace lynxbench::report
