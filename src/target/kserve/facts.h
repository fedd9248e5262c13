// What a KServe server and the way to it are, as facts for the executor record.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/contract.h"
#include "model/target_fact.h"
#include "protocol/kserve.h"
#include "target/net/endpoint.h"

namespace lynxbench::target {

struct KserveServer {
  std::optional<protocol::ServerMetadata> server;  // nothing: it does not tell
  std::optional<protocol::ModelMetadata> model;
  std::string protocol;  // "KServe v2 over gRPC"
};

// Names as the other targets have them; what a server of KServe does not tell is there, as unknown.
[[nodiscard]] std::vector<TargetFact> kserve_facts(const Contract& contract, const Endpoint& endpoint,
                                                   const KserveServer& server,
                                                   const std::vector<protocol::InferRequest>& requests);

}  // namespace lynxbench::target
