#include "contract/check.h"

#include "contract/decode.h"
#include "contract/meaning.h"
#include "contract/schema.h"
#include "contract/wording.h"

namespace lynxbench::contract {

Checked check(const YamlNode& root, Findings findings) {
  if (root.kind != YamlNode::Kind::kMap) {
    bool empty = root.kind == YamlNode::Kind::kEmpty;
    findings.add({{},
                  empty ? Place{} : root.place,
                  empty ? "is empty" : found(root) + ", not a list of keys with values",
                  empty ? "a contract; `lynxbench contract init` writes one to begin with"
                        : "lines such as `name: quickstart`"});
    return {std::nullopt, std::move(findings)};
  }
  const Schema& schema = published();
  Schema::Outcome shape = schema.check(root);
  findings.add(std::move(shape.findings));
  Decoded decoded = decode(root, findings);
  findings.add(std::move(decoded.findings));
  findings.add(check_meaning(decoded.contract, root, findings));
  for (const auto& [path, said] : shape.objections) {
    if (!findings.any_within(path))
      findings.add({path, place_of(root, path), said, schema.allowed(path)});
  }
  Checked checked;
  if (findings.all().empty()) checked.contract = std::move(decoded.contract);
  checked.findings = std::move(findings);
  return checked;
}

}  // namespace lynxbench::contract
