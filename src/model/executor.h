// An AI Executor as found: nine layers, each with an owner and facts, each fact with where it came
// from. Nothing is silently blank: what could not be found stands there as unknown, with the reason.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "model/layer.h"

namespace lynxbench {

enum class Provenance { kMeasured, kDeclared, kUnknown };

struct Fact {
  std::string name;    // "cpu.model", "kernel.release"; unique in its layer
  Provenance provenance = Provenance::kUnknown;
  std::string value;   // as text; empty when unknown
  std::string source;  // "/proc/cpuinfo", "contract"; for unknown: where was looked
  std::string reason;  // why unknown; empty otherwise
  // Part of the fingerprint. False for what changes at every boot or by the second (free memory,
  // uptime, temperature).
  bool identity = true;
};

struct LayerRecord {
  Layer layer = Layer::kApplication;
  std::string owner;  // declared; "unknown" when nobody declared one
  std::vector<Fact> facts;  // sorted by name
};

struct Executor {
  std::array<LayerRecord, kLayerCount> layers;  // in the order of kLayers
};

// Lower-case hex SHA-256.
struct Fingerprints {
  std::string whole;
  std::array<std::string, kLayerCount> by_layer;
};

struct FactDifference {
  std::string name;
  std::string before;  // "(absent)" or "(unknown)" where there was no value
  std::string after;
};

struct LayerDifference {
  Layer layer = Layer::kApplication;
  std::string owner;
  std::vector<FactDifference> facts;
};

}  // namespace lynxbench
