// The peer's driver: MLPerf LoadGen, Server scenario (Poisson), with a system under test that
// completes every query within IssueQuery. Latencies are LoadGen's own, from its summary log,
// counted from the scheduled time as in lynxbench.
//
//   null_sut RATE SECONDS LOG_FOLDER        prints one line of JSON
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "bench/process_cost.h"
#include "loadgen.h"
#include "query_sample.h"
#include "query_sample_library.h"
#include "system_under_test.h"
#include "test_settings.h"

namespace {

class NullSystem final : public mlperf::SystemUnderTest {
 public:
  const std::string& Name() override { return name_; }
  void IssueQuery(const std::vector<mlperf::QuerySample>& samples) override {
    for (const mlperf::QuerySample& sample : samples) {
      mlperf::QuerySampleResponse response(sample.id, 0, 0);
      mlperf::QuerySamplesComplete(&response, 1);
    }
    completed += static_cast<std::int64_t>(samples.size());
  }
  void FlushQueries() override {}

  std::int64_t completed = 0;

 private:
  std::string name_ = "null";
};

class NullLibrary final : public mlperf::QuerySampleLibrary {
 public:
  const std::string& Name() override { return name_; }
  std::size_t TotalSampleCount() override { return 16; }
  std::size_t PerformanceSampleCount() override { return 16; }
  void LoadSamplesToRam(const std::vector<mlperf::QuerySampleIndex>&) override {}
  void UnloadSamplesFromRam(const std::vector<mlperf::QuerySampleIndex>&) override {}

 private:
  std::string name_ = "null";
};

// The number after "KEY ... :" in LoadGen's summary.
std::optional<std::int64_t> summary_number(const std::string& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.rfind(key, 0) != 0) continue;
    std::size_t colon = line.find(':');
    if (colon != std::string::npos) return std::atoll(line.c_str() + colon + 1);
  }
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  const double rss_at_start = lynxbench::bench::rss_bytes();
  if (argc != 4) {
    std::fprintf(stderr, "usage: null_sut RATE SECONDS LOG_FOLDER\n");
    return 2;
  }
  const double rate_per_s = std::atof(argv[1]), seconds = std::atof(argv[2]);
  mlperf::TestSettings settings;
  settings.scenario = mlperf::TestScenario::Server;
  settings.mode = mlperf::TestMode::PerformanceOnly;
  settings.server_target_qps = rate_per_s;
  settings.server_target_latency_ns = 1'000'000'000;
  settings.min_duration_ms = static_cast<std::uint64_t>(seconds * 1000);
  settings.min_query_count = 1;
  mlperf::LogSettings logs;
  logs.log_output.outdir = argv[3];
  logs.enable_trace = false;  // its cheaper setting
  NullSystem system;
  NullLibrary library;
  mlperf::StartTest(&system, &library, settings, logs);

  const std::string summary = std::string(argv[3]) + "/mlperf_log_summary.txt";
  auto p50 = summary_number(summary, "50.00 percentile latency");
  auto p99 = summary_number(summary, "99.00 percentile latency");
  auto p999 = summary_number(summary, "99.90 percentile latency");
  auto max = summary_number(summary, "Max latency");
  if (!p50 || !p99 || !p999 || !max || system.completed == 0) {
    std::fprintf(stderr, "null_sut: no latencies in %s\n", summary.c_str());
    return 1;
  }
  lynxbench::bench::Overhead overhead{.program = "MLPerf LoadGen",
                                      .rate_per_s = rate_per_s,
                                      .requests = system.completed,
                                      .p50_ns = *p50,
                                      .p99_ns = *p99,
                                      .p999_ns = *p999,
                                      .max_ns = *max};
  lynxbench::bench::print_json(lynxbench::bench::with_cost(overhead, rss_at_start));
  return 0;
}
