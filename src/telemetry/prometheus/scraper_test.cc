#include "telemetry/prometheus/scraper.h"

#include <gtest/gtest.h>

#include <atomic>

#include "telemetry/prometheus/triton_statistics.h"

namespace lynxbench::telemetry::prometheus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A server whose answer takes 3 ms and counts its readings.
class Counting {
 public:
  explicit Counting(ManualClock& clock) : clock_(clock) {}
  FetchPage fetch() {
    return [this](const std::string&, Nanos) -> Result<Page> {
      clock_.advance(milliseconds(3));
      ++read_;
      return Page{200, fmt::format("up 1\nread {}\nx_bucket{{le=\"1\"}} {}\nodd\n", read_, read_)};
    };
  }
  int read_ = 0;

 private:
  ManualClock& clock_;
};

TEST(Scraping, EachReadingHasItsTimesAndItsLoss) {
  ManualClock clock(seconds(10));
  Counting server(clock);
  Scraping scraping({.url = "http://u:secret@h:1/metrics?token=t", .epoch = seconds(9)}, clock, server.fetch());
  scraping.read(Scraping::Moment::kEdge);
  scraping.read(Scraping::Moment::kDuring);
  ServerMetrics found = scraping.take();
  EXPECT_EQ(found.source, "http://h:1/metrics");
  EXPECT_EQ(found.missing, "");
  ASSERT_EQ(found.scrapes.size(), 2u);
  EXPECT_EQ(found.scrapes[0].begin_ns, 1'000'000'000);
  EXPECT_EQ(found.scrapes[0].end_ns, 1'003'000'000);
  EXPECT_EQ(found.scrapes[0].samples.size(), 3u);
  EXPECT_EQ(found.scrapes[0].malformed, 1u);
  EXPECT_EQ(found.scrapes[0].malformed_where, "line 4, column 4: no value");
  EXPECT_EQ(found.scrapes[1].samples.size(), 2u);  // without the bucket
}

TEST(Scraping, AFailureIsKeptWithItsReason) {
  ManualClock clock;
  std::vector<Result<Page>> answers = {error(ErrorCode::kUnavailable, "connection refused"), Page{404, "no"},
                                       Page{200, "<html>"}, Page{200, ""}, Page{200, "up 1"}};
  std::size_t at = 0;
  Scraping scraping({.url = "http://h/metrics"}, clock, [&](const std::string&, Nanos) { return answers[at++]; });
  for (std::size_t i = 0; i < answers.size(); ++i) scraping.read(Scraping::Moment::kEdge);
  ServerMetrics found = scraping.take();
  EXPECT_EQ(found.scrapes[0].failure, "connection refused");
  EXPECT_EQ(found.scrapes[1].failure, "HTTP status 404");
  EXPECT_EQ(found.scrapes[2].failure, "no metrics in it; line 1, column 1: no name of a metric");
  EXPECT_EQ(found.scrapes[3].failure, "no metrics in it");
  EXPECT_EQ(found.scrapes[4].failure, "");
  EXPECT_EQ(found.missing, "");
}

TEST(Scraping, WithoutAnyReadingTheReasonIsTheFirstOnes) {
  ManualClock clock;
  Scraping scraping({.url = "http://h/metrics"}, clock,
                    [](const std::string&, Nanos) { return error(ErrorCode::kUnavailable, "connection refused"); });
  scraping.read(Scraping::Moment::kEdge);
  EXPECT_EQ(scraping.take().missing, "connection refused");
}

TEST(Scraping, ALongLoadIsReadMoreSeldomAndKeepsItsEnds) {
  ManualClock clock;
  Counting server(clock);
  Scraping scraping({.url = "http://h/metrics"}, clock, server.fetch());
  scraping.read(Scraping::Moment::kEdge);
  for (int i = 0; i < 2500; ++i) scraping.read(Scraping::Moment::kDuring);
  scraping.read(Scraping::Moment::kEdge);
  ServerMetrics found = scraping.take();
  EXPECT_LE(found.scrapes.size(), Scraping::kMostDuring + 2);
  EXPECT_GE(found.scrapes.size(), Scraping::kMostDuring / 2);
  EXPECT_EQ(found.scrapes.front().samples[1].value, 1);
  EXPECT_EQ(found.scrapes.back().samples[1].value, 2502);
  EXPECT_EQ(found.period_ns, 8'000'000'000);
}

TEST(Scraper, ReadsBeforeAndTwiceAfter) {
  ManualClock clock;
  Counting server(clock);
  Scraper scraper({.url = "http://h/metrics", .period = std::chrono::hours(1)}, clock, server.fetch());
  EXPECT_EQ(server.read_, 1);
  ServerMetrics found = scraper.stop();
  ASSERT_EQ(found.scrapes.size(), 3u);
  EXPECT_EQ(found.scrapes[2].begin_ns - found.scrapes[1].end_ns, 500'000'000);
}

TEST(Scraper, ReadsWhileTheLoadGoesOn) {
  ManualClock clock;
  std::atomic<int> read = 0;
  Scraper scraper({.url = "http://h/metrics", .period = Nanos{1}}, clock, [&](const std::string&, Nanos) -> Result<Page> {
    ++read;
    return Page{200, "up 1"};
  });
  while (read < 5) std::this_thread::yield();
  EXPECT_GE(scraper.stop().scrapes.size(), 7u);
}

constexpr const char* kStatistics = R"({"model_stats":[
  {"name":"resnet","version":"1","last_inference":1700000000000,"inference_count":40,"execution_count":10,
   "inference_stats":{"success":{"count":40,"ns":4000000},"fail":{"count":1,"ns":5},"queue":{"count":40,"ns":1000},
   "compute_infer":{"count":40,"ns":"many"},"odd":7},"batch_stats":[]},
  "odd", {"name":7}]})";

TEST(TritonStatistics, BecomeMetrics) {
  std::vector<MetricSample> samples = parse_triton_statistics(kStatistics).value();
  MetricLabels labels = {{"model", "resnet"}, {"version", "1"}};
  auto has = [&](const std::string& name, double value) {
    return std::count(samples.begin(), samples.end(), MetricSample{name, labels, value}) == 1;
  };
  EXPECT_TRUE(has("triton_stats:inference_count", 40));
  EXPECT_TRUE(has("triton_stats:success:ns", 4'000'000));
  EXPECT_TRUE(has("triton_stats:fail:count", 1));
  EXPECT_TRUE(has("triton_stats:queue:ns", 1000));
  EXPECT_TRUE(has("triton_stats:compute_infer:count", 40));
  EXPECT_EQ(samples.size(), 9u);
}

TEST(TritonStatistics, AnythingElseIsRefused) {
  for (const char* text : {"", "{", "[]", "{}", "{\"model_stats\":{}}", "7"}) {
    EXPECT_FALSE(parse_triton_statistics(text).ok()) << text;
  }
}

TEST(Scraping, ReadsTritonsStatisticsWhereThePathSaysSo) {
  ManualClock clock;
  Scraping scraping({.url = "http://h:8000/v2/models/resnet/stats"}, clock,
                    [](const std::string&, Nanos) { return Page{200, kStatistics}; });
  scraping.read(Scraping::Moment::kEdge);
  EXPECT_EQ(scraping.take().scrapes[0].samples.size(), 9u);
}

}  // namespace
}  // namespace lynxbench::telemetry::prometheus
