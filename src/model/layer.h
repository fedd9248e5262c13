// The nine layers of an AI Executor. Speed is a property of all of them together; each has an owner.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace lynxbench {

enum class Layer {
  kApplication,  // model, pre- and post-processing, decoding settings
  kServing,      // server, batching, instances, queue
  kRuntime,      // inference runtime, kernels, graph optimisation, threads
  kFramework,    // framework version and build, dependencies
  kSystem,       // OS, kernel, driver, container limits, governor
  kAccelerator,  // CPU and GPU model, memory, links, clocks
  kProcurement,  // what was ordered, price, contract class
  kFacility,     // power cap, cooling, rack, tariff
  kDemand,       // arrivals, shapes, concurrency, SLO
};

inline constexpr std::size_t kLayerCount = 9;
inline constexpr std::array<Layer, kLayerCount> kLayers{
    Layer::kApplication, Layer::kServing,     Layer::kRuntime,  Layer::kFramework, Layer::kSystem,
    Layer::kAccelerator, Layer::kProcurement, Layer::kFacility, Layer::kDemand};

// "application", "serving", ...: the spelling in every file.
[[nodiscard]] std::string_view name_of(Layer layer);
[[nodiscard]] std::optional<Layer> layer_named(std::string_view name);

}  // namespace lynxbench
