#include "run/load.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/json.h"
#include "loadgen/scripted_targets.h"
#include "run/load_record.h"

namespace lynxbench::run {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A target that is somebody else's: the server in simulated time, which is the clock as well.
class Borrowed final : public target::Target {
 public:
  explicit Borrowed(loadgen::PolledServer& server) : server_(server) {}
  void submit(std::uint64_t index, std::uint32_t input, target::Answers& answers) override { server_.submit(index, input, answers); }
  [[nodiscard]] std::uint32_t request_bytes(std::uint32_t input) const override { return server_.request_bytes(input); }
  [[nodiscard]] bool is_polled() const override { return true; }
  void poll(Nanos until) override { server_.poll(until); }
  void abandon() override { server_.abandon(); }
  [[nodiscard]] std::vector<TargetFact> facts() const override { return {}; }

 private:
  loadgen::PolledServer& server_;
};

class Bench {
 public:
  explicit Bench(loadgen::SimulatedServer::Script script) : server(script, seconds(100)) {}
  LoadContext context() {
    return {.clock = server, .inputs = inputs, .open = [this]() -> Result<std::unique_ptr<target::Target>> { return std::unique_ptr<target::Target>(std::make_unique<Borrowed>(server)); },
            .probing = Probing::kOff};
  }
  loadgen::PolledServer server;
  Inputs inputs;
};

LoadJob open_job(double rate_per_s, Nanos duration, Nanos warm_up) {
  LoadJob job;
  job.contract.target.kind = "http";
  job.contract.slo.at_most = Nanos{0};
  LoadPoint point;
  point.name = "load";
  point.load.loop = Loop::kOpen;
  point.load.arrival = Arrival::kConstant;
  point.load.rate_per_s = rate_per_s;
  point.duration = duration;
  job.contract.load.points = {point};
  job.warm_up = warm_up;
  return job;
}

double value(const LoadFigures& figures, const std::string& id) {
  const Estimate& estimate = figures.figures.at(id);
  EXPECT_TRUE(estimate.value) << id << ": " << estimate.withheld;
  return estimate.value.value_or(-1);
}

TEST(Load, AnOpenLoopIsMeasuredAfterItsWarmUp) {
  Bench bench({.service = milliseconds(2)});
  LoadFigures figures = load(open_job(100, seconds(10), seconds(1)), bench.context()).value();
  EXPECT_EQ(figures.counts.due, 1000u);
  EXPECT_EQ(figures.counts.ok, 1000u);
  EXPECT_EQ(figures.counts.warm_up, 100u);
  EXPECT_EQ(value(figures, "e2e.p50"), 2e6);
  EXPECT_EQ(value(figures, "service.p99"), 2e6);
  EXPECT_EQ(value(figures, "throughput"), 100);
  EXPECT_NEAR(value(figures, "concurrency"), 0.2, 1e-9);
  EXPECT_TRUE(figures.validity.valid);
  EXPECT_EQ(figures.asked, "constant at 100/s");
}

TEST(Load, AStallIsChargedToEveryRequestThatWaitedBehindIt) {
  // The stall of the field: 2 s without service in a 20 s run at 50/s.
  Bench bench({.service = milliseconds(1), .stall_from = seconds(110), .stall_until = seconds(112)});
  LoadFigures figures = load(open_job(50, seconds(20), seconds(0)), bench.context()).value();
  EXPECT_GE(value(figures, "e2e.p99"), 1.8e9);
  EXPECT_LE(value(figures, "e2e.max"), 2.1e9);
}

TEST(Load, AClosedLoopKeepsItsConcurrencyAndHasNoScheduleToBeLateAgainst) {
  Bench bench({.service = milliseconds(1)});
  LoadJob job = open_job(1, seconds(2), Nanos{0});
  job.contract.load.points[0].load.loop = Loop::kClosed;
  job.contract.load.points[0].load.concurrency = 4;
  LoadFigures figures = load(job, bench.context()).value();
  // One at a time at 1 ms: the others wait.
  EXPECT_NEAR(value(figures, "throughput"), 1000, 1);
  EXPECT_NEAR(value(figures, "concurrency"), 4, 0.01);
  EXPECT_EQ(value(figures, "e2e.p50"), 4e6);
  EXPECT_EQ(figures.concurrency, 4);
  EXPECT_EQ(figures.figures.at("schedule_lag.p99").withheld, "a closed loop has no schedule to be late against");
}

TEST(Load, RequestsThatFindNoRoomMakeTheRunInvalidAndAreCounted) {
  Bench bench({.service = seconds(5)});
  LoadJob job = open_job(10, seconds(4), Nanos{0});
  job.contract.load.max_in_flight = 2;
  job.contract.target.endpoint.timeout = seconds(1);  // so that they are waited for 10 s
  LoadFigures figures = load(job, bench.context()).value();
  EXPECT_GT(figures.counts.unsent, 0u);
  EXPECT_EQ(figures.counts.due, 40u);
  EXPECT_FALSE(figures.validity.valid);
  EXPECT_EQ(figures.failures[0].kind, "unsent");
}

TEST(Load, AStopKeepsWhatWasMeasuredAndMarksIt) {
  Bench bench({.service = milliseconds(2)});
  std::atomic<bool> stop{true};
  LoadContext context = bench.context();
  context.stop = &stop;
  LoadFigures figures = load(open_job(100, seconds(10), Nanos{0}), context).value();
  EXPECT_FALSE(figures.complete);
  EXPECT_EQ(figures.incomplete_reason, "stopped by the user");
  EXPECT_EQ(figures.counts.left_out, 1000u);
  EXPECT_EQ(figures.counts.due, 0u);
}

TEST(Load, ATargetWithThreadsOfItsOwnIsRefused) {
  ManualClock clock;
  Inputs inputs;
  LoadContext context{.clock = clock, .inputs = inputs,
                      .open = []() -> Result<std::unique_ptr<target::Target>> { return std::unique_ptr<target::Target>(std::make_unique<loadgen::SilentTarget>()); },
                      .probing = Probing::kOff};
  Result<LoadFigures> refused = load(open_job(10, seconds(1), Nanos{0}), context);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
}

TEST(Load, TheSearchFindsTheRateAtWhichTheServerIsFull) {
  // Served in 10 ms each, one at a time: 100/s and no more.
  Bench bench({.service = milliseconds(10)});
  LoadJob job = open_job(20, seconds(20), seconds(1));
  job.contract.slo = {0.95, milliseconds(50), LatencyMetric::kE2e, {}};
  SearchSpec search;
  search.arrival = Arrival::kConstant;
  search.start_per_s = 20;
  search.at_most_per_s = 1000;
  search.point = seconds(20);
  search.extend_to = seconds(60);
  search.resolution = 0.05;
  job.contract.load.search = search;
  LoadFigures figures = load_search(job, bench.context()).value();
  ASSERT_TRUE(figures.search);
  ASSERT_TRUE(figures.search->pass_per_s) << figures.search->outcome;
  EXPECT_LE(*figures.search->pass_per_s, 100.5);
  EXPECT_GT(*figures.search->pass_per_s, 90);
  EXPECT_GT(figures.counts.ok, 0u);
}

TEST(LoadRecord, EveryRequestIsALineWithNothingWhereNothingWasMeasured) {
  fs::path file = fs::temp_directory_path() / "lynx_load_record_test.jsonl";
  Bench bench({.service = milliseconds(2)});
  LoadJob job = open_job(100, seconds(1), Nanos{0});
  job.record = file;
  LoadFigures figures = load(job, bench.context()).value();
  std::ifstream in(file);
  std::string line;
  std::size_t lines = 0;
  ASSERT_TRUE(std::getline(in, line));
  EXPECT_EQ(parse_json(line, "line").value().at("lynxbench_load_record"), 1);
  while (std::getline(in, line)) {
    Json document = parse_json(line, "line").value();
    EXPECT_EQ(document.at("done_ns").get<std::int64_t>() - document.at("sent_ns").get<std::int64_t>(), 2'000'000);
    ++lines;
  }
  EXPECT_EQ(lines, 100u);
  EXPECT_TRUE(std::any_of(figures.validity.notices.begin(), figures.validity.notices.end(),
                          [](const std::string& notice) { return notice.find(": 100 requests") != std::string::npos; }));
  fs::remove(file);
  RequestRecord unsent;
  EXPECT_TRUE(record_document(unsent).at("sent_ns").is_null());
}

TEST(LoadRecord, AFileThatCannotBeMadeIsNamed) {
  Result<std::unique_ptr<LoadRecorder>> none = LoadRecorder::create("/nonexistent/folder/x.jsonl", Nanos{0});
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().text().find("/nonexistent/folder/x.jsonl"), std::string::npos);
}

}  // namespace
}  // namespace lynxbench::run
