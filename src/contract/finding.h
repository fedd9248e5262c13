// What a check found wrong, before it is worded as a Problem with a file, and the set of all that
// was found so far: a value that is known to be wrong is not checked further.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace lynxbench::contract {

// Keys from the root down; for lists, the index from 0 as text.
using Path = std::vector<std::string>;

[[nodiscard]] inline Path operator/(Path path, std::string key) {
  path.push_back(std::move(key));
  return path;
}

// True when `path` is `above` or lies below it.
[[nodiscard]] inline bool within(const Path& path, const Path& above) {
  return path.size() >= above.size() && std::equal(above.begin(), above.end(), path.begin());
}

struct Place {
  std::size_t line = 1;
  std::size_t column = 1;  // in characters
};

struct Finding {
  Path path;
  Place place;
  std::string what;
  std::string allowed;
  // The value at `path` cannot be relied on. False where it can all the same: a key given twice
  // (the first counts).
  bool blocks = true;
  // Of a misspelt key: the path that was probably meant. It is not missing then.
  Path meant = {};
};

class Findings {
 public:
  void add(Finding finding) { all_.push_back(std::move(finding)); }
  void add(std::vector<Finding> more) {
    for (Finding& finding : more) add(std::move(finding));
  }
  [[nodiscard]] const std::vector<Finding>& all() const { return all_; }

  // Nothing is known against the value at `path`: not against it, its parts, or what it is part of.
  [[nodiscard]] bool sound(const Path& path) const {
    return std::none_of(all_.begin(), all_.end(), [&](const Finding& finding) {
      if (!finding.meant.empty() && within(path, finding.meant)) return true;
      return finding.blocks && (within(finding.path, path) || within(path, finding.path));
    });
  }
  // Something is said of the value at `path` or of a part of it.
  [[nodiscard]] bool any_within(const Path& path) const {
    return std::any_of(all_.begin(), all_.end(),
                       [&](const Finding& finding) { return within(finding.path, path); });
  }

 private:
  std::vector<Finding> all_;
};

}  // namespace lynxbench::contract
