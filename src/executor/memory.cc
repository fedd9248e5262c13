// accelerator layer: memory and NUMA nodes. system layer: how memory is paged.
#include <fmt/format.h>

#include "base/text.h"
#include "executor/families.h"

namespace lynxbench::executor {
namespace {

constexpr const char* kMemInfo = "/proc/meminfo";

// "24684100 kB" -> kB.
std::optional<std::uint64_t> kilobytes(const std::optional<std::string>& value) {
  if (!value) return std::nullopt;
  return parse_count(split(*value, ' ').front());
}

// The kernel keeps a few MB more or less for itself at each boot, so identity has tenths of a GiB.
std::string gibibytes(std::uint64_t kib) {
  std::uint64_t tenths = (kib * 10 + (1 << 19)) >> 20;
  return fmt::format("{}.{} GiB", tenths / 10, tenths % 10);
}

std::vector<Fact> totals(const Tree& tree) {
  Result<std::string> text = tree.text(kMemInfo);
  if (!text.ok()) return {unknown("memory.total", kMemInfo, text.error().message)};
  std::vector<Fact> facts;
  std::optional<std::uint64_t> total = kilobytes(value_of_key(*text, "MemTotal"));
  std::optional<std::uint64_t> available = kilobytes(value_of_key(*text, "MemAvailable"));
  facts.push_back(total ? measured("memory.total", gibibytes(*total), kMemInfo)
                        : unknown("memory.total", kMemInfo, "there is no MemTotal in kB"));
  if (total) {
    facts.push_back(
        passing(measured("memory.total.exact", fmt::format("{} KiB", *total), kMemInfo)));
  }
  if (available) {
    facts.push_back(
        passing(measured("memory.available", fmt::format("{} KiB", *available), kMemInfo)));
  }
  return facts;
}

// "CPUs 0-15, distances 10 21"
std::string described_node(const Tree& tree, const std::string& folder) {
  Result<std::string> cpus = tree.text(folder + "/cpulist");
  Result<std::string> distance = tree.text(folder + "/distance");
  std::string text = cpus.ok() && !cpus->empty() ? "CPUs " + *cpus : "no CPU";
  if (distance.ok()) text += ", distances " + *distance;
  return text;
}

// A kernel that prepares memory on demand (deferred_init=lazy) counts a node's up as it is used.
std::optional<Fact> node_memory(const Tree& tree, const std::string& folder,
                                const std::string& node) {
  Result<std::string> text = tree.text(folder + "/meminfo");
  if (!text.ok()) return std::nullopt;
  auto total = kilobytes(value_of_key(*text, "Node " + node.substr(4) + " MemTotal"));
  if (!total) return std::nullopt;
  return passing(measured("numa." + node + ".memory", gibibytes(*total), folder + "/meminfo"));
}

std::vector<Fact> numa(const Tree& tree) {
  const std::string folder = "/sys/devices/system/node";
  std::vector<Fact> facts;
  std::size_t nodes = 0;
  for (const std::string& name : tree.names(folder)) {
    if (!name.starts_with("node") || !parse_count(std::string_view(name).substr(4))) continue;
    std::string path = folder + "/" + name;
    facts.push_back(measured("numa." + name, described_node(tree, path), path));
    if (std::optional<Fact> memory = node_memory(tree, path, name)) facts.push_back(*memory);
    ++nodes;
  }
  facts.push_back(nodes == 0 ? unknown("numa.nodes", folder, "no node is described there")
                             : measured("numa.nodes", std::to_string(nodes), folder));
  return facts;
}

// "always [madvise] never" -> "madvise".
Fact chosen(const Tree& tree, std::string name, const std::string& path) {
  Fact fact = tree.fact(std::move(name), path);
  std::size_t open = fact.value.find('['), close = fact.value.find(']');
  if (open != std::string::npos && close != std::string::npos && open < close) {
    fact.value = fact.value.substr(open + 1, close - open - 1);
  }
  return fact;
}

Fact huge_pages(const Tree& tree) {
  Result<std::string> text = tree.text(kMemInfo);
  if (!text.ok()) return unknown("memory.huge_pages", kMemInfo, text.error().message);
  std::optional<std::string> count = value_of_key(*text, "HugePages_Total");
  std::optional<std::string> size = value_of_key(*text, "Hugepagesize");
  if (!count || !size) return unknown("memory.huge_pages", kMemInfo, "the kernel has none");
  return measured("memory.huge_pages", *count + " of " + *size, kMemInfo);
}

Fact swap(const Tree& tree) {
  Result<std::string> text = tree.text(kMemInfo);
  if (!text.ok()) return unknown("memory.swap", kMemInfo, text.error().message);
  std::optional<std::uint64_t> total = kilobytes(value_of_key(*text, "SwapTotal"));
  if (!total) return unknown("memory.swap", kMemInfo, "there is no SwapTotal in kB");
  return measured("memory.swap", *total == 0 ? "none" : fmt::format("{} KiB", *total), kMemInfo);
}

}  // namespace

Findings memory_facts(const Tree& tree) {
  Findings found{Layer::kAccelerator, totals(tree)};
  for (Fact& fact : numa(tree)) found.facts.push_back(std::move(fact));
  found.facts.push_back(
      unknown("memory.speed", "/sys/firmware/dmi/tables/DMI",
              "the modules' speed stands only in SMBIOS tables, which firmware may "
              "fill wrongly or a hypervisor invent; declare it in the contract"));
  return found;
}

Findings paging_facts(const Tree& tree) {
  Findings found{Layer::kSystem, {}};
  const std::string huge = "/sys/kernel/mm/transparent_hugepage/";
  found.facts.push_back(chosen(tree, "memory.transparent_huge_pages", huge + "enabled"));
  found.facts.push_back(chosen(tree, "memory.transparent_huge_pages.defrag", huge + "defrag"));
  found.facts.push_back(huge_pages(tree));
  found.facts.push_back(swap(tree));
  found.facts.push_back(tree.fact("memory.swappiness", "/proc/sys/vm/swappiness"));
  found.facts.push_back(tree.fact("memory.overcommit", "/proc/sys/vm/overcommit_memory"));
  found.facts.push_back(tree.fact("memory.zone_reclaim", "/proc/sys/vm/zone_reclaim_mode"));
  found.facts.push_back(tree.fact("numa.balancing", "/proc/sys/kernel/numa_balancing"));
  return found;
}

}  // namespace lynxbench::executor
