#include "attribution/device/request_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/random.h"

namespace lynxbench::attribution {
namespace {

using Steps = std::vector<std::tuple<std::int64_t, std::int64_t, std::uint64_t>>;

Steps steps_of(const RequestQueue& queue) {
  Steps steps;
  for (const QueueStep& one : queue.steps) {
    steps.emplace_back(one.begin_ns, one.end_ns, one.requests);
  }
  return steps;
}

TracedRequest waiting(std::int64_t begin, std::int64_t end, QueueEvidence evidence) {
  TracedRequest request;
  request.queued = QueueWait{begin, end, evidence};
  return request;
}

TraceSeries gauge(std::string name, std::vector<std::pair<std::int64_t, double>> samples) {
  TraceSeries series;
  series.name = std::move(name);
  for (const auto& [at, value] : samples) {
    series.at_ns.push_back(at);
    series.value.push_back(value);
  }
  return series;
}

Timeline on_wall_clock() {
  Timeline t;
  t.file = "server";
  t.clock = {TraceClock::Kind::kWall, 0, "wall"};
  return t;
}

TEST(RequestQueue, RequestsThatWaitAtOnceAreCounted) {
  Timeline t = on_wall_clock();
  t.requests = {waiting(10, 30, QueueEvidence::kMoments), waiting(20, 40, QueueEvidence::kMoments),
                waiting(20, 25, QueueEvidence::kMoments), waiting(50, 50, QueueEvidence::kMoments),
                waiting(40, 45, QueueEvidence::kMoments), TracedRequest()};
  const RequestQueue queue = request_queue_of(t);
  EXPECT_EQ(steps_of(queue),
            (Steps{{10, 20, 1}, {20, 25, 3}, {25, 30, 2}, {30, 40, 1}, {40, 45, 1}}));
  ASSERT_EQ(queue.sources.size(), 1U);
  EXPECT_EQ(queue.sources[0], "server: 5 requests, each from QUEUE_START to COMPUTE_START");
}

TEST(RequestQueue, TheRuleIsSaidForEachKindOfEvidence) {
  Timeline t = on_wall_clock();
  t.requests = {waiting(10, 30, QueueEvidence::kLength), waiting(20, 40, QueueEvidence::kMoments)};
  const RequestQueue queue = request_queue_of(t);
  // Two kinds may have seen one request: the larger number counts, not the sum.
  EXPECT_EQ(steps_of(queue), (Steps{{10, 20, 1}, {20, 30, 1}, {30, 40, 1}}));
  ASSERT_EQ(queue.sources.size(), 2U);
  EXPECT_NE(queue.sources[1].find("gen_ai.latency.time_in_queue"), std::string::npos);
}

TEST(RequestQueue, SpansNamedForWaitingCountBelowAnotherOne) {
  Timeline t = on_wall_clock();
  const auto span = [&](std::string_view name, std::int64_t begin, std::int64_t end,
                        std::uint32_t parent) {
    TraceSpan added;
    added.begin_ns = begin;
    added.end_ns = end;
    added.name = t.names.intern(name);
    added.parent = parent;
    t.spans.push_back(added);
  };
  span("queue", 0, 100, kNoRow);
  span("Prefill Waiting", 10, 20, 0);
  span("decode-waiting", 30, 40, 0);
  span("prefill_forward", 50, 60, 0);
  span("queue publish", 70, 80, 0);
  const RequestQueue queue = request_queue_of(t);
  EXPECT_EQ(steps_of(queue), (Steps{{10, 20, 1}, {30, 40, 1}}));
  EXPECT_EQ(queue.sources.at(0),
            "server: 2 spans named for waiting in a queue (\"Prefill Waiting\")");
}

TEST(RequestQueue, AGaugeCountsBetweenTwoSamplesAboveZeroThatFollowEachOther) {
  Timeline t = on_wall_clock();
  t.series.push_back(gauge("vllm:num_requests_waiting", {{0, 3}, {10, 5}, {20, 0}, {30, 2}, {40, 2},
                                                         {100, 7}, {110, 0.5}}));
  // Not over 10..30, where a sample was 0, nor 40..100, where samples are missing.
  EXPECT_EQ(steps_of(request_queue_of(t)), (Steps{{0, 10, 3}, {30, 40, 2}, {100, 110, 1}}));
  EXPECT_EQ(request_queue_of(t).sources.at(0),
            "server: vllm:num_requests_waiting, taken as not empty between two successive samples "
            "that are both above 0 (3 such stretches, the longest 1e-08 s)");
}

TEST(RequestQueue, EachServersGaugeIsKnown) {
  for (const char* name : {"vllm:num_requests_waiting", "nv_inference_pending_request_count",
                           "sglang:num_queue_reqs", "tgi_queue_size"}) {
    Timeline t = on_wall_clock();
    t.series.push_back(gauge(name, {{0, 1}, {10, 1}}));
    EXPECT_EQ(steps_of(request_queue_of(t)), (Steps{{0, 10, 1}})) << name;
  }
  Timeline t = on_wall_clock();
  t.series.push_back(gauge("nv_trt_llm_request_metrics", {{0, 1}, {10, 1}}));
  t.series.push_back(gauge("vllm:num_requests_running", {{0, 1}, {10, 1}}));
  t.series[0].labels = "model=m,request_type=active";
  EXPECT_TRUE(request_queue_of(t).empty());
  t.series[0].labels = "model=m,request_type=waiting";
  EXPECT_FALSE(request_queue_of(t).empty());
}

TEST(RequestQueue, SamplesWithoutTimesAndCountersSayNothing) {
  Timeline t = on_wall_clock();
  t.series.push_back(gauge("tgi_queue_size", {{0, 1}, {10, 1}}));
  t.clock.kind = TraceClock::Kind::kSamples;
  EXPECT_TRUE(request_queue_of(t).empty());
  t.clock.kind = TraceClock::Kind::kWall;
  t.series[0].kind = TraceSeries::Kind::kCounter;
  EXPECT_TRUE(request_queue_of(t).empty());
}

TEST(RequestQueue, AClientsTimesSayNothingOfAQueue) {
  Timeline t = on_wall_clock();
  t.requests.push_back({.begin_ns = 0, .end_ns = 100});
  EXPECT_TRUE(request_queue_of(t).empty());
}

std::vector<std::uint64_t> at_each_moment(const RequestQueue& queue) {
  std::vector<std::uint64_t> waiting(64);
  for (const QueueStep& step : queue.steps) {
    for (std::int64_t at = step.begin_ns; at < step.end_ns; ++at) {
      EXPECT_EQ(waiting[static_cast<std::size_t>(at)], 0U) << "two steps at once";
      waiting[static_cast<std::size_t>(at)] = step.requests;
    }
  }
  return waiting;
}

RequestQueue random_queue(Random& random) {
  Timeline t = on_wall_clock();
  for (std::uint64_t i = random.below(7); i > 0; --i) {
    const auto begin = static_cast<std::int64_t>(random.below(40));
    const auto length = static_cast<std::int64_t>(random.below(20));
    t.requests.push_back(waiting(begin, begin + length, QueueEvidence::kMoments));
  }
  return request_queue_of(t);
}

TEST(RequestQueue, OfTwoFilesTheLargerNumberCountsAtEachMoment) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    Random random(seed, "queues");
    const RequestQueue a = random_queue(random);
    const RequestQueue b = random_queue(random);
    const std::vector<std::uint64_t> both = at_each_moment(unite(a, b));
    const auto begin = static_cast<std::int64_t>(random.below(60));
    const std::int64_t end = begin + static_cast<std::int64_t>(random.below(60 - begin) + 1);
    QueuedTime expected;
    for (std::size_t at = 0; at < both.size(); ++at) {
      EXPECT_EQ(both[at], std::max(at_each_moment(a)[at], at_each_moment(b)[at])) << seed;
      const auto ns = static_cast<std::int64_t>(at);
      if (ns < begin || ns >= end || both[at] == 0) continue;
      ++expected.ns;
      expected.request_ns += static_cast<double>(both[at]);
      expected.most = std::max(expected.most, both[at]);
    }
    const QueuedTime time = queued_within(unite(a, b), begin, end);
    EXPECT_EQ(time.ns, expected.ns) << seed;
    EXPECT_EQ(time.request_ns, expected.request_ns);
    EXPECT_EQ(time.most, expected.most);
    const std::vector<std::uint64_t> only = at_each_moment(a);
    EXPECT_EQ(length(when_waiting(a)),
              std::count_if(only.begin(), only.end(), [](std::uint64_t n) { return n != 0; }));
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace lynxbench::attribution
