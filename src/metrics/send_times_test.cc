#include "metrics/send_times.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "base/random.h"

namespace lynxbench::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

AskedLoad open_load(Arrival arrival, double rate_per_s, Nanos duration = seconds(10)) {
  AskedLoad asked;
  asked.load.arrival = arrival;
  asked.load.rate_per_s = rate_per_s;
  asked.duration = duration;
  return asked;
}

// Due times with gaps of mean 1 / rate drawn by `gap` (mean 1).
std::vector<std::int64_t> times(double rate_per_s, double length_s, const std::function<double()>& gap) {
  std::vector<std::int64_t> found;
  for (double at_s = gap() / rate_per_s; at_s < length_s; at_s += gap() / rate_per_s) {
    found.push_back(static_cast<std::int64_t>(at_s * 1e9));
  }
  return found;
}

std::vector<std::int64_t> poisson(double rate_per_s, double length_s, std::uint64_t seed) {
  Random random(seed, "send_times_test");
  return times(rate_per_s, length_s, [&] { return random.exponential(); });
}

SendTimes sent_as_due(const AskedLoad& asked, const std::vector<std::int64_t>& due) {
  SendTimes found(asked, milliseconds(5));
  for (std::int64_t at : due) found.sent(at, at);
  return found;
}

TEST(SendTimes, CountsWhatIsLateMissedAndSent) {
  SendTimes found(open_load(Arrival::kConstant, 100, seconds(1)), milliseconds(5));
  for (std::int64_t i = 0; i < 90; ++i) {
    std::int64_t due = i * 10'000'000;
    found.sent(due, due + (i < 80 ? 1'000'000 : 5'000'001));
  }
  for (std::int64_t i = 90; i < 100; ++i) found.missed(i * 10'000'000);
  EXPECT_EQ(found.due(), 100u);
  EXPECT_EQ(found.sent_count(), 90u);
  EXPECT_EQ(found.missed_count(), 10u);
  EXPECT_EQ(found.late_count(), 10u);
  EXPECT_EQ(found.sent_per_s(), 90);
  EXPECT_EQ(found.asked_per_s(), 100);
  EXPECT_EQ(found.lag().largest(), 5'000'001);
  EXPECT_NEAR(static_cast<double>(*found.lag().quantile(0.5)), 1e6, 1e3);
}

// Asked for 1000 in one second, a client that needs 10 ms for each is at it for ten seconds.
TEST(SendTimes, WhatAClientCouldIsOverTheTimeThatItTook) {
  SendTimes found(open_load(Arrival::kConstant, 1000, seconds(1)), milliseconds(5));
  for (std::int64_t i = 0; i < 1000; ++i) found.sent(i * 1'000'000, (i + 1) * 10'000'000);
  EXPECT_DOUBLE_EQ(found.sent_per_s(), 100);
  EXPECT_EQ(found.asked_per_s(), 1000);
}

TEST(SendTimes, TimesCountFromTheStartOfTheLoad) {
  AskedLoad asked = open_load(Arrival::kPoisson, 100, seconds(1));
  SendTimes found(asked, milliseconds(5), 50'000'000'000);
  for (std::int64_t at : poisson(100, 1, 1)) found.sent(50'000'000'000 + at, 50'000'000'000 + at);
  EXPECT_NEAR(found.sent_per_s(), 100, 40);
  EXPECT_GT(found.arrivals().p_value.value(), 0.001);
}

struct Rates {
  double alarms = 0;  // p < 0.05
  double mean_p = 0;
};
Rates false_alarms(const std::function<ArrivalTest(std::uint64_t)>& test, int runs) {
  Rates rates;
  for (int run = 0; run < runs; ++run) {
    double p = test(static_cast<std::uint64_t>(run)).p_value.value();
    rates.alarms += (p < 0.05 ? 1.0 : 0.0) / runs;
    rates.mean_p += p / runs;
  }
  return rates;
}

// The tolerance of 0.1 ms makes the test say "different" too seldom, never too often.
TEST(Arrivals, APoissonProcessSentInTimePassesAsOftenAsThePValueSays) {
  Rates slow = false_alarms(
      [](std::uint64_t seed) {
        return sent_as_due(open_load(Arrival::kPoisson, 20, seconds(20)), poisson(20, 20, seed)).arrivals();
      },
      1000);
  EXPECT_LE(slow.alarms, 0.05 + 4 * std::sqrt(0.05 * 0.95 / 1000));
  EXPECT_GE(slow.alarms, 0.01);
  EXPECT_GT(slow.mean_p, 0.45);
  Rates quick = false_alarms(
      [](std::uint64_t seed) {
        return sent_as_due(open_load(Arrival::kPoisson, 20'000, seconds(1)), poisson(20'000, 1, seed)).arrivals();
      },
      200);
  EXPECT_LE(quick.alarms, 0.05);
}

TEST(Arrivals, QuickProcessesAreLookedAtInGapsOfAMillisecond) {
  ArrivalTest test = sent_as_due(open_load(Arrival::kPoisson, 20'000), poisson(20'000, 10, 3)).arrivals();
  EXPECT_EQ(test.every, 20u);
  EXPECT_NEAR(static_cast<double>(test.gaps), 10'000, 200);
  EXPECT_GT(test.p_value.value(), 0.05);
  EXPECT_NEAR(test.fano.value(), 1, 0.18);  // 1000 windows: four times sqrt(2 / 1000)
  EXPECT_EQ(test.asked, "Poisson at 20000/s");
}

// What vLLM's client did at 200/s (docs/methodology.md): a gap is never shorter than the 10 ms that
// the client itself takes.
TEST(Arrivals, AClientThatCannotKeepUpIsNotPoissonAnyMore) {
  SendTimes found(open_load(Arrival::kPoisson, 200), milliseconds(5));
  std::int64_t free_at = 0;
  for (std::int64_t due : poisson(200, 10, 4)) {
    std::int64_t sent = std::max(due, free_at);
    free_at = sent + 10'000'000;
    found.sent(due, sent);
  }
  ArrivalTest test = found.arrivals();
  EXPECT_GT(test.ks.value(), 0.3);
  EXPECT_LT(test.p_value.value(), 1e-6);
  EXPECT_LT(test.fano.value(), 0.2);
  EXPECT_NEAR(test.fano_due.value(), 1, 0.3);
}

TEST(Arrivals, AWrongRateAndAWrongShapeAreFound) {
  ArrivalTest rate = sent_as_due(open_load(Arrival::kPoisson, 110), poisson(100, 60, 5)).arrivals();
  EXPECT_LT(rate.p_value.value(), 0.01);
  std::vector<std::int64_t> even = times(100, 60, [] { return 1.0; });
  EXPECT_LT(sent_as_due(open_load(Arrival::kPoisson, 100), even).arrivals().p_value.value(), 1e-9);
  EXPECT_NEAR(sent_as_due(open_load(Arrival::kPoisson, 100), even).arrivals().fano.value(), 0, 0.01);
}

// Gaps of gamma distribution with shape 4, a coefficient of variation of 0.5: the sum of four
// exponentials.
TEST(Arrivals, AGammaProcessIsTestedAgainstItsOwnShape) {
  Random random(6, "gamma");
  auto gap = [&] {
    double sum = 0;
    for (int i = 0; i < 4; ++i) sum += random.exponential() / 4;
    return sum;
  };
  std::vector<std::int64_t> due = times(100, 100, gap);
  AskedLoad asked = open_load(Arrival::kGamma, 100);
  asked.load.gap_cv = 0.5;
  ArrivalTest right = sent_as_due(asked, due).arrivals();
  EXPECT_GT(right.p_value.value(), 0.01);
  EXPECT_NEAR(right.fano.value(), 0.25, 0.1);  // the squared coefficient of variation, in the limit
  asked.load.gap_cv = 0.6;
  EXPECT_LT(sent_as_due(asked, due).arrivals().p_value.value(), 1e-3);
  asked.load.arrival = Arrival::kPoisson;
  EXPECT_LT(sent_as_due(asked, due).arrivals().p_value.value(), 1e-9);
}

// A ramp from 10/s to 190/s in 60 s: E(t) = 10 t + 1.5 t^2; arrivals by thinning.
TEST(Arrivals, ARampIsTestedInRescaledTime) {
  AskedLoad asked = open_load(Arrival::kRamp, 10, seconds(60));
  asked.load.ramp_to_per_s = 190;
  Random random(8, "ramp");
  std::vector<std::int64_t> ramp;
  for (std::int64_t at : poisson(190, 60, 8)) {
    if (random.uniform() * 190 < 10 + 180 * static_cast<double>(at) / 60e9) ramp.push_back(at);
  }
  ArrivalTest right = sent_as_due(asked, ramp).arrivals();
  EXPECT_GT(right.p_value.value(), 0.01);
  EXPECT_NEAR(right.fano.value(), 1, 0.35);
  EXPECT_EQ(right.asked, "Poisson, ramp from 10.0/s to 190/s in 60s");
  ArrivalTest even = sent_as_due(asked, poisson(100, 60, 9)).arrivals();
  EXPECT_LT(even.p_value.value(), 1e-6);
}

TEST(Arrivals, TheExpectedCountOfARampIsItsIntegral) {
  AskedLoad asked = open_load(Arrival::kRamp, 10, seconds(60));
  asked.load.ramp_to_per_s = 190;
  ExpectedCount expected(asked);
  EXPECT_NEAR(expected.until(20'000'000'000), 10 * 20 + 1.5 * 400, 1e-6);
  EXPECT_NEAR(expected.until(60'000'000'000), 6000, 1e-6);
  EXPECT_NEAR(expected.until(61'000'000'000), 6190, 1e-6);  // goes on at the last rate
  EXPECT_NEAR(expected.per_ns(20'000'000'000) * 1e9, 70, 1e-9);
  EXPECT_EQ(expected.mean_per_s(), 100);
}

// A constant rate: each gap is 10 ms, and one in ten requests is 0.3 ms late, so two in ten gaps are
// not what they should be: one too long, the next too short.
TEST(Arrivals, AConstantRateHasAShareOfWrongGapsAndNoPValue) {
  SendTimes found(open_load(Arrival::kConstant, 100), milliseconds(5));
  for (std::int64_t i = 0; i < 1000; ++i) {
    std::int64_t due = i * 10'000'000;
    found.sent(due, due + (i % 10 == 5 ? 300'000 : i % 3 * 20'000));
  }
  ArrivalTest test = found.arrivals();
  EXPECT_NEAR(test.ks.value(), 0.1, 0.001);
  EXPECT_EQ(test.p_value, std::nullopt);
  EXPECT_FALSE(test.missing.empty());
  EXPECT_NEAR(test.fano.value(), 0, 0.02);
}

TEST(Arrivals, DelaysBelowTheToleranceAreNoDeviation) {
  Random random(10, "jitter");
  SendTimes found(open_load(Arrival::kPoisson, 1000), milliseconds(5));
  std::int64_t last = 0;
  for (std::int64_t due : poisson(1000, 60, 11)) {
    last = std::max(last, due + static_cast<std::int64_t>(random.uniform() * 60'000));
    found.sent(due, last);
  }
  EXPECT_GT(found.arrivals().p_value.value(), 0.01);
}

TEST(Arrivals, WithoutARateTheMeanIsEstimatedAndLillieforsPValueUsed) {
  AskedLoad asked = open_load(Arrival::kPoisson, 1);
  asked.load.rate_per_s.reset();
  Rates right = false_alarms(
      [&](std::uint64_t seed) { return sent_as_due(asked, poisson(20, 20, seed)).arrivals(); }, 1000);
  EXPECT_NEAR(right.alarms, 0.05, 4 * std::sqrt(0.05 * 0.95 / 1000));
  std::vector<std::int64_t> even = times(20, 20, [] { return 1.0; });
  EXPECT_LT(sent_as_due(asked, even).arrivals().p_value.value(), 1e-6);
  EXPECT_EQ(sent_as_due(asked, even).asked_per_s(), static_cast<double>(even.size()) / 10);
}

// Three threads, each sending every third request, see together what one would.
TEST(SendTimes, ThreadsThatShareALoadAreMerged) {
  AskedLoad asked = open_load(Arrival::kPoisson, 900, seconds(20));
  std::vector<std::int64_t> due = poisson(900, 20, 13);
  SendTimes whole = sent_as_due(asked, due);
  asked.threads = 3;
  std::vector<SendTimes> parts(3, SendTimes(asked, milliseconds(5)));
  for (std::size_t i = 0; i < due.size(); ++i) {
    parts[i % 3].sent(due[i], due[i] + static_cast<std::int64_t>(i % 3) * 1'000'000);
  }
  parts[0].missed(1);
  parts[0].merge(parts[1]);
  parts[0].merge(parts[2]);
  EXPECT_EQ(parts[0].due(), due.size() + 1);
  EXPECT_EQ(parts[0].lag().largest(), 2'000'000);
  EXPECT_NEAR(parts[0].sent_per_s(), whole.sent_per_s(), 0.1);
  ArrivalTest test = parts[0].arrivals();
  EXPECT_EQ(test.every, 3u);
  EXPECT_GT(test.p_value.value(), 0.01);
  EXPECT_NEAR(test.fano.value(), whole.arrivals().fano.value(), 0.1);
  EXPECT_NEAR(test.fano.value(), 1, 0.2);
  asked.load.arrival = Arrival::kConstant;
  SendTimes even(asked, milliseconds(5));
  for (std::int64_t i = 0; i < 300; ++i) even.sent(i * 10'000'000 / 3, i * 10'000'000 / 3);
  EXPECT_LT(even.arrivals().ks.value(), 0.01);
}

TEST(SendTimes, TheBeginningThatIsSkippedDoesNotCount) {
  AskedLoad asked = open_load(Arrival::kRamp, 10, seconds(60));
  asked.load.ramp_to_per_s = 190;
  asked.skip = seconds(20);
  SendTimes found(asked, milliseconds(5));
  found.sent(19'999'999'999, 30'000'000'000);
  found.missed(5);
  EXPECT_EQ(found.due(), 0u);
  EXPECT_EQ(found.lag().count(), 0u);
  for (std::int64_t i = 0; i < 5200; ++i) found.sent(20'000'000'000 + i, 20'000'000'000 + i);
  EXPECT_DOUBLE_EQ(found.sent_per_s(), 130);  // in 40 s
  EXPECT_DOUBLE_EQ(found.asked_per_s().value(), 130);  // the ramp's mean from 70/s to 190/s
}

TEST(WindowCounts, WindowsGrowSoThatALongLoadNeedsNoMoreMemory) {
  Random random(14, "windows");
  WindowCounts counts(1), other(1);
  double at = 0;
  for (int i = 0; i < 100'000; ++i) counts.add(at += random.exponential());
  EXPECT_EQ(counts.width(), 16);  // 100 000 in at most 8192
  EXPECT_NEAR(counts.fano().value(), 1, 4 * std::sqrt(2.0 / 6250));
  other.add(3);
  other.merge(counts);
  EXPECT_EQ(other.width(), 16);
  EXPECT_NEAR(other.fano().value(), counts.fano().value(), 0.01);
}

TEST(Arrivals, AClosedLoopATraceAndAFewRequestsHaveNoDistanceAndSayWhy) {
  AskedLoad closed = open_load(Arrival::kPoisson, 10);
  closed.load.loop = Loop::kClosed;
  AskedLoad trace = open_load(Arrival::kTrace, 10);
  AskedLoad few = open_load(Arrival::kPoisson, 1);
  for (const AskedLoad& asked : {closed, trace, few}) {
    ArrivalTest test = sent_as_due(asked, poisson(1, 10, 12)).arrivals();
    EXPECT_EQ(test.ks, std::nullopt);
    EXPECT_EQ(test.p_value, std::nullopt);
    EXPECT_FALSE(test.missing.empty());
  }
  EXPECT_EQ(sent_as_due(closed, {}).asked_per_s(), std::nullopt);
}

}  // namespace
}  // namespace lynxbench::metrics
