#include "target/kserve_http/http_target.h"

#include <charconv>
#include <utility>

#include "model/accuracy.h"
#include "protocol/kserve_json.h"
#include "target/kserve/endpoint.h"
#include "target/kserve/facts.h"
#include "target/kserve/requests.h"
#include "target/net/endpoint.h"
#include "target/net/polled_http.h"

namespace lynxbench::target {
namespace {

using Defaults = std::vector<std::pair<std::string, std::string>>;

constexpr Nanos kAskTimeout{10'000'000'000};
constexpr std::string_view kJsonLengthField = "inference-header-content-length";

// What all answers are read with.
struct Reading {
  std::string model;
  ScoreMethod score = ScoreMethod::kNone;
  std::vector<std::optional<std::string>> expected;  // of each input
};

class KserveAnswer final : public AnswerReader {
 public:
  explicit KserveAnswer(const Reading& reading) : reading_(reading) {}

  void begin(std::uint32_t input) override {
    input_ = input;
    body_.clear();
    json_bytes_.reset();
  }

  void head(const net::Http1Parser& head, Exchange& exchange) override {
    std::string_view type = head.field("content-type");
    if (type.starts_with("text/html")) {
      exchange.failure = Failure::kContentType;
      exchange.detail = "an HTML page where a KServe answer was due";
      return;
    }
    std::string_view length = head.field(kJsonLengthField);
    if (length.empty()) return;
    std::size_t count = 0;
    auto [end, problem] = std::from_chars(length.data(), length.data() + length.size(), count);
    if (problem != std::errc() || end != length.data() + length.size()) {
      exchange.failure = Failure::kMalformed;
      exchange.detail = fmt::format("{} is \"{}\", which is no number", protocol::kJsonLengthHeader, length);
      return;
    }
    json_bytes_ = count;
  }

  void body(std::string_view piece, const net::Receipt&, Exchange&) override { body_ += piece; }

  void end(const net::Receipt&, Exchange& exchange) override {
    Result<protocol::InferResponse> response = reader_.response(body_, json_bytes_);
    if (!response.ok()) {
      std::optional<std::string> said = protocol::error_in(body_);
      exchange.failure = said ? Failure::kServerError : Failure::kMalformed;
      exchange.detail = said.value_or(response.error().message);
      return;
    }
    if (std::optional<std::string> wrong = wrong_model(reading_.model, *response)) {
      exchange.failure = Failure::kMalformed;
      exchange.detail = *wrong;
      return;
    }
    const std::optional<std::string>& expected = reading_.expected[input_ % reading_.expected.size()];
    if (needs_answer(reading_.score, expected)) take_answer(exchange, reading_.score, expected, answer_text(*response));
  }

 private:
  const Reading& reading_;
  std::uint32_t input_ = 0;
  std::string body_;
  std::optional<std::size_t> json_bytes_;
  protocol::KserveReader reader_;
};

// PolledHttp takes the input's number as the place of its request.
class KserveHttpTarget final : public PolledHttp {
 public:
  KserveHttpTarget(std::unique_ptr<Reading> reading, std::unique_ptr<HttpClient> client,
                   std::vector<std::string> requests, std::vector<TargetFact> facts)
      : PolledHttp(std::move(client), std::move(requests), std::move(facts)), reading_(std::move(reading)) {}

 private:
  std::unique_ptr<Reading> reading_;
};

// Asks the server before the load begins.
class Asker {
 public:
  Asker(const Endpoint& endpoint, const EndpointSpec& spec) : endpoint_(endpoint), spec_(spec) {
    root_ = endpoint.url.path;
    while (root_.ends_with('/')) root_.pop_back();
    if (!root_.ends_with("/v2")) root_ += "/v2";
    model_ = root_ + "/models/" + spec.model;
    if (!spec.model_version.empty()) model_ += "/versions/" + spec.model_version;
  }

  [[nodiscard]] std::string infer_path() const { return model_ + "/infer"; }

  Result<KserveServer> ask_all() {
    KserveServer server{{}, {}, "KServe v2 over HTTP"};
    net::FetchReply reply = TRY(get(root_));
    if (reply.status == 200) server.server = TRY(protocol::server_metadata_in(reply.body));
    reply = TRY(get(model_));
    if (reply.status == 200) {
      server.model = TRY(protocol::model_metadata_in(reply.body));
    } else if (reply.status != 404 || protocol::error_in(reply.body)) {
      return unavailable(model_, reply);
    }
    reply = TRY(get(model_ + "/ready"));
    if (reply.status != 200) return unavailable(model_ + "/ready", reply);
    return server;
  }

 private:
  Result<net::FetchReply> get(const std::string& path) { return ask(endpoint_, "GET", path, kAskTimeout); }

  Error unavailable(const std::string& path, const net::FetchReply& reply) const {
    std::string why = protocol::error_in(reply.body).value_or("");
    return error(ErrorCode::kUnavailable, "model \"{}\" at {}: GET {} is answered {}{}{}", spec_.model,
                 endpoint_.url.public_text(), path, reply.status, why.empty() ? "" : ": ", why);
  }

  const Endpoint& endpoint_;
  const EndpointSpec& spec_;
  std::string root_, model_;
};

struct Encoded {
  Defaults headers;
  std::string body;
};

Result<Encoded> encoded(protocol::InferRequest request, TensorEncoding encoding) {
  bool binary = encoding == TensorEncoding::kBinary;
  request.output_encoding = encoding;
  protocol::HttpBody body = TRY(protocol::encode_request(request, encoding));
  Encoded made{{{"Accept", "*/*"}, {"Content-Type", binary ? "application/octet-stream" : "application/json"}},
               std::move(body.bytes)};
  if (body.json_bytes) made.headers.emplace_back(protocol::kJsonLengthHeader, std::to_string(*body.json_bytes));
  return made;
}

// A server that does not name the binary extension may still have it: one request shows.
Status check_binary(const Endpoint& endpoint, const KserveServer& server, const std::string& path, const Encoded& first) {
  constexpr std::string_view kExtension = "binary_tensor_data";
  if (!server.server) return ok_status();
  for (const std::string& extension : server.server->extensions) {
    if (extension == kExtension) return ok_status();
  }
  net::Fetch request{"POST", endpoint.url.scheme + "://" + endpoint.url.authority() + path, endpoint.headers, first.body,
                     endpoint.tls};
  request.headers.insert(request.headers.end(), first.headers.begin(), first.headers.end());
  net::FetchReply reply = TRY(net::fetch(request, kAskTimeout));
  if (reply.status == 200) return ok_status();
  return error(ErrorCode::kUnavailable,
               "{} does not name the extension {} and answers {} to a request that uses it; set "
               "target.endpoint.tensor_encoding: json (lynxbench load: --json-tensors)",
               endpoint.url.public_text(), kExtension, reply.status);
}

}  // namespace

Result<std::unique_ptr<Target>> open_kserve_http(const Contract& contract, const Inputs& inputs, Clock& /*clock*/) {
  const EndpointSpec& spec = contract.target.endpoint;
  Endpoint endpoint = TRY(kserve_endpoint(spec, {"http", "https"}));
  TRY_STATUS(is_there(endpoint));
  Asker asker(endpoint, spec);
  KserveServer server = TRY(asker.ask_all());
  std::vector<protocol::InferRequest> requests = TRY(build_requests(contract, inputs, server.model));
  std::vector<std::string> bytes;
  for (const protocol::InferRequest& request : requests) {
    Encoded made = TRY(encoded(request, spec.tensor_encoding));
    if (bytes.empty() && spec.tensor_encoding == TensorEncoding::kBinary) {
      TRY_STATUS(check_binary(endpoint, server, asker.infer_path(), made));
    }
    bytes.push_back(http_request(endpoint, "POST", asker.infer_path(), spec.keep_alive, made.headers, made.body));
  }
  auto reading = std::make_unique<Reading>(Reading{spec.model, contract.workload.accuracy.method, {}});
  for (const Input& input : inputs.inputs) reading->expected.push_back(input.expected);
  if (reading->expected.empty()) reading->expected.emplace_back();
  std::unique_ptr<HttpClient> client =
      TRY(HttpClient::make(endpoint, http_client_options(spec),
                           [kept = reading.get()] { return std::make_unique<KserveAnswer>(*kept); }));
  std::vector<TargetFact> facts = kserve_facts(contract, endpoint, server, requests);
  return std::unique_ptr<Target>(
      std::make_unique<KserveHttpTarget>(std::move(reading), std::move(client), std::move(bytes), std::move(facts)));
}

}  // namespace lynxbench::target
