// Reading /proc, /sys and /etc below a root: the live machine or a recorded tree.
//
//   Tree tree{"/", "self"};
//   tree.fact("kernel.release", "/proc/sys/kernel/osrelease")    // measured, or unknown and why
//   tree.text("/proc/@/status")                                  // @: the serving process
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"
#include "executor/fact.h"

namespace lynxbench::executor {

struct Tree {
  fs::path root = "/";
  std::string process = "self";  // the serving process: "self" or its number

  // The machine that this program runs on, as opposed to a recording of one.
  [[nodiscard]] bool live() const { return root == "/"; }
  [[nodiscard]] bool own_process() const { return process == "self"; }

  // "/proc/@/maps" -> "/proc/self/maps": as it is named in a fact's source.
  [[nodiscard]] std::string named(std::string_view path) const;
  // The same below the root: what is really opened.
  [[nodiscard]] fs::path at(std::string_view path) const;

  // The file's text, blanks and line ends around it taken off; fails with the system's words.
  [[nodiscard]] Result<std::string> text(std::string_view path) const;
  [[nodiscard]] bool exists(std::string_view path) const;
  // Names in a folder, "cpu2" before "cpu10"; none when there is no such folder.
  [[nodiscard]] std::vector<std::string> names(std::string_view folder) const;

  // The file's text as a fact; an empty file and one that cannot be read are unknown.
  [[nodiscard]] Fact fact(std::string name, std::string_view path) const;
};

// "before" names by their text, runs of digits by their number.
[[nodiscard]] bool natural_less(std::string_view a, std::string_view b);

// "0-2,8" -> 0, 1, 2, 8 (the kernel's list format). Nothing when it is not of that form, or longer
// than any machine's.
[[nodiscard]] std::optional<std::vector<unsigned>> parse_cpu_list(std::string_view text);

// Decimal digits alone -> their value, when it fits.
[[nodiscard]] std::optional<std::uint64_t> parse_count(std::string_view text);

// The line "KEY<blanks>: value" of a file such as /proc/meminfo or /proc/PID/status.
[[nodiscard]] std::optional<std::string> value_of_key(std::string_view text, std::string_view key);

// Different values, each once, in order of first appearance, joined by ", ".
[[nodiscard]] std::string distinct(const std::vector<std::string>& values);

}  // namespace lynxbench::executor
