// The most that one thread sends over HTTP, every request recorded (metrics::Tally, 32 bytes each), and
// what it cost: one line of JSON. bench/http_load.sh and bench/sse.sh run it beside wrk.
//
//   http_load --url http://127.0.0.1:8080/ --connections 64 --seconds 5
//   http_load --kind openai-chat --url http://127.0.0.1:8080/v1 --connections 8 --seconds 5
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

#include "base/clock.h"
#include "base/json.h"
#include "bench/process_cost.h"
#include "loadgen/loadgen.h"
#include "metrics/tally.h"
#include "model/json.h"
#include "target/target.h"

namespace {

using namespace lynxbench;

struct Arguments {
  std::string kind = "http", url;
  std::int64_t connections = 64;
  double seconds = 5;
};

// What the tally does not count.
struct Counts {
  std::uint64_t ok = 0, failed = 0, events = 0, chunks = 0, bytes = 0, kernel_times = 0;
  std::string first_failure;

  void take(const RequestRecord& record) {
    bytes += record.response_bytes;
    if (record.status == RequestStatus::kOk) ++ok;
    else if (record.status != RequestStatus::kUnfinished) ++failed;
    if (!record.exchange) return;
    events += record.exchange->events;
    chunks += record.exchange->chunks.size();
    kernel_times += record.exchange->kernel_times ? 1 : 0;
    if (first_failure.empty()) first_failure = record.exchange->detail;
  }
};

Contract contract_of(const Arguments& a) {
  Contract contract;
  contract.target.kind = a.kind;
  contract.target.endpoint.url = a.url;
  contract.target.endpoint.model = "bench";
  contract.target.endpoint.method = a.kind == "http" ? "GET" : "POST";
  contract.target.endpoint.certificates = Certificates::kTrustAny;
  return contract;
}

Status run(const Arguments& a) {
  SystemClock clock;
  Inputs inputs;
  inputs.inputs.resize(1);
  inputs.inputs[0].messages = {{"user", "hello"}};
  std::unique_ptr<target::Target> target = TRY(target::open(contract_of(a), inputs, {}, clock));
  const Nanos epoch = clock.now();
  const Nanos length{static_cast<std::int64_t>(a.seconds * 1e9)};
  Counts counts;
  metrics::Tally tally({.loop = Loop::kClosed, .begin_ns = 0, .warm_up_ns = 0, .end_ns = length.count(), .slo = {}});
  const double cpu_before = bench::cpu_us();
  auto outcome = TRY(loadgen::stream_closed(a.connections, length, [] { return 0U; }, *target, clock, {.epoch = epoch},
                                            [&](RequestRecord&& record) {
                                              counts.take(record);
                                              tally.take(record);
                                            }));
  const double cpu = bench::cpu_us() - cpu_before;
  const double seconds = static_cast<double>(outcome.end_ns - outcome.begin_ns) / 1e9;
  const auto ok = static_cast<double>(counts.ok);
  Json line{{"program", "lynxbench"},
            {"requests", counts.ok},
            {"failed", counts.failed},
            {"first_failure", counts.first_failure},
            {"recorded", tally.requests()},
            {"requests_per_s", ok / seconds},
            {"cpu_us_per_request", cpu / ok},
            {"cpu_ratio", cpu / 1e6 / seconds},
            {"events_per_s", static_cast<double>(counts.events) / seconds},
            {"cpu_ns_per_event", counts.events == 0 ? 0.0 : cpu * 1e3 / static_cast<double>(counts.events)},
            {"events_with_a_time", counts.chunks},
            {"bytes_per_s", static_cast<double>(counts.bytes) / seconds},
            {"kernel_times", counts.kernel_times},
            {"wake_ups", outcome.wake_ups}};
  std::printf("%s\n", line.dump().c_str());
  return ok_status();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"The most that one thread sends over HTTP, and what it cost"};
  app.add_option("--kind", arguments.kind, "http or openai-chat");
  app.add_option("--url", arguments.url, "of the server")->required();
  app.add_option("--connections", arguments.connections, "requests at once");
  app.add_option("--seconds", arguments.seconds, "of load");
  CLI11_PARSE(app, argc, argv);
  Status done = run(arguments);
  if (done.ok()) return 0;
  std::fprintf(stderr, "http_load: %s\n", done.error().text().c_str());
  return 1;
}
