#include "bundle/standing.h"

#include "base/digest.h"
#include "bundle/layout.h"
#include "model/json.h"

namespace lynxbench::bundle {
namespace {

constexpr std::size_t kLargestManifest = std::size_t{64} << 20;
constexpr std::size_t kSealBytes = 7 + 64 + 1;

bool is_hex_digest(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool has_seal_form(std::string_view text) {
  return text.size() == kSealBytes && text.starts_with("sha256:") && text.back() == '\n' &&
         is_hex_digest(text.substr(7, 64));
}

void add_problem(Standing& standing, std::string_view file, const std::string& what) {
  standing.problems.push_back(fmt::format("{}: {}", file, what));
}

Result<Manifest> parse_manifest(const std::string& text) {
  std::string name(kManifestFile);
  Json document = TRY(parse_json(text, name));
  Manifest manifest = TRY(from_document<Manifest>(document, name));
  if (manifest.format != 1) {
    return Error{
        ErrorCode::kInvalidInput,
        fmt::format("format {} is not known here; this tool reads format 1", manifest.format),
        name};
  }
  return manifest;
}

void read_manifest(const fs::path& folder, Standing& standing) {
  Result<std::string> text = read_regular(folder / kManifestFile, kLargestManifest);
  if (!text.ok()) {
    bool none = text.error().code == ErrorCode::kNotFound;
    standing.reason = none ? "was killed: no manifest" : "the manifest cannot be read";
    add_problem(standing, kManifestFile,
                none ? "is missing: the run was killed" : text.error().message);
    return;
  }
  standing.manifest_sha256 = sha256_hex(*text);
  Result<Manifest> manifest = parse_manifest(*text);
  if (!manifest.ok()) {
    standing.reason = "the manifest cannot be read";
    standing.problems.push_back(manifest.error().text());
    return;
  }
  standing.manifest = std::move(*manifest);
}

void read_seal(const fs::path& folder, Standing& standing) {
  Result<std::string> text = read_regular(folder / kSealFile, 4096);
  if (!text.ok()) {
    if (standing.manifest_sha256.empty() && text.error().code == ErrorCode::kNotFound) return;
    add_problem(standing, kSealFile, text.error().message);
  } else if (!has_seal_form(*text)) {
    add_problem(standing, kSealFile, "has another form than \"sha256:\", 64 hex digits, line end");
  } else if (standing.manifest_sha256.empty()) {
    add_problem(standing, kSealFile, "seals a manifest.json that is not there");
  } else if (*text != seal_text(standing.manifest_sha256)) {
    add_problem(standing, kSealFile,
                fmt::format("is not of manifest.json: one of the two was changed (sealed: {}, "
                            "manifest.json: {})",
                            text->substr(7, 64), standing.manifest_sha256));
  } else {
    standing.sealed = standing.manifest.has_value();
  }
  if (!standing.sealed && standing.reason.empty()) standing.reason = "is not sealed";
}

}  // namespace

Standing standing_of(const fs::path& folder) {
  Standing standing;
  read_manifest(folder, standing);
  read_seal(folder, standing);
  if (!standing.sealed) return standing;
  standing.complete = standing.manifest->complete;
  if (!standing.complete) {
    standing.reason = standing.manifest->incomplete_reason;
    if (standing.reason.empty()) standing.reason = "the manifest says so and gives no reason";
  }
  return standing;
}

}  // namespace lynxbench::bundle
