#include "target/http/http_target.h"

#include <utility>

#include "model/accuracy.h"
#include "target/facts.h"
#include "target/net/endpoint.h"
#include "target/net/polled_http.h"

namespace lynxbench::target {
namespace {

using std::chrono::seconds;

// Looks at the body only where a right answer is known.
class BodyReader final : public AnswerReader {
 public:
  BodyReader(const Inputs& inputs, ScoreMethod method) : inputs_(inputs), method_(method) {}

  void begin(std::uint32_t input) override {
    input_ = &inputs_.inputs[input];
    text_.clear();
  }
  void body(std::string_view piece, const net::Receipt&, Exchange&) override {
    if (needs_answer(method_, input_->expected)) text_ += piece;
  }
  void end(const net::Receipt&, Exchange& exchange) override {
    take_answer(exchange, method_, input_->expected, text_);
  }

 private:
  const Inputs& inputs_;
  const ScoreMethod method_;
  const Input* input_ = nullptr;
  std::string text_;
};

std::string content_type_of(std::string_view body) {
  std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (body[first] == '{' || body[first] == '[');
  return json ? "application/json" : "application/octet-stream";
}

Status check(const EndpointSpec& spec, const Inputs& inputs) {
  if (spec.method.empty() || spec.method.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != std::string::npos) {
    return error(ErrorCode::kInvalidArgument, "target.endpoint.method is \"{}\": a word as GET or POST is due", spec.method);
  }
  if (inputs.inputs.empty()) return error(ErrorCode::kInvalidArgument, "the workload has no inputs to send");
  return ok_status();
}

}  // namespace

Result<std::unique_ptr<Target>> open_http(const Contract& contract, const Inputs& inputs) {
  const EndpointSpec& spec = contract.target.endpoint;
  TRY_STATUS(check(spec, inputs));
  Endpoint endpoint = TRY(prepare(spec));
  if (endpoint.url.scheme != "http" && endpoint.url.scheme != "https") {
    return error(ErrorCode::kInvalidArgument, "target.endpoint.url: \"http\" needs http:// or https://");
  }
  TRY_STATUS(is_there(endpoint));
  std::vector<std::string> requests;
  for (const Input& input : inputs.inputs) {
    std::vector<std::pair<std::string, std::string>> defaults{{"Accept", "*/*"}};
    if (!input.body.empty()) defaults.emplace_back("Content-Type", content_type_of(input.body));
    requests.push_back(http_request(endpoint, spec.method, endpoint.url.request_target(), spec.keep_alive, defaults,
                                    input.body));
  }
  const ScoreMethod method = contract.workload.accuracy.method;
  std::unique_ptr<HttpClient> client =
      TRY(HttpClient::make(endpoint, http_client_options(spec),
                           [&inputs, method] { return std::make_unique<BodyReader>(inputs, method); }));
  Result<net::FetchReply> reply = ask(endpoint, "HEAD", endpoint.url.request_target(), seconds(2));
  std::vector<TargetFact> facts = endpoint_facts(spec, endpoint, reply.ok() ? reply->field("server") : "");
  facts.push_back(known_fact(Layer::kServing, "endpoint.method", spec.method, "contract"));
  return std::unique_ptr<Target>(
      std::make_unique<PolledHttp>(std::move(client), std::move(requests), std::move(facts)));
}

}  // namespace lynxbench::target
