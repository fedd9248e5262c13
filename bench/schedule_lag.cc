// How late requests go out: an open loop over HTTP keep-alive, and the instrument's audit of itself.
// One line of JSON.
//
//   schedule_lag --url http://localhost:8000/plain --rate 10000 --duration 10
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "bench/process_cost.h"
#include "loadgen/loadgen.h"
#include "metrics/audit.h"
#include "model/json.h"
#include "target/target.h"
#include "telemetry/probes.h"

namespace {

using namespace lynxbench;

struct Arguments {
  std::string url;
  double rate_per_s = 10'000, duration_s = 10;
  std::uint64_t seed = 1;
  bool unwatched = false;
};

Contract contract_of(const Arguments& a) {
  Contract contract;
  contract.target.kind = "http";
  contract.target.endpoint.url = a.url;
  return contract;
}

// Poisson arrivals for the duration.
class Arrivals {
 public:
  explicit Arrivals(const Arguments& a) : random_(a.seed, "schedule_lag"), a_(a) {}
  std::optional<ScheduledRequest> next() {
    at_s_ += random_.exponential() / a_.rate_per_s;
    if (at_s_ >= a_.duration_s) return std::nullopt;
    return ScheduledRequest{.index = index_++, .due_ns = static_cast<std::int64_t>(at_s_ * 1e9)};
  }

 private:
  Random random_;
  const Arguments& a_;
  double at_s_ = 0;
  std::uint64_t index_ = 0;
};

Status run(const Arguments& a) {
  SystemClock clock;
  Contract contract = contract_of(a);
  Inputs inputs;
  inputs.inputs.resize(1);
  inputs.inputs[0].body = "{}";
  std::unique_ptr<target::Target> target = TRY(target::open(contract, inputs, target::default_search_paths(), clock));
  Arrivals arrivals(a);
  Nanos epoch = clock.now();
  metrics::AskedLoad asked;
  asked.load.rate_per_s = a.rate_per_s;
  asked.duration = Nanos{static_cast<std::int64_t>(a.duration_s * 1e9)};
  metrics::SendTimes times(asked, contract.limits.schedule_lag_p99);
  std::optional<telemetry::Probes> probes;
  if (!a.unwatched) probes.emplace(telemetry::ProbeOptions{.hiccup = {.epoch = epoch}}, clock);
  std::uint64_t answered = 0;
  double cpu_before = bench::cpu_us();
  loadgen::Options options{.epoch = epoch};
  if (!a.unwatched) options.on_sent = [&](std::int64_t due, std::int64_t sent) { times.sent(due, sent); };
  auto outcome = TRY(loadgen::stream_open([&] { return arrivals.next(); }, *target, clock, options, [&](RequestRecord&& record) {
    answered += record.status == RequestStatus::kOk ? 1 : 0;
  }));
  double cpu_us = bench::cpu_us() - cpu_before;
  Json line{{"program", "lynxbench"},
            {"rate_per_s", a.rate_per_s},
            {"sent", outcome.sent},
            {"answered", answered},
            {"watched", !a.unwatched},
            {"cpu_us_per_request", cpu_us / static_cast<double>(std::max<std::uint64_t>(1, outcome.sent))}};
  if (probes) {
    InstrumentAudit probed = probes->stop({&outcome.sender, 1});
    probed.waited_for_room = outcome.waited_for_room;
    InstrumentAudit audit = metrics::audited(std::move(probed), times, target->resources(), contract.limits);
    line["p50_ns"] = audit.lag_p50_ns;
    line["p99_ns"] = audit.lag_p99_ns;
    line["p999_ns"] = times.lag().quantile(0.999);
    line["max_ns"] = audit.lag_max_ns;
    line["audit"] = audit;
  }
  std::printf("%s\n", line.dump().c_str());
  return ok_status();
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"How late requests go out over HTTP"};
  app.add_option("--url", arguments.url, "of the server")->required();
  app.add_option("--rate", arguments.rate_per_s, "requests per second");
  app.add_option("--duration", arguments.duration_s, "seconds");
  app.add_option("--seed", arguments.seed, "of the arrivals");
  app.add_flag("--unwatched", arguments.unwatched, "without the audit: what that costs");
  CLI11_PARSE(app, argc, argv);
  Status status = run(arguments);
  if (status.ok()) return 0;
  std::fprintf(stderr, "schedule_lag: %s\n", status.error().text().c_str());
  return 1;
}
