#include "bundle/bundle.h"
#include "bundle/layout.h"
#include "bundle/standing.h"
#include "model/json.h"

namespace lynxbench::bundle {
namespace {

// A text of the bundle; nothing when it is absent and may be.
Result<std::optional<std::string>> read_part(const fs::path& folder, std::string_view name,
                                             const Standing& standing) {
  fs::path file = folder / name;
  if (is_there(file)) return std::optional(TRY(read_regular(file)));
  if (!standing.complete) return std::optional<std::string>();
  return Error{ErrorCode::kInvalidInput, "is missing", file.string()};
}

template <typename T>
Result<T> read_document(const fs::path& folder, std::string_view name, const Standing& standing) {
  std::optional<std::string> text = TRY(read_part(folder, name, standing));
  if (!text) return T{};
  std::string file = (folder / name).string();
  Json document = TRY(parse_json(*text, file));
  return from_document<T>(document, file);
}

}  // namespace

Result<Bundle> read(const fs::path& folder) {
  RunRecord run = TRY(read_raw(folder));
  Standing standing = standing_of(folder);
  Bundle bundle;
  bundle.run = std::move(run);
  if (standing.manifest) {
    bundle.manifest = *standing.manifest;
  } else if (is_there(folder / kManifestFile)) {
    return Error{ErrorCode::kInvalidInput, standing.problems.front(), folder.string()};
  }
  bundle.manifest.complete = standing.complete;
  bundle.manifest.incomplete_reason = standing.reason;
  bundle.contract_yaml = TRY(read_part(folder, kContractText, standing)).value_or("");
  bundle.contract = TRY(read_document<Contract>(folder, kContractFile, standing));
  bundle.executor = TRY(read_document<Executor>(folder, kExecutorFile, standing));
  bundle.figures = TRY(read_document<Figures>(folder, kFiguresFile, standing));
  return bundle;
}

}  // namespace lynxbench::bundle
