// What all checks of meaning share: asking whether a term is there and sound, and refusing it.
// Inside contract only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "contract/finding.h"
#include "contract/wording.h"
#include "contract/yaml_tree.h"
#include "model/contract.h"

namespace lynxbench::contract {

class MeaningCheck {
 public:
  MeaningCheck(const Contract& contract, const YamlNode& root, const Findings& before)
      : contract_(contract), root_(root), before_(before) {}

 protected:
  // There, whatever is known against it.
  [[nodiscard]] bool there(const Path& path) const { return root_.at(path) != nullptr; }
  // There, and nothing is known against it.
  [[nodiscard]] bool given(const Path& path) const { return there(path) && before_.sound(path); }
  [[nodiscard]] bool sound(const Path& path) const { return before_.sound(path); }
  // Not there, and not just misspelt.
  [[nodiscard]] bool missing(const Path& path) const { return !there(path) && before_.sound(path); }

  void refuse(const Path& path, std::string what, std::string allowed) {
    findings_.push_back({path, place_of(root_, path), std::move(what), std::move(allowed)});
  }
  // Of a value that is there and sound.
  void require(bool fits, const Path& path, std::string_view allowed) {
    if (!fits && given(path)) refuse(path, found(*root_.at(path)), std::string(allowed));
  }
  void require_positive(Nanos value, const Path& path) {
    require(value > Nanos{0}, path, "a duration of more than 0, such as 250ms");
  }
  std::vector<Finding> take_findings() { return std::move(findings_); }

  const Contract& contract_;
  const YamlNode& root_;
  const Findings& before_;
  std::vector<Finding> findings_;
};

// The rules of servers: target.endpoint, workload.prompts, workload.accuracy, slo, and which terms
// belong to which kind of target.
[[nodiscard]] std::vector<Finding> check_server_meaning(const Contract& contract,
                                                        const YamlNode& root,
                                                        const Findings& before);

}  // namespace lynxbench::contract
