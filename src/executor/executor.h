// This machine and what runs on it -> Executor: nine layers of facts, fingerprints, differences.
//
//   Executor executor = executor::discover({.root = "/"});
//   executor = executor::with_target(std::move(executor), target->facts());
//   executor = executor::with_declarations(std::move(executor), contract.layers);
//   executor::fingerprints(executor).whole;      // same facts in any order, same digest
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/files.h"
#include "model/contract.h"
#include "model/executor.h"
#include "model/target_fact.h"

namespace lynxbench::executor {

struct DiscoverOptions {
  fs::path root = "/";  // a recorded /proc and /sys tree in tests
  int serving_pid = 0;  // whose mapped libraries are listed; 0: this process
};

// Fills what a machine can tell by itself. What it cannot tell is there as unknown, with the
// reason. Never fails: a machine without /sys yields an executor full of unknowns.
[[nodiscard]] Executor discover(const DiscoverOptions& options);

// What was discovered here when the server runs on `host` and lynxbench does not: the machine's facts
// are the client's ("client.cpu.model", no part of the fingerprint), and the server's are unknown.
[[nodiscard]] Executor of_other_machine(Executor discovered, const std::string& host);

// Adds what the target says of itself. A measured fact replaces an unknown one of the same name.
[[nodiscard]] Executor with_target(Executor executor, const std::vector<TargetFact>& facts);

// Sets owners and adds declared facts. A declared value never replaces a measured one: where they
// disagree, the measured stands and the declared is kept as "NAME.declared".
[[nodiscard]] Executor with_declarations(Executor executor,
                                         const std::map<Layer, LayerDeclaration>& layers);

[[nodiscard]] Fingerprints fingerprints(const Executor& executor);

// Identity facts that differ, layer by layer; layers without a difference are left out.
[[nodiscard]] std::vector<LayerDifference> differences(const Executor& before,
                                                       const Executor& after);

// Known facts / all facts of the layer, 0 to 1; a layer without facts is 0.
[[nodiscard]] double completeness(const LayerRecord& layer);

// Names of the facts that every record of this layer has, known or not, and that this one lacks: it
// was cut, or written by another version. Empty for whatever discover() returned.
[[nodiscard]] std::vector<std::string> absent_facts(const LayerRecord& layer);

}  // namespace lynxbench::executor
