#include <memory>

#include "base/units.h"
#include "bundle/bundle.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "executor/executor.h"
#include "model/json.h"
#include "run/measure.h"

namespace lynxbench::cli {
namespace {

struct ExecutorArguments {
  std::string contract;
  std::string before;
  std::string after;
  bool json = false;
};

std::string text_of(const Fact& fact) {
  std::string mark = fact.identity ? "" : "  (not part of the fingerprint)";
  if (fact.provenance == Provenance::kUnknown) return fmt::format("  {:<32} unknown: {}", fact.name, fact.reason);
  std::string declared = fact.provenance == Provenance::kDeclared ? "  (declared)" : "";
  return fmt::format("  {:<32} {}{}{}", fact.name, fact.value, declared, mark);
}

std::string text_of(const Executor& executor) {
  Fingerprints prints = executor::fingerprints(executor);
  std::string text = fmt::format("executor {}\n", prints.whole);
  for (std::size_t i = 0; i < kLayerCount; ++i) {
    const LayerRecord& layer = executor.layers[i];
    text += fmt::format("\n{} - owner: {} - {} of its facts known - {}\n", name_of(layer.layer), layer.owner,
                        ratio_text(executor::completeness(layer)), prints.by_layer[i].substr(0, 16));
    for (const Fact& fact : layer.facts) text += text_of(fact) + "\n";
  }
  return text;
}

Result<ExitCode> show(const ExecutorArguments& arguments) {
  Executor executor = executor::discover({});
  if (!arguments.contract.empty()) {
    ReadContract read = TRY(read_contract(arguments.contract, {}));
    executor = run::describe_executor(read.contract, target::default_search_paths());
  }
  TRY_STATUS(print_out(arguments.json ? pretty_text(Json(executor)) : text_of(executor)));
  return ExitCode::kDone;
}

// A bundle's executor, or a file that `executor show --json` wrote.
Result<Executor> read_executor(const fs::path& path) {
  fs::path file = fs::is_directory(path) ? path / "executor.json" : path;
  std::string text = TRY(read_file(file));
  Json document = TRY(parse_json(text, file.string()));
  return from_document<Executor>(document, file.string());
}

Result<ExitCode> diff(const ExecutorArguments& arguments) {
  Executor before = TRY(read_executor(arguments.before));
  Executor after = TRY(read_executor(arguments.after));
  std::vector<LayerDifference> differences = executor::differences(before, after);
  if (arguments.json) {
    TRY_STATUS(print_out(pretty_text(Json(differences))));
  } else if (differences.empty()) {
    TRY_STATUS(print_out("The executors do not differ in any fact of their fingerprints."));
  }
  for (const LayerDifference& layer : differences) {
    if (arguments.json) break;
    std::string text = fmt::format("{} - owner: {}\n", name_of(layer.layer), layer.owner);
    for (const FactDifference& fact : layer.facts) {
      text += fmt::format("  {:<32} {} -> {}\n", fact.name, fact.before, fact.after);
    }
    TRY_STATUS(print_out(text));
  }
  return differences.empty() ? ExitCode::kDone : ExitCode::kNegative;
}

}  // namespace

void add_executor(Commands& commands) {
  auto arguments = std::make_shared<ExecutorArguments>();
  CLI::App* group = commands.app.add_subcommand("executor", "Describe and compare AI executors");
  group->require_subcommand(1);
  CLI::App* show_app = group->add_subcommand("show", "Nine layers: owners, facts, completeness, fingerprints");
  show_app->add_option("--contract", arguments->contract, "With what this contract's target and teams say");
  show_app->add_flag("--json", arguments->json, "As JSON");
  show_app->footer("Examples:\n  lynxbench executor show\n"
                   "  lynxbench executor show --contract contracts/quickstart.yaml --json > here.json");
  show_app->callback([&commands, arguments] { commands.action = [arguments] { return show(*arguments); }; });
  CLI::App* diff_app = group->add_subcommand("diff", "Which facts of which layers differ, and who owns them");
  diff_app->add_option("before", arguments->before, "A bundle, or a file of `executor show --json`")->required();
  diff_app->add_option("after", arguments->after, "Another")->required();
  diff_app->add_flag("--json", arguments->json, "As JSON");
  diff_app->footer("Example:\n  lynxbench executor diff results/before.lynx results/after.lynx\n\nEnds with 1 when they differ.");
  diff_app->callback([&commands, arguments] { commands.action = [arguments] { return diff(*arguments); }; });
  group->footer("Examples:\n  lynxbench executor show\n  lynxbench executor diff results/before.lynx here.json");
}

}  // namespace lynxbench::cli
