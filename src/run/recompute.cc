#include "run/recompute.h"

#include "bundle/bundle.h"
#include "contract/contract.h"
#include "model/json.h"
#include "run/derive.h"

namespace lynxbench::run {

Result<Recomputed> recompute(const fs::path& folder) {
  std::string yaml = TRY(read_file(folder / "contract.yaml"));
  Contract contract = TRY(contract::read_or_error(yaml, (folder / "contract.yaml").string()));
  std::string canonical = TRY(read_file(folder / "contract.json"));
  Recomputed out;
  if (canonical != contract::canonical(contract) + "\n") {
    out.differences.push_back("contract.json: is not the canonical form of contract.yaml");
  }
  RunRecord run = TRY(bundle::read_raw(folder));
  out.figures = derive(contract, run, [&](const std::string& file) { return read_file(folder / file); });
  std::string text = TRY(read_file(folder / "figures.json"));
  Json sealed = TRY(parse_json(text, (folder / "figures.json").string()));
  // Through text, so that both sides have been printed and read the same way.
  Json again = TRY(parse_json(pretty_text(Json(out.figures)), "recomputed"));
  Json flat_sealed = sealed.flatten(), flat_again = again.flatten();
  out.values = flat_sealed.size();
  for (const auto& [pointer, value] : flat_sealed.items()) {
    auto found = flat_again.find(pointer);
    if (found == flat_again.end()) out.differences.push_back(pointer + ": sealed, and not found again");
    else if (found->dump() != value.dump())
      out.differences.push_back(fmt::format("{}: sealed {}, recomputed {}", pointer, value.dump(), found->dump()));
  }
  for (const auto& [pointer, value] : flat_again.items()) {
    if (!flat_sealed.contains(pointer)) out.differences.push_back(pointer + ": recomputed, and not sealed");
  }
  return out;
}

}  // namespace lynxbench::run
