#include <unistd.h>

#include <memory>

#include "base/clock.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/load_options.h"
#include "cli/progress_line.h"
#include "cli/shared.h"
#include "report/load.h"
#include "target/target.h"
#include "workload/workload.h"

namespace lynxbench::cli {
namespace {

// Everything that the workload is made of lies in the inputs; a body given by words is a file of one.
Result<Inputs> inputs_of(const run::LoadJob& job, const LoadArguments& arguments) {
  if (arguments.body.empty()) return workload::build_inputs(job.contract.workload, job.contract.target);
  Inputs inputs;
  Input& input = inputs.inputs.emplace_back();
  input.body = arguments.body;
  if (input.body.starts_with('@')) input.body = TRY(read_file(input.body.substr(1)));
  return inputs;
}

// A server that has one model often answers with it whatever model is named: worth a word.
std::optional<std::string> other_model(const target::Target& target) {
  std::string asked, served;
  for (const TargetFact& fact : target.facts()) {
    if (fact.fact.name == "model.name") asked = fact.fact.value;
    if (fact.fact.name == "model.served_as") served = fact.fact.value;
  }
  if (asked.empty() || served.empty() || asked == served) return std::nullopt;
  return fmt::format("the model \"{}\" is not in the server's list; it names \"{}\", which is what may have answered", asked, served);
}

// No request reached the server at all: it is not there, which is no verdict on it.
bool never_reached(const LoadFigures& figures) {
  if (figures.counts.due == 0 || figures.counts.ok > 0 || figures.failures.empty()) return false;
  for (const FailureCount& failure : figures.failures) {
    if (failure.kind != "connect" && failure.kind != "resolve" && failure.kind != "tls") return false;
  }
  return true;
}

ExitCode outcome_of(const LoadFigures& figures) {
  if (!figures.complete) return ExitCode::kInterrupted;
  if (never_reached(figures)) return ExitCode::kExecutor;
  std::string state = report::load_verdict(figures).state;
  return state == "pass" || state == "measured" ? ExitCode::kDone : ExitCode::kNegative;
}

Status write_reports(const LoadArguments& arguments, const LoadFigures& figures, const std::string& command_line) {
  if (!arguments.html.empty()) {
    TRY_STATUS(write_file_atomic(arguments.html, report::load_html(figures, command_line, utc_text(wall_clock_ns()))));
  }
  if (arguments.json) return print_out(pretty_text(Json(figures)));
  TRY_STATUS(print_out(report::load_terminal(figures, terminal_options())));
  if (!arguments.html.empty()) return print_out("Report: " + fs::absolute(arguments.html).string());
  return ok_status();
}

Result<ExitCode> run_load(const LoadArguments& arguments, const std::string& command_line) {
  run::LoadJob job = TRY(load_job(arguments));
  if (::isatty(STDERR_FILENO) != 1) job.progress_every = Nanos{5'000'000'000};
  Inputs inputs = TRY(inputs_of(job, arguments));
  SystemClock clock;
  ProgressLine progress(arguments.quiet ? ProgressLine::Detail::kNotes : ProgressLine::Detail::kAll);
  target::SearchPaths paths = target::default_search_paths();
  std::optional<std::string> model_note;
  auto open = [&]() -> Result<std::unique_ptr<target::Target>> {
    std::unique_ptr<target::Target> target = TRY(target::open(job.contract, inputs, paths, clock));
    model_note = other_model(*target);
    return target;
  };
  run::LoadContext context{.clock = clock,
                           .inputs = inputs,
                           .open = open,
                           .stop = &stop_flag(),
                           .progress = &progress};
  LoadFigures figures = TRY(job.contract.load.search ? run::load_search(job, context) : run::load(job, context));
  figures.validity.notices.insert(figures.validity.notices.end(), inputs.notes.begin(), inputs.notes.end());
  if (model_note) figures.validity.notices.push_back(*model_note);
  progress.step("done", 1, std::nullopt);
  TRY_STATUS(write_reports(arguments, figures, command_line));
  return outcome_of(figures);
}

void add_what(CLI::App& app, LoadArguments& a) {
  const char* group = "What is loaded";
  app.add_option("--protocol", a.protocol, "openai-chat | openai-completions | kserve-http | kserve-grpc | http | command")->group(group);
  app.add_option("--url", a.url, "http://HOST:PORT, https://..., or for kserve-grpc grpc://, grpcs://")->group(group);
  app.add_option("--model", a.model, "The model that requests name")->group(group);
  app.add_option("command", a.command, "After --: the program of the protocol command, and its words")->group(group);
  app.add_flag("--pipe", a.pipe, "command: one process that goes on, a line per request and per answer")->group(group);
}

void add_load(CLI::App& app, LoadArguments& a) {
  const char* group = "The load";
  app.add_option("--rate", a.rate, "Open loop: requests per second, sent when due whatever the server does")->group(group);
  app.add_option("--concurrency", a.concurrency, "Closed loop: so many at a time, the next when one is done")->group(group);
  app.add_option("--arrival", a.arrival, "constant | poisson | gamma:CV | ramp:FROM:TO | trace:FILE (poisson)")->group(group);
  app.add_option("--duration", a.duration, "Length of the measured window (30s)")->group(group);
  app.add_option("--warm-up", a.warm_up, "The same load before it, in no figure (a tenth of the window, at most 5s)")->group(group);
  app.add_option("--seed", a.seed, "Of arrivals and inputs: the same seed, the same bytes (1)")->group(group);
  app.add_option("--max-in-flight", a.max_in_flight, "Requests that may wait for an answer at once (10000)")->group(group);
  app.add_option("--threads", a.threads, "Load threads, each with its share of the load (1)")->group(group);
  app.add_option("--cpu", a.cpu, "Processor of the first load thread; the others on the next ones")->group(group);
}

void add_requests(CLI::App& app, LoadArguments& a) {
  const char* group = "The requests";
  app.add_option("--prompt-tokens", a.prompt_tokens, "128 | 100..200 | lognormal:MEDIAN:SIGMA (128)")->group(group);
  app.add_option("--output-tokens", a.output_tokens, "The same for the answers (128)")->group(group);
  app.add_option("--turns", a.turns, "Turns of each conversation, each carrying what went before (1)")->group(group);
  app.add_option("--shared-prefix", a.shared_prefix, "Tokens that all prompts begin with (0)")->group(group);
  app.add_option("--inputs", a.distinct, "Different inputs, drawn in turn (openai-*: up to 1000; else 16)")->group(group);
  app.add_option("--input", a.input, "A file with a JSON line per input instead: messages, prompt or body")->group(group);
  app.add_flag("--stream", a.stream, "kserve-grpc: ModelStreamInfer, for decoupled models; openai-* stream anyway")->group(group);
  app.add_flag("--no-stream", a.no_stream, "Answers in one piece")->group(group);
  app.add_option("--extra-body", a.extra_body, "openai-*: a JSON object that joins each request's")->group(group);
  app.add_option("--tensor", a.tensors, "kserve-*: NAME:SHAPE[:FILE]; else the server's metadata says")->allow_extra_args(false)->group(group);
  app.add_flag("--json-tensors", a.json_tensors, "kserve-http: tensors as JSON instead of binary")->group(group);
  app.add_option("--method", a.method, "http: the method (POST)")->group(group);
  app.add_option("--body", a.body, "http, command: what each request carries, or @FILE")->group(group);
}

void add_connection(CLI::App& app, LoadArguments& a) {
  const char* group = "The connection";
  app.add_option("--header", a.headers, "\"Name: value\"; env:VARIABLE as the value reads it from there")->allow_extra_args(false)->group(group);
  app.add_option("--connections", a.connections, "At most so many at once (as many as requests are out)")->group(group);
  app.add_option("--keep-alive", a.keep_alive, "reuse | per-request (reuse)")->group(group);
  app.add_option("--timeout", a.timeout, "Of a request, from sent (60s)")->group(group);
  app.add_option("--ca", a.ca, "File of the certificate authority to trust")->group(group);
  app.add_flag("--insecure", a.insecure, "Trust any certificate")->group(group);
  app.add_option("--metrics", a.metrics, "URL of the server's own figures, to hold against the client's: Prometheus text of vLLM, SGLang, TGI, "
                                         "Triton or llama.cpp, or Triton's statistics (.../v2/models/MODEL/stats)")->group(group);
}

void add_results(CLI::App& app, LoadArguments& a) {
  const char* group = "What is judged and printed";
  app.add_option("--slo", a.slo, "METRIC.pQ=DURATION, of e2e, service, ttft, itl, tpot; again for more")->allow_extra_args(false)->group(group);
  app.add_flag("--require-slo", a.require_slo, "Refuse to run without an --slo (for scripts)")->group(group);
  app.add_flag("--search", a.search, "Search the highest rate that keeps the SLO, from --rate on (5)")->group(group);
  app.add_option("--at-most", a.at_most, "Highest rate of the search (10000)")->group(group);
  app.add_option("--resolution", a.resolution, "Where the search stops (8%)")->group(group);
  app.add_option("--score", a.score, "exact | contains: compare answers with what --input expects")->group(group);
  app.add_option("--score-command", a.score_command, "A shell command: a JSON line per answer in, a score in 0..1 out")->group(group);
  app.add_option("--accuracy", a.accuracy, "Least mean score: below it the load fails, however fast")->group(group);
  app.add_option("--record", a.record, "File of every request, a JSON line each")->group(group);
  app.add_option("--html", a.html, "File of the report as a page")->group(group);
  app.add_flag("--json", a.json, "Print the report as JSON instead of tables")->group(group);
  app.add_flag("--quiet", a.quiet, "No progress")->group(group);
}

}  // namespace

void add_load(Commands& commands) {
  auto arguments = std::make_shared<LoadArguments>();
  CLI::App* app = commands.app.add_subcommand("load", "Load a server and report its latencies, without a contract");
  add_what(*app, *arguments);
  add_load(*app, *arguments);
  add_requests(*app, *arguments);
  add_connection(*app, *arguments);
  add_results(*app, *arguments);
  app->footer("Examples:\n"
              "  lynxbench load --protocol openai-chat --url http://localhost:8000 --model m --rate 10 --slo ttft.p99=200ms\n"
              "  lynxbench load --protocol kserve-grpc --url grpc://localhost:8001 --model resnet --concurrency 8\n"
              "  lynxbench load --protocol kserve-grpc --url grpc://localhost:8001 --model llm --stream --rate 5 --slo ttft.p90=1s\n"
              "  lynxbench load --protocol http --url http://localhost:8080/predict --body @request.json --rate 100\n"
              "  lynxbench load --protocol command --concurrency 1 -- ./infer --once\n"
              "  lynxbench load --protocol openai-chat --url http://localhost:8000 --search --slo ttft.p99=1s --duration 20s\n"
              "  lynxbench load --protocol openai-chat --url http://localhost:8000 --rate 10 --metrics http://localhost:8000/metrics\n\n"
              "Ends with 0 when every term of the SLO passes (or none was given), 1 when one fails or cannot be decided,\n"
              "or the client was the bottleneck; 3 when the server cannot be reached; 4 when it was stopped (Ctrl-C).");
  app->callback([&commands, arguments] {
    commands.action = [&commands, arguments] { return run_load(*arguments, commands.command_line); };
  });
}

}  // namespace lynxbench::cli
