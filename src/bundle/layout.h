// The names in a bundle's folder, and which paths may be in it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/result.h"

namespace lynxbench::bundle {

inline constexpr std::string_view kRawFile = "raw.sqlite";
inline constexpr std::string_view kContractText = "contract.yaml";
inline constexpr std::string_view kContractFile = "contract.json";
inline constexpr std::string_view kExecutorFile = "executor.json";
inline constexpr std::string_view kFiguresFile = "figures.json";
inline constexpr std::string_view kCeilingsFile = "ceilings.json";
inline constexpr std::string_view kServerFile = "server.json";
inline constexpr std::string_view kManifestFile = "manifest.json";
inline constexpr std::string_view kSealFile = "SEAL";

// Without these no bundle is complete.
inline constexpr std::array<std::string_view, 5> kRequiredFiles{
    kContractFile, kContractText, kExecutorFile, kFiguresFile, kRawFile};

// "profiles/0001.json" is one; "", "/etc/passwd", "../x", "a//b", "./a" and "a/" are none.
[[nodiscard]] bool is_plain_relative(const std::string& path);

// SEAL's only form: "sha256:", 64 hex digits, a line end.
[[nodiscard]] std::string seal_text(const std::string& manifest_sha256);

// Content of a regular file. kInvalidInput for a link, a pipe or a folder in its place: neither is
// followed or waited for.
[[nodiscard]] Result<std::string> read_regular(const fs::path& path,
                                               std::size_t limit_bytes = std::size_t{1} << 30);

// Whether there is something of this name, a dangling link included.
[[nodiscard]] bool is_there(const fs::path& path);

}  // namespace lynxbench::bundle
