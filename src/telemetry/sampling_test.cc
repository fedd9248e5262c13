#include "telemetry/sampling.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

namespace lynxbench::telemetry {
namespace {

constexpr Nanos kPeriod{50'000'000};
constexpr Nanos kEpoch{1'000'000'000};

// Writes how many times it was asked.
class CountingSampler final : public Sampler {
 public:
  explicit CountingSampler(Nanos least) : least_(least) {}
  [[nodiscard]] Nanos least_period() const override { return least_; }
  void sample(Nanos, Board& board) override {
    board.set(board.series("asked", "times", "test"), ++times_);
    board.missing("something", "it never is there");
  }

 private:
  Nanos least_;
  double times_ = 0;
};

Sampling sampling_with(Nanos least) {
  std::vector<SamplerPtr> samplers;
  samplers.push_back(std::make_unique<CountingSampler>(least));
  return {kPeriod, kEpoch, std::move(samplers)};
}

TEST(Sampling, TimesAreSinceTheEpoch) {
  Sampling sampling = sampling_with(Nanos{0});
  sampling.sample_once(kEpoch + Nanos{7});
  Telemetry found = sampling.take();
  ASSERT_EQ(found.samples.size(), 1u);
  EXPECT_EQ(found.samples[0].at_ns, 7);
  EXPECT_EQ(found.period_ns, 50'000'000);
}

TEST(Sampling, ASampleLaterThanOneAndAHalfPeriodsLeavesAGap) {
  Sampling sampling = sampling_with(Nanos{0});
  sampling.sample_once(kEpoch);
  sampling.sample_once(kEpoch + kPeriod);
  sampling.sample_once(kEpoch + kPeriod + Nanos{75'000'000});  // exactly 1.5 periods: no gap
  EXPECT_TRUE(sampling.take().gaps.empty());
  sampling.sample_once(kEpoch + kPeriod + Nanos{150'000'001});
  Telemetry found = sampling.take();
  ASSERT_EQ(found.gaps.size(), 1u);
  EXPECT_EQ(found.gaps[0].from_ns, 175'000'000);  // when the next one was due
  EXPECT_EQ(found.gaps[0].to_ns, 200'000'001);
}

TEST(Sampling, TakenTogetherAllPartsAreTheWholeAndNothingTwice) {
  Sampling sampling = sampling_with(Nanos{0});
  sampling.sample_once(kEpoch);
  Telemetry first = sampling.take();
  EXPECT_EQ(first.series.size(), 1u);
  EXPECT_EQ(first.missing.size(), 1u);
  sampling.sample_once(kEpoch + kPeriod);
  Telemetry second = sampling.take();
  EXPECT_TRUE(second.series.empty());
  EXPECT_TRUE(second.missing.empty());
  ASSERT_EQ(second.samples.size(), 1u);
  EXPECT_EQ(second.samples[0].series, first.series[0].id);
  EXPECT_EQ(second.samples[0].value, 2);
  EXPECT_TRUE(sampling.take().samples.empty());
}

TEST(Sampling, ACostlySourceIsAskedNoMoreOftenThanItAllows) {
  Sampling sampling = sampling_with(Nanos{200'000'000});
  // A jitter of a millisecond must not lead to every fifth instead of every fourth.
  for (int i = 0; i < 41; ++i) {
    sampling.sample_once(kEpoch + i * kPeriod + Nanos{i % 2 == 0 ? 1'000'000 : 0});
  }
  EXPECT_EQ(sampling.take().samples.size(), 11u);  // at 0, 200 ms, ... 2 s
}

TEST(Sampling, DueTimesStayOnTheGridOfTheFirstSample) {
  Sampling sampling = sampling_with(Nanos{0});
  Nanos first = kEpoch + Nanos{3};
  sampling.sample_once(first);
  EXPECT_EQ(sampling.next_due(first), first + kPeriod);
  EXPECT_EQ(sampling.next_due(first + kPeriod - Nanos{1}), first + kPeriod);
  EXPECT_EQ(sampling.next_due(first + kPeriod), first + 2 * kPeriod);
  // 3.2 periods later: what has passed is not caught up on.
  EXPECT_EQ(sampling.next_due(first + 3 * kPeriod + kPeriod / 5), first + 4 * kPeriod);
}

TEST(Sampling, EveryMemberRunsOnAnEmptyMachineAndNamesWhatIsMissing) {
  fs::path nowhere = "/there/is/no/such/tree";
  Sampling sampling(kPeriod, kEpoch, samplers_for({.root = nowhere}));
  for (int i = 0; i < 3; ++i) sampling.sample_once(kEpoch + i * Nanos{1'000'000'000});
  Telemetry found = sampling.take();
  EXPECT_TRUE(found.samples.empty());
  EXPECT_EQ(found.gaps.size(), 2u);
  std::set<std::string> words;
  for (const std::string& what : found.missing)
    words.insert(what.substr(0, what.find_first_of(":.")));
  EXPECT_EQ(words, (std::set<std::string>{"cgroup", "cpu", "frequency", "memory", "process", "psi",
                                          "temperature"}));
}

TEST(Rate, IsTheGrowthPerSecondSinceTheCallBefore) {
  Rate rate;
  EXPECT_FALSE(rate.next(kEpoch, 100).has_value());
  EXPECT_EQ(rate.next(kEpoch + kPeriod, 110), 200);
  EXPECT_EQ(rate.next(kEpoch + kPeriod * 3, 110), 0);
}

TEST(Rate, ACounterThatWentBackOrAClockThatStandsGivesNone) {
  Rate rate;
  (void)rate.next(kEpoch, 100);
  EXPECT_FALSE(rate.next(kEpoch + kPeriod, 40).has_value());
  EXPECT_EQ(rate.next(kEpoch + kPeriod * 2, 50), 200);  // from there on
  EXPECT_FALSE(rate.next(kEpoch + kPeriod * 2, 60).has_value());
}

// A clock that ends the wait of its sleepers at once, in real threads, without any real time.
TEST(Recorder, SamplesThisMachineOnTheGivenClock) {
  ManualClock clock(kEpoch);
  Recorder recorder({.period = kPeriod, .epoch = kEpoch}, clock);
  // The recorder's own sleeping moves the clock on: wait until it has done so twenty times.
  Telemetry all;
  while (clock.now() < kEpoch + 20 * kPeriod) std::this_thread::yield();
  all = recorder.stop();
  std::set<std::string> names;
  for (const Series& series : all.series) names.insert(series.name);
  for (const char* name : {"memory.available", "process.self.threads", "kernel.context_switches",
                           "process.self.cpu", "telemetry.cpu"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
  std::int64_t before = 0;
  for (const Sample& sample : all.samples) {
    EXPECT_GE(sample.at_ns, before);
    EXPECT_EQ(sample.at_ns % kPeriod.count(), 0);
    before = sample.at_ns;
  }
  EXPECT_TRUE(all.gaps.empty());
  EXPECT_GE(all.samples.size(), 20u);
}

TEST(Recorder, AfterStopNothingIsLeft) {
  ManualClock clock(kEpoch);
  Recorder recorder({.period = kPeriod, .epoch = kEpoch}, clock);
  (void)recorder.stop();
  EXPECT_TRUE(recorder.take().samples.empty());
  EXPECT_TRUE(recorder.stop().samples.empty());
}

}  // namespace
}  // namespace lynxbench::telemetry
