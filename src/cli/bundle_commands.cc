#include <memory>

#include "bundle/bundle.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/shared.h"
#include "model/json.h"
#include "report/text_layout.h"
#include "run/recompute.h"
#include "run/verify.h"

namespace lynxbench::cli {
namespace {

struct BundleArguments {
  std::string bundle;
  std::string out;
  std::string html;
  std::vector<std::string> levers;
  bool json = false;
  bool quiet = false;
  bool anyway = false;
};
using Shared = std::shared_ptr<BundleArguments>;

Result<ExitCode> check(const BundleArguments& arguments) {
  bundle::CheckResult checked = TRY(bundle::check(arguments.bundle));
  std::string text;
  for (const std::string& problem : checked.problems) text += report::visible(problem) + "\n";
  if (checked.intact && checked.complete) {
    text += fmt::format("{}: complete and intact, {} files, contract {}", arguments.bundle,
                        checked.manifest->files.size(), checked.manifest->contract_digest);
  } else if (checked.intact) {
    text += fmt::format("{}: intact, but INCOMPLETE: {}", arguments.bundle,
                        report::visible(checked.manifest->incomplete_reason));
  } else {
    text += fmt::format("{}: {}", arguments.bundle,
                        checked.manifest || fs::exists(fs::path(arguments.bundle) / "SEAL")
                            ? "NOT INTACT: it is not what was sealed"
                                         : "INCOMPLETE: it was never sealed");
  }
  TRY_STATUS(print_out(text));
  return checked.intact && checked.complete ? ExitCode::kDone : ExitCode::kNegative;
}

Result<ExitCode> recompute(const BundleArguments& arguments) {
  run::Recomputed again = TRY(run::recompute(arguments.bundle));
  if (arguments.json) {
    TRY_STATUS(print_out(pretty_text(Json(again.figures))));
  } else {
    std::string text;
    constexpr std::size_t kShown = 20;
    for (std::size_t i = 0; i < std::min(kShown, again.differences.size()); ++i) text += again.differences[i] + "\n";
    if (again.differences.size() > kShown) text += fmt::format("... and {} more\n", again.differences.size() - kShown);
    text += again.differences.empty()
                ? fmt::format("{}: all {} values of figures.json follow from the raw data, to the bit",
                              arguments.bundle, again.values)
                : fmt::format("{}: {} of {} values do NOT follow from the raw data", arguments.bundle,
                              again.differences.size(), again.values);
    if (again.added > 0) text += fmt::format("; {} more are known since the version that sealed it", again.added);
    TRY_STATUS(print_out(text));
  }
  return again.differences.empty() ? ExitCode::kDone : ExitCode::kNegative;
}

Result<ExitCode> verify(const BundleArguments& arguments) {
  ProgressLine progress(arguments.quiet ? ProgressLine::Detail::kNotes : ProgressLine::Detail::kAll);
  run::VerifyOptions options;
  options.levers = TRY(lever_pairs(arguments.levers));
  options.measure.folder = arguments.out.empty() ? new_bundle_path("verify") : fs::path(arguments.out);
  options.measure.progress = &progress;
  options.measure.stop = &stop_flag();
  options.measure.tool = kTool;
  if (arguments.anyway) options.on_difference = run::VerifyOptions::OnDifference::kMeasure;
  Verification verification = TRY(run::verify(arguments.bundle, options));
  progress.step("done", 1, std::nullopt);
  TRY_STATUS(print_out(arguments.json ? pretty_text(Json(verification))
                                      : report::verification_text(verification, terminal_options())));
  return verification.agreement == Agreement::kReproduced ? ExitCode::kDone : ExitCode::kNegative;
}

Result<ExitCode> report_bundle(const BundleArguments& arguments) {
  Bundle bundle = TRY(bundle::read(arguments.bundle));
  report::Context context = TRY(context_of(bundle, arguments.bundle));
  if (!arguments.html.empty()) {
    TRY_STATUS(write_file_atomic(arguments.html, report::html(bundle, context)));
  }
  TRY_STATUS(print_out(arguments.json ? pretty_text(report::document(bundle, context))
                                      : report::terminal(bundle, context, terminal_options())));
  return ExitCode::kDone;
}

CLI::App* add(Commands& commands, const Shared& arguments, const std::string& name, const std::string& what,
              Result<ExitCode> (*action)(const BundleArguments&)) {
  CLI::App* app = commands.app.add_subcommand(name, what);
  app->add_option("bundle", arguments->bundle, "The bundle, a folder")->required();
  app->callback([&commands, arguments, action] { commands.action = [=] { return action(*arguments); }; });
  return app;
}

}  // namespace

void add_check(Commands& commands) {
  CLI::App* app = add(commands, std::make_shared<BundleArguments>(), "check",
                      "Is every byte of a bundle as it was sealed, and is it complete?", check);
  app->footer("Example:\n  lynxbench check results/quickstart-20261123T061109Z.lynx\n\n"
              "Ends with 0 when it is, 1 when not; names the file that is not.");
}

void add_recompute(Commands& commands) {
  auto arguments = std::make_shared<BundleArguments>();
  CLI::App* app = add(commands, arguments, "recompute",
                      "Derive all figures of a bundle again from its raw data and compare them", recompute);
  app->add_flag("--json", arguments->json, "Print the recomputed figures");
  app->footer("Example:\n  lynxbench recompute results/quickstart-20261123T061109Z.lynx\n\n"
              "Works on any machine; the comparison is to the bit.");
}

void add_verify(Commands& commands) {
  auto arguments = std::make_shared<BundleArguments>();
  CLI::App* app = add(commands, arguments, "verify",
                      "Run a bundle's contract again under the same load and compare", verify);
  app->add_option("--set", arguments->levers, "Re-run with one term changed, to see what it says: KEY=VALUE")
      ->allow_extra_args(false);
  app->add_flag("--anyway", arguments->anyway, "Measure even when the executors are not comparable");
  app->add_option("--out", arguments->out, "Folder of the re-run's own bundle (results/verify-TIME.lynx)");
  app->add_flag("--json", arguments->json, "As JSON");
  app->add_flag("--quiet", arguments->quiet, "No progress");
  app->footer("Examples:\n  lynxbench verify results/quickstart-20261123T061109Z.lynx\n"
              "  lynxbench verify results/before.lynx --set target.runtime.threads=2 --anyway\n\n"
              "Says REPRODUCED (0), NOT REPRODUCED, INCONCLUSIVE or NOT COMPARABLE (1).");
}

void add_report(Commands& commands) {
  auto arguments = std::make_shared<BundleArguments>();
  CLI::App* app = add(commands, arguments, "report", "Print a bundle's report again", report_bundle);
  app->add_option("--html", arguments->html, "Write the HTML report to this file as well");
  app->add_flag("--json", arguments->json, "As JSON");
  app->footer("Examples:\n  lynxbench report results/quickstart-20261123T061109Z.lynx\n"
              "  lynxbench report results/quickstart-20261123T061109Z.lynx --html report.html");
}

}  // namespace lynxbench::cli
