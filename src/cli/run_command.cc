#include <memory>

#include "base/units.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/shared.h"
#include "contract/contract.h"
#include "run/measure.h"

namespace lynxbench::cli {
namespace {

struct RunArguments {
  std::string contract;
  std::string out;
  std::string html;
  std::vector<std::string> levers;
  bool json = false;
  bool quiet = false;
};

fs::path html_path(const RunArguments& arguments, const fs::path& bundle) {
  if (!arguments.html.empty()) return arguments.html;
  fs::path beside = bundle;
  beside.replace_extension(".html");
  return beside;
}

Status write_reports(const RunArguments& arguments, const run::Measured& measured) {
  report::Context context = TRY(context_of(measured.bundle, measured.folder));
  fs::path html = html_path(arguments, measured.folder);
  TRY_STATUS(write_file_atomic(html, report::html(measured.bundle, context)));
  if (arguments.json) return print_out(pretty_text(report::document(measured.bundle, context)));
  TRY_STATUS(print_out(report::terminal(measured.bundle, context, terminal_options())));
  return print_out(fmt::format("Bundle: {}\nReport: {}", measured.folder.string(), fs::absolute(html).string()));
}

ExitCode outcome_of(const run::Measured& measured) {
  const Figures& figures = measured.bundle.figures;
  if (!measured.bundle.run.complete) return ExitCode::kInterrupted;
  bool good = figures.validity.valid && figures.decision.verdict == "met";
  for (const TargetOutcome& target : figures.targets) good = good && target.verdict == "met";
  return good ? ExitCode::kDone : ExitCode::kNegative;
}

Result<ExitCode> run_contract(const RunArguments& arguments) {
  ReadContract read = TRY(read_contract(arguments.contract, arguments.levers));
  ProgressLine progress(arguments.quiet ? ProgressLine::Detail::kNotes : ProgressLine::Detail::kAll);
  progress.note(fmt::format("contract {} ({}), about {}", arguments.contract, contract::digest(read.contract),
                            duration_text(static_cast<double>(run::expected_length(read.contract).count()))));
  run::MeasureOptions options;
  options.folder = arguments.out.empty() ? new_bundle_path(read.contract.name) : fs::path(arguments.out);
  options.progress = &progress;
  options.stop = &stop_flag();
  options.tool = kTool;
  run::Measured measured = TRY(run::measure(read.contract, read.yaml_text, options));
  progress.step("writing the report", 1, std::nullopt);
  TRY_STATUS(write_reports(arguments, measured));
  return outcome_of(measured);
}

}  // namespace

void add_run(Commands& commands) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* app = commands.app.add_subcommand("run", "Measure a contract, seal the result and report it");
  app->add_option("contract", arguments->contract, "The contract, a YAML file")->required();
  app->add_option("--out", arguments->out, "Folder of the bundle (results/NAME-TIME.lynx)");
  app->add_option("--html", arguments->html, "File of the HTML report (beside the bundle)");
  app->add_option("--set", arguments->levers, "Run with one term changed: KEY=VALUE; the digest changes too")
      ->allow_extra_args(false);
  app->add_flag("--json", arguments->json, "Print the report as JSON instead of tables");
  app->add_flag("--quiet", arguments->quiet, "No progress, only what stays true");
  app->footer("Examples:\n"
              "  lynxbench run contracts/quickstart.yaml\n"
              "  lynxbench run mine.yaml --set target.serving.max_batch=8 --out results/batch8.lynx\n"
              "  lynxbench run mine.yaml --json > report.json\n\n"
              "Ends with 0 when the decision's figure and every target are met, 1 when not.");
  app->callback([&commands, arguments] { commands.action = [arguments] { return run_contract(*arguments); }; });
}

}  // namespace lynxbench::cli
