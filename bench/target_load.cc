// A load on any target on the network, and what it cost this process: one line of JSON.
//
//   target_load --kind kserve-grpc --url grpc://localhost:8001 --model echo --concurrency 16 --duration 5
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "bench/process_cost.h"
#include "loadgen/loadgen.h"
#include "model/json.h"
#include "target/target.h"

namespace {

using namespace lynxbench;

struct Arguments {
  std::string kind = "kserve-grpc";
  std::string url, model = "echo", encoding = "binary", mode = "per_request", body, expected;
  std::vector<std::string> command;
  bool stream = false;
  std::int64_t concurrency = 1, connections = 0, streams = 100, distinct = 16;
  double duration_s = 5, timeout_s = 60;
  std::vector<std::string> shapes;  // NAME:2,3
};

void add_options(CLI::App& app, Arguments& a) {
  app.add_option("--kind", a.kind, "of target");
  app.add_option("--url", a.url, "of the server");
  app.add_option("--model", a.model, "name on the server");
  app.add_option("--encoding", a.encoding, "binary or json, of kserve-http");
  app.add_option("--command", a.command, "of kind command");
  app.add_option("--mode", a.mode, "per_request or pipe, of kind command");
  app.add_option("--body", a.body, "of every request, instead of drawn tensors");
  app.add_option("--expected", a.expected, "the right answer to the body");
  app.add_flag("--stream", a.stream, "ModelStreamInfer");
  app.add_option("--concurrency", a.concurrency, "requests at once");
  app.add_option("--connections", a.connections, "at most so many; 0: as needed");
  app.add_option("--streams", a.streams, "requests at once on a connection");
  app.add_option("--distinct", a.distinct, "different inputs");
  app.add_option("--duration", a.duration_s, "seconds");
  app.add_option("--timeout", a.timeout_s, "seconds, of a request");
  app.add_option("--shape", a.shapes, "NAME:2,3");
}

TensorSpec shape_of(const std::string& text) {
  std::size_t colon = text.find(':');
  TensorSpec spec{text.substr(0, colon), {}, std::nullopt};
  for (const std::string& part : CLI::detail::split(text.substr(colon + 1), ',')) spec.shape.push_back(std::stoll(part));
  return spec;
}

Contract contract_of(const Arguments& a) {
  Contract contract;
  contract.workload.input.distinct = a.distinct;
  contract.target.kind = a.kind;
  if (!a.expected.empty()) contract.workload.accuracy.method = ScoreMethod::kExact;
  EndpointSpec& endpoint = contract.target.endpoint;
  endpoint.url = a.url;
  endpoint.model = a.model;
  endpoint.stream = a.stream ? Streaming::kOn : Streaming::kOff;
  endpoint.tensor_encoding = a.encoding == "json" ? TensorEncoding::kJson : TensorEncoding::kBinary;
  endpoint.connections = a.connections;
  endpoint.streams_per_connection = a.streams;
  endpoint.timeout = Nanos{static_cast<std::int64_t>(a.timeout_s * 1e9)};
  endpoint.command = a.command;
  endpoint.command_mode = a.mode == "pipe" ? CommandMode::kPipe : CommandMode::kPerRequest;
  for (const std::string& shape : a.shapes) endpoint.tensors.push_back(shape_of(shape));
  return contract;
}

// Everything but the records, which are not kept.
struct Sums {
  std::vector<std::int64_t> latencies;
  std::map<std::string, std::int64_t> failures;
  std::string first_detail;
  std::uint64_t events = 0, content_chunks = 0, bytes = 0;
  std::int64_t kernel_times = 0, ok = 0, correct = 0, wrong = 0;

  void take(const RequestRecord& record) {
    if (record.exchange) {
      events += record.exchange->events;
      content_chunks += record.exchange->content_chunks;
      kernel_times += record.exchange->kernel_times ? 1 : 0;
      if (record.exchange->score) ++(*record.exchange->score == 1 ? correct : wrong);
    }
    bytes += record.response_bytes;
    if (record.status == RequestStatus::kOk) {
      ++ok;
      latencies.push_back(record.done_ns - record.sent_ns);
      return;
    }
    ++failures[std::string(record.exchange ? name_of(record.exchange->failure) : name_of(record.status))];
    if (first_detail.empty() && record.exchange) first_detail = record.exchange->detail;
  }
  [[nodiscard]] double quantile_us(double q) {
    if (latencies.empty()) return 0;
    auto at = latencies.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(latencies.size() - 1) * q);
    std::nth_element(latencies.begin(), at, latencies.end());
    return static_cast<double>(*at) / 1e3;
  }
};

void print(Sums& sums, double seconds, double cpu, const target::Target& target) {
  ClientResources used = target.resources();
  Json line{{"requests_per_s", static_cast<double>(sums.ok) / seconds},
            {"ok", sums.ok},
            {"failures", sums.failures},
            {"first_failure", sums.first_detail},
            {"cpu_us_per_request", sums.ok == 0 ? 0.0 : cpu / static_cast<double>(sums.ok)},
            {"cpu_cores", cpu / 1e6 / seconds},
            {"p50_us", sums.quantile_us(0.5)},
            {"p99_us", sums.quantile_us(0.99)},
            {"response_bytes", sums.bytes},
            {"events", sums.events},
            {"correct", sums.correct},
            {"wrong", sums.wrong},
            {"content_chunks", sums.content_chunks},
            {"with_kernel_times", sums.kernel_times},
            {"connections_opened", used.connections_opened},
            {"reads", used.reads}};
  std::printf("%s\n", line.dump().c_str());
}

Status run(const Arguments& a) {
  SystemClock clock;
  Contract contract = contract_of(a);
  Inputs inputs;
  if (!a.body.empty()) inputs.inputs.resize(1);
  for (Input& input : inputs.inputs) {
    input.body = a.body;
    if (!a.expected.empty()) input.expected = a.expected;
  }
  std::unique_ptr<target::Target> target = TRY(target::open(contract, inputs, target::default_search_paths(), clock));
  for (const TargetFact& fact : target->facts()) {
    std::fprintf(stderr, "%-24s %s\n", fact.fact.name.c_str(), (fact.fact.value.empty() ? "(unknown) " + fact.fact.reason : fact.fact.value).c_str());
  }
  Sums sums;
  sums.latencies.reserve(1 << 22);
  std::uint32_t next = 0;
  auto inputs_there = static_cast<std::uint32_t>(inputs.inputs.empty() ? static_cast<std::size_t>(a.distinct) : inputs.inputs.size());
  double cpu_before = bench::cpu_us();
  auto outcome = TRY(loadgen::stream_closed(a.concurrency, Nanos{static_cast<std::int64_t>(a.duration_s * 1e9)},
                                            [&] { return next++ % inputs_there; }, *target, clock,
                                            {.epoch = clock.now()}, [&](RequestRecord&& record) { sums.take(record); }));
  print(sums, static_cast<double>(outcome.end_ns - outcome.begin_ns) / 1e9, bench::cpu_us() - cpu_before, *target);
  return ok_status();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"A load on a target on the network, and what it cost"};
  add_options(app, arguments);
  CLI11_PARSE(app, argc, argv);
  Status done = run(arguments);
  if (done.ok()) return 0;
  std::fprintf(stderr, "target_load: %s\n", done.error().text().c_str());
  return 1;
}
