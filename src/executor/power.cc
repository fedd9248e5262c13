// facility layer: the little that a machine can tell of its power and temperature.
#include <fmt/format.h>

#include "executor/families.h"

namespace lynxbench::executor {
namespace {

// Limits of the processor packages, as RAPL enforces them: "package-0 long_term 225 W".
Fact processor_power_cap(const Tree& tree) {
  const std::string folder = "/sys/class/powercap";
  std::vector<std::string> caps;
  for (const std::string& zone : tree.names(folder)) {
    std::size_t colon = zone.find(':');
    if (colon == std::string::npos || zone.find(':', colon + 1) != std::string::npos) continue;
    std::string path = folder + "/" + zone;
    Result<std::string> name = tree.text(path + "/name");
    for (int constraint = 0; name.ok(); ++constraint) {
      std::string prefix = fmt::format("{}/constraint_{}_", path, constraint);
      Result<std::string> limit = tree.text(prefix + "power_limit_uw");
      std::optional<std::uint64_t> microwatts = limit.ok() ? parse_count(*limit) : std::nullopt;
      if (!microwatts) break;
      Result<std::string> term = tree.text(prefix + "name");
      caps.push_back(fmt::format("{} {} {} W", *name, term.ok() ? *term : "limit",
                                 static_cast<double>(*microwatts) / 1e6));
    }
  }
  if (caps.empty()) {
    return unknown("power.cap.cpu", folder,
                   "no readable RAPL zone: the machine does not show its cap");
  }
  return measured("power.cap.cpu", distinct(caps), folder);
}

Fact sensors(const Tree& tree) {
  std::vector<std::string> names;
  for (const std::string& entry : tree.names("/sys/class/hwmon")) {
    if (auto name = tree.text("/sys/class/hwmon/" + entry + "/name"); name.ok())
      names.push_back(*name);
  }
  for (const std::string& zone : tree.names("/sys/class/thermal")) {
    if (!zone.starts_with("thermal_zone")) continue;
    if (auto type = tree.text("/sys/class/thermal/" + zone + "/type"); type.ok()) {
      names.push_back(*type);
    }
  }
  std::string source = "/sys/class/hwmon, /sys/class/thermal";
  if (names.empty()) {
    return unknown("temperature.sensors", source, "the machine shows no temperature sensor");
  }
  return measured("temperature.sensors", distinct(names), source);
}

}  // namespace

Findings power_facts(const Tree& tree) {
  return {Layer::kFacility, {processor_power_cap(tree), sensors(tree)}};
}

}  // namespace lynxbench::executor
