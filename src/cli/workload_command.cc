#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "base/units.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "model/json.h"
#include "workload/trace/anonymous.h"
#include "workload/trace/summary.h"
#include "workload/workload.h"

namespace lynxbench::cli {
namespace {

namespace trace = workload::trace;

struct WorkloadArguments {
  std::string file;
  std::string out;
  bool json = false;
  std::string arrival = "poisson";
  std::string rate;
  std::string duration = "60s";
  std::uint64_t seed = 1;
  std::int64_t inputs = 16;
  bool csv = false;
};
using Shared = std::shared_ptr<WorkloadArguments>;

void print_losses(const Losses& losses) {
  for (const Loss& loss : losses) {
    fmt::print(stderr, "{}: {}: {} time{} (first: {})\n", name_of(loss.severity), loss.what, loss.count,
               loss.count == 1 ? "" : "s", loss.where);
  }
}

// Lines to standard output, or to a file that appears whole at the end or not at all.
class Output {
 public:
  static Result<std::unique_ptr<Output>> open(const std::string& path) {
    if (path.empty()) return std::unique_ptr<Output>(new Output(stdout, {}, {}));
    fs::path beside = fmt::format("{}.tmp{}", path, ::getpid());
    std::FILE* file = std::fopen(beside.c_str(), "we");
    if (file == nullptr) {
      return Error{errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable, "cannot create: " + system_message(errno), path};
    }
    return std::unique_ptr<Output>(new Output(file, path, beside));
  }
  ~Output() {
    if (path_.empty()) return;
    if (file_ != nullptr) std::fclose(file_);
    ::unlink(beside_.c_str());  // gone already once it was renamed
  }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  Status add(const std::string& line) {
    if (std::fwrite(line.data(), 1, line.size(), file_) == line.size()) return ok_status();
    return problem();
  }
  Status finish() {
    if (std::fflush(file_) != 0) return problem();
    if (path_.empty()) return ok_status();
    if (::fsync(::fileno(file_)) != 0) return problem();
    int closed = std::fclose(std::exchange(file_, nullptr));
    if (closed != 0 || ::rename(beside_.c_str(), path_.c_str()) != 0) return problem();
    return ok_status();
  }

 private:
  Output(std::FILE* file, fs::path path, fs::path beside) : file_(file), path_(std::move(path)), beside_(std::move(beside)) {}
  [[nodiscard]] Error problem() const {
    return Error{ErrorCode::kExhausted, "cannot write: " + system_message(errno), path_.empty() ? "standard output" : path_.string()};
  }
  std::FILE* file_;
  fs::path path_, beside_;
};

Result<ExitCode> anonymise(const WorkloadArguments& arguments) {
  std::unique_ptr<trace::RequestReader> reader = TRY(trace::open(arguments.file));
  std::unique_ptr<Output> out = TRY(Output::open(arguments.out));
  TRY_STATUS(out->add(trace::head_line(reader->shape())));
  std::uint64_t count = 0;
  while (std::optional<trace::TracedRequest> request = reader->next()) {
    if (stop_flag()) return error(ErrorCode::kInterrupted, "stopped by the user; nothing was written");
    TRY_STATUS(out->add(trace::line_of(*request)));
    ++count;
  }
  print_losses(reader->losses());
  if (count == 0) return Error{ErrorCode::kInvalidInput, "has no request, read as " + reader->shape().format, arguments.file};
  TRY_STATUS(out->finish());
  fmt::print(stderr, "{} request{} of {}\n", count, count == 1 ? "" : "s", reader->shape().format);
  return ExitCode::kDone;
}

std::string line_of(const std::string& name, const stats::LogHistogram& values, std::string (*text)(double)) {
  if (values.count() == 0) return "";
  auto shown = [&](double q) { return text(static_cast<double>(*values.quantile(q))); };
  return fmt::format("  {:<15}p50 {}, p90 {}, p99 {}, max {}, mean {}; {} requests\n", name, shown(0.5), shown(0.9), shown(0.99),
                     text(static_cast<double>(*values.largest())), text(*values.mean()), values.count());
}

std::string dispersion_text(const trace::WindowCounts& counts, std::string_view window) {
  if (!counts.dispersion) return "";
  return fmt::format(", counts per {} vary {} times as much as Poisson's", window, number_text(*counts.dispersion));
}

std::string text_of(const trace::Summary& summary, const trace::Shape& shape, const std::string& file) {
  std::string text = fmt::format("{}: {}\n  {:<15}{} in {}", file, shape.format, "requests", summary.requests,
                                 duration_text(static_cast<double>(summary.length_ns)));
  if (summary.rate_per_s) text += fmt::format(", {} in the mean", rate_text(*summary.rate_per_s));
  text += fmt::format("\n  {:<15}{} in the busiest second, {} in the busiest minute\n", "peak", summary.by_second.most, summary.by_minute.most);
  if (summary.gap_cv) {
    text += fmt::format("  {:<15}gaps vary with a coefficient of {} (1: Poisson){}{}\n", "burstiness", number_text(*summary.gap_cv),
                        dispersion_text(summary.by_second, "second"), dispersion_text(summary.by_minute, "minute"));
  }
  if (shape.time_step_ns > 1) {
    text += fmt::format("  {:<15}steps of {}, requests spread evenly over each\n", "times", duration_text(static_cast<double>(shape.time_step_ns)));
  }
  auto tokens = [](double value) { return value == std::floor(value) ? fmt::format("{:.0f}", value) : number_text(value, 4); };
  text += line_of("input tokens", summary.input_tokens, tokens) + line_of("output tokens", summary.output_tokens, tokens) +
          line_of("request bytes", summary.request_bytes, bytes_text) + line_of("response bytes", summary.response_bytes, bytes_text);
  if (summary.shared_ratio) {
    text += fmt::format("  {:<15}{} of the input tokens begin a prompt as an earlier one began; {} blocks of {} tokens\n", "shared heads",
                        ratio_text(*summary.shared_ratio), summary.blocks, shape.block_tokens);
  }
  return text;
}

Json json_of(const stats::LogHistogram& values) {
  return Json{{"count", values.count()}, {"p50", values.quantile(0.5)}, {"p90", values.quantile(0.9)}, {"p99", values.quantile(0.99)},
              {"max", values.largest()}, {"mean", values.mean()}};
}

Json json_of(const trace::WindowCounts& counts) {
  return Json{{"windows", counts.windows}, {"most", counts.most}, {"dispersion", counts.dispersion}};
}

Json json_of(const trace::Summary& summary, const trace::Shape& shape, const Losses& losses) {
  return Json{{"format", shape.format}, {"block_tokens", shape.block_tokens}, {"time_step_ns", shape.time_step_ns},
              {"requests", summary.requests}, {"length_ns", summary.length_ns}, {"rate_per_s", summary.rate_per_s},
              {"gap_cv", summary.gap_cv}, {"by_second", json_of(summary.by_second)}, {"by_minute", json_of(summary.by_minute)},
              {"input_tokens", json_of(summary.input_tokens)}, {"output_tokens", json_of(summary.output_tokens)},
              {"request_bytes", json_of(summary.request_bytes)}, {"response_bytes", json_of(summary.response_bytes)},
              {"blocks", summary.blocks}, {"shared_ratio", summary.shared_ratio}, {"losses", losses}};
}

Result<ExitCode> show(const WorkloadArguments& arguments) {
  std::unique_ptr<trace::RequestReader> reader = TRY(trace::open(arguments.file));
  trace::Summary summary = trace::summarise(*reader);
  if (arguments.json) {
    TRY_STATUS(print_out(pretty_text(json_of(summary, reader->shape(), reader->losses()))));
    return ExitCode::kDone;
  }
  TRY_STATUS(print_out(text_of(summary, reader->shape(), arguments.file)));
  print_losses(reader->losses());
  return ExitCode::kDone;
}

Result<ExitCode> schedule(const WorkloadArguments& arguments) {
  workload::ArrivalChoice choice = TRY(workload::parse_arrival(arguments.arrival));
  Nanos duration = TRY(parse_duration(arguments.duration));
  if (!arguments.rate.empty()) {
    if (choice.load.arrival == Arrival::kRamp) {
      return error(ErrorCode::kInvalidArgument, "a ramp has its rates in --arrival ramp:FROM:TO; leave --rate out");
    }
    choice.load.rate_per_s = TRY(parse_rate(arguments.rate));
  }
  if (arguments.inputs < 1 || arguments.inputs > std::int64_t{1} << 32) {
    return error(ErrorCode::kInvalidArgument, "--inputs takes 1 to 4294967296, not {}", arguments.inputs);
  }
  workload::RecordedTimes recorded;
  if (choice.trace_file) recorded = TRY(workload::recorded_times(*choice.trace_file, static_cast<std::uint64_t>(arguments.inputs)));
  workload::ScheduleStream stream =
      TRY(workload::ScheduleStream::open(choice.load, duration, workload::InputSequence(arguments.inputs, arguments.seed),
                                         recorded.arrivals, arguments.seed));
  std::unique_ptr<Output> out = TRY(Output::open(arguments.out));
  if (arguments.csv) TRY_STATUS(out->add("index,due_ns,input\n"));
  std::uint64_t count = 0;
  std::int64_t last_ns = 0;
  while (std::optional<ScheduledRequest> request = stream.next()) {
    if (stop_flag()) return error(ErrorCode::kInterrupted, "stopped by the user");
    last_ns = request->due_ns;
    ++count;
    if (arguments.csv) TRY_STATUS(out->add(fmt::format("{},{},{}\n", request->index, request->due_ns, request->input)));
  }
  for (const std::vector<std::string>& notes : {recorded.notes, stream.notes()}) {
    for (const std::string& note : notes) fmt::print(stderr, "notice: {}\n", note);
  }
  std::string summary = fmt::format("{} requests, the last due at {} ns\ndigest {}\n", count, last_ns, stream.digest());
  if (arguments.csv) {
    TRY_STATUS(out->finish());
    fmt::print(stderr, "{}", summary);
    return ExitCode::kDone;
  }
  TRY_STATUS(out->add(summary));
  TRY_STATUS(out->finish());
  return ExitCode::kDone;
}

CLI::App* add(CLI::App* group, Commands& commands, const Shared& arguments, const std::string& name, const std::string& what,
              Result<ExitCode> (*action)(const WorkloadArguments&)) {
  CLI::App* app = group->add_subcommand(name, what);
  app->callback([&commands, arguments, action] { commands.action = [=] { return action(*arguments); }; });
  return app;
}

constexpr const char* kTraces =
    "Read are, plain or gzip: a CSV of requests (Azure's LLM inference traces: TIMESTAMP,ContextTokens,\n"
    "GeneratedTokens), Mooncake's JSON lines, OTLP/JSON spans with gen_ai.usage.*, a web server's access\n"
    "log (common or combined), and our own format (docs/formats/workload-trace.md).";

void add_schedule(CLI::App* group, Commands& commands, const Shared& arguments) {
  CLI::App* app = add(group, commands, arguments, "schedule", "Say when each request would be sent: the same bytes for a seed on every machine", schedule);
  app->add_option("--arrival", arguments->arrival, "constant, poisson, gamma:CV, ramp:FROM:TO or trace:FILE")->capture_default_str();
  app->add_option("--rate", arguments->rate, "Requests per time, such as 100/s; of a trace: the rate to stretch it to");
  app->add_option("--duration", arguments->duration, "How long")->capture_default_str();
  app->add_option("--seed", arguments->seed, "What it is drawn from")->capture_default_str();
  app->add_option("--inputs", arguments->inputs, "Different inputs to draw from")->capture_default_str();
  app->add_flag("--csv", arguments->csv, "Print each request: index,due_ns,input; the digest goes to standard error");
  app->add_option("--out", arguments->out, "A file to write to instead of standard output");
  app->footer("Examples:\n  lynxbench workload schedule --arrival gamma:2 --rate 100/s --duration 60s --seed 7\n"
              "  lynxbench workload schedule --arrival ramp:5:50 --duration 10min --csv > schedule.csv\n\n"
              "Two machines have the same schedule when their digests are the same.");
}

}  // namespace

void add_workload(Commands& commands) {
  auto arguments = std::make_shared<WorkloadArguments>();
  CLI::App* group = commands.app.add_subcommand("workload", "Look at request logs and traces, anonymise them, and compare schedules");
  group->require_subcommand(1);
  CLI::App* anonymise_app = add(group, commands, arguments, "anonymise", "Keep of a request log or trace the shapes, sizes and times, and no text", anonymise);
  anonymise_app->add_option("file", arguments->file, "The log or trace")->required();
  anonymise_app->add_option("--out", arguments->out, "The file to write; standard output without it");
  anonymise_app->footer(std::string("Example:\n  lynxbench workload anonymise requests.jsonl.gz --out workload.jsonl\n\n") + kTraces);
  CLI::App* show_app = add(group, commands, arguments, "show", "Say what is in a request log or trace: counts, rates, lengths, burstiness", show);
  show_app->add_option("file", arguments->file, "The log or trace")->required();
  show_app->add_flag("--json", arguments->json, "As JSON");
  show_app->footer(std::string("Example:\n  lynxbench workload show AzureLLMInferenceTrace_conv.csv\n\n") + kTraces);
  add_schedule(group, commands, arguments);
  group->footer("Examples:\n  lynxbench workload show access.log\n  lynxbench workload anonymise access.log --out workload.jsonl\n"
                "  lynxbench workload schedule --arrival poisson --rate 40/s --duration 60s --seed 1");
}

}  // namespace lynxbench::cli
