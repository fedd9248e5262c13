#include <memory>

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
};

Result<ExitCode> attribute(const AttributeArguments& arguments) {
  const TraceFigures figures = TRY(run::attribute(arguments.files, arguments.read));
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
  command->add_option("--threads", arguments->read.threads,
                      "Threads that read; by default one for each core");
  command->add_option("--columns", arguments->read.columns,
                      "Names of the columns of a table without a header, with commas between");
  command->callback([&commands, arguments] {
    commands.action = [arguments] { return attribute(*arguments); };
  });
}

}  // namespace lynxbench::cli
