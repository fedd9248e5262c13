#include "cli/commands.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "base/text.h"
#include "report/text_layout.h"

namespace lynxbench::cli {
namespace {

constexpr const char* kFooter = R"(Examples:
  lynxbench run contracts/quickstart.yaml      measure, seal and report
  lynxbench load --protocol http --url URL --rate 100    load a server without a contract
  lynxbench check results/quickstart-*.lynx    is every byte as it was sealed?
  lynxbench verify results/quickstart-*.lynx   measure again and compare
  lynxbench contract init > mine.yaml          a contract to start from

Exit codes:
  0  done, and every target met
  1  done; a target was missed or undecided, or the verdict is negative
  2  wrong usage, or a file that is not what it should be
  3  the executor could not run the contract (runtime or model missing, target failed)
  4  interrupted; what was measured is kept and marked incomplete
  5  this machine failed: disk full, no permission)";

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(sub->get_name());
  return names;
}

std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// The subcommand that the words name, as far as they do.
const CLI::App* deepest(const CLI::App& app, int argc, char** argv, std::string& unknown) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    if (word == "--") break;  // what follows belongs to another program
    std::vector<std::string> names = subcommand_names(*at);
    bool is_option = word.starts_with("-");
    if (is_option) {
      std::string name = word.substr(0, word.find('='));
      std::vector<std::string> options = option_names(*at);
      if (word.starts_with("--") && std::find(options.begin(), options.end(), name) == options.end()) {
        unknown = name;
        return at;
      }
      continue;
    }
    if (names.empty()) continue;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      unknown = word;
      return at;
    }
    at = at->get_subcommand(word);
  }
  return at;
}

// For people. What a header holds may let its reader in: only its name is kept.
std::string line_of(int argc, char** argv) {
  std::string line = "lynxbench";
  for (int i = 1; i < argc; ++i) {
    std::string word = argv[i];
    bool header = word.starts_with("--header=") || (i > 1 && std::string_view(argv[i - 1]) == "--header");
    if (header) word = word.substr(0, word.find(':')) + ": ...";
    bool plain = !word.empty() && word.find_first_of(" \t\n\"'\\$`|&;<>(){}*?[]#!~") == std::string::npos;
    line += plain ? " " + word : " '" + word + "'";
  }
  return line;
}

int usage_error(const CLI::App& app, int argc, char** argv, const CLI::ParseError& problem) {
  std::string unknown;
  const CLI::App* at = deepest(app, argc, argv, unknown);
  std::string path = at == &app ? "lynxbench" : "lynxbench " + at->get_name();
  if (!unknown.empty()) {
    std::vector<std::string> known = unknown.starts_with("-") ? option_names(*at) : subcommand_names(*at);
    std::optional<std::string> nearest = nearest_word(unknown, known);
    fmt::print(stderr, "lynxbench: there is no {} \"{}\"{}\n", unknown.starts_with("-") ? "option" : "command", unknown,
               nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : "; there is " + joined(known, "and"));
  } else {
    fmt::print(stderr, "lynxbench: {}\n", problem.what());
  }
  fmt::print(stderr, "Run \"{} --help\" for its options and examples.\n", path);
  return static_cast<int>(ExitCode::kUsage);
}

}  // namespace

ExitCode exit_code_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kInvalidInput:
    case ErrorCode::kNotFound: return ExitCode::kUsage;
    case ErrorCode::kUnavailable: return ExitCode::kExecutor;
    case ErrorCode::kInterrupted: return ExitCode::kInterrupted;
    case ErrorCode::kExhausted:
    case ErrorCode::kInternal: return ExitCode::kMachine;
  }
  return ExitCode::kMachine;
}

report::TerminalOptions terminal_options() {
  report::TerminalOptions options;
  winsize size{};
  bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) options.columns = size.ws_col;
  else if (const char* columns = std::getenv("COLUMNS")) options.columns = std::max(40, std::atoi(columns));
  else options.columns = 100;
  options.colour = terminal && std::getenv("NO_COLOR") == nullptr;
  return options;
}

int main_of(int argc, char** argv) {
  // A full disk or a pipe that nobody reads is an error to report, not a signal to die of.
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App app{"lynxbench measures an AI executor under a contract that all teams agreed on in advance,\n"
               "says where the time went, and seals the result so that anyone can check or repeat it."};
  app.name("lynxbench");
  app.footer(kFooter);
  app.set_version_flag("--version", kTool);
  app.require_subcommand(1);
  Action action;
  Commands commands{app, action, line_of(argc, argv)};
  add_run(commands);
  add_load(commands);
  add_contract(commands);
  add_executor(commands);
  add_check(commands);
  add_recompute(commands);
  add_verify(commands);
  add_report(commands);
  add_stub(commands);
  add_workload(commands);
  add_attribute(commands);
  add_redact(commands);
  add_calibrate(commands);
  add_ceilings(commands);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted);
  } catch (const CLI::ParseError& problem) {
    return usage_error(app, argc, argv, problem);
  }
  Result<ExitCode> done = action();
  if (done.ok()) return static_cast<int>(*done);
  // Names and values from files that were read may hold anything.
  fmt::print(stderr, "lynxbench: {}\n", report::visible(done.error().text()));
  return static_cast<int>(exit_code_of(done.error()));
}

}  // namespace lynxbench::cli
