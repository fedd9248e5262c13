#include "target/kserve/facts.h"

#include <set>

#include "base/text.h"
#include "target/facts.h"

namespace lynxbench::target {
namespace {

constexpr const char* kServerSource = "server metadata";
constexpr const char* kModelSource = "model metadata";

std::string listed(const std::vector<std::string>& words) {
  return words.empty() ? "none" : joined(words, "and");
}

TargetFact told(Layer layer, const std::string& name, const std::string& value, const char* source) {
  if (!value.empty()) return known_fact(layer, name, value, source);
  return absent_fact(layer, name, std::string("the server's ") + source + " leaves it out");
}

std::string input_shapes(const std::vector<protocol::InferRequest>& requests) {
  std::set<std::string> shapes;
  for (const protocol::InferRequest& request : requests) {
    std::vector<std::string> words;
    for (const protocol::Tensor& tensor : request.inputs) {
      words.push_back(tensor.name + ": " + std::string(protocol::name_of(tensor.type)) + " " +
                      protocol::shape_text(tensor.shape));
    }
    shapes.insert(listed(words));
  }
  constexpr std::size_t kMostShapes = 3;
  if (shapes.size() > kMostShapes) return fmt::format("{} different", shapes.size());
  return joined(std::vector<std::string>(shapes.begin(), shapes.end()), "or");
}

void add_application(std::vector<TargetFact>& facts, const Contract& contract, const KserveServer& server,
                     const std::vector<protocol::InferRequest>& requests) {
  const EndpointSpec& endpoint = contract.target.endpoint;
  constexpr Layer kLayer = Layer::kApplication;
  facts.push_back(known_fact(kLayer, "model.name", endpoint.model, "contract"));
  facts.push_back(endpoint.model_version.empty()
                      ? told(kLayer, "model.version",
                             server.model && !server.model->versions.empty()
                                 ? "the server's choice of " + joined(server.model->versions, "and")
                                 : "the server's choice", kModelSource)
                      : known_fact(kLayer, "model.version", endpoint.model_version, "contract"));
  facts.push_back(absent_fact(kLayer, "model.sha256", "KServe v2 does not tell the weights' digest"));
  facts.push_back(declared_fact(kLayer, "precision", contract.workload.precision));
  facts.push_back(known_fact(kLayer, "input.shape", input_shapes(requests), "requests"));
  facts.push_back(known_fact(kLayer, "workload.distinct", std::to_string(requests.size()), "requests"));
}

// What every server on the network has, with the name that KServe's metadata gives in place of the
// Server field's.
void add_serving(std::vector<TargetFact>& facts, const EndpointSpec& spec, const Endpoint& endpoint,
                 const KserveServer& server) {
  constexpr Layer kLayer = Layer::kServing;
  const std::string none = "the server does not answer requests for its metadata";
  for (TargetFact& fact : endpoint_facts(spec, endpoint, "")) {
    if (!fact.fact.name.starts_with("server.")) facts.push_back(std::move(fact));
  }
  if (server.server) {
    facts.push_back(told(kLayer, "server.name", server.server->name, kServerSource));
    facts.push_back(told(kLayer, "server.version", server.server->version, kServerSource));
    facts.push_back(known_fact(kLayer, "server.extensions", listed(server.server->extensions), kServerSource));
  } else {
    for (const char* name : {"server.name", "server.version", "server.extensions"}) {
      facts.push_back(absent_fact(kLayer, name, none));
    }
  }
  facts.push_back(known_fact(kLayer, "endpoint.protocol", server.protocol, "contract"));
}

}  // namespace

std::vector<TargetFact> kserve_facts(const Contract& contract, const Endpoint& endpoint, const KserveServer& server,
                                     const std::vector<protocol::InferRequest>& requests) {
  std::vector<TargetFact> facts;
  add_application(facts, contract, server, requests);
  add_serving(facts, contract.target.endpoint, endpoint, server);
  facts.push_back(server.model ? told(Layer::kRuntime, "runtime.platform", server.model->platform, kModelSource)
                               : absent_fact(Layer::kRuntime, "runtime.platform",
                                             "the server does not answer requests for the model's metadata"));
  return facts;
}

}  // namespace lynxbench::target
