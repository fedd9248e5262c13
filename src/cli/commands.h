// argv -> run, contract, executor, bundle, report. A file per command; each adds itself to the app and
// leaves its way to run in `Commands`.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "base/result.h"
#include "cli/exit_code.h"
#include "report/report.h"

namespace lynxbench::cli {

inline constexpr const char* kTool = "lynxbench " LYNXBENCH_VERSION;

// What a parsed command line asks for.
using Action = std::function<Result<ExitCode>()>;

struct Commands {
  CLI::App& app;
  Action& action;  // set by the subcommand that was named
  std::string command_line;  // as it was given, for reports
};

void add_run(Commands& commands);        // run
void add_load(Commands& commands);       // load
void add_contract(Commands& commands);   // contract init | check | show | digest
void add_executor(Commands& commands);   // executor show | diff
void add_check(Commands& commands);      // check
void add_recompute(Commands& commands);  // recompute
void add_verify(Commands& commands);     // verify
void add_report(Commands& commands);     // report
void add_calibrate(Commands& commands);  // calibrate
void add_ceilings(Commands& commands);   // ceilings
void add_stub(Commands& commands);       // stub
void add_workload(Commands& commands);   // workload anonymise | show | schedule
void add_attribute(Commands& commands);  // attribute
void add_redact(Commands& commands);     // redact

// Columns and colour of standard output: colour only on a terminal and without NO_COLOR.
[[nodiscard]] report::TerminalOptions terminal_options();

int main_of(int argc, char** argv);

}  // namespace lynxbench::cli
