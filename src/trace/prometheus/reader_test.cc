#include "trace/prometheus/reader.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "model/counter_increase.h"
#include "trace/reading_for_tests.h"

namespace lynxbench::trace::prometheus {
namespace {

Timeline read_well(std::string_view text) { return trace::read_well(reader(), text); }

const TraceSeries& find(const Timeline& timeline, std::string_view name,
                        std::string_view labels = "gpu=0") {
  for (const TraceSeries& series : timeline.series) {
    if (series.name == name && series.labels == labels) return series;
  }
  ADD_FAILURE() << "no series " << name << " " << labels;
  static const TraceSeries none;
  return none;
}

TEST(PrometheusTrace, ASeriesHasItsNameLabelsUnitKindAndDevice) {
  const Timeline timeline = read_well(
      "# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).\n"
      "# TYPE DCGM_FI_DEV_SM_CLOCK gauge\n"
      "DCGM_FI_DEV_SM_CLOCK{gpu=\"3\",modelName=\"NVIDIA A100\"} 1410\n"
      "# HELP nv_inference_queue_duration_us Cumulative queue time in microseconds (all requests)\n"
      "# TYPE nv_inference_queue_duration_us counter\n"
      "nv_inference_queue_duration_us{version=\"1\",model=\"m\"} 7\n"
      "# TYPE vllm:e2e_request_latency_seconds histogram\n"
      "vllm:e2e_request_latency_seconds_bucket{le=\"+Inf\"} 2\n"
      "vllm:e2e_request_latency_seconds_sum 3.5\n"
      "vllm:e2e_request_latency_seconds_count 2\n");
  const TraceSeries& clock =
      find(timeline, "DCGM_FI_DEV_SM_CLOCK", "gpu=3,modelName=\"NVIDIA A100\"");
  EXPECT_EQ(clock.unit, "MHz");
  EXPECT_EQ(clock.kind, TraceSeries::Kind::kGauge);
  EXPECT_EQ(clock.device, 3);
  const TraceSeries& queue = find(timeline, "nv_inference_queue_duration_us", "model=m,version=1");
  EXPECT_EQ(queue.unit, "us");
  EXPECT_EQ(queue.kind, TraceSeries::Kind::kCounter);
  EXPECT_FALSE(queue.device);
  EXPECT_EQ(find(timeline, "vllm:e2e_request_latency_seconds_sum", "").unit, "s");
  EXPECT_EQ(find(timeline, "vllm:e2e_request_latency_seconds_count", "").unit, "");
  EXPECT_EQ(find(timeline, "vllm:e2e_request_latency_seconds_count", "").kind,
            TraceSeries::Kind::kCounter);
  EXPECT_EQ(find(timeline, "vllm:e2e_request_latency_seconds_bucket", "le=+Inf").kind,
            TraceSeries::Kind::kCounter);
}

TEST(PrometheusTrace, MarkedReadingsHaveTheirMomentsAndOthersAreCounted) {
  const Timeline marked = read_well(
      "# scraped 1717241225.177\na_b{gpu=\"0\"} 1\n# scraped 2024-06-01T11:27:06.177Z\n"
      "a_b{gpu=\"0\"} 2\n");
  EXPECT_EQ(marked.clock.kind, TraceClock::Kind::kWall);
  EXPECT_EQ(marked.clock.wall_offset_ns, 0);
  ASSERT_EQ(find(marked, "a_b").at_ns.size(), 2U);
  EXPECT_EQ(find(marked, "a_b").at_ns[0], 1'717'241'225'177'000'000);
  EXPECT_EQ(find(marked, "a_b").at_ns[1], 1'717'241'226'177'000'000);
  const Timeline counted = read_well(
      "# TYPE a_b gauge\na_b 1\nc_d 5\n# TYPE a_b gauge\na_b 2\n# TYPE a_b gauge\na_b 3\nc_d 6\n");
  EXPECT_EQ(counted.clock.kind, TraceClock::Kind::kSamples);
  ASSERT_EQ(find(counted, "a_b", "").value.size(), 3U);
  EXPECT_EQ(find(counted, "a_b", "").at_ns[2], 2);
  ASSERT_EQ(find(counted, "c_d", "").at_ns.size(), 2U);
  EXPECT_EQ(find(counted, "c_d", "").at_ns[1], 2);
}

TEST(PrometheusTrace, ASampleSaidAgainBeginsAReadingWhereNothingElseDoes) {
  const Timeline timeline = read_well("a_b{x=\"1\"} 1\na_b{x=\"2\"} 5\na_b{x=\"1\"} 2\n");
  EXPECT_EQ(find(timeline, "a_b", "x=1").value.size(), 2U);
  EXPECT_EQ(find(timeline, "a_b", "x=1").at_ns[1], 1);
  EXPECT_EQ(find(timeline, "a_b", "x=2").value.size(), 1U);
}

TEST(PrometheusTrace, AReadingWithoutItsTimeMakesAllOfThemCounted) {
  const Timeline timeline =
      read_well("# scraped 1717241225\na_b 1\n# scraped later\na_b 2\n");
  EXPECT_EQ(timeline.clock.kind, TraceClock::Kind::kSamples);
  EXPECT_EQ(find(timeline, "a_b", "").at_ns[1], 1);
  EXPECT_TRUE(has_note(timeline, "has no \"# scraped\" time"));
}

TEST(PrometheusTrace, SentinelsAndNanAndNaAreMissing) {
  const Timeline timeline = read_well(
      "DCGM_A{gpu=\"0\"} 9223372036854775794\nDCGM_B{gpu=\"0\"} 9223372036854775792\n"
      "DCGM_C{gpu=\"0\"} 2147483634\nDCGM_D{gpu=\"0\"} NaN\nDCGM_E{gpu=\"0\"} N/A\n"
      "DCGM_F{gpu=\"0\"} 140737488355330\nDCGM_G{gpu=\"0\"} 2147483636\n"
      "other_a{gpu=\"0\"} 2147483634\nDCGM_H{gpu=\"0\"} 9223372036854775795\n");
  for (const char* name :
       {"DCGM_A", "DCGM_B", "DCGM_C", "DCGM_D", "DCGM_E", "DCGM_F", "DCGM_H"}) {
    EXPECT_EQ(find(timeline, name).missing, 1U) << name;
    EXPECT_EQ(find(timeline, name).value.size(), 0U) << name;
  }
  EXPECT_EQ(find(timeline, "DCGM_G").value[0], 2147483636.0);
  EXPECT_EQ(find(timeline, "other_a").value[0], 2147483634.0);
}

TEST(PrometheusTrace, HostsAreNotKeptAndNeverMixed) {
  const Timeline one = read_well("a_b{gpu=\"0\",Hostname=\"secret-1\",pod=\"p\"} 1\n");
  EXPECT_EQ(one.series.at(0).labels, "gpu=0");
  EXPECT_EQ(loss_count(one, "label that names a host, not kept"), 2U);
  const Timeline two = read_well(
      "a_b{gpu=\"0\",Hostname=\"secret-1\"} 1\na_b{gpu=\"0\",Hostname=\"secret-2\"} 2\nc_d 3\n");
  EXPECT_EQ(find(two, "a_b", "host=1,gpu=0").value[0], 1);
  EXPECT_EQ(find(two, "a_b", "host=2,gpu=0").value[0], 2);
  EXPECT_EQ(find(two, "c_d", "").value[0], 3);
}

TEST(PrometheusTrace, RowsOfMigInstancesKeepTheirLabelAndAWarning) {
  const Timeline timeline =
      read_well("a_b{gpu=\"0\"} 1\na_b{gpu=\"0\",GPU_I_ID=\"13\",GPU_I_PROFILE=\"1g.5gb\"} 1\n");
  EXPECT_EQ(find(timeline, "a_b", "GPU_I_ID=13,GPU_I_PROFILE=1g.5gb,gpu=0").device, 0);
  EXPECT_TRUE(has_note(timeline, "do not sum"));
}

TEST(PrometheusTrace, ACounterThatBeganAgainKeepsItsRawValues) {
  const Timeline timeline = read_well(
      "# TYPE e_total counter\ne_total{gpu=\"0\"} 4e6\n# TYPE e_total counter\n"
      "e_total{gpu=\"0\"} 1e6\n");
  const TraceSeries& counter = find(timeline, "e_total");
  EXPECT_EQ(counter.value[1], 1e6);
  EXPECT_EQ(counter_increase(counter)->increase, 1e6);
}

TEST(PrometheusTrace, EscapedLabelsAreOneValue) {
  const Timeline timeline = read_well("a_b{path=\"C:\\\\x, \\\"y\\\"\\nz\"} 1\n");
  ASSERT_EQ(timeline.series.size(), 1U);
  EXPECT_EQ(timeline.series[0].labels, "path=\"C:\\\\x, \\\"y\\\" z\"");
}

TEST(PrometheusTrace, AnOddLineIsCountedAndTheRestCounts) {
  const Timeline timeline = read_well("a_b 1\nc_d{ 2\ne_f 3\ng_h");
  EXPECT_EQ(timeline.series.size(), 2U);
  EXPECT_EQ(loss_count(timeline, "line that is no sample"), 2U);
  EXPECT_EQ(loss_count(timeline, "last line without an end: it may be cut"), 1U);
}

TEST(PrometheusTrace, OtherTextIsNotRecognisedAndAnEmptyFileIsAnError) {
  for (const char* text : {"", "\n", "{\"a\": 1}", "[1, 2]", "index, utilization.gpu [%]\n",
                           "# gpu    pwr\n", "<html>", "key_of: 1\n", "word 1\n", "hello\n"}) {
    EXPECT_FALSE(reader().recognises(text)) << text;
  }
  EXPECT_FALSE(read_with(reader(), "# HELP a b\n").ok());
}

TEST(PrometheusTrace, EveryPrefixOfATextIsReadAsFarAsItGoes) {
  const std::string_view text = "# TYPE a_b counter\na_b{c=\"d\\n\"} 1 2\n# scraped 5\na_b 4\n";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    const Result<Timeline> timeline = read_with(reader(), text.substr(0, n));
    EXPECT_TRUE(!timeline.ok() || timeline->events <= 2U);
  }
}

class RealMetrics : public testing::Test {
 protected:
  void SetUp() override {
    root_ = real_traces(LYNXBENCH_SOURCE_DIR);
    if (root_.empty()) GTEST_SKIP() << "no real traces on this machine";
  }
  [[nodiscard]] Timeline read_file_well(const std::string& path) const {
    const Result<std::string> text = lynxbench::read_file(root_ / path);
    EXPECT_TRUE(text.ok()) << text.error().text();
    EXPECT_TRUE(reader().recognises(*text)) << path;
    return read_well(*text);
  }
  std::filesystem::path root_;
};

TEST_F(RealMetrics, AnExporterUnderLoadIsOneReading) {
  const Timeline timeline = read_file_well("excerpts/dcgm_exporter_a100_under_load.prom");
  EXPECT_EQ(timeline.series.size(), 21U);
  EXPECT_EQ(timeline.events, 21U);
  for (const TraceSeries& series : timeline.series) {
    EXPECT_EQ(series.value.size(), 1U);
    EXPECT_EQ(series.device, 0);
    EXPECT_EQ(series.labels.find("ub20"), std::string::npos);
  }
  EXPECT_TRUE(has_note(timeline, "do not sum"));
}

TEST_F(RealMetrics, ASentinelIsMissing) {
  const Timeline timeline = read_file_well("excerpts/dcgm_exporter_sentinel.prom");
  ASSERT_EQ(timeline.series.size(), 3U);
  EXPECT_EQ(timeline.series[0].value[0], 139);
  EXPECT_EQ(timeline.series[0].unit, "MHz");
  EXPECT_EQ(timeline.series[2].missing, 1U);
  EXPECT_EQ(timeline.series[2].unit, "C");
}

TEST_F(RealMetrics, TritonsMetricsAreReadWithoutLoss) {
  const Timeline timeline = read_file_well("excerpts/triton_metrics_doc.prom");
  EXPECT_EQ(timeline.series.size(), 16U);
  EXPECT_EQ(timeline.losses.size(), 0U);
  EXPECT_EQ(find(timeline, "nv_inference_queue_duration_us", "model=my_model,version=1").value[0],
            11110);
}

TEST_F(RealMetrics, TheBrokenFileIsReadAsItShould) {
  if (!std::filesystem::exists(root_ / "broken/dcgm_reset_nan.prom")) {
    GTEST_SKIP() << "dcgm_reset_nan.prom is not in the data folder";
  }
  const Timeline timeline = read_file_well("broken/dcgm_reset_nan.prom");
  std::uint64_t missing = 0;
  for (const TraceSeries& series : timeline.series) missing += series.missing;
  EXPECT_GE(missing, 2U);
}

}  // namespace
}  // namespace lynxbench::trace::prometheus
