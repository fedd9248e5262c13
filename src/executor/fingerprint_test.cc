#include <gtest/gtest.h>

#include <algorithm>

#include "base/digest.h"
#include "base/random.h"
#include "executor/executor.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

Executor two_socket_machine() {
  return discover({.root = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/executor/two-socket-gpu"});
}

Fact known(const std::string& name, const std::string& value) {
  return measured(name, value, "test");
}

// Which layers' digests differ; checks that the whole differs exactly when one does.
std::vector<Layer> changed_layers(const Executor& a, const Executor& b) {
  Fingerprints x = fingerprints(a), y = fingerprints(b);
  std::vector<Layer> changed;
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    if (x.by_layer[i] != y.by_layer[i]) changed.push_back(kLayers[i]);
  }
  EXPECT_EQ(x.whole != y.whole, !changed.empty());
  return changed;
}

std::vector<Layer> layers_with_differences(const Executor& a, const Executor& b) {
  std::vector<Layer> layers;
  for (const LayerDifference& difference : differences(a, b)) layers.push_back(difference.layer);
  return layers;
}

TEST(Fingerprints, TheDigestIsThatOfTheDocumentedText) {
  Executor executor = empty_executor();
  add_fact(layer_of(executor, Layer::kDemand), known("slo", "p95 <= 100 ms"));
  add_fact(layer_of(executor, Layer::kDemand), unknown("growth", "contract", "nobody knows"));
  add_fact(layer_of(executor, Layer::kDemand), passing(known("uptime", "3 s")));
  Fingerprints found = fingerprints(executor);
  std::string demand = sha256_hex(
      R"({"facts":[["growth","unknown",""],["slo","known","p95 <= 100 ms"]],"layer":"demand"})");
  EXPECT_EQ(found.by_layer[8], demand);
  auto none = [](const std::string& layer) {
    return sha256_hex(R"({"facts":[],"layer":")" + layer + R"("})");
  };
  EXPECT_EQ(found.by_layer[0], none("application"));
  std::string whole;
  for (const char* layer : {"accelerator", "application", "demand", "facility", "framework",
                            "procurement", "runtime", "serving", "system"}) {
    std::string digest = std::string(layer) == "demand" ? demand : none(layer);
    whole += (whole.empty() ? "{\"" : ",\"") + std::string(layer) + "\":\"" + digest + '"';
  }
  EXPECT_EQ(found.whole, sha256_hex(whole + "}"));
}

TEST(Fingerprints, TheOrderOfFactsDoesNotMatter) {
  Executor machine = two_socket_machine();
  Random random(1, "permutation");
  for (int round = 0; round < 50; ++round) {
    Executor shuffled = machine;
    for (LayerRecord& layer : shuffled.layers) {
      for (std::size_t i = layer.facts.size(); i > 1; --i) {
        std::swap(layer.facts[i - 1], layer.facts[random.below(i)]);
      }
    }
    EXPECT_EQ(fingerprints(shuffled).whole, fingerprints(machine).whole);
    EXPECT_TRUE(differences(machine, shuffled).empty());
  }
}

TEST(Fingerprints, AnyChangedFactChangesItsLayerAndTheWholeAndNoOther) {
  const Executor machine = two_socket_machine();
  int mutations = 0;
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    for (std::size_t f = 0; f < machine.layers[i].facts.size(); ++f) {
      Executor mutated = machine;
      Fact& fact = mutated.layers[i].facts[f];
      fact.provenance = Provenance::kMeasured;
      fact.value += "x";
      std::vector<Layer> expected;
      if (fact.identity) expected.push_back(kLayers[i]);
      EXPECT_EQ(changed_layers(machine, mutated), expected) << fact.name;
      EXPECT_EQ(layers_with_differences(machine, mutated), expected) << fact.name;
      ++mutations;
    }
  }
  EXPECT_GT(mutations, 100);
}

TEST(Fingerprints, AnyDroppedFactChangesItsLayerAndTheWholeAndNoOther) {
  const Executor machine = two_socket_machine();
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    for (std::size_t f = 0; f < machine.layers[i].facts.size(); ++f) {
      Executor cut = machine;
      auto dropped = cut.layers[i].facts.begin() + static_cast<std::ptrdiff_t>(f);
      std::vector<Layer> expected;
      if (dropped->identity) expected.push_back(kLayers[i]);
      cut.layers[i].facts.erase(dropped);
      EXPECT_EQ(changed_layers(machine, cut), expected);
      EXPECT_EQ(layers_with_differences(machine, cut), expected);
    }
  }
}

TEST(Fingerprints, WhoOwnsALayerAndHowAFactWasLearntDoNotMatter) {
  Executor a = empty_executor();
  add_fact(layer_of(a, Layer::kSystem), known("os.name", "Debian"));
  Executor b = a;
  layer_of(b, Layer::kSystem).owner = "infrastructure";
  Fact& fact = layer_of(b, Layer::kSystem).facts[0];
  fact.provenance = Provenance::kDeclared;
  fact.source = "contract";
  EXPECT_EQ(fingerprints(a).whole, fingerprints(b).whole);
}

TEST(Fingerprints, UnknownIsNotTheSameAsAnEmptyOrSimilarValue) {
  Executor a = empty_executor(), b = empty_executor(), c = empty_executor();
  add_fact(layer_of(a, Layer::kSystem), unknown("os.name", "/etc", "no such file"));
  add_fact(layer_of(b, Layer::kSystem), known("os.name", ""));
  add_fact(layer_of(c, Layer::kSystem), known("os.name", "(unknown)"));
  EXPECT_EQ(changed_layers(a, b), std::vector<Layer>{Layer::kSystem});
  EXPECT_EQ(changed_layers(a, c), std::vector<Layer>{Layer::kSystem});
  EXPECT_EQ(layers_with_differences(a, c), std::vector<Layer>{Layer::kSystem});
}

TEST(Differences, AKnownPairGivesTheExactList) {
  Executor before = empty_executor(), after = empty_executor();
  add_fact(layer_of(before, Layer::kSystem), known("kernel.release", "6.1"));
  add_fact(layer_of(after, Layer::kSystem), known("kernel.release", "6.2"));
  add_fact(layer_of(before, Layer::kSystem), unknown("cpu.governor", "/sys", "not there"));
  add_fact(layer_of(after, Layer::kSystem), known("cpu.governor", "performance"));
  add_fact(layer_of(before, Layer::kSystem), known("same", "as before"));
  add_fact(layer_of(after, Layer::kSystem), known("same", "as before"));
  add_fact(layer_of(after, Layer::kSystem), passing(known("uptime", "1 s")));
  add_fact(layer_of(before, Layer::kServing), known("instances", "1"));
  layer_of(after, Layer::kSystem).owner = "infrastructure";
  layer_of(before, Layer::kServing).owner = "ML platform";

  std::vector<LayerDifference> found = differences(before, after);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].layer, Layer::kServing);
  EXPECT_EQ(found[0].owner, "ML platform");  // nobody declared another since
  ASSERT_EQ(found[0].facts.size(), 1u);
  EXPECT_EQ(found[0].facts[0].name, "instances");
  EXPECT_EQ(found[0].facts[0].before, "1");
  EXPECT_EQ(found[0].facts[0].after, "(absent)");
  EXPECT_EQ(found[1].layer, Layer::kSystem);
  EXPECT_EQ(found[1].owner, "infrastructure");
  ASSERT_EQ(found[1].facts.size(), 2u);
  EXPECT_EQ(found[1].facts[0].name, "cpu.governor");
  EXPECT_EQ(found[1].facts[0].before, "(unknown)");
  EXPECT_EQ(found[1].facts[0].after, "performance");
  EXPECT_EQ(found[1].facts[1].name, "kernel.release");
}

TEST(Completeness, IsTheShareOfKnownFacts) {
  Executor executor = empty_executor();
  LayerRecord& layer = layer_of(executor, Layer::kFacility);
  EXPECT_EQ(completeness(layer), 0);
  add_fact(layer, known("power.cap", "10 kW"));
  EXPECT_EQ(completeness(layer), 1);
  add_fact(layer, unknown("rack", "contract", "not declared"));
  add_fact(layer, unknown("tariff", "contract", "not declared"));
  add_fact(layer, {"cooling", Provenance::kDeclared, "air", "contract", "", true});
  EXPECT_EQ(completeness(layer), 0.5);
}

TEST(Record, ANameThatIsTakenIsKeptUnderAnother) {
  Executor executor = empty_executor();
  LayerRecord& layer = layer_of(executor, Layer::kFramework);
  for (const char* value : {"a", "b", "c"}) add_fact(layer, known("library.x", value));
  ASSERT_EQ(layer.facts.size(), 3u);
  EXPECT_EQ(find_fact(layer, "library.x")->value, "a");
  EXPECT_EQ(find_fact(layer, "library.x#2")->value, "b");
  EXPECT_EQ(find_fact(layer, "library.x#3")->value, "c");
}

}  // namespace
}  // namespace lynxbench::executor
