#include "telemetry/prometheus/triton_statistics.h"

#include <utility>

#include "base/json.h"

namespace lynxbench::telemetry::prometheus {
namespace {

std::string text_of(const Json& object, const char* member) {
  auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

void add_number(std::vector<MetricSample>& samples, const std::string& name, const Json& object,
                const char* member, const MetricLabels& labels) {
  auto found = object.find(member);
  if (found == object.end() || !found->is_number()) return;
  samples.push_back({name, labels, found->get<double>()});
}

}  // namespace

Result<std::vector<MetricSample>> parse_triton_statistics(std::string_view body) {
  Json document = TRY(parse_json(body, "stats"));
  auto models = document.find("model_stats");
  if (!document.is_object() || models == document.end() || !models->is_array()) {
    return error(ErrorCode::kInvalidInput, "this is no statistics document: it has no list \"model_stats\"");
  }
  std::vector<MetricSample> samples;
  for (const Json& model : *models) {
    if (!model.is_object()) continue;
    MetricLabels labels = {{"model", text_of(model, "name")}, {"version", text_of(model, "version")}};
    for (const char* member : {"inference_count", "execution_count"}) {
      add_number(samples, std::string("triton_stats:") + member, model, member, labels);
    }
    auto stages = model.find("inference_stats");
    if (stages == model.end() || !stages->is_object()) continue;
    for (const auto& [stage, figures] : stages->items()) {
      if (!figures.is_object()) continue;
      for (const char* member : {"count", "ns"}) {
        add_number(samples, "triton_stats:" + stage + ":" + member, figures, member, labels);
      }
    }
  }
  return samples;
}

}  // namespace lynxbench::telemetry::prometheus
