// What the load generator itself adds: Poisson arrivals against the null target, which answers
// within submit. Whatever latency, CPU and memory are left are the instrument's.
//
//   load_overhead --rate 10000 --duration 10 [--coalesce-us 60] [--json]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "base/clock.h"
#include "bench/process_cost.h"
#include "loadgen/loadgen.h"
#include "target/null_target.h"
#include "workload/workload.h"

namespace {

using namespace lynxbench;

// The smallest latency that a share of `quantile` does not exceed. Reorders `values`.
std::int64_t quantile_of(std::vector<std::int64_t>& values, double quantile) {
  auto rank = static_cast<std::size_t>(std::ceil(static_cast<double>(values.size()) * quantile));
  auto at = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

int main(int argc, char** argv) {
  const double rss_at_start = bench::rss_bytes();
  double rate_per_s = 10'000, duration_s = 10;
  std::uint64_t seed = 1;
  std::int64_t coalesce_us = loadgen::Options{}.coalesce.count() / 1000;
  bool json = false;
  CLI::App app{"What the load generator itself costs, against a target that answers at once"};
  app.add_option("--rate", rate_per_s, "requests a second")->check(CLI::PositiveNumber);
  app.add_option("--duration", duration_s, "seconds")->check(CLI::PositiveNumber);
  app.add_option("--seed", seed, "of the arrivals");
  app.add_option("--coalesce-us", coalesce_us, "Options::coalesce")->check(CLI::NonNegativeNumber);
  app.add_flag("--json", json, "one line of JSON instead of text");
  CLI11_PARSE(app, argc, argv);

  SystemClock clock;
  auto target = target::make_null_target(clock);
  Schedule schedule = workload::open_schedule(
      Arrival::kPoisson, rate_per_s, Nanos{static_cast<std::int64_t>(duration_s * 1e9)}, 16, seed);
  auto run = loadgen::run_open(schedule, *target, clock,
                               {.epoch = clock.now(), .coalesce = Nanos{coalesce_us * 1000}});
  if (!run.ok()) {
    std::fprintf(stderr, "load_overhead: %s\n", run.error().text().c_str());
    return 1;
  }
  std::vector<std::int64_t> latencies;
  latencies.reserve(run->records.size());
  for (const RequestRecord& record : run->records) {
    if (record.status == RequestStatus::kOk) latencies.push_back(record.done_ns - record.due_ns);
  }
  if (latencies.empty() || latencies.size() != schedule.requests.size()) {
    std::fprintf(stderr, "load_overhead: %zu of %zu requests were answered\n", latencies.size(),
                 schedule.requests.size());
    return 1;
  }
  bench::Overhead overhead{.program = "lynxbench",
                           .rate_per_s = rate_per_s,
                           .requests = static_cast<std::int64_t>(latencies.size()),
                           .p50_ns = quantile_of(latencies, 0.5),
                           .p99_ns = quantile_of(latencies, 0.99),
                           .p999_ns = quantile_of(latencies, 0.999),
                           .max_ns = quantile_of(latencies, 1.0)};
  overhead = bench::with_cost(overhead, rss_at_start);
  json ? bench::print_json(overhead) : bench::print_text(overhead);
  return 0;
}
