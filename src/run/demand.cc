#include "run/demand.h"

#include <unistd.h>

#include <array>

#include "base/units.h"
#include "model/json.h"

namespace lynxbench::run {
namespace {

TargetFact declared(Layer layer, std::string name, std::string value) {
  return {layer, Fact{std::move(name), Provenance::kDeclared, std::move(value), "contract", "", true}};
}

std::string arrival_text(const LoadSpec& load) {
  std::string name(name_of(load.arrival));
  if (load.arrival == Arrival::kGamma) return fmt::format("{} with a gap cv of {}", name, number_text(load.gap_cv));
  if (load.arrival == Arrival::kRamp) return fmt::format("{} to {}", name, rate_text(load.ramp_to_per_s));
  return name;
}

std::string text_of(const LoadSpec& load) {
  if (load.loop == Loop::kClosed) return fmt::format("closed loop, concurrency {}", load.concurrency);
  std::string rate = load.of_capacity  ? ratio_text(*load.of_capacity) + " of capacity"
                     : load.rate_per_s ? rate_text(*load.rate_per_s)
                                       : std::string("as recorded");
  return fmt::format("open loop, {}, {}", arrival_text(load), rate);
}

std::string term_text(LatencyMetric metric, double quantile, Nanos at_most) {
  return fmt::format("{} of requests with {} within {}", ratio_text(quantile), name_of(metric),
                     duration_text(static_cast<double>(at_most.count())));
}

std::string slo_text(const Slo& slo) {
  if (slo.metric == LatencyMetric::kE2e && slo.also.empty()) {
    return fmt::format("{} of requests within {}", ratio_text(slo.quantile),
                       duration_text(static_cast<double>(slo.at_most.count())));
  }
  std::string text = term_text(slo.metric, slo.quantile, slo.at_most);
  for (const SloTerm& term : slo.also) text += "; " + term_text(term.metric, term.quantile, term.at_most);
  return text;
}

std::string lengths_text(const LengthSpec& lengths) {
  switch (lengths.shape) {
    case LengthShape::kFixed: return fmt::format("{} tokens", lengths.low);
    case LengthShape::kUniform: return fmt::format("{} to {} tokens", lengths.low, lengths.high);
    case LengthShape::kLogNormal: break;
  }
  return fmt::format("log-normal, median {} tokens, sigma {}, {} to {}", number_text(lengths.median),
                     number_text(lengths.sigma), lengths.low, lengths.high);
}

std::string prompts_text(const PromptSpec& prompts) {
  std::string prefix = prompts.shared_prefix == 0
                           ? std::string()
                           : fmt::format(", a shared prefix of {} tokens in {} groups", prompts.shared_prefix,
                                         prompts.prefix_groups);
  if (prompts.source != PromptSource::kSynthetic) return fmt::format("from a {}{}", name_of(prompts.source), prefix);
  std::string turns = prompts.turns == 1 ? "single turns" : fmt::format("{} turns", prompts.turns);
  return fmt::format("synthetic: prompts {}; answers {}; {}{}", lengths_text(prompts.prompt),
                     lengths_text(prompts.output), turns, prefix);
}

void add_endpoint_facts(std::vector<TargetFact>& facts, const Contract& contract, const Inputs& inputs) {
  const EndpointSpec& endpoint = contract.target.endpoint;
  auto add = [&](Layer layer, const char* name, std::string value) {
    facts.push_back(declared(layer, name, std::move(value)));
  };
  if (!endpoint.model.empty()) add(Layer::kApplication, "model.name", endpoint.model);
  if (contract.target.kind.starts_with("openai-")) {
    add(Layer::kApplication, "decoding", endpoint.extra_body.empty() ? "the server's own" : endpoint.extra_body);
  }
  add(Layer::kApplication, "accuracy.method", std::string(name_of(contract.workload.accuracy.method)));
  add(Layer::kDemand, "prompts", prompts_text(contract.workload.prompts));
  add(Layer::kDemand, "inputs.digest", inputs.digest);
  add(Layer::kDemand, "client.protocol", contract.target.kind);
  add(Layer::kDemand, "client.streaming", std::string(name_of(endpoint.stream)));
  if (contract.target.kind == "command") return;
  add(Layer::kDemand, "client.keep_alive", std::string(name_of(endpoint.keep_alive)));
  add(Layer::kDemand, "client.connections",
      endpoint.connections == 0 ? "as many as requests are out" : fmt::format("at most {}", endpoint.connections));
}

std::string host_of(const std::string& url) {
  std::size_t begin = url.find("://");
  begin = begin == std::string::npos ? 0 : begin + 3;
  std::string rest = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (rest.starts_with('[')) return rest.substr(1, rest.find(']') - 1);
  return rest.substr(0, rest.find(':'));
}

}  // namespace

std::vector<TargetFact> contract_facts(const Contract& contract, const Inputs& inputs) {
  std::size_t distinct = inputs.inputs.empty() ? static_cast<std::size_t>(contract.workload.input.distinct)
                                               : inputs.inputs.size();
  std::vector<TargetFact> facts{
      declared(Layer::kApplication, "category", contract.workload.category),
      declared(Layer::kApplication, "precision", contract.workload.precision),
      declared(Layer::kDemand, "slo", slo_text(contract.slo)),
      declared(Layer::kDemand, "inputs.distinct", std::to_string(distinct)),
      declared(Layer::kDemand, "seed", std::to_string(contract.workload.seed))};
  for (const LoadPoint& point : contract.load.points) {
    facts.push_back(declared(Layer::kDemand, "arrival." + point.name, text_of(point.load)));
  }
  bool outside = contract.target.kind != "embedded" && contract.target.kind != "null";
  if (outside) add_endpoint_facts(facts, contract, inputs);
  return facts;
}

std::optional<std::string> other_machine(const Contract& contract) {
  const std::string& url = contract.target.endpoint.url;
  if (url.empty()) return std::nullopt;
  std::string host = host_of(url);
  std::array<char, 256> own{};
  bool named = gethostname(own.data(), own.size() - 1) == 0 && host == own.data();
  if (named || host == "localhost" || host == "::1" || host.starts_with("127.")) return std::nullopt;
  return host;
}

}  // namespace lynxbench::run
