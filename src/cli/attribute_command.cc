#include <memory>

#include "base/clock.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "report/traces.h"
#include "run/attribute.h"

namespace lynxbench::cli {
namespace {

struct AttributeArguments {
  std::vector<std::string> files;
  trace::ReadOptions read;
  bool json = false;
  std::string perfetto;
  std::string html;
};

Result<ExitCode> attribute(const AttributeArguments& arguments, const std::string& command_line) {
  const TraceFigures figures =
      TRY(run::attribute(arguments.files, arguments.read, arguments.perfetto));
  if (!arguments.html.empty()) {
    TRY_STATUS(write_file_atomic(
        arguments.html,
        report::traces_html(figures, {command_line, utc_text(wall_clock_ns())})));
  }
  TRY_STATUS(print_out(arguments.json ? pretty_text(Json(figures))
                                      : report::traces_terminal(figures, terminal_options())));
  return ExitCode::kDone;
}

}  // namespace

void add_attribute(Commands& commands) {
  auto arguments = std::make_shared<AttributeArguments>();
  CLI::App* command = commands.app.add_subcommand(
      "attribute", "Say where the time went, from traces that other tools wrote");
  command->add_option("FILE", arguments->files,
                      "Traces and telemetry, gz or not, recognised by content: PyTorch profiler, "
                      "Nsight Systems SQLite, ...")
      ->required();
  command->add_flag("--json", arguments->json, "Print every figure as JSON");
  command->add_option("--html", arguments->html, "File of the figures as a page");
  command->add_option("--perfetto", arguments->perfetto,
                      "File for viewers of traces (ui.perfetto.dev, chrome://tracing): where each "
                      "device's time went, moment by moment; packed when its name ends in .gz");
  command->add_option("--threads", arguments->read.threads,
                      "Threads that read; by default one for each core");
  command->add_option("--columns", arguments->read.columns,
                      "Names of the columns of a table without a header, with commas between");
  command->callback([&commands, arguments] {
    commands.action = [&commands, arguments] {
      return attribute(*arguments, commands.command_line);
    };
  });
}

}  // namespace lynxbench::cli
