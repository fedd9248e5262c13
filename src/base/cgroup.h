// Which control group (cgroup) a process is in, and where the files of one controller are: under
// cgroup v1 every controller has a tree of its own, under v2 all share one.
//
//   Result<Cgroup> cpu = find_cgroup("/", "self", "cpu");
//   read_small_file(cpu->folder / "cpu.stat");
//
// Source: cgroups(7), proc_pid_mountinfo(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench {

struct Cgroup {
  int version = 2;  // 1 or 2
  fs::path mount;   // the controller's tree as mounted, below the root of the call
  fs::path folder;  // the process's own group: `mount` or below it
};

// The group of `process` ("self" or a number) for `controller` ("cpu", "memory", "cpuset" ...).
// `root` is "/" or a recorded tree with proc/ and sys/. A v1 tree with that controller goes before
// the v2 tree. kNotFound when there is neither.
[[nodiscard]] Result<Cgroup> find_cgroup(const fs::path& root, const std::string& process,
                                         const std::string& controller);

// The folders whose limits hold for the group: its own, its parents', up to the mount.
[[nodiscard]] std::vector<fs::path> with_parents(const Cgroup& cgroup);

// A line of /proc/PID/mountinfo, as far as it is needed here.
struct Mount {
  std::string root;     // the folder of the file system that is mounted
  std::string point;    // where
  std::string type;     // "cgroup2"
  std::string options;  // of the file system: "rw,cpu,cpuacct"
};
// Lines that are not of that form are left out.
[[nodiscard]] std::vector<Mount> parse_mountinfo(std::string_view text);

}  // namespace lynxbench
