// Discovery on recorded machines: tests/data/executor/<machine>/.
#include <gtest/gtest.h>

#include "executor/executor.h"
#include "executor/expected.h"
#include "executor/record.h"

namespace lynxbench::executor {
namespace {

Executor recorded(const std::string& machine) {
  return discover({.root = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/executor" / machine});
}

// The value of a known fact; for another "(unknown: reason)" or "(absent)".
std::string value(const Executor& executor, Layer layer, const std::string& name) {
  const Fact* fact = find_fact(executor.layers[static_cast<std::size_t>(layer)], name);
  if (fact == nullptr) return "(absent)";
  return fact->provenance == Provenance::kUnknown ? "(unknown: " + fact->reason + ")" : fact->value;
}

bool is_identity(const Executor& executor, Layer layer, const std::string& name) {
  const Fact* fact = find_fact(executor.layers[static_cast<std::size_t>(layer)], name);
  return fact != nullptr && fact->identity;
}

TEST(Discovery, ATwoSocketServerIsDescribedByItsProcessors) {
  Executor machine = recorded("two-socket-gpu");
  auto cpu = [&](const char* name) { return value(machine, Layer::kAccelerator, name); };
  EXPECT_EQ(cpu("cpu.model"), "Intel(R) Xeon(R) Gold 6430");
  EXPECT_EQ(cpu("cpu.vendor"), "GenuineIntel");
  EXPECT_EQ(cpu("cpu.family"), "6");
  EXPECT_EQ(cpu("cpu.model_number"), "143");
  EXPECT_EQ(cpu("cpu.stepping"), "8");
  EXPECT_EQ(cpu("cpu.microcode"), "0x2b000590");
  EXPECT_EQ(cpu("cpu.sockets"), "2");
  EXPECT_EQ(cpu("cpu.cores"), "4");
  EXPECT_EQ(cpu("cpu.threads"), "8");
  EXPECT_EQ(cpu("cpu.architecture"), "x86_64");
  EXPECT_NE(cpu("cpu.flags").find("amx_bf16"), std::string::npos);
  EXPECT_EQ(cpu("cpu.flags").find("aes"), std::string::npos);
  EXPECT_EQ(cpu("cpu.cache.l1d"),
            "48K, 4 in all, each shared by 2 threads, 12 ways, lines of 64 bytes");
  EXPECT_EQ(cpu("cpu.cache.l3"),
            "61440K, 2 in all, each shared by 4 threads, 15 ways, lines of 64 bytes");
  EXPECT_EQ(cpu("numa.nodes"), "2");
  EXPECT_EQ(cpu("numa.node1"), "CPUs 2-3,6-7, distances 21 10");
  EXPECT_EQ(cpu("numa.node1.memory"), "126.0 GiB");
  EXPECT_EQ(cpu("memory.total"), "251.0 GiB");
}

TEST(Discovery, ThePciTreeNamesGpuAndNetworkWithTheirLinks) {
  Executor machine = recorded("two-socket-gpu");
  auto pci = [&](const char* name) { return value(machine, Layer::kAccelerator, name); };
  EXPECT_EQ(pci("pci.devices"), "3");
  EXPECT_EQ(pci("pci.0000:3b:00.0"), "display or GPU, class 030200, 10de:2335, below 0000:3a:00.0");
  EXPECT_EQ(pci("pci.0000:3b:00.0.link.max"), "32.0 GT/s PCIe x16");
  EXPECT_EQ(pci("pci.0000:3b:00.0.link.now"), "2.5 GT/s PCIe x16");
  EXPECT_FALSE(is_identity(machine, Layer::kAccelerator, "pci.0000:3b:00.0.link.now"));
  EXPECT_EQ(pci("pci.0000:00:1f.0"), "network, class 020000, 15b3:1021, below pci0000:00");
  EXPECT_EQ(pci("pci.0000:3a:00.0"), "(absent)");  // a bridge is in the names of those below
}

TEST(Discovery, TheFourCudaVersionsAreFourFacts) {
  Executor machine = recorded("two-socket-gpu");
  EXPECT_EQ(value(machine, Layer::kSystem, "gpu.driver"), "550.54.15");
  EXPECT_EQ(value(machine, Layer::kSystem, "cuda.toolkit"), "12.2.1");
  EXPECT_EQ(value(machine, Layer::kFramework, "cuda.framework"), "12.4.127");
  for (auto [layer, name] : {std::pair{Layer::kSystem, "cuda.driver"},
                             {Layer::kAccelerator, "cuda.compute_capability"},
                             {Layer::kAccelerator, "gpu"}}) {
    EXPECT_EQ(
        value(machine, layer, name).find("(unknown: an NVIDIA GPU is on the PCI bus at 0000:3b"),
        0u)
        << value(machine, layer, name);
  }
  EXPECT_EQ(value(recorded("no-sys"), Layer::kAccelerator, "gpu").find("(unknown: no PCI device"),
            0u);
}

TEST(Discovery, TheSystemLayerTellsWhatDecidesSpeed) {
  Executor machine = recorded("two-socket-gpu");
  auto system = [&](const char* name) { return value(machine, Layer::kSystem, name); };
  EXPECT_EQ(system("os.name"), "Debian GNU/Linux");
  EXPECT_EQ(system("os.version"), "12");
  EXPECT_EQ(system("kernel.release"), "6.1.0-18-amd64");
  EXPECT_EQ(system("kernel.parameters"),
            "BOOT_IMAGE=(left out) cloud.token=(left out) dyndbg=\"file a.c +p\" isolcpus=2-3 "
            "mitigations=auto quiet ro root=(left out)");
  EXPECT_EQ(system("cpu.governor"), "performance");
  EXPECT_EQ(system("cpu.frequency.max"), "3400000 kHz");
  EXPECT_EQ(system("cpu.boost"), "off");  // no_turbo is 1
  EXPECT_EQ(system("cpu.smt"), "on, active");
  EXPECT_EQ(system("clock.source"), "tsc");
  EXPECT_EQ(system("memory.transparent_huge_pages"), "madvise");
  EXPECT_EQ(system("memory.transparent_huge_pages.defrag"), "defer+madvise");
  EXPECT_EQ(system("memory.huge_pages"), "512 of 2048 kB");
  EXPECT_EQ(system("memory.swap"), "8388604 KiB");
  EXPECT_EQ(system("numa.balancing"), "1");
  EXPECT_EQ(system("vulnerabilities.open"), "mds (Vulnerable; SMT vulnerable)");
  EXPECT_EQ(system("vulnerabilities.mitigated"),
            "spectre_v2 (Mitigation: Enhanced / Automatic IBRS)");
  EXPECT_EQ(system("virtualization"), "none");
  EXPECT_EQ(system("process.affinity"), "CPUs 2-3");
  EXPECT_EQ(system("limit.open_files"), "soft 1024, hard 524288");
  EXPECT_EQ(system("cgroup.cpu.quota"), "no limit");
  EXPECT_EQ(system("cgroup.memory.limit"), "no limit");
}

TEST(Discovery, WhatChangesByTheSecondIsNoIdentity) {
  Executor machine = recorded("two-socket-gpu");
  for (const char* name : {"host.name", "host.uptime_s", "host.load", "cpu.frequency.now"}) {
    EXPECT_NE(value(machine, Layer::kSystem, name), "(absent)") << name;
    EXPECT_FALSE(is_identity(machine, Layer::kSystem, name)) << name;
  }
  EXPECT_FALSE(is_identity(machine, Layer::kAccelerator, "memory.available"));
  EXPECT_FALSE(is_identity(machine, Layer::kAccelerator, "memory.total.exact"));
  EXPECT_TRUE(is_identity(machine, Layer::kAccelerator, "memory.total"));
}

TEST(Discovery, TheLibraryThatIsReallyMappedIsNamedWithItsBuildId) {
  Executor machine = recorded("two-socket-gpu");
  auto framework = [&](const char* name) { return value(machine, Layer::kFramework, name); };
  EXPECT_EQ(framework("library.libm.so.6"), "build id " + std::string(40, 'b'));
  EXPECT_EQ(framework("library.libm.so.6.file"), "/opt/tuned/libm.so.6");
  EXPECT_EQ(framework("library.libcudart.so.12"),
            "build id " + std::string(40, 'c') + ", version 12.4.127");
  EXPECT_EQ(framework("library.libengine-2.3.so").substr(0, 7), "sha256 ");
  EXPECT_EQ(framework("library.libgone.so.1"),
            "(unknown: the mapped file cannot be read: /usr/lib/x86_64-linux-gnu/libgone.so.1 "
            "(deleted))");
  EXPECT_FALSE(is_identity(machine, Layer::kFramework, "library.libm.so.6.file"));
}

TEST(Discovery, ALibraryThatShadowsTheSystemsOwnIsNamed) {
  Executor machine = recorded("two-socket-gpu");
  EXPECT_EQ(value(machine, Layer::kFramework, "library.shadowing"),
            "libm.so.6: /opt/tuned/libm.so.6 instead of /usr/lib/x86_64-linux-gnu/libm.so.6");
  EXPECT_EQ(value(machine, Layer::kFramework, "loader.preload"), "/opt/tuned/libm.so.6");
  EXPECT_EQ(value(machine, Layer::kFramework, "loader.library_path"), "/opt/tuned");
}

TEST(Discovery, NothingElseOfTheEnvironmentIsWrittenDown) {
  Executor machine = recorded("two-socket-gpu");
  for (const LayerRecord& layer : machine.layers) {
    for (const Fact& fact : layer.facts) {
      EXPECT_EQ(fact.value.find("someone"), std::string::npos) << fact.name;
      EXPECT_EQ(fact.value.find("AWS"), std::string::npos) << fact.name;
      EXPECT_EQ(fact.value.find("hunter2"), std::string::npos) << fact.name;
    }
  }
}

TEST(Discovery, TheProcessorsPowerCapIsReadFromRapl) {
  Executor machine = recorded("two-socket-gpu");
  EXPECT_EQ(value(machine, Layer::kFacility, "power.cap.cpu"),
            "package-0 long_term 270 W, package-1 long_term 270 W");
  EXPECT_EQ(value(machine, Layer::kFacility, "temperature.sensors"), "coretemp, x86_pkg_temp");
  EXPECT_EQ(value(machine, Layer::kFacility, "cooling"),
            "(unknown: a machine cannot tell; declare it in the contract)");
}

TEST(Discovery, TheTightestLimitOfAllParentGroupsHolds) {
  Executor machine = recorded("arm-container");
  auto system = [&](const char* name) { return value(machine, Layer::kSystem, name); };
  EXPECT_EQ(system("cgroup.version"), "2");
  EXPECT_EQ(system("cgroup.cpu.quota"), "1.5 CPUs");             // the pod's, not the app's 4
  EXPECT_EQ(system("cgroup.memory.limit"), "2147483648 bytes");  // the app's, not the pod's 4 GiB
  EXPECT_EQ(system("cgroup.cpuset"), "0-3");
  EXPECT_EQ(system("container"), "kubepods");
}

TEST(Discovery, AnArmProcessorIsNamedByItsPart) {
  Executor machine = recorded("arm-container");
  auto cpu = [&](const char* name) { return value(machine, Layer::kAccelerator, name); };
  EXPECT_EQ(cpu("cpu.vendor"), "0x41");
  EXPECT_EQ(cpu("cpu.model"), "0xd4f");
  EXPECT_EQ(cpu("cpu.flags"), "asimd asimddp asimdhp bf16 i8mm sve");
  EXPECT_EQ(cpu("cpu.threads"), "4");
}

TEST(Discovery, AMachineWithoutSysIsFullOfUnknownsWithReasons) {
  Executor machine = recorded("no-sys");
  EXPECT_EQ(value(machine, Layer::kAccelerator, "cpu.model"), "AMD EPYC 7302");
  EXPECT_EQ(value(machine, Layer::kAccelerator, "cpu.cores"), "2");  // by ids in cpuinfo
  EXPECT_EQ(value(machine, Layer::kSystem, "cpu.governor"),
            "(unknown: no cpufreq driver: firmware or hypervisor sets the frequency)");
  EXPECT_EQ(value(machine, Layer::kSystem, "virtualization"), "a hypervisor that is not named");
  EXPECT_LT(completeness(machine.layers[static_cast<std::size_t>(Layer::kSystem)]), 0.1);
}

TEST(Discovery, EveryRecordHasNineLayersAndEveryExpectedFact) {
  for (const char* name : {"two-socket-gpu", "arm-container", "no-sys", "there-is-no-such-tree"}) {
    Executor machine = recorded(name);
    for (std::size_t i = 0; i < kLayerCount; ++i) {
      const LayerRecord& layer = machine.layers[i];
      EXPECT_EQ(layer.layer, kLayers[i]);
      EXPECT_EQ(layer.owner, "unknown");
      EXPECT_TRUE(absent_facts(layer).empty()) << name << ": " << absent_facts(layer).front();
    }
  }
}

TEST(Discovery, NoUnknownIsWithoutAReasonAndNoKnownWithoutAValue) {
  for (const char* name : {"two-socket-gpu", "arm-container", "no-sys", "there-is-no-such-tree"}) {
    Executor machine = recorded(name);
    for (const LayerRecord& layer : machine.layers) {
      std::string before;
      for (const Fact& fact : layer.facts) {
        bool is_unknown = fact.provenance == Provenance::kUnknown;
        EXPECT_EQ(fact.value.empty(), is_unknown) << fact.name;
        EXPECT_EQ(fact.reason.empty(), !is_unknown) << fact.name;
        EXPECT_FALSE(fact.source.empty()) << fact.name;
        EXPECT_LT(before, fact.name);  // sorted, each once
        before = fact.name;
      }
    }
  }
}

TEST(Discovery, ADroppedFactIsMissedByName) {
  Executor machine = recorded("two-socket-gpu");
  LayerRecord& layer = layer_of(machine, Layer::kAccelerator);
  std::erase_if(layer.facts, [](const Fact& fact) { return fact.name == "cpu.model"; });
  EXPECT_EQ(absent_facts(layer), std::vector<std::string>{"cpu.model"});
  layer.facts.clear();
  EXPECT_GT(absent_facts(layer).size(), 10u);
  EXPECT_EQ(completeness(layer), 0);
}

}  // namespace
}  // namespace lynxbench::executor
