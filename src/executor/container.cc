// system layer: container, control group limits and process limits of the serving process.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/cgroup.h"
#include "base/text.h"
#include "base/units.h"
#include "executor/families.h"

namespace lynxbench::executor {
namespace {

struct Limit {
  std::optional<double> value;  // nothing: no limit
  std::string source;
};

// Where a file of the tree is on the machine that the tree is of.
std::string source_of(const Tree& tree, const fs::path& path) {
  return "/" + path.lexically_relative(tree.root).generic_string();
}

// CPUs that one group may use: quota / period of v1 or v2.
std::optional<double> cpus_of(const fs::path& folder, int version) {
  std::optional<std::string> quota, period;
  if (version == 2) {
    std::optional<std::string> both = read_small_file(folder / "cpu.max");
    if (!both) return std::nullopt;
    std::vector<std::string> words = split(*both, ' ');
    if (words.size() != 2) return std::nullopt;
    quota = words[0];
    period = words[1];
  } else {
    quota = read_small_file(folder / "cpu.cfs_quota_us");
    period = read_small_file(folder / "cpu.cfs_period_us");
  }
  if (!quota || !period) return std::nullopt;
  std::optional<std::uint64_t> q = parse_count(*quota), p = parse_count(*period);
  if (!q || !p || *p == 0) return std::nullopt;  // "max" or -1: no quota
  return static_cast<double>(*q) / static_cast<double>(*p);
}

std::optional<double> memory_of(const fs::path& folder, int version) {
  const char* file = version == 2 ? "memory.max" : "memory.limit_in_bytes";
  std::optional<std::string> text = read_small_file(folder / file);
  std::optional<std::uint64_t> bytes = text ? parse_count(*text) : std::nullopt;
  constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;  // v1 writes LONG_MAX in whole pages
  if (!bytes || *bytes >= kNoLimit) return std::nullopt;
  return static_cast<double>(*bytes);
}

// The least of the group's own limit and its parents': all hold.
template <typename Reader>
Limit least(const Tree& tree, const Cgroup& group, Reader reader) {
  Limit limit{std::nullopt, source_of(tree, group.folder)};
  for (const fs::path& folder : with_parents(group)) {
    std::optional<double> value = reader(folder, group.version);
    if (value && (!limit.value || *value < *limit.value)) limit = {value, source_of(tree, folder)};
  }
  return limit;
}

Fact cpu_quota(const Tree& tree) {
  Result<Cgroup> group = find_cgroup(tree.root, tree.process, "cpu");
  if (!group.ok()) {
    return unknown("cgroup.cpu.quota", tree.named("/proc/@/cgroup"), group.error().message);
  }
  Limit limit = least(tree, *group, cpus_of);
  std::string value = limit.value ? fmt::format("{} CPUs", *limit.value) : "no limit";
  return measured("cgroup.cpu.quota", value, limit.source);
}

Fact memory_limit(const Tree& tree) {
  Result<Cgroup> group = find_cgroup(tree.root, tree.process, "memory");
  if (!group.ok()) {
    return unknown("cgroup.memory.limit", tree.named("/proc/@/cgroup"), group.error().message);
  }
  Limit limit = least(tree, *group, memory_of);
  std::string value = limit.value ? fmt::format("{:.0f} bytes", *limit.value) : "no limit";
  return measured("cgroup.memory.limit", value, limit.source);
}

Fact cpu_set(const Tree& tree) {
  Result<Cgroup> group = find_cgroup(tree.root, tree.process, "cpuset");
  if (!group.ok()) {
    return unknown("cgroup.cpuset", tree.named("/proc/@/cgroup"), group.error().message);
  }
  const char* file = group->version == 2 ? "cpuset.cpus.effective" : "cpuset.effective_cpus";
  for (const fs::path& folder : with_parents(*group)) {
    std::optional<std::string> text = read_small_file(folder / file);
    if (text && !text->empty()) {
      return measured("cgroup.cpuset", *text, source_of(tree, folder / file));
    }
  }
  return unknown("cgroup.cpuset", source_of(tree, group->folder / file),
                 "the cpuset controller is not on for this group");
}

Fact version(const Tree& tree) {
  std::string source = tree.named("/proc/@/mountinfo");
  Result<std::string> text = tree.text("/proc/@/mountinfo");
  if (!text.ok()) return unknown("cgroup.version", source, text.error().message);
  std::vector<Mount> mounts = parse_mountinfo(*text);
  auto has = [&](std::string_view type) {
    return std::any_of(mounts.begin(), mounts.end(),
                       [&](const Mount& m) { return m.type == type; });
  };
  bool first = has("cgroup"), second = has("cgroup2");
  if (!first && !second) return measured("cgroup.version", "none is mounted", source);
  return measured("cgroup.version", first && second ? "1 and 2" : first ? "1" : "2", source);
}

// Of process 1's environment only the variable that names the container's kind is looked at.
std::optional<std::string> named_by_init(const Tree& tree) {
  Result<std::string> environment = tree.text("/proc/1/environ");
  if (!environment.ok()) return std::nullopt;
  for (const std::string& entry : split(*environment, '\0')) {
    if (entry.starts_with("container=") && entry.size() > 10) return entry.substr(10);
  }
  return std::nullopt;
}

Fact container(const Tree& tree) {
  constexpr std::array<std::string_view, 5> kWords{"docker", "kubepods", "libpod", "lxc",
                                                   "containerd"};
  if (tree.exists("/run/.containerenv"))
    return measured("container", "podman", "/run/.containerenv");
  if (tree.exists("/.dockerenv")) return measured("container", "docker", "/.dockerenv");
  if (std::optional<std::string> kind = named_by_init(tree)) {
    return measured("container", *kind, "/proc/1/environ");
  }
  Result<std::string> groups = tree.text("/proc/@/cgroup");
  if (!groups.ok()) {
    return unknown("container", tree.named("/proc/@/cgroup"), groups.error().message);
  }
  for (std::string_view word : kWords) {
    if (groups->find(word) == std::string::npos) continue;
    return measured("container", word, tree.named("/proc/@/cgroup"));
  }
  return measured("container", "no sign of one", tree.named("/proc/@/cgroup"));
}

Fact affinity(const Tree& tree) {
  std::string source = tree.named("/proc/@/status");
  Result<std::string> text = tree.text("/proc/@/status");
  if (!text.ok()) return unknown("process.affinity", source, text.error().message);
  std::optional<std::string> list = value_of_key(*text, "Cpus_allowed_list");
  if (!list) return unknown("process.affinity", source, "there is no Cpus_allowed_list");
  return measured("process.affinity", "CPUs " + *list, source);
}

// "Max open files   20000   20000   files" -> soft 20000, hard 20000.
Fact process_limit(const Tree& tree, std::string name, std::string_view title) {
  std::string source = tree.named("/proc/@/limits");
  Result<std::string> text = tree.text("/proc/@/limits");
  if (!text.ok()) return unknown(std::move(name), source, text.error().message);
  for (const std::string& line : split(*text, '\n')) {
    if (!line.starts_with(title)) continue;
    std::vector<std::string> words;
    for (const std::string& word : split(std::string_view(line).substr(title.size()), ' ')) {
      if (!word.empty()) words.push_back(word);
    }
    if (words.size() < 2) break;
    return measured(std::move(name), fmt::format("soft {}, hard {}", words[0], words[1]), source);
  }
  return unknown(std::move(name), source, fmt::format("there is no line \"{}\"", title));
}

}  // namespace

Findings container_facts(const Tree& tree) {
  return {Layer::kSystem,
          {container(tree), version(tree), cpu_quota(tree), memory_limit(tree), cpu_set(tree),
           affinity(tree)}};
}

Findings limit_facts(const Tree& tree) {
  return {Layer::kSystem,
          {process_limit(tree, "limit.open_files", "Max open files"),
           process_limit(tree, "limit.locked_memory", "Max locked memory"),
           process_limit(tree, "limit.processes", "Max processes"),
           process_limit(tree, "limit.stack", "Max stack size"),
           process_limit(tree, "limit.address_space", "Max address space")}};
}

}  // namespace lynxbench::executor
