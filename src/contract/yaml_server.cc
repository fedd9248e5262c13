#include "base/units.h"
#include "contract/target_kind.h"
#include "contract/yaml_pieces.h"

namespace lynxbench::contract {
namespace {

// "    key: value" lines of a section, those that mean something to `kind`.
class EndpointLines {
 public:
  explicit EndpointLines(const std::string& kind) : kind_(kind) {}
  void add(std::string_view key, const std::string& value) {
    if (has_effect(key, kind_)) text_ += fmt::format("    {}: {}\n", key, value);
  }
  void add_text(std::string_view key, const std::string& value) {
    if (!value.empty()) add(key, quoted(value));
  }
  [[nodiscard]] std::string text() const { return text_; }

 private:
  const std::string& kind_;
  std::string text_;
};

std::string headers(const std::map<std::string, std::string>& headers) {
  std::string text;
  for (const auto& [name, value] : headers) {
    text += fmt::format("\n      ? {}\n      : {}", quoted(name), quoted(value));
  }
  return text;
}

std::string tensors(const std::vector<TensorSpec>& tensors) {
  std::string text;
  for (const TensorSpec& tensor : tensors) {
    text += fmt::format("\n      - name: {}", quoted(tensor.name));
    if (!tensor.shape.empty()) {
      text += "\n        shape: " +
              list(tensor.shape, [](std::int64_t size) { return std::to_string(size); });
    }
    if (tensor.file) text += "\n        file: " + quoted(*tensor.file);
  }
  return text;
}

std::string lengths(const char* key, const LengthSpec& lengths) {
  std::string text = fmt::format("    {}:\n      shape: {}\n", key, name_of(lengths.shape));
  if (lengths.shape == LengthShape::kFixed) {
    return text + fmt::format("      length: {}\n", lengths.low);
  }
  text += fmt::format("      low: {}\n      high: {}\n", lengths.low, lengths.high);
  if (lengths.shape != LengthShape::kLogNormal) return text;
  return text + fmt::format("      median: {}\n      sigma: {}\n", number(lengths.median),
                            number(lengths.sigma));
}

}  // namespace

std::string endpoint_text(const EndpointSpec& endpoint, const std::string& kind) {
  EndpointLines lines(kind);
  lines.add_text("url", endpoint.url);
  lines.add_text("model", endpoint.model);
  lines.add_text("model_version", endpoint.model_version);
  lines.add("stream", std::string(name_of(endpoint.stream)));
  lines.add("keep_alive", std::string(name_of(endpoint.keep_alive)));
  lines.add("connections", std::to_string(endpoint.connections));
  lines.add("streams_per_connection", std::to_string(endpoint.streams_per_connection));
  lines.add("timeout", exact_duration(endpoint.timeout));
  lines.add("most_answer_bytes", std::to_string(endpoint.most_answer_bytes));
  if (!endpoint.headers.empty()) lines.add("headers", headers(endpoint.headers));
  lines.add("certificates", std::string(name_of(endpoint.certificates)));
  lines.add_text("ca_file", endpoint.ca_file.value_or(""));
  lines.add_text("extra_body", endpoint.extra_body);
  lines.add("tensor_encoding", std::string(name_of(endpoint.tensor_encoding)));
  if (!endpoint.tensors.empty()) lines.add("tensors", tensors(endpoint.tensors));
  lines.add("method", endpoint.method);
  if (!endpoint.command.empty()) lines.add("command", list(endpoint.command, quoted));
  lines.add("command_mode", std::string(name_of(endpoint.command_mode)));
  lines.add_text("metrics_url", endpoint.metrics_url);
  return "  endpoint:\n" + lines.text();
}

std::string workload_text_of_server(const Workload& workload) {
  const PromptSpec& prompts = workload.prompts;
  std::string text = fmt::format("  prompts:\n    source: {}\n", name_of(prompts.source));
  if (prompts.file) text += fmt::format("    file: {}\n", quoted(*prompts.file));
  if (prompts.source == PromptSource::kSynthetic) {
    text += lengths("prompt", prompts.prompt) + lengths("output", prompts.output) +
            fmt::format("    turns: {}\n", prompts.turns);
  }
  if (prompts.source != PromptSource::kFile) {
    text += fmt::format("    shared_prefix: {}\n    prefix_groups: {}\n", prompts.shared_prefix,
                        prompts.prefix_groups);
  }
  const AccuracySpec& accuracy = workload.accuracy;
  text += fmt::format("  accuracy:\n    method: {}\n", name_of(accuracy.method));
  if (!accuracy.command.empty()) {
    text += fmt::format("    command: {}\n", list(accuracy.command, quoted));
  }
  return text + fmt::format("    floor: {}\n", number(accuracy.floor));
}

std::string slo_text(const Slo& slo) {
  std::string text = fmt::format("slo:\n  metric: {}\n  quantile: {}\n  at_most: {}\n  also:{}\n",
                                 name_of(slo.metric), number(slo.quantile),
                                 exact_duration(slo.at_most), slo.also.empty() ? " []" : "");
  for (const SloTerm& term : slo.also) {
    text += fmt::format("    - metric: {}\n      quantile: {}\n      at_most: {}\n",
                        name_of(term.metric), number(term.quantile), exact_duration(term.at_most));
  }
  return text;
}

}  // namespace lynxbench::contract
