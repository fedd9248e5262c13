#include <sched.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <map>
#include <memory>

#include "base/clock.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/shared.h"
#include "contract/yaml_tree.h"
#include "stub/stub.h"

namespace lynxbench::cli {
namespace {

struct StubArguments {
  std::map<std::string, std::vector<std::string>> options;  // by name, as set_option takes them
  std::vector<std::uint16_t> ports;
  std::vector<std::uint16_t> tls_ports;
  std::string config;
  std::string certificate;
  std::string key;
  std::string print_ca;
  std::string truth;
  std::string length;
};

// YAML, of which JSON is a part.
Status read_config(const std::string& file, stub::Options& options) {
  std::string text = TRY(read_file(file, std::size_t{1} << 20));
  contract::YamlReading reading = contract::read_yaml(text);
  if (!reading.root || !reading.findings.empty()) {
    std::string what = reading.findings.empty() ? "no YAML" : reading.findings.front().what;
    return Error{ErrorCode::kInvalidInput, what, file};
  }
  Status set = stub::set_options(options, contract::to_json(*reading.root));
  if (!set.ok()) return Error{ErrorCode::kInvalidInput, set.error().text(), file};
  return ok_status();
}

Result<stub::Options> options_of(const StubArguments& arguments) {
  stub::Options options;
  if (!arguments.config.empty()) TRY_STATUS(read_config(arguments.config, options));
  for (const auto& [name, texts] : arguments.options) {
    for (const std::string& text : texts) TRY_STATUS(stub::set_option(options, name, text));
  }
  for (std::uint16_t port : arguments.ports) options.listen.push_back({port, false});
  for (std::uint16_t port : arguments.tls_ports) options.listen.push_back({port, true});
  options.certificate_file = arguments.certificate;
  options.key_file = arguments.key;
  if (arguments.certificate.empty() != arguments.key.empty()) {
    return error(ErrorCode::kInvalidArgument, "--cert and --key go together");
  }
  options.keep_truth = options.keep_truth && !arguments.truth.empty();
  options.truth_file = arguments.truth;
  return options;
}

std::string greeting(const stub::Server& server, const stub::Options& options) {
  std::string text = "listening on";
  for (const stub::Server::Port& port : server.ports()) text += " " + port.url;
  auto capacity = [&](bool streamed) {
    std::optional<double> per_s = stub::capacity_per_s(options, streamed);
    return per_s ? rate_text(*per_s) : std::string("unlimited");
  };
  return text + fmt::format("; capacity {} streamed, {} unary", capacity(true), capacity(false));
}

// Until a signal, or until `length` has passed.
bool wait_for_end(const std::atomic<bool>& stop, std::optional<Nanos> length) {
  SystemClock clock;
  Nanos end = clock.now() + length.value_or(Nanos{0});
  while (!stop) {
    Nanos now = clock.now();
    if (length && now >= end) return true;
    Nanos step{100'000'000};  // a signal ends the sleep
    Nanos left = length ? std::min(step, end - now) : step;
    timespec time{left.count() / 1'000'000'000, left.count() % 1'000'000'000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
  }
  return false;
}

Result<ExitCode> serve(const StubArguments& arguments) {
  stub::Options options = TRY(options_of(arguments));
  std::optional<Nanos> length;
  if (!arguments.length.empty()) length = TRY(parse_duration(arguments.length));
  const std::atomic<bool>& stop = stop_flag();
  stub::Server server = TRY(stub::Server::start(options));
  if (!arguments.print_ca.empty()) TRY_STATUS(write_file_atomic(arguments.print_ca, server.certificate_pem()));
  TRY_STATUS(print_out(greeting(server, options)));
  wait_for_end(stop, length);
  stub::Truth truth = TRY(server.stop());
  TRY_STATUS(print_out(stub::totals_text(truth.totals)));
  return ExitCode::kDone;
}

}  // namespace

void add_stub(Commands& commands) {
  auto arguments = std::make_shared<StubArguments>();
  CLI::App* app = commands.app.add_subcommand(
      "stub", "Serve OpenAI, KServe and plain HTTP with known times, to hold any client's figures against");
  app->add_option("--port", arguments->ports, "A port; several are allowed, 0 is one that is free (default)")->allow_extra_args(false);
  app->add_option("--tls-port", arguments->tls_ports, "A port with TLS")->allow_extra_args(false);
  app->add_option("--cert", arguments->certificate, "Certificate, PEM (one made at the start)");
  app->add_option("--key", arguments->key, "Its key, PEM");
  app->add_option("--print-ca", arguments->print_ca, "Write the certificate here, for clients to trust");
  app->add_option("--truth", arguments->truth, "Write what really happened here, a line per request");
  app->add_option("--for", arguments->length, "End after so long: 30s");
  app->add_option("--config", arguments->config, "A YAML or JSON file of the options below");
  for (const stub::OptionName& name : stub::option_names()) {
    std::string help(name.help);
    if (name.of_request) help += " [or header x-stub-" + std::string(name.name) + "]";
    app->add_option("--" + std::string(name.name), arguments->options[std::string(name.name)], help)->allow_extra_args(false);
  }
  app->footer("Examples:\n"
              "  lynxbench stub --port 8000 --ttft lognormal:50ms:0.5 --itl 10ms --truth truth.jsonl\n"
              "  lynxbench stub --servers 4 --service exp:20ms --queue-limit 64\n"
              "  lynxbench stub --stall 5s:2s --errors 500:1%,reset:0.5%\n"
              "  curl -N localhost:8000/v1/chat/completions -d '{\"messages\":[],\"stream\":true,\"stub\":{\"ttft\":\"1s\"}}'\n\n"
              "docs/formats/stub-truth.md describes the file of --truth.");
  app->callback([&commands, arguments] { commands.action = [arguments] { return serve(*arguments); }; });
}

}  // namespace lynxbench::cli
