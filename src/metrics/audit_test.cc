#include "metrics/audit.h"

#include <gtest/gtest.h>

namespace lynxbench::metrics {
namespace {

// A client that kept every limit.
InstrumentAudit good() {
  InstrumentAudit audit;
  audit.length_s = 10;
  audit.due = audit.sent = 1000;
  audit.asked_per_s = 100;
  audit.sent_per_s = 100;
  audit.lag_p50_ns = 10'000;
  audit.lag_p99_ns = 200'000;
  audit.lag_max_ns = 900'000;
  audit.threads = {{std::string(kLoadThread), 0.3, 0.01}, {"lynx-hiccup", 0.01, 0.0}};
  audit.stall_p50_ns = 60'000;
  audit.stall_p99_ns = 300'000;
  audit.stall_longest_ns = 2'000'000;
  audit.stall_probes = 9000;
  audit.clock_slew_ratio = 1e-6;
  audit.arrivals.asked = "Poisson at 100/s";
  audit.arrivals.gaps = 999;
  audit.arrivals.ks = 0.02;
  audit.arrivals.p_value = 0.7;
  return audit;
}

std::string only(const std::vector<std::string>& texts) {
  EXPECT_EQ(texts.size(), 1u);
  return texts.empty() ? "" : texts[0];
}
bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Audit, AClientThatKeptEveryLimitIsValidWithoutANotice) {
  InstrumentAudit audit = judged(good(), {});
  EXPECT_TRUE(audit.invalid.empty());
  EXPECT_TRUE(audit.notices.empty());
}

TEST(Audit, AClientThatCannotKeepTheRateSaysWhatItCould) {
  InstrumentAudit audit = good();
  audit.asked_per_s = 1000;
  audit.sent_per_s = 104;
  audit.late = 990;
  audit.lag_p99_ns = 8'600'000'000;
  audit.threads[0].cores = 0.99;
  audit.resources.spun_ns = 0;
  audit = judged(audit, {});
  ASSERT_EQ(audit.invalid.size(), 2u);
  EXPECT_TRUE(has(audit.invalid[0], "asked for 1000/s, this client sent 104/s")) << audit.invalid[0];
  EXPECT_TRUE(has(audit.invalid[0], "at its end was the processor: thread lynx-load was busy 0.990"))
      << audit.invalid[0];
  EXPECT_TRUE(has(audit.invalid[1], "thread lynx-load of the client was busy 0.990")) << audit.invalid[1];
}

TEST(Audit, TheResourceAtItsEndIsTheOneThatShows) {
  InstrumentAudit late = good();
  late.late = 500;
  late.lag_p99_ns = 50'000'000;
  InstrumentAudit ports = late, connections = late, room = late, starved = late, stalled = late, blind = late;
  ports.resources.local_exhausted = 3;
  connections.resources.waited_for_connection = 400;
  connections.resources.connections_most = 8;
  room.waited_for_room = 400;
  starved.threads[0].cores = 0.2;
  starved.threads[0].waiting = 0.79;
  stalled.stall_longest_ns = 60'000'000;
  blind.threads.clear();
  EXPECT_TRUE(has(resource_at_its_end(ports, {}), "ports or descriptors"));
  EXPECT_TRUE(has(resource_at_its_end(connections, {}), "at most 8 that were open"));
  EXPECT_TRUE(has(resource_at_its_end(room, {}), "max_in_flight"));
  EXPECT_TRUE(has(resource_at_its_end(starved, {}), "kept from it for 0.79"));
  EXPECT_TRUE(has(resource_at_its_end(stalled, {}), "stood still for up to 60.0 ms"));
  EXPECT_TRUE(has(resource_at_its_end(late, {}), "the pacing: thread lynx-load was busy only 0.3"));
  EXPECT_TRUE(has(resource_at_its_end(blind, {}), "not watched"));
}

TEST(Audit, ARequestThatWasNeverSentIsInvalidUnlessTheContractAllowsIt) {
  InstrumentAudit audit = good();
  audit.missed = 1;
  audit.sent = 999;
  EXPECT_TRUE(has(only(judged(audit, {}).invalid), "1 of 1000 requests (0.100 %) fell due and were never sent"));
  InstrumentLimits limits;
  limits.missed_ratio = 0.01;
  EXPECT_TRUE(judged(audit, limits).invalid.empty());
  EXPECT_EQ(judged(audit, limits).notices.size(), 1u);
}

// Late ones and missed ones together: 2 % may be.
TEST(Audit, ARateDeficitCountsLateAndMissedRequests) {
  InstrumentLimits limits;
  limits.missed_ratio = 0.1;
  InstrumentAudit audit = good();
  audit.late = 15;
  audit.missed = 5;
  EXPECT_TRUE(judged(audit, limits).invalid.empty());
  audit.late = 16;
  EXPECT_TRUE(has(only(judged(audit, limits).invalid), "the client was the bottleneck"));
}

TEST(Audit, ASpinningThreadIsBusyWithoutBeingAtItsEnd) {
  InstrumentAudit audit = good();
  audit.threads[0].cores = 0.999;
  audit.resources.spun_ns = 6'000'000'000;
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
  EXPECT_TRUE(judged(audit, {}).notices.empty());
  audit.resources.spun_ns = 200'000'000;
  EXPECT_EQ(judged(audit, {}).invalid.size(), 1u);
  audit.resources.spun_ns.reset();  // and nothing was late: a notice
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
  EXPECT_TRUE(has(only(judged(audit, {}).notices), "is not known"));
}

TEST(Audit, AStallOverTheLimitIsInvalidAndNamesItsMoment) {
  InstrumentAudit audit = good();
  audit.stall_longest_ns = 212'000'000;
  audit.stalls = 2;
  audit.longest_stalls = {{1'000'000'000, 150'000'000}, {3'400'000'000, 212'000'000}};
  std::string text = only(judged(audit, {}).invalid);
  EXPECT_TRUE(has(text, "stood still for 212 ms at 3.40 s of the run (2 stalls in all over 100ms")) << text;
  audit.stall_longest_ns = 100'000'000;
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
}

TEST(Audit, AClockStepOverTheLimitIsInvalidASmallerOneANotice) {
  InstrumentAudit audit = good();
  audit.clock_steps = 1;
  audit.clock_step_largest_ns = -3'000'000'000;
  EXPECT_TRUE(has(only(judged(audit, {}).invalid), "set back by 3.00 s"));
  audit.clock_step_largest_ns = 900'000;
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
  EXPECT_TRUE(has(only(judged(audit, {}).notices), "set forward by 900 µs"));
}

TEST(Audit, ACorrectedClockIsANotice) {
  InstrumentAudit audit = good();
  audit.clock_slew_ratio = -500e-6;
  EXPECT_TRUE(has(only(judged(audit, {}).notices), "500 ppm slow"));
}

TEST(Audit, OtherArrivalsThanAskedForAreInvalidWhenTheDifferenceMatters) {
  InstrumentAudit audit = good();
  audit.arrivals.p_value = 1e-9;
  audit.arrivals.ks = 0.2;
  EXPECT_TRUE(has(only(judged(audit, {}).invalid), "did not go out as Poisson at 100/s"));
  audit.arrivals.ks = 0.03;
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
  EXPECT_EQ(judged(audit, {}).notices.size(), 1u);
}

TEST(Audit, ProbesThatAreMissingAreSaid) {
  InstrumentAudit audit = good();
  audit.stall_probes = 0;
  audit.stall_longest_ns.reset();
  audit.threads.clear();
  audit.threads_missing = "no /proc";
  EXPECT_TRUE(judged(audit, {}).invalid.empty());
  EXPECT_EQ(judged(audit, {}).notices.size(), 2u);
}

TEST(Audit, JudgingTwiceSaysNothingTwice) {
  InstrumentAudit audit = good();
  audit.missed = 5;
  EXPECT_EQ(judged(judged(audit, {}), {}).invalid.size(), judged(audit, {}).invalid.size());
}

TEST(Audit, ResourcesAreThoseOfTheLoadAlone) {
  ClientResources before, after;
  before.connections_opened = 3;
  before.spun_ns = 10;
  after.connections_opened = 8;
  after.connections_most = 5;
  after.reads = 7;
  after.spun_ns = 25;
  ClientResources used = used_between(before, after);
  EXPECT_EQ(used.connections_opened, 5u);
  EXPECT_EQ(used.connections_most, 5u);
  EXPECT_EQ(used.reads, 7u);
  EXPECT_EQ(used.spun_ns, 15);
}

TEST(Audit, TakesItsFiguresFromTheSendersTimes) {
  AskedLoad asked;
  asked.load.arrival = Arrival::kConstant;
  asked.load.rate_per_s = 100;
  asked.duration = std::chrono::seconds(1);
  SendTimes times(asked, Nanos{5'000'000});
  for (std::int64_t i = 0; i < 100; ++i) times.sent(i * 10'000'000, i * 10'000'000 + 1000);
  InstrumentAudit audit = audited({}, times, {}, {});
  EXPECT_EQ(audit.due, 100u);
  EXPECT_EQ(audit.lag_p99_ns, 1000);
  EXPECT_EQ(audit.asked_per_s, 100);
  EXPECT_EQ(audit.sent_per_s, 100);
  EXPECT_EQ(audit.arrivals.asked, "constant at 100/s");

  asked.load.loop = Loop::kClosed;
  SendTimes closed(asked, Nanos{5'000'000});
  closed.sent(1, 1);
  audit = audited({}, closed, {}, {});
  EXPECT_EQ(audit.lag_p99_ns, std::nullopt);
  EXPECT_EQ(audit.asked_per_s, std::nullopt);
}

}  // namespace
}  // namespace lynxbench::metrics
