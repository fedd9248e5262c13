#include "cli/shared.h"

#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "base/clock.h"
#include "bundle/bundle.h"
#include "contract/contract.h"
#include "executor/executor.h"

namespace lynxbench::cli {
namespace {

std::atomic<bool> stop_requested{false};

void on_stop(int signal) {
  if (stop_requested.exchange(true)) ::_exit(128 + signal);
}

}  // namespace

const std::atomic<bool>& stop_flag() {
  struct sigaction action {};
  action.sa_handler = on_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return stop_requested;
}

Result<std::vector<std::pair<std::string, std::string>>> lever_pairs(const std::vector<std::string>& levers) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& lever : levers) {
    std::size_t at = lever.find('=');
    if (at == std::string::npos || at == 0) {
      return error(ErrorCode::kInvalidArgument,
                   "--set takes KEY=VALUE such as target.runtime.threads=2, not \"{}\"", lever);
    }
    pairs.emplace_back(lever.substr(0, at), lever.substr(at + 1));
  }
  return pairs;
}

Result<ReadContract> read_contract(const fs::path& file, const std::vector<std::string>& levers) {
  std::string text = TRY(read_file(file, std::size_t{16} << 20));
  contract::Reading reading = contract::read(text, file.string());
  if (!reading.contract) {
    for (const contract::Problem& problem : reading.problems) fmt::print(stderr, "{}\n", problem.text());
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("{} problem{} in this contract", reading.problems.size(),
                             reading.problems.size() == 1 ? "" : "s"),
                 file.string()};
  }
  Contract contract = std::move(*reading.contract);
  if (levers.empty()) return ReadContract{std::move(contract), std::move(text)};
  for (const auto& [key, value] : TRY(lever_pairs(levers))) contract = TRY(contract::with_lever(contract, key, value));
  std::string changed = contract::to_yaml(contract);
  return ReadContract{std::move(contract), std::move(changed)};
}

fs::path new_bundle_path(const std::string& name) {
  std::string stamp = utc_text(wall_clock_ns());
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  fs::path path = fs::path("results") / fmt::format("{}-{}.lynx", name, stamp);
  for (int i = 2; fs::exists(path); ++i) path = fs::path("results") / fmt::format("{}-{}-{}.lynx", name, stamp, i);
  return path;
}

Result<report::Context> context_of(const Bundle& bundle, const fs::path& folder) {
  bundle::CheckResult checked = TRY(bundle::check(folder));
  report::Context context;
  context.bundle_path = folder.string();
  context.fingerprints = executor::fingerprints(bundle.executor);
  // The digest that the result was made under: a later version's canonical form may have more members.
  context.contract_digest = bundle.manifest.contract_digest.empty() ? contract::digest(bundle.contract)
                                                                    : bundle.manifest.contract_digest;
  context.intact = checked.intact;
  context.problems = std::move(checked.problems);
  if (checked.manifest) context.bundle_digest = TRY(bundle::digest(folder));
  return context;
}

Status print_out(const std::string& text) {
  bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && !text.ends_with('\n')) written = std::fputc('\n', stdout) != EOF;
  if (!written || std::fflush(stdout) != 0) {
    return error(ErrorCode::kExhausted, "cannot write to standard output: {}", system_message(errno));
  }
  return ok_status();
}

}  // namespace lynxbench::cli
