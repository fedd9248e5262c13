// system layer: what decides the processors' clock frequency, and which clock the kernel reads.
#include <fmt/format.h>

#include "base/text.h"
#include "executor/cpuinfo.h"
#include "executor/families.h"

namespace lynxbench::executor {
namespace {

const std::string kCpus = "/sys/devices/system/cpu";

// One cpufreq file over all processors.
Fact over_processors(const Tree& tree, std::string name, const std::string& file) {
  std::vector<std::string> values;
  for (const std::string& cpu : tree.names(kCpus)) {
    if (!cpu.starts_with("cpu") || !parse_count(std::string_view(cpu).substr(3))) continue;
    Result<std::string> value = tree.text(kCpus + "/" + cpu + "/cpufreq/" + file);
    if (value.ok() && !value->empty()) values.push_back(*value);
  }
  std::string source = kCpus + "/cpu*/cpufreq/" + file;
  if (values.empty()) {
    return unknown(std::move(name), source,
                   "no cpufreq driver: firmware or hypervisor sets the frequency");
  }
  return measured(std::move(name), distinct(values), source);
}

Fact frequency(const Tree& tree, std::string name, const std::string& file) {
  Fact fact = over_processors(tree, std::move(name), file);
  if (fact.provenance == Provenance::kMeasured) fact.value += " kHz";
  return fact;
}

Fact boost(const Tree& tree) {
  const std::string any = kCpus + "/cpufreq/boost", intel = kCpus + "/intel_pstate/no_turbo";
  if (Result<std::string> value = tree.text(any); value.ok()) {
    return measured("cpu.boost", *value == "0" ? "off" : "on", any);
  }
  if (Result<std::string> value = tree.text(intel); value.ok()) {
    return measured("cpu.boost", *value == "0" ? "on" : "off", intel);
  }
  return unknown("cpu.boost", any, "neither cpufreq/boost nor intel_pstate/no_turbo is there");
}

Fact smt(const Tree& tree) {
  Fact fact = tree.fact("cpu.smt", kCpus + "/smt/control");
  Result<std::string> active = tree.text(kCpus + "/smt/active");
  if (fact.provenance == Provenance::kMeasured && active.ok()) {
    fact.value += *active == "1" ? ", active" : ", not active";
  }
  return fact;
}

Fact frequency_now(const Tree& tree) {
  Result<std::string> text = tree.text("/proc/cpuinfo");
  std::string value = text.ok() ? parse_cpuinfo(*text).value("cpu MHz") : "";
  if (value.empty()) {
    return passing(unknown("cpu.frequency.now", "/proc/cpuinfo", "no processor has \"cpu MHz\""));
  }
  return passing(measured("cpu.frequency.now", value + " MHz", "/proc/cpuinfo"));
}

Fact idle(const Tree& tree) {
  std::string driver = tree.text(kCpus + "/cpuidle/current_driver").ok()
                           ? *tree.text(kCpus + "/cpuidle/current_driver")
                           : "";
  for (const char* file : {"/cpuidle/current_governor", "/cpuidle/current_governor_ro"}) {
    Result<std::string> governor = tree.text(kCpus + file);
    if (!governor.ok()) continue;
    std::string value =
        driver.empty() ? *governor : fmt::format("{}, driver {}", *governor, driver);
    return measured("cpu.idle_governor", value, kCpus + file);
  }
  return unknown("cpu.idle_governor", kCpus + "/cpuidle/current_governor", "no cpuidle there");
}

}  // namespace

Findings clock_facts(const Tree& tree) {
  Findings found{Layer::kSystem, {}};
  found.facts.push_back(over_processors(tree, "cpu.governor", "scaling_governor"));
  found.facts.push_back(over_processors(tree, "cpu.frequency.driver", "scaling_driver"));
  found.facts.push_back(frequency(tree, "cpu.frequency.min", "scaling_min_freq"));
  found.facts.push_back(frequency(tree, "cpu.frequency.max", "scaling_max_freq"));
  found.facts.push_back(frequency(tree, "cpu.frequency.hardware_max", "cpuinfo_max_freq"));
  found.facts.push_back(frequency_now(tree));
  found.facts.push_back(boost(tree));
  found.facts.push_back(smt(tree));
  found.facts.push_back(idle(tree));
  found.facts.push_back(tree.fact(
      "clock.source", "/sys/devices/system/clocksource/clocksource0/current_clocksource"));
  return found;
}

}  // namespace lynxbench::executor
