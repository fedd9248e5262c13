// What several commands do alike.
#pragma once

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/result.h"
#include "model/bundle.h"
#include "model/contract.h"
#include "report/report.h"

namespace lynxbench::cli {

// Set by Ctrl-C or SIGTERM from here on; a second one ends the program at once.
[[nodiscard]] const std::atomic<bool>& stop_flag();

// Reads and checks a contract, with levers applied. Problems are printed to standard error, all of
// them; the Error then says how many.
struct ReadContract {
  Contract contract;
  std::string yaml_text;
};
[[nodiscard]] Result<ReadContract> read_contract(const fs::path& file, const std::vector<std::string>& levers);

// "key=value" words as pairs; kInvalidArgument on a word without "=".
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> lever_pairs(
    const std::vector<std::string>& levers);

// results/NAME-20261123T061109Z.lynx, made unique.
[[nodiscard]] fs::path new_bundle_path(const std::string& name);

// What a report needs to know around a bundle: digests and the state of its seal.
[[nodiscard]] Result<report::Context> context_of(const Bundle& bundle, const fs::path& folder);

// Prints with a line end, or fails when standard output cannot be written.
[[nodiscard]] Status print_out(const std::string& text);

}  // namespace lynxbench::cli
