// Arrivals per second of a schedule: times, inputs and the digest of both, one request at a time.
#include <benchmark/benchmark.h>

#include "workload/workload.h"

namespace lynxbench {
namespace {

constexpr std::int64_t kArrivals = 1'000'000;

LoadSpec load_of(Arrival arrival, double gap_cv) {
  LoadSpec load;
  load.arrival = arrival;
  load.rate_per_s = 1e6;
  load.gap_cv = gap_cv;
  load.ramp_to_per_s = 1e6;
  return load;
}

void schedule(benchmark::State& state, Arrival arrival, double gap_cv) {
  std::vector<TraceArrival> recorded;
  for (std::int64_t i = 0; arrival == Arrival::kTrace && i < 1000; ++i) {
    recorded.push_back({i * 1000, static_cast<std::uint32_t>(i % 16)});
  }
  std::int64_t made = 0;
  std::uint64_t seed = 1;
  for (auto _ : state) {
    workload::ScheduleStream stream =
        workload::ScheduleStream::open(load_of(arrival, gap_cv), Nanos{kArrivals * 1000},
                                       workload::InputSequence(16, seed), recorded, seed)
            .value();
    ++seed;
    while (stream.next()) ++made;
    benchmark::DoNotOptimize(stream.digest());
  }
  state.SetItemsProcessed(made);
}
BENCHMARK_CAPTURE(schedule, constant, Arrival::kConstant, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, poisson, Arrival::kPoisson, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, gamma_0_5, Arrival::kGamma, 0.5)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, gamma_2, Arrival::kGamma, 2)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, ramp, Arrival::kRamp, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, trace, Arrival::kTrace, 1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace lynxbench

BENCHMARK_MAIN();
