// system layer: operating system, kernel, what it does against processor flaws, C library.
#include <fmt/format.h>
#include <gnu/libc-version.h>

#include "base/text.h"
#include "executor/families.h"
#include "executor/kernel_line.h"

namespace lynxbench::executor {
namespace {

// NAME="Debian GNU/Linux" -> Debian GNU/Linux
std::optional<std::string> os_release_value(std::string_view text, std::string_view key) {
  for (const std::string& line : split(text, '\n')) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != '=') continue;
    std::string_view value = trim(std::string_view(line).substr(key.size() + 1));
    if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
      value = value.substr(1, value.size() - 2);
    }
    return std::string(value);
  }
  return std::nullopt;
}

std::vector<Fact> operating_system(const Tree& tree) {
  std::string path = tree.exists("/etc/os-release") ? "/etc/os-release" : "/usr/lib/os-release";
  Result<std::string> text = tree.text(path);
  std::vector<Fact> facts;
  for (auto [name, key] : {std::pair{"os.name", "NAME"}, {"os.version", "VERSION_ID"}}) {
    std::optional<std::string> value = text.ok() ? os_release_value(*text, key) : std::nullopt;
    std::string reason = text.ok() ? fmt::format("there is no {}", key) : text.error().message;
    facts.push_back(value ? measured(name, *value, path) : unknown(name, path, reason));
  }
  return facts;
}

Fact command_line(const Tree& tree) {
  Fact fact = tree.fact("kernel.parameters", "/proc/cmdline");
  if (fact.provenance == Provenance::kUnknown) return fact;
  std::string parameters = kernel_parameters(fact.value);
  fact.value = parameters.empty() ? "none" : parameters;
  return fact;
}

// Processor flaws: those that are open and those that a mitigation (which costs time) closes.
std::vector<Fact> vulnerabilities(const Tree& tree) {
  const std::string folder = "/sys/devices/system/cpu/vulnerabilities";
  std::string open, mitigated;
  std::vector<std::string> names = tree.names(folder);
  for (const std::string& name : names) {
    Result<std::string> state = tree.text(folder + "/" + name);
    if (!state.ok()) continue;
    std::string entry = name + " (" + *state + ")";
    if (state->starts_with("Vulnerable")) open += (open.empty() ? "" : "; ") + entry;
    if (state->starts_with("Mitigation")) mitigated += (mitigated.empty() ? "" : "; ") + entry;
  }
  if (names.empty()) {
    return {unknown("vulnerabilities.open", folder, "the kernel lists none there"),
            unknown("vulnerabilities.mitigated", folder, "the kernel lists none there")};
  }
  return {measured("vulnerabilities.open", open.empty() ? "none" : open, folder),
          measured("vulnerabilities.mitigated", mitigated.empty() ? "none" : mitigated, folder)};
}

Fact c_library(const Tree& tree) {
  if (tree.live() && tree.own_process()) {
    return measured("libc.version", fmt::format("glibc {}", gnu_get_libc_version()),
                    "gnu_get_libc_version(3)");
  }
  return unknown("libc.version", "gnu_get_libc_version(3)",
                 "another process can be asked for its mapped file alone: see library.libc.so.6");
}

}  // namespace

Findings kernel_facts(const Tree& tree) {
  Findings found{Layer::kSystem, operating_system(tree)};
  found.facts.push_back(tree.fact("kernel.release", "/proc/sys/kernel/osrelease"));
  found.facts.push_back(tree.fact("kernel.version", "/proc/sys/kernel/version"));
  found.facts.push_back(command_line(tree));
  for (Fact& fact : vulnerabilities(tree)) found.facts.push_back(std::move(fact));
  found.facts.push_back(c_library(tree));
  found.facts.push_back(passing(tree.fact("host.name", "/proc/sys/kernel/hostname")));
  found.facts.push_back(passing(tree.fact("host.uptime_s", "/proc/uptime")));
  Fact& uptime = found.facts.back();
  uptime.value = uptime.value.substr(0, uptime.value.find(' '));
  found.facts.push_back(passing(tree.fact("host.load", "/proc/loadavg")));
  return found;
}

}  // namespace lynxbench::executor
