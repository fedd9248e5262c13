// The families of facts, one file each. Every function reads below the tree's root alone, never
// fails, and names what it could not find as unknown, with the reason.
#pragma once

#include "base/nvml.h"
#include "executor/fact.h"
#include "executor/tree.h"

namespace lynxbench::executor {

[[nodiscard]] Findings processor_facts(const Tree& tree);  // accelerator: cpu.*      cpu.cc
[[nodiscard]] Findings cache_facts(const Tree& tree);      // accelerator: cpu.cache.* cache.cc
[[nodiscard]] Findings clock_facts(const Tree& tree);      // system: governor, boost ... clock.cc
[[nodiscard]] Findings memory_facts(const Tree& tree);     // accelerator: memory, NUMA memory.cc
[[nodiscard]] Findings paging_facts(const Tree& tree);     // system: huge pages, swap  memory.cc
[[nodiscard]] Findings kernel_facts(const Tree& tree);     // system: OS, kernel       kernel.cc
[[nodiscard]] Findings virtual_facts(const Tree& tree);    // system: hypervisor       virtual.cc
[[nodiscard]] Findings container_facts(const Tree& tree);  // system: container, cgroup container.cc
[[nodiscard]] Findings limit_facts(const Tree& tree);      // system: ulimits          container.cc
[[nodiscard]] Findings pci_facts(const Tree& tree);        // accelerator: pci.*       pci.cc
// The live machine's NVML, or why it cannot be asked.                                  gpu.cc
[[nodiscard]] Result<Nvml> nvml_of(const Tree& tree);
// accelerator, system, framework: GPUs, driver, the four CUDA versions                 gpu.cc
[[nodiscard]] std::vector<Findings> gpu_facts(const Tree& tree, const Result<Nvml>& nvml);
[[nodiscard]] Findings library_facts(const Tree& tree);  // framework: what is mapped libraries.cc
[[nodiscard]] Findings power_facts(const Tree& tree);    // facility: power cap, sensors power.cc

}  // namespace lynxbench::executor
