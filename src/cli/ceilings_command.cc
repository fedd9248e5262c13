#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "base/clock.h"
#include "base/json.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "model/json.h"
#include "target/target.h"

namespace lynxbench::cli {
namespace {

struct CeilingsArguments {
  std::int64_t threads = std::max(1U, std::thread::hardware_concurrency());
  int repeats = 5;
  bool json = false;
};

std::string text_of(const std::vector<double>& repeats, const std::string& method,
                    std::string_view unit) {
  std::string text = fmt::format("{}\n ", method);
  for (const double value : repeats) text += fmt::format(" {} G{}", number_text(value / 1e9), unit);
  return text + "\n";
}

Result<ExitCode> ceilings(const CeilingsArguments& arguments) {
  SystemClock clock;
  const Ceilings found = TRY(target::measure_ceilings(arguments.threads, arguments.repeats,
                                                      target::default_search_paths(), clock));
  TRY_STATUS(print_out(arguments.json
                           ? pretty_text(Json(found))
                           : text_of(found.matmul_flops_per_s, found.matmul_method, "FLOP/s") +
                                 text_of(found.stream_bytes_per_s, found.stream_method, "B/s")));
  return ExitCode::kDone;
}

}  // namespace

void add_ceilings(Commands& commands) {
  auto arguments = std::make_shared<CeilingsArguments>();
  CLI::App* app = commands.app.add_subcommand(
      "ceilings", "Measure what this machine can do at most: a matrix product, a memory stream");
  app->add_option("--threads", arguments->threads,
                  "Threads, as many as the operators have that are held against it (all)");
  app->add_option("--repeats", arguments->repeats, "How often, about 0.3 s each (5)");
  app->add_flag("--json", arguments->json, "As JSON, for attribute --ceilings");
  app->footer("Example:\n  lynxbench ceilings --threads 4 --json > here.json\n"
              "  lynxbench attribute profile.json --ceilings here.json\n\n"
              "Measure on the machine that ran the trace, while nothing else runs on it.");
  app->callback([&commands, arguments] {
    commands.action = [arguments] { return ceilings(*arguments); };
  });
}

}  // namespace lynxbench::cli
