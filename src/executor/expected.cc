#include "executor/expected.h"

#include <array>

namespace lynxbench::executor {
namespace {

constexpr std::string_view kTarget = "target";
constexpr std::string_view kContract = "contract";
constexpr std::string_view kMachine = "machine";
constexpr std::string_view kNotSaid = "the target has not told it";
constexpr std::string_view kDeclare = "a machine cannot tell; declare it in the contract";
constexpr std::string_view kNotFound = "discovery did not find it";

constexpr ExpectedFact from_target(Layer layer, std::string_view name) {
  return {layer, name, kTarget, kNotSaid};
}
constexpr ExpectedFact declared(Layer layer, std::string_view name) {
  return {layer, name, kContract, kDeclare};
}
constexpr ExpectedFact found(Layer layer, std::string_view name) {
  return {layer, name, kMachine, kNotFound};
}

constexpr std::array kExpected{
    from_target(Layer::kApplication, "model.name"),
    from_target(Layer::kApplication, "model.sha256"),
    from_target(Layer::kApplication, "precision"),
    from_target(Layer::kApplication, "preprocessing"),
    from_target(Layer::kApplication, "postprocessing"),
    declared(Layer::kApplication, "use"),

    from_target(Layer::kServing, "server.name"),
    from_target(Layer::kServing, "server.version"),
    from_target(Layer::kServing, "instances"),
    from_target(Layer::kServing, "batching.max_batch"),
    from_target(Layer::kServing, "batching.timeout"),
    from_target(Layer::kServing, "queue.capacity"),

    from_target(Layer::kRuntime, "runtime.name"),
    from_target(Layer::kRuntime, "runtime.version"),
    from_target(Layer::kRuntime, "provider"),
    from_target(Layer::kRuntime, "threads.intra"),
    from_target(Layer::kRuntime, "graph_optimization"),

    found(Layer::kFramework, "cuda.framework"),
    found(Layer::kFramework, "library.shadowing"),
    found(Layer::kFramework, "loader.library_path"),
    found(Layer::kFramework, "loader.preload"),
    found(Layer::kFramework, "loader.preload.system"),
    found(Layer::kFramework, "process.executable"),
    found(Layer::kFramework, "tool.compiler"),

    found(Layer::kSystem, "cgroup.cpu.quota"),
    found(Layer::kSystem, "cgroup.cpuset"),
    found(Layer::kSystem, "cgroup.memory.limit"),
    found(Layer::kSystem, "cgroup.version"),
    found(Layer::kSystem, "clock.source"),
    found(Layer::kSystem, "container"),
    found(Layer::kSystem, "cpu.boost"),
    found(Layer::kSystem, "cpu.frequency.max"),
    found(Layer::kSystem, "cpu.frequency.min"),
    found(Layer::kSystem, "cpu.governor"),
    found(Layer::kSystem, "cpu.smt"),
    found(Layer::kSystem, "cuda.driver"),
    found(Layer::kSystem, "cuda.toolkit"),
    found(Layer::kSystem, "gpu.driver"),
    found(Layer::kSystem, "kernel.parameters"),
    found(Layer::kSystem, "kernel.release"),
    found(Layer::kSystem, "kernel.version"),
    found(Layer::kSystem, "libc.version"),
    found(Layer::kSystem, "limit.open_files"),
    found(Layer::kSystem, "memory.huge_pages"),
    found(Layer::kSystem, "memory.swap"),
    found(Layer::kSystem, "memory.swappiness"),
    found(Layer::kSystem, "memory.transparent_huge_pages"),
    found(Layer::kSystem, "numa.balancing"),
    found(Layer::kSystem, "os.name"),
    found(Layer::kSystem, "os.version"),
    found(Layer::kSystem, "process.affinity"),
    found(Layer::kSystem, "virtualization"),
    found(Layer::kSystem, "vulnerabilities.mitigated"),
    found(Layer::kSystem, "vulnerabilities.open"),

    found(Layer::kAccelerator, "cpu.architecture"),
    found(Layer::kAccelerator, "cpu.cache.l1d"),
    found(Layer::kAccelerator, "cpu.cache.l2"),
    found(Layer::kAccelerator, "cpu.cores"),
    found(Layer::kAccelerator, "cpu.family"),
    found(Layer::kAccelerator, "cpu.flags"),
    found(Layer::kAccelerator, "cpu.microcode"),
    found(Layer::kAccelerator, "cpu.model"),
    found(Layer::kAccelerator, "cpu.sockets"),
    found(Layer::kAccelerator, "cpu.stepping"),
    found(Layer::kAccelerator, "cpu.threads"),
    found(Layer::kAccelerator, "cpu.vendor"),
    found(Layer::kAccelerator, "cuda.compute_capability"),
    found(Layer::kAccelerator, "gpu"),
    found(Layer::kAccelerator, "memory.speed"),
    found(Layer::kAccelerator, "memory.total"),
    found(Layer::kAccelerator, "numa.nodes"),
    found(Layer::kAccelerator, "pci.devices"),

    declared(Layer::kProcurement, "order"),
    declared(Layer::kProcurement, "price"),
    declared(Layer::kProcurement, "amortisation"),
    declared(Layer::kProcurement, "contract_class"),

    found(Layer::kFacility, "power.cap.cpu"),
    found(Layer::kFacility, "temperature.sensors"),
    declared(Layer::kFacility, "power.cap"),
    declared(Layer::kFacility, "cooling"),
    declared(Layer::kFacility, "temperature.ambient"),
    declared(Layer::kFacility, "rack"),
    declared(Layer::kFacility, "tariff"),

    declared(Layer::kDemand, "inputs.distinct"),
    declared(Layer::kDemand, "slo"),
    declared(Layer::kDemand, "growth"),
};

}  // namespace

std::span<const ExpectedFact> expected_facts() { return kExpected; }

}  // namespace lynxbench::executor
