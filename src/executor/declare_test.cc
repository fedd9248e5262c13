#include <gtest/gtest.h>

#include "executor/executor.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

Fact known(const std::string& name, const std::string& value) {
  return measured(name, value, "test");
}

Executor with_fact(Layer layer, Fact fact) {
  Executor executor = empty_executor();
  add_fact(layer_of(executor, layer), std::move(fact));
  return executor;
}

const Fact& fact_of(const Executor& executor, Layer layer, const std::string& name) {
  static const Fact kAbsent = unknown("(absent)", "test", "the record has no such fact");
  const Fact* found = find_fact(executor.layers[static_cast<std::size_t>(layer)], name);
  return found == nullptr ? kAbsent : *found;
}

TEST(WithTarget, AMeasuredFactReplacesAnUnknownOne) {
  Executor executor = with_fact(Layer::kApplication, unknown("model.sha256", "target", "not told"));
  executor = with_target(executor, {{Layer::kApplication, known("model.sha256", "ab12")},
                                    {Layer::kServing, known("instances", "2")}});
  EXPECT_EQ(fact_of(executor, Layer::kApplication, "model.sha256").value, "ab12");
  EXPECT_EQ(fact_of(executor, Layer::kApplication, "model.sha256").provenance,
            Provenance::kMeasured);
  EXPECT_EQ(fact_of(executor, Layer::kApplication, "model.sha256").reason, "");
  EXPECT_EQ(fact_of(executor, Layer::kServing, "instances").value, "2");
  EXPECT_EQ(executor.layers[0].facts.size(), 1u);
}

TEST(WithTarget, AnUnknownOfTheTargetGivesTheBetterReason) {
  Executor executor = with_fact(Layer::kServing, unknown("instances", "target", "not told"));
  executor =
      with_target(executor, {{Layer::kServing, unknown("instances", "target", "answers at once")}});
  EXPECT_EQ(fact_of(executor, Layer::kServing, "instances").reason, "answers at once");
}

TEST(WithTarget, WhatWasMeasuredStaysAndTheOtherIsKeptBesideIt) {
  Executor executor = with_fact(Layer::kSystem, known("libc.version", "glibc 2.36"));
  Fingerprints before = fingerprints(executor);
  executor =
      with_target(executor, {{Layer::kSystem, known("libc.version", "musl 1.2")},
                             {Layer::kSystem, unknown("libc.version", "target", "who knows")}});
  EXPECT_EQ(fact_of(executor, Layer::kSystem, "libc.version").value, "glibc 2.36");
  EXPECT_EQ(fact_of(executor, Layer::kSystem, "libc.version.target").value, "musl 1.2");
  EXPECT_EQ(fingerprints(executor).whole, before.whole);
}

TEST(WithDeclarations, OwnersAndFactsAreMarkedAsDeclared) {
  Executor executor = with_fact(Layer::kFacility, unknown("cooling", "contract", "cannot tell"));
  executor = with_declarations(
      executor, {{Layer::kFacility, {"facilities", {{"cooling", "air"}, {"row", "7"}}}}});
  EXPECT_EQ(executor.layers[7].owner, "facilities");
  EXPECT_EQ(executor.layers[6].owner, "unknown");
  const Fact& cooling = fact_of(executor, Layer::kFacility, "cooling");
  EXPECT_EQ(cooling.value, "air");
  EXPECT_EQ(cooling.provenance, Provenance::kDeclared);
  EXPECT_EQ(cooling.source, "contract");
  EXPECT_EQ(fact_of(executor, Layer::kFacility, "row").value, "7");
}

TEST(WithDeclarations, ADeclaredValueNeverReplacesAMeasuredOne) {
  Executor executor = with_fact(Layer::kAccelerator, known("cpu.model", "AMD EPYC"));
  Fingerprints before = fingerprints(executor);
  std::map<Layer, LayerDeclaration> declared{
      {Layer::kAccelerator, {"infrastructure", {{"cpu.model", "Xeon"}}}}};
  executor = with_declarations(executor, declared);
  EXPECT_EQ(fact_of(executor, Layer::kAccelerator, "cpu.model").value, "AMD EPYC");
  const Fact& said = fact_of(executor, Layer::kAccelerator, "cpu.model.declared");
  EXPECT_EQ(said.value, "Xeon");
  EXPECT_EQ(said.provenance, Provenance::kDeclared);
  EXPECT_EQ(fingerprints(executor).whole, before.whole);
  EXPECT_EQ(with_declarations(executor, declared).layers[5].facts.size(), 2u);  // again: the same
}

TEST(WithDeclarations, ADeclarationThatAgreesAddsNothing) {
  Executor executor = with_fact(Layer::kAccelerator, known("cpu.model", "AMD EPYC"));
  executor =
      with_declarations(executor, {{Layer::kAccelerator, {"", {{"cpu.model", "AMD EPYC"}}}}});
  ASSERT_EQ(executor.layers[5].facts.size(), 1u);
  EXPECT_EQ(executor.layers[5].facts[0].provenance, Provenance::kMeasured);
  EXPECT_EQ(executor.layers[5].owner, "unknown");
}

TEST(WithDeclarations, WhatTheTargetMeasuresReplacesWhatWasDeclared) {
  Executor executor = with_declarations(
      empty_executor(), {{Layer::kRuntime, {"ML platform", {{"runtime.version", "1.20"}}}}});
  executor = with_target(executor, {{Layer::kRuntime, known("runtime.version", "1.30")}});
  const Fact& fact = fact_of(executor, Layer::kRuntime, "runtime.version");
  EXPECT_EQ(fact.value, "1.30");
  EXPECT_EQ(fact.provenance, Provenance::kMeasured);
  EXPECT_EQ(fact_of(executor, Layer::kRuntime, "runtime.version.declared").value, "1.20");
}

TEST(WithDeclarations, FactsStaySorted) {
  Executor executor = with_fact(Layer::kDemand, known("m", "1"));
  executor = with_declarations(executor, {{Layer::kDemand, {"p", {{"z", "1"}, {"a", "2"}}}}});
  const std::vector<Fact>& facts = executor.layers[8].facts;
  ASSERT_EQ(facts.size(), 3u);
  EXPECT_EQ(facts[0].name + facts[1].name + facts[2].name, "amz");
}

TEST(OtherMachine, WhatWasFoundHereIsTheClientsAndTheServersIsUnknown) {
  Executor here = discover({.root = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/executor/two-socket-gpu"});
  Executor there = of_other_machine(here, "models.example");
  const LayerRecord& before = here.layers[static_cast<std::size_t>(Layer::kAccelerator)];
  const LayerRecord& after = there.layers[static_cast<std::size_t>(Layer::kAccelerator)];
  auto fact = [](const LayerRecord& layer, const std::string& name) {
    auto found = std::find_if(layer.facts.begin(), layer.facts.end(),
                              [&](const Fact& each) { return each.name == name; });
    return found == layer.facts.end() ? Fact{} : *found;
  };
  EXPECT_EQ(fact(after, "client.cpu.model").value, fact(before, "cpu.model").value);
  EXPECT_FALSE(fact(after, "client.cpu.model").value.empty());
  EXPECT_FALSE(fact(after, "client.cpu.model").identity);
  EXPECT_EQ(fact(after, "cpu.model").provenance, Provenance::kUnknown);
  EXPECT_NE(fact(after, "cpu.model").reason.find("models.example"), std::string::npos);
  for (const LayerRecord& layer : there.layers) EXPECT_TRUE(absent_facts(layer).empty());
  // Another client on the same server is the same executor.
  EXPECT_EQ(fingerprints(there).by_layer[static_cast<std::size_t>(Layer::kAccelerator)],
            fingerprints(of_other_machine(discover({.root = "/nowhere"}), "models.example"))
                .by_layer[static_cast<std::size_t>(Layer::kAccelerator)]);
  Executor declared = with_declarations(there, {{Layer::kAccelerator, {"me", {{"cpu.model", "X"}}}}});
  EXPECT_EQ(fact(declared.layers[static_cast<std::size_t>(Layer::kAccelerator)], "cpu.model").value, "X");
}

}  // namespace
}  // namespace lynxbench::executor
