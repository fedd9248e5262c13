#include "target/openai/openai_target.h"

#include <utility>

#include "base/json.h"
#include "target/facts.h"
#include "target/net/endpoint.h"
#include "target/net/polled_http.h"
#include "target/openai/openai_answer.h"

namespace lynxbench::target {
namespace {

using std::chrono::seconds;

constexpr Nanos kPatience = seconds(2);  // with what a server says of itself

// A member that is a string; "" where there is none.
std::string string_member(const Json& document, const char* name) {
  if (!document.is_object()) return "";
  auto found = document.find(name);
  return found != document.end() && found->is_string() ? found->get<std::string>() : "";
}

void replace(std::vector<TargetFact>& facts, TargetFact fact) {
  for (TargetFact& one : facts) {
    if (one.fact.name == fact.fact.name && one.layer == fact.layer) {
      one = std::move(fact);
      return;
    }
  }
  facts.push_back(std::move(fact));
}

// What its list of models says of the one that is asked for.
void add_model_facts(const Json& list, const EndpointSpec& spec, std::vector<TargetFact>& facts) {
  const std::string source = "list of models";
  if (!list.is_object() || !list.contains("data") || !list["data"].is_array()) return;
  for (const Json& model : list["data"]) {
    if (string_member(model, "id") != spec.model && list["data"].size() > 1) continue;
    auto add = [&](Layer layer, const char* name, const std::string& value) {
      if (!value.empty()) replace(facts, known_fact(layer, name, value, source));
    };
    add(Layer::kApplication, "model.served_as", string_member(model, "id"));
    add(Layer::kApplication, "model.root", string_member(model, "root"));
    add(Layer::kServing, "model.owned_by", string_member(model, "owned_by"));
    if (model.is_object() && model.contains("max_model_len") && model["max_model_len"].is_number_integer()) {
      add(Layer::kServing, "model.max_length", model["max_model_len"].dump());
    }
    return;
  }
}

std::vector<TargetFact> facts_of(const EndpointSpec& spec, const Endpoint& endpoint) {
  Result<net::FetchReply> models =
      ask(endpoint, "GET", protocol::openai_models_path(endpoint.url.path), kPatience);
  std::vector<TargetFact> facts = endpoint_facts(spec, endpoint, models.ok() ? models->field("server") : "");
  facts.push_back(spec.model.empty()
                      ? absent_fact(Layer::kApplication, "model.name", "target.endpoint.model names none")
                      : known_fact(Layer::kApplication, "model.name", spec.model, "contract"));
  facts.push_back(known_fact(Layer::kServing, "endpoint.stream", spec.stream == Streaming::kOn ? "on" : "off", "contract"));
  if (models.ok() && models->status == 200) add_model_facts(Json::parse(models->body, nullptr, false), spec, facts);
  Result<net::FetchReply> version = ask(endpoint, "GET", "/version", kPatience);
  if (version.ok() && version->status == 200) {
    if (std::string text = string_member(Json::parse(version->body, nullptr, false), "version"); !text.empty()) {
      replace(facts, known_fact(Layer::kServing, "server.version", text, "/version"));
    }
  }
  return facts;
}

}  // namespace

Result<std::unique_ptr<Target>> open_openai(protocol::OpenAiKind kind, const Contract& contract, const Inputs& inputs) {
  const EndpointSpec& spec = contract.target.endpoint;
  if (inputs.inputs.empty()) return error(ErrorCode::kInvalidArgument, "the workload has no inputs to send");
  Endpoint endpoint = TRY(prepare(spec));
  if (endpoint.url.scheme != "http" && endpoint.url.scheme != "https") {
    return error(ErrorCode::kInvalidArgument, "target.endpoint.url: \"{}\" needs http:// or https://", contract.target.kind);
  }
  endpoint.url.path = protocol::openai_path(kind, endpoint.url.path);
  const protocol::OpenAiAsked asked{
      .model = spec.model, .stream = spec.stream == Streaming::kOn, .extra_body = spec.extra_body};
  const std::vector<std::pair<std::string, std::string>> defaults{
      {"Content-Type", "application/json"}, {"Accept", asked.stream ? "text/event-stream" : "application/json"}};
  std::vector<std::string> requests;
  for (const Input& input : inputs.inputs) {
    const std::string body = TRY(protocol::openai_request(kind, input, asked));
    requests.push_back(http_request(endpoint, "POST", endpoint.url.request_target(), spec.keep_alive, defaults, body));
  }
  TRY_STATUS(is_there(endpoint));
  HttpClientOptions options = http_client_options(spec);
  options.body = net::Http1Parser::Body::kAsSaid;
  const ScoreMethod method = contract.workload.accuracy.method;
  std::unique_ptr<HttpClient> client =
      TRY(HttpClient::make(endpoint, options, [&inputs, stream = spec.stream, method] {
        return std::make_unique<OpenAiAnswer>(inputs, stream, method);
      }));
  return std::unique_ptr<Target>(
      std::make_unique<PolledHttp>(std::move(client), std::move(requests), facts_of(spec, endpoint)));
}

}  // namespace lynxbench::target
