#include "contract/contract.h"

#include <algorithm>
#include <tuple>

#include "base/digest.h"
#include "contract/check.h"
#include "contract/wording.h"
#include "contract/yaml_tree.h"
#include "model/json.h"

namespace lynxbench::contract {
namespace {

std::vector<Problem> problems_of(const Findings& findings, const YamlNode& root,
                                 const std::string& file) {
  std::vector<Problem> problems;
  for (const Finding& finding : findings.all()) {
    problems.push_back({file, finding.place.line, finding.place.column,
                        shown(dotted(root, finding.path)), finding.what, finding.allowed});
  }
  std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  return problems;
}

// Lists that are sets: their order says nothing, so the canonical form has one for them.
void sort_sets(Contract& contract) {
  std::sort(contract.signatories.begin(), contract.signatories.end());
  std::sort(contract.may_differ.begin(), contract.may_differ.end());
  for (auto& [time_class, layers] : contract.ownership) std::sort(layers.begin(), layers.end());
  if (contract.load.profile) {
    std::sort(contract.load.profile->points.begin(), contract.load.profile->points.end());
  }
  std::sort(contract.metrics.begin(), contract.metrics.end(),
            [](const MetricTarget& a, const MetricTarget& b) {
              return std::tie(a.figure, a.bound.at_least, a.bound.at_most) <
                     std::tie(b.figure, b.bound.at_least, b.bound.at_most);
            });
  std::sort(contract.tolerances.begin(), contract.tolerances.end(),
            [](const Tolerance& a, const Tolerance& b) { return a.figure < b.figure; });
}

}  // namespace

std::string Problem::text() const {
  std::string place = line == 0 ? file : fmt::format("{}:{}:{}", file, line, column);
  std::string subject = key.empty() ? std::string("the contract ") : key + ": ";
  std::string hint = allowed.empty() ? std::string() : "; allowed: " + allowed;
  return fmt::format("{}: {}{}{}", place, subject, what, hint);
}

Reading read(std::string_view text, const std::string& file) {
  YamlReading yaml = read_yaml(text);
  Findings findings;
  findings.add(std::move(yaml.findings));
  Reading reading;
  if (!yaml.root) {
    reading.problems = problems_of(findings, {}, file);
    return reading;
  }
  Checked checked = check(*yaml.root, std::move(findings));
  reading.problems = problems_of(checked.findings, *yaml.root, file);
  reading.contract = std::move(checked.contract);
  return reading;
}

Result<Contract> read_or_error(std::string_view text, const std::string& file) {
  Reading reading = read(text, file);
  if (reading.contract) return std::move(*reading.contract);
  std::string all;
  for (const Problem& problem : reading.problems) all += (all.empty() ? "" : "\n") + problem.text();
  return Error{ErrorCode::kInvalidInput, all, {}};
}

std::string canonical(const Contract& contract) {
  Contract sorted = contract;
  sort_sets(sorted);
  return canonical_text(Json(sorted));
}

std::string digest(const Contract& contract) { return sha256_hex(canonical(contract)); }

}  // namespace lynxbench::contract
