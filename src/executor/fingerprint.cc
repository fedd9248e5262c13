#include <algorithm>
#include <tuple>

#include "base/digest.h"
#include "base/json.h"
#include "executor/executor.h"

namespace lynxbench::executor {
namespace {

// [[name, "known" or "unknown", value], ...] of the identity facts, sorted.
Json identity_of(const LayerRecord& layer) {
  using Row = std::tuple<std::string, std::string, std::string>;
  std::vector<Row> rows;
  for (const Fact& fact : layer.facts) {
    if (!fact.identity) continue;
    bool known = fact.provenance != Provenance::kUnknown;
    rows.emplace_back(fact.name, known ? "known" : "unknown", known ? fact.value : "");
  }
  std::sort(rows.begin(), rows.end());
  Json facts = Json::array();
  for (const auto& [name, kind, value] : rows) facts.push_back(Json::array({name, kind, value}));
  return facts;
}

}  // namespace

Fingerprints fingerprints(const Executor& executor) {
  Fingerprints result;
  Json whole = Json::object();
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    const LayerRecord& layer = executor.layers[i];
    std::string name(name_of(layer.layer));
    Json document = {{"layer", name}, {"facts", identity_of(layer)}};
    result.by_layer[i] = sha256_hex(canonical_text(document));
    whole[name] = result.by_layer[i];
  }
  result.whole = sha256_hex(canonical_text(whole));
  return result;
}

}  // namespace lynxbench::executor
