#include <algorithm>
#include <memory>

#include "base/text.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/progress_line.h"
#include "cli/shared.h"
#include "run/calibrate.h"

namespace lynxbench::cli {
namespace {

struct CalibrateArguments {
  std::vector<std::string> cases;
  std::int64_t streams = 32;
  std::string length = "4s";
  std::uint64_t seed = 1;
  bool json = false;
  bool quiet = false;
};

Result<ExitCode> calibrate(const CalibrateArguments& arguments) {
  run::CalibrateOptions options;
  std::vector<std::string> known = run::calibration_cases();
  for (const std::string& name : arguments.cases) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      return error(ErrorCode::kInvalidArgument, "there is no \"{}\" to calibrate; there is {}", name, joined(known, "and"));
    }
  }
  if (arguments.streams < 1 || arguments.streams > 10'000) {
    return error(ErrorCode::kInvalidArgument, "--streams is from 1 to 10000, not {}", arguments.streams);
  }
  options.only = arguments.cases;
  options.streams = arguments.streams;
  options.duration = TRY(parse_duration(arguments.length));
  options.seed = arguments.seed;
  ProgressLine progress(arguments.quiet ? ProgressLine::Detail::kNotes : ProgressLine::Detail::kAll);
  options.progress = &progress;
  options.stop = &stop_flag();
  run::Calibration calibration = TRY(run::calibrate(options));
  progress.step("done", 1, std::nullopt);
  TRY_STATUS(print_out(arguments.json ? pretty_text(run::to_document(calibration)) : run::calibration_text(calibration)));
  return calibration.pass() ? ExitCode::kDone : ExitCode::kNegative;
}

}  // namespace

void add_calibrate(Commands& commands) {
  auto arguments = std::make_shared<CalibrateArguments>();
  CLI::App* app = commands.app.add_subcommand(
      "calibrate", "Drive a server whose true times are known, and hold every figure of this client against them");
  app->add_option("case", arguments->cases, "What to calibrate: " + joined(run::calibration_cases(), "or") + " (all)");
  app->add_option("--streams", arguments->streams, "Requests at once (32)");
  app->add_option("--for", arguments->length, "Length of the load over each protocol (4s)");
  app->add_option("--seed", arguments->seed, "Of the stub's times");
  app->add_flag("--json", arguments->json, "Print the table as JSON");
  app->add_flag("--quiet", arguments->quiet, "No progress");
  app->footer("Examples:\n"
              "  lynxbench calibrate\n"
              "  lynxbench calibrate openai-chat kserve-grpc-stream --streams 128 --for 20s --json\n\n"
              "Errors are |measured - true|, event by event; a protocol passes when their p50 is at most 0.1 ms and their\n"
              "p99 at most 1 ms. Ends with 0 when all pass, 1 when not.");
  app->callback([&commands, arguments] { commands.action = [arguments] { return calibrate(*arguments); }; });
}

}  // namespace lynxbench::cli
