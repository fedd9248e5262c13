#include "report/thinning.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lynxbench::report {
namespace {

// `count` requests, one a millisecond, each answered after 1 us; request `slow` after 1 s.
Phase phase_of(std::uint32_t id, std::size_t count, std::size_t slow) {
  Phase phase;
  phase.id = id;
  for (std::size_t i = 0; i < count; ++i) {
    RequestRecord request;
    request.index = i;
    request.due_ns = static_cast<std::int64_t>(i) * 1'000'000;
    request.done_ns = request.due_ns + (i == slow ? 1'000'000'000 : 1'000);
    request.status = RequestStatus::kOk;
    phase.requests.push_back(request);
  }
  return phase;
}

TEST(Thinning, FewRequestsAreKeptAsTheyAre) {
  Json thinned = thinned_requests({phase_of(3, 10, 4)}, 100);
  EXPECT_EQ(thinned.at("from"), 10);
  EXPECT_EQ(thinned.at("to"), 10);
  EXPECT_EQ(thinned.at("method"), "every answered request");
  EXPECT_EQ(thinned.at("phase").at(0), 3);
  EXPECT_EQ(thinned.at("e2e_ns").at(4), 1'000'000'000);
}

TEST(Thinning, ManyRequestsAreCutToTheLimitAndTheSlowestStays) {
  std::vector<Phase> phases{phase_of(0, 5000, 17), phase_of(1, 5000, 4999), phase_of(2, 1, 0)};
  Json thinned = thinned_requests(phases, 400);
  EXPECT_EQ(thinned.at("from"), 10'001);
  EXPECT_LE(thinned.at("to").get<std::size_t>(), 400u);
  EXPECT_GE(thinned.at("to").get<std::size_t>(), 300u);
  EXPECT_EQ(thinned.at("to").get<std::size_t>(), thinned.at("e2e_ns").size());
  auto slow = std::count(thinned.at("e2e_ns").begin(), thinned.at("e2e_ns").end(), Json(1'000'000'000));
  EXPECT_EQ(slow, 3);
}

TEST(Thinning, RequestsWithoutAnAnswerHaveNoLatency) {
  Phase phase = phase_of(0, 3, 9);
  phase.requests[1].status = RequestStatus::kRejected;
  Json thinned = thinned_requests({phase}, 100);
  EXPECT_EQ(thinned.at("from"), 2);
}

Telemetry telemetry_of(std::size_t count) {
  Telemetry telemetry;
  telemetry.period_ns = 10;
  telemetry.series = {{7, "cpu.busy", "ratio", "/proc/stat"}, {9, "none", "ratio", "nowhere"}};
  for (std::size_t i = 0; i < count; ++i) {
    telemetry.samples.push_back({7, static_cast<std::int64_t>(10 * i), static_cast<double>(i % 4)});
  }
  telemetry.gaps = {{30, 50}};
  telemetry.missing = {"power: no sensor"};
  return telemetry;
}

TEST(Thinning, AShortSeriesIsKept) {
  Json thinned = thinned_telemetry(telemetry_of(3), 5);
  const Json& series = thinned.at("series").at(0);
  EXPECT_EQ(series.at("from"), 3);
  EXPECT_EQ(series.at("to"), 3);
  EXPECT_EQ(series.at("at_ns"), (Json{0, 10, 20}));
  EXPECT_EQ(series.at("mean"), (Json{0.0, 1.0, 2.0}));
  EXPECT_EQ(thinned.at("gaps").at(0).at("from_ns"), 30);
  EXPECT_EQ(thinned.at("missing").at(0), "power: no sensor");
}

TEST(Thinning, BucketsKeepTheLeastTheMeanAndTheGreatest) {
  Json series = thinned_telemetry(telemetry_of(8), 2).at("series").at(0);
  EXPECT_EQ(series.at("from"), 8);
  EXPECT_EQ(series.at("to"), 2);
  EXPECT_EQ(series.at("min"), (Json{0.0, 0.0}));
  EXPECT_EQ(series.at("mean"), (Json{1.5, 1.5}));
  EXPECT_EQ(series.at("max"), (Json{3.0, 3.0}));
}

TEST(Thinning, ASeriesWithoutSamplesStaysAndIsEmpty) {
  Json series = thinned_telemetry(telemetry_of(8), 2).at("series").at(1);
  EXPECT_EQ(series.at("name"), "none");
  EXPECT_EQ(series.at("to"), 0);
}

}  // namespace
}  // namespace lynxbench::report
