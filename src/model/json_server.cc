#include <array>
#include <limits>
#include <utility>

#include "model/json_members.h"
#include "model/run.h"
#include "model/server_metrics.h"
#include "model/server_view.h"

namespace lynxbench {
namespace {

constexpr std::array<std::pair<std::string_view, ViewsAgree>, 3> kAgree{
    {{"agree", ViewsAgree::kAgree}, {"disagree", ViewsAgree::kDisagree}, {"unknown", ViewsAgree::kUnknown}}};

}  // namespace

std::string_view name_of(ViewsAgree value) { return kAgree[static_cast<std::size_t>(value)].first; }

void to_json(Json& out, const ViewsAgree& value) { out = name_of(value); }
void from_json(const Json& in, ViewsAgree& value) {
  for (const auto& [name, agree] : kAgree) {
    if (in.get<std::string>() != name) continue;
    value = agree;
    return;
  }
  throw Json::type_error::create(302, "\"" + in.get<std::string>() + "\" is no verdict on two views", &in);
}

// A label is [name, value]; a value that JSON has no number for is its name.
void to_json(Json& out, const MetricSample& value) {
  out = Json{{"name", value.name}, {"labels", value.labels}};
  if (value.value - value.value == 0) {
    out["value"] = value.value;
  } else {
    out["value"] = value.value != value.value ? "NaN" : value.value > 0 ? "+Inf" : "-Inf";
  }
}
void from_json(const Json& in, MetricSample& value) {
  in.at("name").get_to(value.name);
  in.at("labels").get_to(value.labels);
  const Json& number = in.at("value");
  if (!number.is_string()) {
    number.get_to(value.value);
    return;
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  std::string text = number.get<std::string>();
  value.value = text == "+Inf" ? kInfinity : text == "-Inf" ? -kInfinity : std::numeric_limits<double>::quiet_NaN();
}

LYNX_JSON(ServerScrape, begin_ns, end_ns, samples, bytes, malformed, malformed_where, failure)
LYNX_JSON(ServerMetrics, source, period_ns, cpu_ns, scrapes, missing)

LYNX_JSON(PhaseServerMetrics, phase, metrics)

LYNX_JSON(QuantileBound, quantile, low_s, high_s)
LYNX_JSON(ServerDuration, mean_s, sum_s, count, quantiles, source, missing)
LYNX_JSON(ServerCount, value, source, missing)
LYNX_JSON(ServerGauge, mean, most, standard_error, readings, source, missing)
LYNX_JSON(ServerView, source, server, model, begin_ns, end_ns, period_ns, readings, failed_readings, first_failure,
          longest_reading_ns, most_bytes, cpu_ns, malformed, malformed_where, durations, counts, gauges, parts, resets, missing)
LYNX_JSON(ClientView, begin_ns, end_ns, sent, ok, failed, e2e_total_ns, all_total_ns, with_ttft, ttft_total_ns,
          with_stream, stream_total_ns, with_prompt_tokens, prompt_tokens, with_completion_tokens, completion_tokens)
LYNX_JSON(ViewComparison, figure, unit, client, server, difference, ratio, agree, meaning)
LYNX_JSON(TimePart, name, total_ns, source)
LYNX_JSON(ViewSplit, requests, total_ns, parts, notes, missing)
LYNX_JSON(LittlesLaw, gauges, gauges_error, server_law, client_law, agree, meaning)
LYNX_JSON(Reconciliation, server, client, comparisons, split, littles_law, other_requests, notices)

}  // namespace lynxbench
