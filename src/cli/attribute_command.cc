#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/files.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "report/traces.h"
#include "run/attribute.h"
#include "run/ceilings_file.h"

namespace lynxbench::cli {
namespace {

struct AttributeArguments {
  std::vector<std::string> files;
  run::AttributeOptions options;
  std::string contract;
  std::string ceilings;
  std::string html;
  std::vector<std::string> what_ifs;
  bool graph = false;
  bool json = false;
};

Result<ExitCode> attribute(const AttributeArguments& arguments, const std::string& command_line) {
  run::AttributeOptions options = arguments.options;
  std::optional<ReadContract> contract;
  if (!arguments.contract.empty()) contract = TRY(read_contract(arguments.contract, {}));
  if (contract) options.contract = &contract->contract;
  if (!arguments.ceilings.empty()) options.ceilings = TRY(run::read_ceilings(arguments.ceilings));
  for (const std::string& wish : arguments.what_ifs) {
    options.what_ifs.push_back(TRY(run::parse_what_if(wish)));
  }
  if (arguments.graph) options.graph = run::AttributeOptions::Graph::kAlways;
  const TraceFigures figures = TRY(run::attribute(arguments.files, options));
  if (!arguments.html.empty()) {
    TRY_STATUS(write_file_atomic(
        arguments.html, report::traces_html(figures, {command_line, utc_text(wall_clock_ns())})));
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
  command->add_option("--contract", arguments->contract,
                      "Contract whose rules say which layers may own a class, and who owns them");
  command->add_option("--against", arguments->options.against,
                      "Trace from before a change: what is different in the first FILE");
  command->add_option("--what-if", arguments->what_ifs,
                      "What a change would gain: kernels=2, communication=hidden, "
                      "copies=overlapped, launches=graphed, python=2, operators=2, loader=gone, "
                      "name:NAME=2, fused:NAME+NAME, batch=8:3.5, device=H200")
      ->allow_extra_args(false);
  command->add_flag("--graph", arguments->graph,
                    "Critical path and what-ifs also of traces of more than 500,000 events");
  command->add_option("--ceilings", arguments->ceilings,
                      "JSON with measured ceilings of devices, instead of their data sheets, or of the "
                      "host that ran the trace: what lynxbench ceilings --json printed there");
  command->add_option("--html", arguments->html, "File of the figures as a page");
  command->add_option("--perfetto", arguments->options.perfetto,
                      "File for viewers of traces (ui.perfetto.dev, chrome://tracing): where each "
                      "device's time went, moment by moment; packed when its name ends in .gz");
  command->add_option("--threads", arguments->options.read.threads,
                      "Threads that read; by default one for each core");
  command->add_option("--columns", arguments->options.read.columns,
                      "Names of the columns of a table without a header, with commas between");
  command->footer(
      "Examples:\n  lynxbench attribute trace.json.gz\n"
      "  lynxbench attribute rank0.json.gz rank1.json.gz --contract contract.yaml\n"
      "  lynxbench attribute after.json --against before.json\n\n"
      "Parts add up to the whole to the nanosecond; what was lost in reading is counted and shown.");
  command->callback([&commands, arguments] {
    commands.action = [&commands, arguments] {
      return attribute(*arguments, commands.command_line);
    };
  });
}

}  // namespace lynxbench::cli
