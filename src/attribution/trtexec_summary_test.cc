#include "attribution/trtexec_summary.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/files.h"
#include "base/json.h"

namespace lynxbench::attribution {
namespace {

constexpr std::int64_t kMs = 1'000'000;

struct Step {
  std::int64_t begin_ns = 0;
  std::int64_t length_ns = 0;
};

// A timeline as the trtexec reader gives it, record by record.
class Exported {
 public:
  void add(Step enqueue, Step h2d, Step compute, Step d2h) {
    const LinkKey link = next_++;
    const std::uint32_t row = timeline_.host.add({.begin_ns = enqueue.begin_ns,
                                                  .end_ns = enqueue.begin_ns + enqueue.length_ns,
                                                  .work = HostWork::kCall});
    timeline_.calls.add(row, link);
    add_copy(h2d, CopyKind::kHostToDevice, link);
    add_compute(compute, link);
    add_copy(d2h, CopyKind::kDeviceToHost, link);
  }
  void add_compute_only(Step compute) { add_compute(compute, next_++); }
  [[nodiscard]] const Timeline& timeline() const { return timeline_; }

 private:
  void add_compute(Step step, LinkKey link) {
    timeline_.device.add({.begin_ns = step.begin_ns,
                          .end_ns = step.begin_ns + step.length_ns,
                          .work = DeviceWork::kKernel,
                          .link = link});
  }
  void add_copy(Step step, CopyKind kind, LinkKey link) {
    timeline_.copies.push_back({.bytes = -1, .kind = kind});
    timeline_.device.add({.begin_ns = step.begin_ns,
                          .end_ns = step.begin_ns + step.length_ns,
                          .work = DeviceWork::kCopy,
                          .link = link,
                          .facts = static_cast<std::uint32_t>(timeline_.copies.size() - 1)});
  }
  Timeline timeline_;
  LinkKey next_ = 0;
};

// `count` records of 10 ms after the warm-up, with the given lengths in microseconds.
Exported steady(int count, std::int64_t enqueue_us, std::int64_t h2d_us, std::int64_t compute_us,
           std::int64_t d2h_us) {
  Exported run;
  for (int i = 0; i < count; ++i) {
    const std::int64_t at = (200 + 10 * i) * kMs;
    run.add({at, enqueue_us * 1000}, {at, h2d_us * 1000}, {at + h2d_us * 1000, compute_us * 1000},
            {at + (h2d_us + compute_us) * 1000, d2h_us * 1000});
  }
  return run;
}

TEST(TrtexecSummary, PercentilesAreTrtexecsOwn) {
  std::vector<std::int64_t> values(1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int64_t>(i);
  EXPECT_EQ(trtexec_percentile(values, 99), 999 - 9);  // 1 - 0.99f is a little below 0.01
  EXPECT_EQ(trtexec_percentile(values, 90), 999 - 100);
  EXPECT_EQ(trtexec_percentile(std::vector<std::int64_t>{7}, 99), 7);
}

TEST(TrtexecSummary, LatencyIsTheSumOfTheStepsAndThroughputIsOfTheWall) {
  const Exported run = steady(3, 100, 500, 2000, 300);
  const Result<TrtexecSummary> summary = trtexec_summary(run.timeline());
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->records, 3U);
  EXPECT_EQ(summary->latency->median_ns, 2'800'000);
  EXPECT_EQ(summary->to_device->max_ns, 500'000);
  EXPECT_EQ(summary->wall_ns, 22'800'000);
  EXPECT_NEAR(*summary->throughput_per_s, 3 / 0.0228, 1e-9);
  EXPECT_TRUE(summary->warnings.empty());
}

TEST(TrtexecSummary, RecordsOfTheWarmUpAreLeftOut) {
  Exported run;
  run.add({0, 1}, {0, 0}, {100 * kMs, 9 * kMs}, {109 * kMs, 0});
  run.add({0, 1}, {0, 0}, {200 * kMs, 1 * kMs}, {201 * kMs, 0});
  const Result<TrtexecSummary> summary = trtexec_summary(run.timeline());
  EXPECT_EQ(summary->records, 1U);
  EXPECT_EQ(summary->warm_up, 1U);
  EXPECT_EQ(summary->compute.max_ns, kMs);
}

TEST(TrtexecSummary, WhenAllIsWarmUpThereIsNoFigure) {
  Exported run;
  run.add({0, 1}, {0, 0}, {199 * kMs, kMs}, {200 * kMs, 0});
  const Result<TrtexecSummary> summary = trtexec_summary(run.timeline());
  ASSERT_FALSE(summary.ok());
  EXPECT_NE(summary.error().message.find("all 1 records"), std::string::npos);
}

TEST(TrtexecSummary, WhatARecordDoesNotSayIsAbsent) {
  Exported run;
  run.add_compute_only({300 * kMs, kMs});
  const Result<TrtexecSummary> summary = trtexec_summary(run.timeline());
  ASSERT_TRUE(summary.ok());
  EXPECT_EQ(summary->compute.mean_ns, 1e6);
  EXPECT_FALSE(summary->latency || summary->enqueue || summary->to_device || summary->to_host);
  EXPECT_FALSE(summary->throughput_per_s || summary->wall_ns);
}

TEST(TrtexecSummary, WarnsOfWhatBoundsTheRun) {
  using enum TrtexecWarning;
  const auto warnings = [](const Exported& run) { return trtexec_summary(run.timeline())->warnings; };
  EXPECT_EQ(warnings(steady(9, 1601, 0, 2000, 0)), std::vector{kEnqueueBound});
  EXPECT_TRUE(warnings(steady(9, 1600, 0, 2000, 0)).empty());
  EXPECT_EQ(warnings(steady(9, 1, 2000, 2000, 0)), std::vector{kTransferBound});
  EXPECT_EQ(warnings(steady(9, 1, 0, 2000, 2000)), std::vector{kTransferBound});
  EXPECT_TRUE(warnings(steady(9, 1, 1999, 2000, 0)).empty());
  Exported unstable = steady(1, 1, 0, 1000, 0);
  unstable.add({0, 1}, {500 * kMs, 0}, {500 * kMs, 1'060'000}, {502 * kMs, 0});
  EXPECT_EQ(warnings(unstable), std::vector{kUnstable});
}

// What trtexec printed of its run on an A100 (performance_summary) from the times that it exported.
class PublishedRun : public testing::TestWithParam<const char*> {};

Exported run_of(const Json& records) {
  const auto ns = [](const Json& record, const char* key) {
    return std::llround(record[key].get<double>() * 1e6);
  };
  Exported run;
  for (const Json& one : records) {
    run.add({ns(one, "startEnqMs"), ns(one, "endEnqMs") - ns(one, "startEnqMs")},
            {ns(one, "startH2dMs"), ns(one, "h2dMs")},
            {ns(one, "startComputeMs"), ns(one, "computeMs")},
            {ns(one, "startD2hMs"), ns(one, "d2hMs")});
  }
  return run;
}

// To the six digits that the file has.
void expect_printed(double ms, const Json& printed) {
  EXPECT_NEAR(ms, printed.get<double>(), 5.1e-6 * std::max(1.0, std::abs(ms)));
}

// The time that trtexec had: a difference of two floats, so a multiple of a power of two, of which six digits
// were exported. The coarsest that has those digits.
float as_trtexec_had(double exported_ms) {
  const std::string digits = fmt::format("{:.6g}", exported_ms);
  for (int bits = 8; bits < 24; ++bits) {
    const double step = std::ldexp(1.0, -bits);
    const double snapped = std::round(exported_ms / step) * step;
    if (fmt::format("{:.6g}", snapped) == digits) return static_cast<float>(snapped);
  }
  return static_cast<float>(exported_ms);
}

// trtexec's own mean (TensorRT, samples/common/sampleReporting.cpp, getPerformanceResult): the times are
// sorted, then added up one by one in a float, whose last bit near a sum of 3 s is worth 0.24 us.
float mean_as_trtexec(const Json& records) {
  std::vector<float> times;
  for (const Json& one : records) {
    if (one["startComputeMs"].get<double>() >= 200) {
      times.push_back(as_trtexec_had(one["computeMs"].get<double>()));
    }
  }
  std::sort(times.begin(), times.end());
  return std::accumulate(times.begin(), times.end(), 0.0F) / static_cast<float>(times.size());
}

void expect_all_printed(const TrtexecTimes& times, const Json& printed) {
  expect_printed(static_cast<double>(times.min_ns) / 1e6, printed[0]);
  expect_printed(static_cast<double>(times.max_ns) / 1e6, printed[1]);
  // Ours is exact; trtexec's is off by up to 2.1e-5 (qat): mean_as_trtexec() has it to the digit.
  EXPECT_NEAR(times.mean_ns / 1e6, printed[2].get<double>(), 2.1e-5 * times.mean_ns / 1e6);
  expect_printed(times.median_ns / 1e6, printed[3]);
  expect_printed(static_cast<double>(times.p99_ns) / 1e6, printed[4]);
}

TEST_P(PublishedRun, IsSummedUpAsTrtexecDid) {
  const char* given = std::getenv("LYNXBENCH_DATA");
  const fs::path data = given != nullptr ? fs::path(given)
                                         : fs::path(LYNXBENCH_SOURCE_DIR) / ".." / "shared" / "data";
  const fs::path base =
      data / "traces/tensorrt/history/examples/pytorch/resnet/A100" / GetParam();
  const Result<std::string> times = read_file(base.string() + ".onnx.engine.timing.json");
  const Result<std::string> metadata =
      read_file(base.string() + ".onnx.engine.profile.metadata.json");
  if (!times.ok() || !metadata.ok()) GTEST_SKIP() << "no traces below " << data;
  const Json printed = Json::parse(*metadata)["performance_summary"];
  const Exported run = run_of(Json::parse(*times));
  const Result<TrtexecSummary> summary = trtexec_summary(run.timeline());
  ASSERT_TRUE(summary.ok());
  expect_all_printed(summary->compute, printed["GPU Compute Time"]);
  EXPECT_EQ(fmt::format("{:.6g}", mean_as_trtexec(Json::parse(*times))),
            fmt::format("{:.6g}", printed["GPU Compute Time"][2].get<double>()));
  expect_all_printed(*summary->latency, printed["Latency"]);
  expect_all_printed(*summary->to_device, printed["H2D Latency"]);
  EXPECT_NEAR(*summary->throughput_per_s, printed["Throughput"].get<double>(), 0.01);
  EXPECT_NEAR(*summary->wall_ns / 1e9, printed["Total Host Walltime"].get<double>(), 1e-5);
  const double total_s =
      summary->compute.mean_ns * static_cast<double>(summary->records) / 1e9;
  EXPECT_NEAR(total_s, printed["Total GPU Compute Time"].get<double>(), 2.1e-5 * total_s);
  EXPECT_TRUE(summary->warnings.empty());
}

INSTANTIATE_TEST_SUITE_P(A100, PublishedRun,
                         testing::Values("fp16/resnet", "fp32/resnet", "qat/resnet-qat"),
                         [](const auto& of) {
                           const std::string name = of.param;
                           return name.substr(0, name.find('/'));
                         });

}  // namespace
}  // namespace lynxbench::attribution
