#include "trace/redact/edit_prometheus.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "base/text.h"
#include "trace/loss_count.h"
#include "trace/prometheus/readings.h"
#include "trace/prometheus/series_names.h"
#include "trace/redact/values.h"
#include "trace/redact/words.h"

namespace lynxbench::trace::redact {
namespace {

using namespace std::string_view_literals;
using protocol::Exposition;
using protocol::MetricKind;

// Exporters whose metrics are documented in public.
constexpr std::array kExporters{
    "DCGM_"sv, "nv_"sv, "vllm:"sv, "vllm_"sv, "sglang:"sv, "sglang_"sv, "tgi_"sv, "llamacpp:"sv,
    "trtllm_"sv, "triton_"sv, "nvidia_smi_"sv, "ray_serve_"sv, "process_"sv, "python_"sv, "go_"sv,
    "http_request"sv};
// What names say of units and of counting.
constexpr std::array kNameEnds{
    "_bucket"sv, "_count"sv, "_sum"sv, "_total"sv, "_seconds"sv, "_milliseconds"sv,
    "_microseconds"sv, "_nanoseconds"sv, "_ms"sv, "_duration_us"sv, "_us"sv, "_ns"sv, "_bytes"sv,
    "_watts"sv, "_joules"sv, "_percent"sv, "_request_success"sv, "_request_failure"sv,
    "_energy_consumption"sv, "_ENERGY_CONSUMPTION"sv, "_PCIE_REPLAY_COUNTER"sv, "_VIOLATION"sv};
constexpr std::array kUnits{"ns"sv, "us"sv, "ms"sv, "s"sv, "B"sv, "W"sv, "mJ"sv, "J"sv, "MHz"sv,
                            "MiB"sv, "MB"sv, "KB"sv, "KiB"sv, "%"sv, "C"sv, "V"sv, "ratio"sv};
// Labels whose values are numbers or one of few words.
constexpr std::array kLabels{
    "gpu"sv, "device"sv, "le"sv, "quantile"sv, "version"sv, "GPU_I_ID"sv, "GPU_I_PROFILE"sv,
    "modelName"sv, "engine"sv, "finished_reason"sv, "finish_reason"sv, "method"sv, "status"sv, "code"sv,
    "handler"sv, "err_code"sv, "err_msg"sv, "UUID"sv, "pci_bus_id"sv, "uuid"sv, "gpu_uuid"sv, "job"sv,
    "model"sv, "model_name"sv, "DCGM_FI_DRIVER_VERSION"sv, "reason"sv, "generation"sv, "mode"sv,
    "Hostname"sv, "hostname"sv, "host"sv, "instance"sv, "pod"sv, "namespace"sv, "container"sv,
    "node"sv, "rank"sv, "tp_rank"sv, "pp_rank"sv, "engine_type"sv};
constexpr std::array kLabelWords{"stop"sv, "length"sv, "abort"sv, "error"sv, "eos_token"sv,
                                 "GET"sv, "POST"sv, "success"sv, "failure"sv, "OTHER"sv,
                                 "BACKEND"sv, "CANCELED"sv, "REJECTED"sv, "+Inf"sv, "-Inf"sv, "NaN"sv};

bool is_metric_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':';
  });
}

// "nvidia0", "1g.10gb": a short word with a number in it, of no more letters than those have.
bool is_device_word(std::string_view text) {
  constexpr std::array kBeginnings{"nvidia"sv, "card"sv, "gpu"sv};
  for (std::string_view begin : kBeginnings) {
    if (text.starts_with(begin)) {
      return text.substr(begin.size()).find_first_not_of("0123456789") == std::string_view::npos;
    }
  }
  return text.find_first_not_of("0123456789.gb") == std::string_view::npos;
}

std::string_view word_of(MetricKind kind) {
  switch (kind) {
    case MetricKind::kCounter: return "counter";
    case MetricKind::kGauge: return "gauge";
    case MetricKind::kHistogram: return "histogram";
    case MetricKind::kSummary: return "summary";
    default: return "untyped";
  }
}

std::string value_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return fmt::format("{}", value);
}

class MetricsCopy {
 public:
  MetricsCopy(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction)
      : source_(source), out_(out), names_(names), redaction_(redaction),
        readings_(source, losses_) {}

  Status run() {
    // By which the format is recognised, whatever the first reading has.
    out_.write("# HELP redacted names, labels and texts of the original are replaced\n");
    while (const std::optional<prometheus::Reading> reading = readings_.next()) copy(*reading);
    redaction_.losses = losses_.take();
    for (Loss& loss : source_.losses()) redaction_.losses.push_back(std::move(loss));
    if (redaction_.events != 0) return ok_status();
    return Error{ErrorCode::kInvalidInput, "has no sample that can be read", source_.name()};
  }

 private:
  // Each reading begins with its mark, so that it is cut where the original was.
  void copy(const prometheus::Reading& reading) {
    const Exposition found = protocol::parse_exposition(reading.text);
    for (const auto& [name, family] : found.families) copy_family(name, family);
    const std::string mark =
        reading.at_ns ? fmt::format("# scraped {}\n", seconds_text(*reading.at_ns))
                      : std::string("# scraped at a time that is not known\n");
    out_.write(mark + std::exchange(families_, ""));
    for (const MetricSample& sample : found.samples) copy_sample(sample);
    if (found.samples.empty()) out_.write("removed\n");  // a reading counts, whatever is in it
    losses_.add_all(Severity::kLoss, "line that is no sample", found.malformed,
                    fmt::format("after byte {}", reading.byte));
  }

  static std::string seconds_text(std::int64_t ns) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    const std::uint64_t size = ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
    return fmt::format("{}{}.{:09}", ns < 0 ? "-" : "", size / kSecond, size % kSecond);
  }

  // Of HELP only the unit: the rest is text.
  void copy_family(const std::string& name, const protocol::MetricFamily& family) {
    const std::string kept = metric_name(name);
    const prometheus::SampleKind kind =
        prometheus::kind_of(MetricSample{name, {}, 0}, &family);
    if (is_one_of(kUnits, kind.unit)) {
      families_ += fmt::format("# HELP {} (in {})\n", kept, kind.unit);
    }
    if (!family.help.empty()) ++redaction_.removed["HELP texts (their units stay)"];
    families_ += fmt::format("# TYPE {} {}\n", kept, word_of(family.kind));
  }

  std::string metric_name(std::string_view name) {
    const bool known = std::any_of(kExporters.begin(), kExporters.end(),
                                   [&](std::string_view one) { return name.starts_with(one); });
    if (known && is_metric_name(name)) return std::string(name);
    std::string_view base = name;
    std::string end;
    for (bool found = true; found;) {  // "_seconds_bucket"
      found = false;
      for (std::string_view one : kNameEnds) {
        if (base.size() <= one.size() || !base.ends_with(one)) continue;
        end = std::string(one) + end;
        base.remove_suffix(one.size());
        found = true;
      }
    }
    changed_names_.insert(std::string(name));
    redaction_.removed["names of metrics of unknown exporters"] = changed_names_.size();
    return "metric_" + names_.digest(base) + end;
  }

  void copy_sample(const MetricSample& sample) {
    ++redaction_.events;
    std::string line = metric_name(sample.name);
    std::string labels;
    for (const auto& [name, value] : sample.labels) {
      labels += fmt::format("{}{}=\"{}\"", labels.empty() ? "" : ",", label_name(name),
                            label_value(name, value));
    }
    if (!labels.empty()) line += "{" + labels + "}";
    out_.write(line + " " + value_text(sample.value) + "\n");
  }

  std::string label_name(const std::string& name) {
    if (is_one_of(kLabels, name) || prometheus::names_a_host(name)) return name;
    ++redaction_.removed["names of labels that are not known"];
    return "label_" + names_.digest(name);
  }

  std::string label_value(const std::string& name, const std::string& value) {
    const bool host = prometheus::names_a_host(name);
    const bool kept = value.empty() ||
                      (!host && (is_number(value) || is_one_of(kLabelWords, value))) ||
                      (name == "device" && is_device_word(value)) ||
                      (name == "GPU_I_PROFILE" && is_device_word(value)) ||
                      (name == "modelName" && !device_name(value).empty());
    if (kept) return value;
    ++redaction_.removed[host ? "values of labels that name hosts" : "values of labels"];
    return (host ? "host-" : "value-") + names_.digest(value);
  }

  ByteSource& source_;
  OutputFile& out_;
  Names& names_;
  Redaction& redaction_;
  LossCount losses_;
  prometheus::Readings readings_;
  std::string families_;
  std::unordered_set<std::string> changed_names_;
};

}  // namespace

Status redact_prometheus(ByteSource& source, OutputFile& out, Names& names, Redaction& redaction) {
  return MetricsCopy(source, out, names, redaction).run();
}

}  // namespace lynxbench::trace::redact
