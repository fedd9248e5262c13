#include "run/recompute.h"

#include "base/digest.h"
#include "bundle/bundle.h"
#include "contract/contract.h"
#include "model/json.h"
#include "run/derive.h"

namespace lynxbench::run {

namespace {

// contract.json says what contract.yaml says, and the manifest has its digest. True when an older
// version wrote it, whose canonical form had fewer members: what it lacks reads as its default.
Result<bool> compare_contracts(const fs::path& folder, const Contract& contract, Recomputed& out) {
  std::string sealed = TRY(read_file(folder / "contract.json"));
  std::string canonical = contract::canonical(contract);
  bool older = sealed != canonical + "\n";
  if (older) {
    Json document = TRY(parse_json(sealed, (folder / "contract.json").string()));
    Result<Contract> read = from_document<Contract>(document, "contract.json");
    bool same = read.ok() && contract::canonical(*read) == canonical && sealed == canonical_text(document) + "\n";
    if (!same) out.differences.push_back("contract.json: is not the canonical form of contract.yaml");
  }
  Result<std::string> text = read_file(folder / "manifest.json");
  if (!text.ok()) return older;  // a bundle that was killed has none
  Json document = TRY(parse_json(*text, (folder / "manifest.json").string()));
  Manifest manifest = TRY(from_document<Manifest>(document, (folder / "manifest.json").string()));
  if (manifest.contract_digest != sha256_hex(sealed.substr(0, sealed.find('\n')))) {
    out.differences.push_back("manifest.json: contract_digest is not that of contract.json");
  }
  return older;
}

}  // namespace

Result<Recomputed> recompute(const fs::path& folder) {
  std::string yaml = TRY(read_file(folder / "contract.yaml"));
  Contract contract = TRY(contract::read_or_error(yaml, (folder / "contract.yaml").string()));
  Recomputed out;
  bool older = TRY(compare_contracts(folder, contract, out));
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
    if (flat_sealed.contains(pointer)) continue;
    if (older) ++out.added;
    else out.differences.push_back(pointer + ": recomputed, and not sealed");
  }
  return out;
}

}  // namespace lynxbench::run
