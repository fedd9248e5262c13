// accelerator layer: which processor, how many, what it can do.
#include <sys/utsname.h>

#include <set>

#include "executor/cpuinfo.h"
#include "executor/families.h"

namespace lynxbench::executor {
namespace {

constexpr const char* kCpuInfo = "/proc/cpuinfo";
constexpr const char* kTopology = "/sys/devices/system/cpu/cpu*/topology";

Fact from_cpuinfo(const CpuInfo& info, std::string name, std::vector<std::string> keys) {
  for (const std::string& key : keys) {
    std::string value = info.value(key);
    if (!value.empty()) return measured(std::move(name), value, kCpuInfo);
  }
  std::string reason = info.processors.empty() ? "the file lists no processor"
                                               : "no processor has the key \"" + keys.front() + '"';
  return unknown(std::move(name), kCpuInfo, reason);
}

Fact architecture(const Tree& tree) {
  Fact fact = tree.fact("cpu.architecture", "/proc/sys/kernel/arch");
  utsname names{};
  if (fact.provenance != Provenance::kUnknown || !tree.live() || uname(&names) != 0) return fact;
  return measured("cpu.architecture", static_cast<const char*>(names.machine), "uname(2)");
}

// Different values of one topology file over the processors that are on.
std::set<std::string> topology_values(const Tree& tree, const std::string& file) {
  std::set<std::string> values;
  std::string folder = "/sys/devices/system/cpu";
  for (const std::string& name : tree.names(folder)) {
    if (!name.starts_with("cpu") || !parse_count(std::string_view(name).substr(3))) continue;
    Result<std::string> value = tree.text(folder + "/" + name + "/topology/" + file);
    if (value.ok()) values.insert(*value);
  }
  return values;
}

// Sockets and cores: from the topology files, else from cpuinfo's ids, else unknown.
std::vector<Fact> sockets_and_cores(const Tree& tree, const CpuInfo& info) {
  std::size_t sockets = topology_values(tree, "physical_package_id").size();
  std::size_t cores = topology_values(tree, "thread_siblings_list").size();
  std::string source = kTopology;
  if (sockets == 0 || cores == 0) {
    std::set<std::string> packages, pairs;
    for (const auto& processor : info.processors) {
      auto package = processor.find("physical id"), core = processor.find("core id");
      if (package == processor.end() || core == processor.end()) continue;
      packages.insert(package->second);
      pairs.insert(package->second + "/" + core->second);
    }
    sockets = packages.size();
    cores = pairs.size();
    source = kCpuInfo;
  }
  if (sockets == 0 || cores == 0) {
    std::string reason =
        "neither topology files nor \"physical id\" and \"core id\" in /proc/cpuinfo";
    return {unknown("cpu.sockets", kTopology, reason), unknown("cpu.cores", kTopology, reason)};
  }
  return {measured("cpu.sockets", std::to_string(sockets), source),
          measured("cpu.cores", std::to_string(cores), source)};
}

Fact flags(const CpuInfo& info) {
  for (const char* key : {"flags", "Features"}) {
    std::string all = info.value(key);
    if (all.empty()) continue;
    std::string kept = inference_flags(all);
    return measured("cpu.flags", kept.empty() ? "none that matter to inference" : kept, kCpuInfo);
  }
  return unknown("cpu.flags", kCpuInfo, "no processor has the key \"flags\"");
}

}  // namespace

Findings processor_facts(const Tree& tree) {
  Result<std::string> text = tree.text(kCpuInfo);
  CpuInfo info = text.ok() ? parse_cpuinfo(*text) : CpuInfo{};
  Findings found{Layer::kAccelerator, {}};
  found.facts.push_back(architecture(tree));
  found.facts.push_back(from_cpuinfo(info, "cpu.vendor", {"vendor_id", "CPU implementer"}));
  found.facts.push_back(from_cpuinfo(info, "cpu.model", {"model name", "CPU part"}));
  found.facts.push_back(from_cpuinfo(info, "cpu.family", {"cpu family", "CPU architecture"}));
  found.facts.push_back(from_cpuinfo(info, "cpu.model_number", {"model", "CPU variant"}));
  found.facts.push_back(from_cpuinfo(info, "cpu.stepping", {"stepping", "CPU revision"}));
  found.facts.push_back(from_cpuinfo(info, "cpu.microcode", {"microcode"}));
  found.facts.push_back(flags(info));
  for (Fact& fact : sockets_and_cores(tree, info)) found.facts.push_back(std::move(fact));
  std::size_t threads = info.processors.size();
  found.facts.push_back(
      threads > 0 ? measured("cpu.threads", std::to_string(threads), kCpuInfo)
                  : unknown("cpu.threads", kCpuInfo,
                            text.ok() ? "the file lists no processor" : text.error().message));
  found.facts.push_back(tree.fact("cpu.online", "/sys/devices/system/cpu/online"));
  return found;
}

}  // namespace lynxbench::executor
