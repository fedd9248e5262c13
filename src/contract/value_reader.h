// Single values out of a contract's tree: texts, numbers, units. Inside contract only.
//
//   ValueReader values(root, before);
//   std::optional<Nanos> timeout = values.duration({"target", "endpoint", "timeout"});
//
// A value that is not there, or was objected to before or now, is nullopt.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "contract/figure_name.h"
#include "contract/finding.h"
#include "contract/yaml_tree.h"

namespace lynxbench::contract {

class ValueReader {
 public:
  ValueReader(const YamlNode& root, const Findings& before) : root_(root), before_(before) {}
  std::vector<Finding> take_findings() { return std::move(findings_); }

  std::optional<std::string> text(const Path& path);
  // Of `characters_allowed` alone; `words` say so.
  std::optional<std::string> name(const Path& path, std::string_view characters_allowed,
                                  std::string_view words);
  // One of an enum's words. Plain `null` is such a word for us, where YAML has an empty value.
  std::optional<std::string> word(const Path& path);
  std::optional<std::int64_t> integer(const Path& path);
  std::optional<std::uint64_t> seed(const Path& path);
  std::optional<double> number(const Path& path);
  std::optional<Nanos> duration(const Path& path);
  std::optional<double> rate(const Path& path);
  std::optional<double> ratio(const Path& path);
  std::optional<double> quantity(const Path& path, FigureUnit unit);
  // A JSON object, in its canonical form.
  std::optional<std::string> json_object(const Path& path);
  std::vector<std::string> texts(const Path& path);
  std::map<std::string, std::string> texts_by_name(const Path& path);

  [[nodiscard]] bool there(const Path& path) const { return root_.at(path) != nullptr; }
  // Items of a list; 0 when there is none.
  [[nodiscard]] std::size_t count(const Path& path) const;

 private:
  const YamlNode* scalar(const Path& path) const;
  void refuse(const Path& path, std::string what, std::string_view allowed);

  const YamlNode& root_;
  const Findings& before_;
  std::vector<Finding> findings_;
};

}  // namespace lynxbench::contract
