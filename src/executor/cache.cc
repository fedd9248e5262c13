// accelerator layer: the processor's caches, sizes and who shares them.
#include <map>
#include <set>

#include "executor/families.h"

namespace lynxbench::executor {
namespace {

// All caches of one level and kind.
struct CacheKind {
  std::vector<std::string> sizes, ways, lines;
  std::set<std::string> instances;  // by the processors that share one
};

std::string name_of_kind(const std::string& level, const std::string& type) {
  std::string suffix = type == "Data" ? "d" : type == "Instruction" ? "i" : "";
  return "cpu.cache.l" + level + suffix;
}

std::string shared_by(const std::set<std::string>& instances) {
  std::vector<std::string> counts;
  for (const std::string& list : instances) {
    auto cpus = parse_cpu_list(list);
    counts.push_back(cpus ? std::to_string(cpus->size()) : "?");
  }
  return distinct(counts);
}

// "1024K, 2 in all, each shared by 1 thread, 16 ways, lines of 64 bytes"
std::string described(const CacheKind& kind) {
  std::string sharers = shared_by(kind.instances);
  std::string text = distinct(kind.sizes) + ", " + std::to_string(kind.instances.size()) +
                     " in all, each shared by " + sharers +
                     (sharers == "1" ? " thread" : " threads");
  if (!kind.ways.empty()) text += ", " + distinct(kind.ways) + " ways";
  if (!kind.lines.empty()) text += ", lines of " + distinct(kind.lines) + " bytes";
  return text;
}

// Every kind of cache that the machine has, by the name of its fact.
struct Caches {
  std::map<std::string, CacheKind> kinds;
  void add(const Tree& tree, const std::string& folder);
};

void Caches::add(const Tree& tree, const std::string& folder) {
  Result<std::string> level = tree.text(folder + "/level"), type = tree.text(folder + "/type");
  Result<std::string> size = tree.text(folder + "/size");
  Result<std::string> sharers = tree.text(folder + "/shared_cpu_list");
  if (!level.ok() || !type.ok() || !size.ok() || !sharers.ok()) return;
  CacheKind& kind = kinds[name_of_kind(*level, *type)];
  kind.sizes.push_back(*size);
  kind.instances.insert(*sharers);
  if (auto ways = tree.text(folder + "/ways_of_associativity"); ways.ok())
    kind.ways.push_back(*ways);
  if (auto line = tree.text(folder + "/coherency_line_size"); line.ok())
    kind.lines.push_back(*line);
}

}  // namespace

Findings cache_facts(const Tree& tree) {
  const std::string cpus = "/sys/devices/system/cpu";
  const std::string source = cpus + "/cpu*/cache";
  Caches caches;
  for (const std::string& cpu : tree.names(cpus)) {
    if (!cpu.starts_with("cpu") || !parse_count(std::string_view(cpu).substr(3))) continue;
    std::string folder = cpus + "/" + cpu + "/cache";
    for (const std::string& index : tree.names(folder)) {
      if (index.starts_with("index")) caches.add(tree, folder + "/" + index);
    }
  }
  Findings found{Layer::kAccelerator, {}};
  for (const auto& [name, kind] : caches.kinds) {
    found.facts.push_back(measured(name, described(kind), source));
  }
  for (const char* expected : {"cpu.cache.l1d", "cpu.cache.l2"}) {
    if (caches.kinds.contains(expected)) continue;
    found.facts.push_back(unknown(expected, source, "no cache of this level is described there"));
  }
  return found;
}

}  // namespace lynxbench::executor
