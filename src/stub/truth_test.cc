#include "stub/truth.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "stub/recorder.h"

namespace lynxbench::stub {
namespace {

RequestTruth example() {
  RequestTruth request;
  request.id = "r \"1\"\n";
  request.route = "chat";
  request.peer = "127.0.0.1:1234";
  request.connection = 7;
  request.order = 3;
  request.streamed = true;
  request.kernel_ns = 1000;
  request.read_ns = 1500;
  request.service_begin_ns = 1000;
  request.service_end_ns = 9000;
  request.prompt_tokens = 5;
  request.tokens = 3;
  request.status = 200;
  request.request_bytes = 100;
  request.response_bytes = 999;
  request.outcome = Outcome::kOk;
  request.written = {{1100, 1000, 10, 0, PieceKind::kRole},      {3000, 2990, 10, 1, PieceKind::kReasoning},
                     {5000, 5000, 10, 2, PieceKind::kContent},   {5000, 5000, 10, 0, PieceKind::kUsage},
                     {5200, 5100, 14, 0, PieceKind::kDone}};
  return request;
}

TEST(StubTruth, TimesFollowFromTheWrites) {
  RequestTruth request = example();
  EXPECT_EQ(request.ttft_ns(), 2000);  // the role is no content
  EXPECT_EQ(request.itl_ns(), std::vector<std::int64_t>{2000});
  EXPECT_EQ(request.e2e_ns(), 4200);
  request.kernel_ns.reset();
  EXPECT_EQ(request.ttft_ns(), 1500);
}

TEST(StubTruth, ALineReadsBackAsItWas) {
  RequestTruth request = example();
  Result<RequestTruth> read = parse_truth_line(truth_line(request));
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(truth_line(*read), truth_line(request));
  EXPECT_EQ(read->id, request.id);
  EXPECT_EQ(read->written.size(), 5u);
  EXPECT_FALSE(parse_truth_line("{\"id\":\"x\"}").ok());
  EXPECT_FALSE(parse_truth_line("nonsense").ok());
}

TEST(StubTruth, QuantilesAreByRank) {
  std::vector<std::int64_t> values;
  for (std::int64_t i = 100; i >= 1; --i) values.push_back(i);
  Quantiles quantiles = quantiles_of(values);
  EXPECT_EQ(quantiles.p50, 50);
  EXPECT_EQ(quantiles.p99, 99);
  EXPECT_EQ(quantiles.most, 100);
  EXPECT_EQ(quantiles_of({}).n, 0u);
}

TEST(StubTruth, AHistogramIsWithinLessThanOnePercent) {
  for (std::int64_t value : {0L, 1L, 127L, 128L, 255L, 256L, 1'000L, 123'456'789L, 40'000'000'000L, INT64_MAX / 2}) {
    TimeHistogram histogram;
    for (int i = 0; i < 10; ++i) histogram.add(value);
    EXPECT_NEAR(static_cast<double>(histogram.quantiles().p50), static_cast<double>(value), 0.008 * static_cast<double>(value));
  }
}

TEST(StubTruth, AFileHoldsAllAlsoWhatLeftMemoryBefore) {
  fs::path file = fs::temp_directory_path() / "lynxbench-stub-truth-test.jsonl";
  auto recorder = Recorder::make(true, file.string(), 4000).value();
  for (int i = 0; i < 100; ++i) {
    recorder->count(Outcome::kOk, true, 2000, 4200);
    recorder->keep(example());
  }
  Truth truth = recorder->finish().value();
  EXPECT_EQ(truth.totals.requests, 100u);
  EXPECT_LT(truth.requests.size(), 100u);
  Truth read = read_truth(file).value();
  EXPECT_EQ(read.requests.size(), 100u);
  EXPECT_EQ(read.totals.requests, 100u);
  EXPECT_NEAR(static_cast<double>(read.totals.ttft.p50), 2000, 16);
  fs::remove(file);
}

TEST(StubTruth, WithoutAFileWhatFindsNoRoomIsCounted) {
  auto recorder = Recorder::make(true, "", 4000).value();
  for (int i = 0; i < 100; ++i) recorder->keep(example());
  Truth truth = recorder->finish().value();
  EXPECT_EQ(truth.requests.size() + truth.totals.not_kept, 100u);
  EXPECT_GT(truth.totals.not_kept, 0u);
}

}  // namespace
}  // namespace lynxbench::stub
