// KServe v2 over HTTP and gRPC: a model that gives back what it was given, a tensor for each input.
#include <algorithm>

#include "net/grpc.h"
#include "protocol/kserve_grpc.h"
#include "protocol/kserve_json.h"
#include "stub/answer.h"
#include "stub/routes.h"

namespace lynxbench::stub {
namespace {

using protocol::InferRequest;
using protocol::InferResponse;
using protocol::Tensor;

constexpr std::string_view kParameterPrefix = "stub_";
constexpr std::int64_t kDefaultResponses = 16;

// "INPUT0" is answered by "OUTPUT0", "x" by "OUTPUT_x"; outputs that were asked for keep their names.
std::vector<Tensor> outputs_for(InferRequest& request) {
  std::vector<Tensor> outputs;
  if (request.outputs.empty()) {
    for (Tensor& input : request.inputs) {
      std::string name = input.name.starts_with("INPUT") ? "OUTPUT" + input.name.substr(5) : "OUTPUT_" + input.name;
      outputs.push_back(std::move(input));
      outputs.back().name = std::move(name);
    }
    return outputs;
  }
  for (std::size_t i = 0; i < request.outputs.size() && !request.inputs.empty(); ++i) {
    outputs.push_back(request.inputs[i % request.inputs.size()]);
    outputs.back().name = request.outputs[i].name;
  }
  return outputs;
}

// "" or what is wrong.
std::string apply_parameters(const InferRequest& request, Behaviour& behaviour) {
  for (const auto& [name, value] : request.parameters) {
    if (!name.starts_with(kParameterPrefix)) continue;
    std::string text = std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
    if (Status set = set_behaviour(behaviour, name.substr(kParameterPrefix.size()), text); !set.ok()) return set.error().text();
  }
  return "";
}

class KserveHttp final : public Answer {
 public:
  explicit KserveHttp(std::string body) : body_(std::move(body)) {}
  void render(const Piece&, std::string& out) override { out += body_; }
  void render_error(int, std::string_view message, bool, std::string& out) override { out += protocol::encode_error(message); }

 private:
  std::string body_;
};

std::unique_ptr<Answer> http_refusal(int status, std::string_view message) {
  auto made = std::make_unique<KserveHttp>(protocol::encode_error(message));
  made->route = "kserve-http";
  made->status = status;
  made->pieces.push_back({PieceKind::kError, 0, 0});
  return made;
}

std::uint32_t grpc_code_of(int status) {
  switch (status) {
    case 200: return net::kGrpcOk;
    case 400: return net::kGrpcInvalidArgument;
    case 404: return net::kGrpcNotFound;
    case 429: return net::kGrpcResourceExhausted;
    case 501: return net::kGrpcUnimplemented;
    case 503: return net::kGrpcUnavailable;
    default: return net::kGrpcInternal;
  }
}

// Bytes of one message, or several of a stream.
class KserveGrpc : public Answer {
 public:
  explicit KserveGrpc(std::string message) : message_(std::move(message)) {
    grpc = true;
    route = "kserve-grpc";
    content_type = "application/grpc";
  }
  void render(const Piece&, std::string& out) override { out += net::grpc_frame(message_); }
  void render_error(int, std::string_view message, bool, std::string&) override { wrong = message; }
  std::vector<std::pair<std::string, std::string>> trailers(int status_code) const override {
    std::vector<std::pair<std::string, std::string>> made{{"grpc-status", fmt::to_string(grpc_code_of(status_code))}};
    if (status_code != 200) made.emplace_back("grpc-message", net::grpc_percent_encoded(wrong));
    return made;
  }
  std::string wrong;

 protected:
  std::string message_;
};

class KserveGrpcRefusal final : public KserveGrpc {
 public:
  KserveGrpcRefusal(int code, std::string_view message) : KserveGrpc("") {
    status = code;
    wrong = message;
    pieces.push_back({PieceKind::kError, 0, 0});
  }
  void render(const Piece&, std::string&) override {}
};

// Answers of one request among those of a stream: errors are messages too.
class KserveGrpcStream final : public KserveGrpc {
 public:
  KserveGrpcStream(InferResponse response, bool empty_final) : KserveGrpc(""), response_(std::move(response)), empty_final_(empty_final) {
    streamed = true;
  }
  void render(const Piece& piece, std::string& out) override {
    if (!wrong.empty()) return render_error(status, wrong, true, out);
    ++rendered_;
    bool last = piece.kind == PieceKind::kDone || (!empty_final_ && rendered_ == pieces.size());
    protocol::grpc::StreamResponse made;
    made.response = response_;
    if (piece.kind == PieceKind::kDone) made.response.outputs.clear();
    made.response.parameters[protocol::kFinalResponse] = last;
    out += net::grpc_frame(protocol::grpc::encode(made));
  }
  void render_error(int, std::string_view message, bool, std::string& out) override {
    protocol::grpc::StreamResponse made;
    made.error_message = message;
    made.response.id = response_.id;
    made.response.model_name = response_.model_name;
    out += net::grpc_frame(protocol::grpc::encode(made));
  }

 private:
  InferResponse response_;
  bool empty_final_;
  std::size_t rendered_ = 0;
};

std::unique_ptr<Answer> grpc_refusal(int status, std::string_view message, bool within_stream = false) {
  if (within_stream) {
    auto made = std::make_unique<KserveGrpcStream>(InferResponse{}, false);
    made->status = status;
    made->wrong = message;
    made->pieces.push_back({PieceKind::kError, 0, 0});
    return made;
  }
  return std::make_unique<KserveGrpcRefusal>(status, message);
}

std::unique_ptr<Answer> grpc_document(std::string message) {
  auto made = std::make_unique<KserveGrpc>(std::move(message));
  made->at_once = true;
  made->pieces.push_back({PieceKind::kAnswer, 0, 0});
  return made;
}

protocol::ServerMetadata server_metadata() { return {"lynxbench stub", "1", {"binary_tensor_data", "model_statistics", "statistics"}}; }

protocol::ModelMetadata model_metadata(const std::string& name) {
  return {name, {"1"}, "stub", {{"INPUT", "FP32", {-1}}}, {{"OUTPUT", "FP32", {-1}}}};
}

// .../v2/models/NAME[/versions/VERSION][/TAIL]
struct ModelPath {
  std::string_view name, version, tail;
};
std::optional<ModelPath> model_path(std::string_view path) {
  constexpr std::string_view kModels = "/v2/models/", kVersions = "versions/";
  if (!path.starts_with(kModels)) return std::nullopt;
  path.remove_prefix(kModels.size());
  auto next = [&] {
    std::string_view part = path.substr(0, std::min(path.find('/'), path.size()));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    return part;
  };
  ModelPath made;
  made.name = next();
  if (path.starts_with(kVersions)) {
    path.remove_prefix(kVersions.size());
    made.version = next();
  }
  made.tail = path;
  return made.name.empty() ? std::nullopt : std::optional(made);
}

std::unique_ptr<Answer> http_infer(const Incoming& request, const ModelPath& model, Behaviour& behaviour, Draws& draws) {
  static thread_local protocol::KserveReader reader;
  std::optional<std::size_t> json_bytes;
  if (auto text = header_of(*request.headers, protocol::kJsonLengthHeader)) {
    json_bytes = static_cast<std::size_t>(std::strtoull(std::string(*text).c_str(), nullptr, 10));
  }
  Result<InferRequest> read = reader.request(request.body, json_bytes);
  if (!read.ok()) return http_refusal(400, read.error().text());
  if (std::string wrong = apply_parameters(*read, behaviour); !wrong.empty()) return http_refusal(400, wrong);
  InferResponse response{std::string(model.name), model.version.empty() ? "1" : std::string(model.version), read->id};
  if (read->inputs.size() == 1 && read->inputs[0].name.empty()) {  // raw bytes: of a model that knows the rest
    read->inputs[0].shape = {static_cast<std::int64_t>(read->inputs[0].raw.size())};
    read->inputs[0].type = protocol::DataType::kUint8;
  }
  response.outputs = outputs_for(*read);
  std::vector<TensorEncoding> encodings;
  for (const Tensor& output : response.outputs) encodings.push_back(protocol::output_encoding(*read, output.name));
  Result<protocol::HttpBody> body = protocol::encode_response(response, encodings);
  if (!body.ok()) return http_refusal(400, body.error().text());
  auto made = std::make_unique<KserveHttp>(std::move(body->bytes));
  made->route = "kserve-http";
  made->meter = Meter::kKserve;
  made->id = read->id;
  if (body->json_bytes) {
    made->content_type = "application/octet-stream";
    made->headers.emplace_back(protocol::kJsonLengthHeader, fmt::to_string(*body->json_bytes));
  }
  made->pieces.push_back({PieceKind::kAnswer, 0, drawn_ns(behaviour.delay, draws.delay)});
  return made;
}

std::unique_ptr<Answer> http_document(std::string text) {
  auto made = std::make_unique<KserveHttp>(std::move(text));
  made->route = "kserve-http";
  made->at_once = true;
  made->pieces.push_back({PieceKind::kAnswer, 0, 0});
  return made;
}

std::unique_ptr<Answer> grpc_infer(const Incoming& request, bool streamed, Behaviour& behaviour, Draws& draws) {
  Result<InferRequest> read = protocol::grpc::infer_request_in(request.body);
  if (!read.ok()) return grpc_refusal(400, read.error().text(), streamed);
  if (std::string wrong = apply_parameters(*read, behaviour); !wrong.empty()) return grpc_refusal(400, wrong, streamed);
  InferResponse response{read->model_name, read->model_version.empty() ? "1" : read->model_version, read->id};
  bool empty_final = protocol::bool_parameter(read->parameters, protocol::kEmptyFinalResponse).value_or(false);
  response.outputs = outputs_for(*read);
  if (!streamed) {
    auto made = std::make_unique<KserveGrpc>(protocol::grpc::encode(response));
    made->id = read->id;
    made->meter = Meter::kKserve;
    made->pieces.push_back({PieceKind::kAnswer, 0, drawn_ns(behaviour.delay, draws.delay)});
    return made;
  }
  auto made = std::make_unique<KserveGrpcStream>(std::move(response), empty_final);
  made->id = read->id;
  made->meter = Meter::kKserve;
  std::int64_t count = behaviour.tokens ? static_cast<std::int64_t>(behaviour.tokens->draw(draws.tokens) + 0.5) : kDefaultResponses;
  Behaviour plain = behaviour;
  plain.reasoning_tokens = 0;
  append_content(plain, draws, std::max<std::int64_t>(count, 1), made->pieces);
  if (empty_final) made->pieces.push_back({PieceKind::kDone, 0, 0});
  return made;
}

}  // namespace

bool is_grpc_stream(std::string_view path) { return path == protocol::grpc::kModelStreamInfer; }

std::unique_ptr<Answer> kserve_http_answer(const Incoming& request, std::string_view path, const Site& site, Behaviour& behaviour) {
  if (path == "/v2" || path == "/v2/") return http_document(protocol::encode(server_metadata()));
  if (path == "/v2/health/live" || path == "/v2/health/ready") return http_document("");
  if (path == "/v2/models/stats") return http_document(protocol::encode(std::vector{site.meters.statistics()}));
  std::optional<ModelPath> model = model_path(path);
  if (!model) return http_refusal(404, "the stub has nothing here");
  if (model->tail.empty()) return http_document(protocol::encode(model_metadata(std::string(model->name))));
  if (model->tail == "config") return http_document(protocol::encode_config(model_metadata(std::string(model->name))));
  if (model->tail == "ready") return http_document("");
  if (model->tail == "stats") return http_document(protocol::encode(std::vector{site.meters.statistics()}));
  if (model->tail != "infer") return http_refusal(404, "the stub has nothing here");
  if (request.method != "POST") return http_refusal(405, "POST it");
  return http_infer(request, *model, behaviour, site.draws);
}

// `request.body` is one message without its frame.
std::unique_ptr<Answer> kserve_grpc_answer(const Incoming& request, std::string_view path, const Site& site, Behaviour& behaviour) {
  namespace grpc = protocol::grpc;
  if (path == grpc::kModelInfer || path == grpc::kModelStreamInfer) {
    return grpc_infer(request, path == grpc::kModelStreamInfer, behaviour, site.draws);
  }
  if (path == grpc::kServerLive || path == grpc::kServerReady || path == grpc::kModelReady) return grpc_document(grpc::encode_flag(true));
  if (path == grpc::kServerMetadata) return grpc_document(grpc::encode(server_metadata()));
  if (path == grpc::kModelStatistics) return grpc_document(grpc::encode(std::vector{site.meters.statistics()}));
  if (path != grpc::kModelMetadata && path != grpc::kModelConfig) return grpc_refusal(501, "the stub has no such method");
  Result<grpc::ModelName> name = grpc::model_name_in(request.body);
  if (!name.ok()) return grpc_refusal(400, name.error().text());
  if (path == grpc::kModelConfig) return grpc_document(grpc::encode_config(model_metadata(name->name)));
  return grpc_document(grpc::encode(model_metadata(name->name)));
}

}  // namespace lynxbench::stub
