#include "report/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "base/units.h"
#include "model/json.h"

namespace lynxbench::report {
namespace {

constexpr const char* kUnknown = "unknown";

const std::map<std::string, std::string, std::less<>> kMetricTitles{
    {"capacity", "capacity: the highest request rate that keeps the latency limit"},
    {"peak_throughput", "peak throughput: the most that was completed per second, whatever the latency"},
    {"throughput", "throughput"},
    {"goodput", "goodput (answered within the latency limit)"},
    {"errors", "requests not answered well"},
    {"e2e", "end-to-end latency (from due)"},
    {"service", "service time (from sent)"},
    {"schedule_lag", "schedule lag of the client"},
    {"concurrency", "requests in the server at once, mean over time"},
    {"batch_size", "requests in a batch, mean over batches"},
    {"cpu", "processor cores kept busy, mean over time"},
    {"ttft", "time to first token (from due, in any channel)"},
    {"ttft_first_byte", "time to the answer's first byte (from due)"},
    {"ttft_first_event", "time to the first event (from due)"},
    {"ttft_first_answer", "time to the first token of the answer itself (from due)"},
    {"itl", "inter-token latency (between chunks)"},
    {"tpot", "time per output token after the first"},
    {"tokens_per_s", "tokens of answers per second"},
    {"prompt_tokens_per_s", "tokens of prompts per second"},
    {"accuracy", "right answers"},
    {"failures", "requests failed"}};

// Words after the unit of `value`'s text, which begins at the last blank or, for rates, at "/s".
std::size_t unit_at(const std::string& text) {
  std::size_t at = text.rfind(' ');
  if (at != std::string::npos) return at;
  at = text.rfind("/s");
  return at == std::string::npos ? text.size() : at;
}

// Six digits at most, without zeros at the end of a fraction.
std::string plain_number(double value) {
  std::string text = number_text(value, 6);
  if (text.find('.') == std::string::npos || text.find('e') != std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

bool is_on_the_network(const TargetSpec& target) {
  return target.kind != "embedded" && target.kind != "null";
}

std::string batch_policy(const ServingSpec& serving) {
  std::string batches = serving.max_batch <= 1
                            ? "one request at a time, no batching"
                            : fmt::format("batches of at most {}, waiting at most {}", serving.max_batch,
                                          stated_text(static_cast<double>(serving.batch_timeout.count()), "ns"));
  return fmt::format("{}; {} instance{}, queue of {}", batches, serving.instances,
                     serving.instances == 1 ? "" : "s", serving.queue_capacity);
}

std::optional<std::string> fact_value(const Executor& executor, Layer layer, std::string_view name) {
  for (const LayerRecord& record : executor.layers) {
    if (record.layer != layer) continue;
    for (const Fact& fact : record.facts) {
      if (fact.name == name && fact.provenance != Provenance::kUnknown) return fact.value;
    }
  }
  return std::nullopt;
}

// What a server on the network says of its batching, which is seldom anything.
std::string batch_policy(const Bundle& bundle) {
  if (!is_on_the_network(bundle.contract.target)) return batch_policy(bundle.contract.target.serving);
  std::vector<std::string> told;
  for (const char* name : {"batching.max_batch", "batching.timeout", "instances", "queue.capacity"}) {
    std::optional<std::string> value = fact_value(bundle.executor, Layer::kServing, name);
    if (value) told.push_back(std::string(name) + " " + *value);
  }
  return told.empty() ? "the server's own, which it does not tell" : joined(told, "and");
}

std::string term_text(LatencyMetric metric, double quantile, Nanos at_most) {
  std::string of = metric == LatencyMetric::kE2e ? std::string() : " " + std::string(name_of(metric));
  bool from_due = metric == LatencyMetric::kE2e || metric == LatencyMetric::kTtft;
  std::string since = from_due ? " from due" : metric == LatencyMetric::kService ? " from sent" : "";
  return fmt::format("{}{} ≤ {}{}", percentile_name(quantile), of,
                     stated_text(static_cast<double>(at_most.count()), "ns"), since);
}

std::string latency_budget(const Slo& slo) {
  std::vector<std::string> terms{term_text(slo.metric, slo.quantile, slo.at_most)};
  for (const SloTerm& term : slo.also) terms.push_back(term_text(term.metric, term.quantile, term.at_most));
  if (terms.size() == 1) {
    return fmt::format("{}; at most {} of the requests may take longer or fail", terms[0],
                       stated_text(1 - slo.quantile, "ratio"));
  }
  return joined(terms, "and") + "; a request that fails counts as over each limit";
}

// Mean concurrency at each point, which a table of rates repeats in its rows.
std::string concurrency_text(const Bundle& bundle) {
  std::vector<std::string> parts;
  for (const LoadPoint& point : bundle.contract.load.points) {
    Estimate estimate = figure_of(bundle.figures, "concurrency@" + point.name);
    parts.push_back(fmt::format("{} {}", point.name, value_text(estimate)));
  }
  std::string limit = fmt::format("at most {} in flight", bundle.contract.load.max_in_flight);
  return parts.empty() ? limit : joined(parts, "and") + " (mean); " + limit;
}

std::vector<std::string> forbidding(const Bundle& bundle, const Context& context, Outcome& out) {
  if (!context.intact) {
    out.state = "altered";
    out.headline = "The bundle is not as it was sealed.";
    return context.problems;
  }
  if (!bundle.manifest.complete) {
    out.state = "incomplete";
    out.headline = "The run did not end as planned.";
    std::string reason = bundle.manifest.incomplete_reason.empty() ? bundle.run.incomplete_reason
                                                                   : bundle.manifest.incomplete_reason;
    return {reason.empty() ? "unknown: no reason is on record" : reason};
  }
  if (!bundle.figures.validity.valid) {
    out.state = "invalid";
    out.headline = "The measurement is not valid.";
    return bundle.figures.validity.reasons;
  }
  return {};
}

void count_requests(const Bundle& bundle, std::vector<LeftOut>& out) {
  std::map<RequestStatus, std::uint64_t> by_status;
  std::uint64_t warm_up = 0;
  for (const Phase& phase : bundle.run.phases) {
    if (phase.kind == PhaseKind::kWarmUp) warm_up += phase.requests.size();
    for (const RequestRecord& request : phase.requests) ++by_status[request.status];
  }
  if (warm_up > 0) out.push_back({"warm-up requests", warm_up, "excluded from every figure"});
  for (const auto& [status, count] : by_status) {
    if (status == RequestStatus::kOk) continue;
    out.push_back({fmt::format("requests {}", name_of(status)), count,
                   "without a latency; they count as failures in every rate"});
  }
}

}  // namespace

std::string quantity(double value, std::string_view unit) {
  if (unit == "ns") return duration_text(value);
  if (unit == "s") return duration_text(value * 1e9);
  if (unit == "1/s") return rate_text(value);
  if (unit == "ratio") return ratio_text(value);
  if (unit == "bytes") return bytes_text(value);
  if (unit == "1") return number_text(value);
  std::string number = count_text(value);  // "95.0 G" and "flop/s" are "95.0 Gflop/s"
  bool prefixed = number.back() < '0' || number.back() > '9';
  return number + (prefixed ? "" : " ") + std::string(unit);
}

std::string stated_text(double value, std::string_view unit) {
  if (unit == "ns") {
    const std::pair<double, const char*> units[] = {{1e9, " s"}, {1e6, " ms"}, {1e3, " µs"}, {1, " ns"}};
    for (const auto& [factor, name] : units) {
      if (value >= factor) return plain_number(value / factor) + name;
    }
    return plain_number(value) + " ns";
  }
  if (unit == "1/s") return plain_number(value) + "/s";
  if (unit == "ratio") return plain_number(value * 100) + " %";
  if (unit == "1") return plain_number(value);
  return plain_number(value) + " " + std::string(unit);
}

std::string range_text(double low, double high, std::string_view unit) {
  std::string from = quantity(low, unit), to = quantity(high, unit);
  std::string_view from_unit = std::string_view(from).substr(unit_at(from));
  std::string_view to_unit = std::string_view(to).substr(unit_at(to));
  if (from_unit == to_unit) return from.substr(0, unit_at(from)) + "–" + to;
  if (low == 0) return "0–" + to;
  return from + " – " + to;
}

std::string bound_text(const std::optional<double>& at_least, const std::optional<double>& at_most,
                       std::string_view unit) {
  if (at_least) return "≥ " + stated_text(*at_least, unit);
  if (at_most) return "≤ " + stated_text(*at_most, unit);
  return "no bound";
}

std::string value_text(const Estimate& estimate) {
  return estimate.value ? quantity(*estimate.value, estimate.unit) : missing_word(estimate);
}

std::string interval_text(const Estimate& estimate) {
  if (estimate.low && estimate.high) return range_text(*estimate.low, *estimate.high, estimate.unit);
  return estimate.withheld.empty() ? "none" : missing_word(estimate);
}

std::string missing_word(const Estimate& estimate) {
  return estimate.withheld.starts_with(kUnknown) ? kUnknown : "withheld";
}

std::string missing_text(const Estimate& estimate) {
  if (estimate.withheld.starts_with(kUnknown)) return estimate.withheld;
  return "withheld: " + (estimate.withheld.empty() ? "no reason is on record" : estimate.withheld);
}

std::string samples_text(const Estimate& estimate) {
  return !estimate.value && estimate.samples == 0 ? "–" : grouped(estimate.samples);
}

std::string confidence_text(const Estimate& estimate) {
  return estimate.confidence ? stated_text(*estimate.confidence, "ratio") + " interval" : "interval";
}

Estimate figure_of(const Figures& figures, const std::string& id) {
  auto found = figures.figures.find(id);
  if (found != figures.figures.end()) return found->second;
  Estimate missing;
  missing.withheld = std::string(kUnknown) + ": the run has no such figure";
  return missing;
}

std::string figure_title(const std::string& id) {
  std::size_t at = id.find('@');
  std::string metric = id.substr(0, at), percentile;
  std::size_t dot = metric.find('.');
  if (dot != std::string::npos) {
    percentile = metric.substr(dot + 1);
    metric = metric.substr(0, dot);
  }
  auto title = kMetricTitles.find(metric);
  if (title == kMetricTitles.end()) return id;
  std::string text = percentile.empty() ? title->second : percentile + " " + title->second;
  return at == std::string::npos ? text : text + " at " + id.substr(at + 1);
}

std::string percentile_name(double quantile) { return fmt::format("p{:.6g}", quantile * 100); }

Conditions conditions(const Bundle& bundle) {
  return {batch_policy(bundle), concurrency_text(bundle),
          latency_budget(bundle.contract.slo)};
}

namespace {

std::string arrival_text(const LoadSpec& load) {
  switch (load.arrival) {
    case Arrival::kPoisson: return "Poisson";
    case Arrival::kGamma: return fmt::format("gamma (gap cv {})", stated_text(load.gap_cv, "1"));
    case Arrival::kRamp: return fmt::format("ramp (to {})", stated_text(load.ramp_to_per_s, "1/s"));
    case Arrival::kTrace: return "recorded";
    case Arrival::kConstant: break;
  }
  return "constant";
}

}  // namespace

std::string load_text(const LoadSpec& load) {
  if (load.loop == Loop::kClosed) return fmt::format("closed loop, {} at a time", load.concurrency);
  std::string rate = load.arrival == Arrival::kTrace ? "as recorded" : "rate not set";
  if (load.of_capacity) rate = stated_text(*load.of_capacity, "ratio") + " of capacity";
  if (load.rate_per_s) rate = stated_text(*load.rate_per_s, "1/s");
  return fmt::format("open loop, {} arrivals, {}", arrival_text(load), rate);
}

Outcome outcome(const Bundle& bundle, const Context& context) {
  const Decision& decision = bundle.contract.decision;
  const TargetOutcome& judged = bundle.figures.decision;
  Outcome out;
  out.reasons = forbidding(bundle, context, out);
  if (!out.state.empty()) {
    out.meaning = "Nothing may be decided from this result.";
    return out;
  }
  Estimate estimate = figure_of(bundle.figures, decision.figure);
  std::string asked = bound_text(decision.bound.at_least, decision.bound.at_most,
                                 decision_unit(bundle.figures));
  if (!judged.reason.empty()) out.reasons.push_back(judged.reason);
  if (!estimate.value && !estimate.withheld.empty()) out.reasons.push_back(estimate.withheld);
  std::string measured = fmt::format("{} is {}; asked was {}.", "The measured " + decision.figure,
                                     value_text(estimate), asked);
  if (judged.verdict == "met") {
    out = {"met", measured, decision.if_met, out.reasons};
  } else if (judged.verdict == "missed") {
    out = {"missed", measured, decision.if_missed, out.reasons};
  } else {
    out = {"undecided", measured,
           "The measurement neither shows that the target is met nor that it is missed.", out.reasons};
  }
  return out;
}

std::string decision_unit(const Figures& figures) {
  if (!figures.decision.unit.empty()) return figures.decision.unit;
  return figure_of(figures, figures.decision.figure).unit;
}

bool Outcome::counts() const { return state == "met" || state == "missed" || state == "undecided"; }

namespace {

std::string machine_text(const Bundle& bundle) {
  // Of a server on another machine, what was found is the client's (executor::of_other_machine).
  std::vector<std::string> machine, clients;
  const std::pair<Layer, std::string> wanted[] = {{Layer::kAccelerator, "cpu.model"},
                                                  {Layer::kAccelerator, "gpu.model"},
                                                  {Layer::kSystem, "os.name"},
                                                  {Layer::kSystem, "kernel.release"}};
  for (const auto& [layer, name] : wanted) {
    if (auto value = fact_value(bundle.executor, layer, name)) machine.push_back(*value);
    if (auto value = fact_value(bundle.executor, layer, "client." + name)) clients.push_back(*value);
  }
  std::string text = machine.empty() ? "Machine: unknown: the executor record does not name it."
                                     : "Machine: " + joined(machine, "and") + ".";
  return clients.empty() ? text : text + " The client's machine: " + joined(clients, "and") + ".";
}

std::vector<std::string> subject_on_the_network(const Bundle& bundle) {
  const Contract& contract = bundle.contract;
  const EndpointSpec& endpoint = contract.target.endpoint;
  auto told = [&](Layer layer, const char* name) {
    return fact_value(bundle.executor, layer, name).value_or("unknown");
  };
  std::string model = endpoint.model.empty() ? "unknown" : endpoint.model;
  std::string where = endpoint.url;
  for (const std::string& word : endpoint.command) where += (where.empty() ? "" : " ") + word;
  std::string pieces = endpoint.stream == Streaming::kOn ? ", answers streamed" : "";
  return {fmt::format("Model {} ({}, {}), {} different inputs.", model, contract.workload.category,
                      contract.workload.precision, told(Layer::kDemand, "inputs.distinct")),
          fmt::format("Server: {} at {}{}; {}, version {}.", contract.target.kind, where, pieces,
                      told(Layer::kServing, "server.name"), told(Layer::kServing, "server.version")),
          machine_text(bundle)};
}

}  // namespace

std::vector<std::string> subject(const Bundle& bundle) {
  const Contract& contract = bundle.contract;
  const TargetSpec& target = contract.target;
  std::vector<std::string> out;
  if (is_on_the_network(target)) return subject_on_the_network(bundle);
  out.push_back(fmt::format("Model {} ({}, {}), {} different inputs{}.", contract.workload.model.name,
                            contract.workload.category, contract.workload.precision,
                            contract.workload.input.distinct,
                            contract.workload.input.length > 0
                                ? fmt::format(" of length {}", contract.workload.input.length)
                                : ""));
  out.push_back(fmt::format("Server: {}, {} thread{} for each instance; {}.", target.kind,
                            target.runtime.threads, target.runtime.threads == 1 ? "" : "s",
                            batch_policy(target.serving)));
  out.push_back(machine_text(bundle));
  return out;
}

Completeness completeness(const LayerRecord& layer) {
  Completeness out;
  for (const Fact& fact : layer.facts) {
    if (fact.provenance == Provenance::kMeasured) ++out.measured;
    if (fact.provenance == Provenance::kDeclared) ++out.declared;
    if (fact.provenance == Provenance::kUnknown) ++out.unknown;
  }
  return out;
}

std::vector<LeftOut> left_out(const Bundle& bundle) {
  std::vector<LeftOut> out;
  count_requests(bundle, out);
  for (const TimeBreakdown& breakdown : bundle.figures.breakdowns) {
    if (breakdown.left_out == 0) continue;
    out.push_back({fmt::format("of {} requests at {} in no breakdown", breakdown.requests_kind,
                               breakdown.point),
                   breakdown.left_out, "failed, or nothing is known of their way"});
  }
  std::map<std::string, std::uint64_t> withheld;
  for (const auto& [id, estimate] : bundle.figures.figures) {
    if (!estimate.value) ++withheld[estimate.withheld];
  }
  for (const auto& [why, count] : withheld) {
    out.push_back({"figures withheld", count, why.empty() ? "unknown: no reason is on record" : why});
  }
  if (!bundle.run.telemetry.gaps.empty()) {
    out.push_back({"telemetry gaps", bundle.run.telemetry.gaps.size(), "samples were due, none taken"});
  }
  for (const std::string& missing : bundle.run.telemetry.missing) {
    out.push_back({"telemetry series missing", 1, missing});
  }
  for (const Loss& loss : bundle.figures.losses) {
    out.push_back({loss.what, loss.count,
                   fmt::format("{} of the trace reader, {}", name_of(loss.severity),
                               loss.where.empty() ? "place unknown" : "first at " + loss.where)});
  }
  return out;
}

std::string verify_command(const Context& context) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+").find(c) != std::string_view::npos;
  };
  const std::string& path = context.bundle_path;
  bool is_plain = !path.empty() && std::all_of(path.begin(), path.end(), plain);
  if (is_plain && path.front() != '-') return "lynxbench verify " + path;
  std::string quoted = "'";
  for (char c : path) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return "lynxbench verify -- " + quoted + "'";
}

std::string share_text(double ratio) {
  if (ratio > 0 && ratio < 0.0005) return "< 0.1 %";
  return fmt::format("{:.1f} %", ratio * 100);
}

std::string counted(std::uint64_t count, const std::string& noun) {
  return grouped(count) + " " + noun + (count == 1 ? "" : "s");
}

std::string grouped(std::uint64_t count) {
  std::string digits = std::to_string(count), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += "\u202f";
    out += digits[i];
  }
  return out;
}

std::vector<std::string> search_lines(const Saturation& saturation) {
  std::vector<std::string> lines;
  if (saturation.sustained_per_s && saturation.pass_per_s) {
    lines.push_back(fmt::format("completed at the highest rate that passed ({}): {}", rate_text(*saturation.pass_per_s),
                                rate_text(*saturation.sustained_per_s)));
  }
  if (saturation.peak_per_s && saturation.peak_offered_per_s) {
    lines.push_back(fmt::format("the most that was completed in any look, whatever the latency: {}, of {} that were sent",
                                rate_text(*saturation.peak_per_s), rate_text(*saturation.peak_offered_per_s)));
  }
  lines.insert(lines.end(), saturation.findings.begin(), saturation.findings.end());
  return lines;
}

}  // namespace lynxbench::report
