#include <gtest/gtest.h>

#include "metrics/metrics.h"
#include "metrics/phases_for_test.h"

namespace lynxbench::metrics {
namespace {

WarmUpSpec spec() {
  WarmUpSpec spec;
  spec.at_least = Nanos{kSecond};
  spec.at_most = Nanos{8 * kSecond};
  spec.window = Nanos{250 * kMs};
  spec.windows = 4;
  spec.tolerance = 0.15;
  return spec;
}

// A closed loop of one for `length_ns`: each request takes latency(start) and the next follows.
template <typename Latency>
Phase closed_loop(std::int64_t length_ns, const Latency& latency) {
  Phase phase = empty_phase(0, length_ns);
  phase.kind = PhaseKind::kWarmUp;
  phase.loop = Loop::kClosed;
  phase.session = 3;
  for (std::int64_t now = 0; now < length_ns;) {
    add(phase, answered_after(now, latency(now)));
    now = phase.requests.back().done_ns;
  }
  return phase;
}

TEST(WarmUp, AnEvenSeriesIsSteadyAfterAtLeast) {
  WarmUpFigure figure = judge_warm_up(closed_loop(kSecond, [](auto) { return 10 * kMs; }), spec());
  EXPECT_TRUE(figure.steady) << figure.reason;
  EXPECT_EQ(figure.session, 3u);
  EXPECT_EQ(figure.length_ns, kSecond);
  EXPECT_EQ(figure.requests, 100u);
}

TEST(WarmUp, IsNotSteadyBeforeAtLeast) {
  EXPECT_FALSE(judge_warm_up(closed_loop(900 * kMs, [](auto) { return 10 * kMs; }), spec()).steady);
}

TEST(WarmUp, NeedsAllItsWindowsEvenWhenAtLeastIsShort) {
  WarmUpSpec quick = spec();
  quick.at_least = Nanos{1};
  EXPECT_FALSE(judge_warm_up(closed_loop(900 * kMs, [](auto) { return 10 * kMs; }), quick).steady);
  EXPECT_TRUE(judge_warm_up(closed_loop(kSecond, [](auto) { return 10 * kMs; }), quick).steady);
}

TEST(WarmUp, ADriftingSeriesIsNotSteadyAndSettlesWhenTheDriftEnds) {
  // 30 ms falling to 10 ms over two seconds, then level.
  auto latency = [](std::int64_t now) {
    return now < 2 * kSecond ? 30 * kMs - now / 100 : 10 * kMs;
  };
  EXPECT_FALSE(judge_warm_up(closed_loop(2 * kSecond, latency), spec()).steady);
  EXPECT_FALSE(judge_warm_up(closed_loop(2'500 * kMs, latency), spec()).steady);
  EXPECT_TRUE(judge_warm_up(closed_loop(3'250 * kMs, latency), spec()).steady);
}

TEST(WarmUp, ASeriesThatNeverSettlesSaysWhatMoved) {
  auto latency = [](std::int64_t now) {
    return (now / (250 * kMs)) % 2 == 0 ? 10 * kMs : 14 * kMs;
  };
  WarmUpFigure figure = judge_warm_up(closed_loop(8 * kSecond, latency), spec());
  EXPECT_FALSE(figure.steady);
  EXPECT_NE(figure.reason.find("median latency and completion rate moved"), std::string::npos)
      << figure.reason;
}

TEST(WarmUp, AMovingRateIsSeenAtALevelMedian) {
  // Every tenth request of the later windows takes 60 ms: the median stays.
  int count = 0;
  auto latency = [&](std::int64_t now) {
    return now > 500 * kMs && ++count % 5 == 0 ? 60 * kMs : 10 * kMs;
  };
  WarmUpFigure figure = judge_warm_up(closed_loop(kSecond, latency), spec());
  EXPECT_FALSE(figure.steady);
  EXPECT_NE(figure.reason.find("not steady: completion rate moved"), std::string::npos)
      << figure.reason;
}

TEST(WarmUp, OneRequestMoreOrLessInAWindowIsNoMovement) {
  // 45 ms: five or six requests end in each 250 ms.
  EXPECT_TRUE(
      judge_warm_up(closed_loop(2 * kSecond, [](auto) { return 45 * kMs; }), spec()).steady);
}

TEST(WarmUp, AWindowWithoutAnAnswerIsNotSteady) {
  auto latency = [](std::int64_t now) {
    return now > 300 * kMs && now < 350 * kMs ? 600 * kMs : 10 * kMs;
  };
  WarmUpFigure figure = judge_warm_up(closed_loop(kSecond, latency), spec());
  EXPECT_FALSE(figure.steady);
  EXPECT_NE(figure.reason.find("no request was answered"), std::string::npos) << figure.reason;
}

TEST(WarmUp, FailedRequestsAreNoSignOfLife) {
  Phase phase = closed_loop(kSecond, [](auto) { return 10 * kMs; });
  for (RequestRecord& record : phase.requests) record.status = RequestStatus::kFailed;
  EXPECT_FALSE(judge_warm_up(phase, spec()).steady);
  EXPECT_EQ(judge_warm_up(phase, spec()).requests, 100u) << "excluded all the same";
}

}  // namespace
}  // namespace lynxbench::metrics
