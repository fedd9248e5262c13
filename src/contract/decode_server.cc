#include "contract/decode_server.h"

#include "contract/target_kind.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

// An enum's value by its word; `otherwise` when there is none.
template <typename E, typename Named>
E named(ValueReader& values, const Path& path, E otherwise, Named&& by_name) {
  std::optional<std::string> word = values.word(path);
  return word ? by_name(*word).value_or(otherwise) : otherwise;
}

LengthSpec lengths_of(ValueReader& values, const Path& at) {
  LengthSpec read;
  read.shape = named(values, at / "shape", read.shape, length_shape_named);
  if (read.shape == LengthShape::kFixed) {
    read.low = read.high = values.integer(at / "length").value_or(read.low);
  } else {
    read.low = values.integer(at / "low").value_or(read.low);
    read.high = values.integer(at / "high").value_or(read.high);
  }
  read.median = values.number(at / "median").value_or(read.median);
  read.sigma = values.number(at / "sigma").value_or(read.sigma);
  return read;
}

TensorSpec tensor_of(ValueReader& values, const Path& at) {
  TensorSpec read;
  read.name = values.text(at / "name").value_or("");
  for (std::size_t i = 0; i < values.count(at / "shape"); ++i) {
    std::optional<std::int64_t> size = values.integer(at / "shape" / std::to_string(i));
    if (size) read.shape.push_back(*size);
  }
  read.file = values.text(at / "file");
  return read;
}

}  // namespace

PromptSpec prompts_of(ValueReader& values, const Path& at) {
  PromptSpec read;
  read.source = named(values, at / "source", read.source, prompt_source_named);
  read.file = values.text(at / "file");
  read.prompt = lengths_of(values, at / "prompt");
  read.output = lengths_of(values, at / "output");
  read.turns = values.integer(at / "turns").value_or(read.turns);
  read.shared_prefix = values.integer(at / "shared_prefix").value_or(read.shared_prefix);
  read.prefix_groups = values.integer(at / "prefix_groups").value_or(read.prefix_groups);
  return read;
}

AccuracySpec accuracy_of(ValueReader& values, const Path& at) {
  AccuracySpec read;
  read.method = named(values, at / "method", read.method, score_method_named);
  read.command = values.texts(at / "command");
  read.floor = values.ratio(at / "floor").value_or(read.floor);
  return read;
}

EndpointSpec endpoint_of(ValueReader& values, const Path& at, const std::string& kind) {
  EndpointSpec read;
  if (has_endpoint(kind)) read.stream = streams_unless_told(kind);
  read.url = values.text(at / "url").value_or("");
  read.model = values.text(at / "model").value_or("");
  read.model_version = values.text(at / "model_version").value_or("");
  read.stream = named(values, at / "stream", read.stream, streaming_named);
  read.keep_alive = named(values, at / "keep_alive", read.keep_alive, keep_alive_named);
  read.connections = values.integer(at / "connections").value_or(read.connections);
  read.streams_per_connection =
      values.integer(at / "streams_per_connection").value_or(read.streams_per_connection);
  read.timeout = values.duration(at / "timeout").value_or(read.timeout);
  read.most_answer_bytes =
      values.integer(at / "most_answer_bytes").value_or(read.most_answer_bytes);
  read.headers = values.texts_by_name(at / "headers");
  read.certificates = named(values, at / "certificates", read.certificates, certificates_named);
  read.ca_file = values.text(at / "ca_file");
  read.extra_body = values.json_object(at / "extra_body").value_or("");
  read.tensor_encoding =
      named(values, at / "tensor_encoding", read.tensor_encoding, tensor_encoding_named);
  for (std::size_t i = 0; i < values.count(at / "tensors"); ++i) {
    read.tensors.push_back(tensor_of(values, at / "tensors" / std::to_string(i)));
  }
  read.method = values.word(at / "method").value_or(read.method);
  read.command = values.texts(at / "command");
  read.command_mode = named(values, at / "command_mode", read.command_mode, command_mode_named);
  read.metrics_url = values.text(at / "metrics_url").value_or("");
  return read;
}

Slo slo_of(ValueReader& values, const Path& at) {
  Slo read;
  read.quantile = values.ratio(at / "quantile").value_or(read.quantile);
  read.at_most = values.duration(at / "at_most").value_or(read.at_most);
  read.metric = named(values, at / "metric", read.metric, latency_metric_named);
  for (std::size_t i = 0; i < values.count(at / "also"); ++i) {
    Path term = at / "also" / std::to_string(i);
    SloTerm& added = read.also.emplace_back();
    added.metric = named(values, term / "metric", added.metric, latency_metric_named);
    added.quantile = values.ratio(term / "quantile").value_or(added.quantile);
    added.at_most = values.duration(term / "at_most").value_or(added.at_most);
  }
  return read;
}

}  // namespace lynxbench::contract
