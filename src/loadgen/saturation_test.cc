#include "loadgen/saturation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/random.h"

namespace lynxbench::loadgen {
namespace {

constexpr Slo kSlo{.quantile = 0.95, .at_most = Nanos{100'000'000}};

SearchSpec spec(double start, double at_most, double resolution, std::int64_t repeats) {
  SearchSpec spec;
  spec.start_per_s = start;
  spec.at_most_per_s = at_most;
  spec.resolution = resolution;
  spec.repeats = repeats;
  return spec;
}

SearchStep step(double rate, PointVerdict verdict, double over_ratio) {
  SearchStep step;
  step.rate_per_s = rate;
  step.verdict = verdict;
  step.over_ratio = over_ratio;
  step.requests = 400;
  step.effective_samples = 200;
  return step;
}

SearchStep pass(double rate) { return step(rate, PointVerdict::kPass, 0); }
SearchStep fail(double rate) { return step(rate, PointVerdict::kFail, 0.5); }
// Within the SLO, and too little to prove it: 3 % with 40 effective requests of 100.
SearchStep unproven(double rate) {
  SearchStep seen = step(rate, PointVerdict::kInconclusive, 0.03);
  seen.requests = 100;
  seen.effective_samples = 40;
  return seen;
}

// A server that keeps the SLO up to `capacity`, beyond doubt.
Look sharp(double capacity) {
  return [capacity](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    return rate <= capacity ? pass(rate) : fail(rate);
  };
}

std::size_t looks_at(const Saturation& found, double rate) {
  return static_cast<std::size_t>(
      std::count_if(found.steps.begin(), found.steps.end(),
                    [&](const SearchStep& seen) { return seen.rate_per_s == rate; }));
}

bool always_failed(const Saturation& found, double rate) {
  return std::all_of(found.steps.begin(), found.steps.end(), [&](const SearchStep& seen) {
    return seen.rate_per_s != rate || seen.verdict == PointVerdict::kFail;
  });
}

TEST(Saturation, BracketsACapacityToTheResolution) {
  for (double capacity : {8.0, 9.5, 40.0, 41.7, 333.0, 1999.0}) {
    Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, sharp(capacity)).value();
    ASSERT_TRUE(found.pass_per_s && found.fail_per_s) << found.outcome;
    EXPECT_LE(*found.pass_per_s, capacity);
    EXPECT_GT(*found.fail_per_s, capacity);
    EXPECT_LE((*found.fail_per_s - *found.pass_per_s) / *found.pass_per_s, 0.1);
    EXPECT_EQ(found.outcome, "found");
  }
}

TEST(Saturation, IsEconomical) {
  // 8, 16, 32, 64; a gap of 2 to 1 is 1.09 to 1 after three halvings; two repeats on each side; a
  // look between 16 and 32 and one between 8 and 16.
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, sharp(40)).value();
  EXPECT_EQ(found.steps.size(), 13u);
}

TEST(Saturation, TheDecisiveRatesAreLookedAtOncePlusTheRepeatsWithASeedEach) {
  std::set<std::uint64_t> seeds;
  Look counted = [&](double rate, std::uint64_t seed, const std::string&) -> Result<SearchStep> {
    EXPECT_TRUE(seeds.insert(seed).second) << "a seed was used twice";
    return rate <= 40 ? pass(rate) : fail(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 3), kSlo, 5, counted).value();
  EXPECT_EQ(looks_at(found, *found.pass_per_s), 4u);
  EXPECT_EQ(looks_at(found, *found.fail_per_s), 4u);
  EXPECT_TRUE(seeds.contains(derived_seed(5, "search", 0)));
  EXPECT_TRUE(seeds.contains(derived_seed(5, "search", found.steps.size() - 1)));
}

TEST(Saturation, EveryStepSaysWhatItWasFor) {
  Saturation found = find_saturation(spec(8, 4000, 0.1, 1), kSlo, 1, sharp(40)).value();
  std::vector<std::string> purposes;
  for (const SearchStep& seen : found.steps) {
    if (purposes.empty() || purposes.back() != seen.purpose) purposes.push_back(seen.purpose);
  }
  EXPECT_EQ(purposes,
            (std::vector<std::string>{"bracket", "bisect", "confirm pass", "confirm fail", "check below"}));
}

TEST(Saturation, GoesDownWhenTheStartIsTooMuch) {
  Saturation found = find_saturation(spec(100, 4000, 0.1, 1), kSlo, 1, sharp(30)).value();
  EXPECT_LE(*found.pass_per_s, 30);
  EXPECT_GT(*found.pass_per_s, 27);
}

TEST(Saturation, GivesUpSixHalvingsBelowTheStart) {
  Saturation found = find_saturation(spec(64, 4000, 0.1, 1), kSlo, 1, sharp(0.1)).value();
  EXPECT_FALSE(found.pass_per_s);
  EXPECT_EQ(found.fail_per_s, 1);
  EXPECT_EQ(found.outcome, "inconclusive: no rate passed for certain, down to 1.00/s");
}

TEST(Saturation, ACapacityAboveAtMostIsSaidToBeAbove) {
  Saturation found = find_saturation(spec(8, 100, 0.1, 2), kSlo, 1, sharp(5000)).value();
  EXPECT_EQ(found.pass_per_s, 100) << "the last doubling stops at at_most";
  EXPECT_FALSE(found.fail_per_s);
  EXPECT_EQ(found.outcome, "capacity is above at_most: 100/s passed");
  EXPECT_EQ(looks_at(found, 100), 3u);
}

TEST(Saturation, AShortLookAtALowRateThatProvesNothingLeadsUpwards) {
  // Below 20 a second a look has too few requests to prove anything; above 40 it fails.
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate > 40) return fail(rate);
    return rate < 20 ? step(rate, PointVerdict::kInconclusive, 0.0) : pass(rate);
  };
  Saturation found = find_saturation(spec(5, 4000, 0.1, 1), kSlo, 1, look).value();
  EXPECT_EQ(found.outcome, "found");
  EXPECT_GT(*found.pass_per_s, 36);
}

TEST(Saturation, LooksThatProveNothingAloneMayProveItTogether) {
  // 1 of 100 over the limit, worth 60: alone up to 9 %, three of them together up to 4.6 %.
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate > 40) return fail(rate);
    SearchStep seen = step(rate, PointVerdict::kInconclusive, 0.01);
    seen.requests = 150;
    seen.effective_samples = 100;
    return seen;
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.pass_per_s) << found.outcome;
  // Two of them prove it together, and two fresh ones agree.
  EXPECT_EQ(looks_at(found, *found.pass_per_s), 4u);
  Saturation single = find_saturation(spec(8, 4000, 0.1, 0), kSlo, 1, look).value();
  EXPECT_FALSE(single.pass_per_s);
}

TEST(Saturation, NoLooksAreSpentWhereMoreOfTheSameWouldNotHelp) {
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate <= 30) return pass(rate);
    return rate > 60 ? fail(rate) : unproven(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  for (const SearchStep& seen : found.steps) {
    if (seen.verdict == PointVerdict::kInconclusive) {
      EXPECT_EQ(looks_at(found, seen.rate_per_s), 1u) << seen.rate_per_s;
    }
  }
}

TEST(Saturation, AGapThatLooksCannotDecideIsShown) {
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate <= 30) return pass(rate);
    return rate > 60 ? fail(rate) : unproven(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  EXPECT_GT(*found.pass_per_s, 27);
  EXPECT_LE(*found.pass_per_s, 30);
  EXPECT_GT(*found.fail_per_s, 60);
  EXPECT_LT(*found.fail_per_s, 66);
  EXPECT_NE(found.outcome.find("could not decide"), std::string::npos) << found.outcome;
}

TEST(Saturation, ARateThatPassedOnceByLuckIsNotConfirmed) {
  int lucky = 0;
  Look look = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate > 40) return fail(rate);
    if (rate > 20) return lucky++ == 0 ? pass(rate) : fail(rate);
    return pass(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.pass_per_s) << found.outcome;
  EXPECT_LE(*found.pass_per_s, 20);
  EXPECT_EQ(looks_at(found, *found.pass_per_s), 3u);
}

TEST(Saturation, ARateThatFailedOnceByBadLuckIsNotConfirmedAsFailing) {
  int unlucky = 0;
  Look look = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate > 100) return fail(rate);
    if (rate > 60) return unlucky++ == 0 ? fail(rate) : pass(rate);
    return pass(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.fail_per_s) << found.outcome;
  EXPECT_GT(*found.fail_per_s, 100);
}

TEST(Saturation, NothingAboveAFailedRateCountsAsPassedAndThatIsSaid) {
  // Above 30 a rate passes its first look and no other; 20 to 30 fail, which shows only then.
  Look look = [](double rate, std::uint64_t, const std::string& purpose) -> Result<SearchStep> {
    if (rate > 40) return fail(rate);
    if (rate > 30) return purpose == "confirm pass" ? fail(rate) : pass(rate);
    if (rate > 20) return fail(rate);
    return pass(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.05, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.pass_per_s) << found.outcome;
  EXPECT_LE(*found.pass_per_s, 20);
  EXPECT_NE(found.outcome.find("not monotone"), std::string::npos) << found.outcome;
}

TEST(Saturation, FreshLooksMustAgreeByThemselves) {
  // Above 30 the first look passes clearly and all others are at 4 % of 5 %: pooled they would pass.
  std::set<double> seen;
  Look look = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (rate > 40) return fail(rate);
    if (rate <= 30) return pass(rate);
    if (seen.insert(rate).second) {
      SearchStep clear = pass(rate);
      clear.requests = 4000;
      clear.effective_samples = 4000;
      return clear;
    }
    SearchStep near = step(rate, PointVerdict::kInconclusive, 0.04);
    near.requests = 200;
    near.effective_samples = 100;
    return near;
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.pass_per_s) << found.outcome;
  EXPECT_LE(*found.pass_per_s, 30);
}

TEST(Saturation, EveryTermOfTheSloMustPass) {
  Slo two = kSlo;
  two.also.push_back({LatencyMetric::kTtft, 0.99, Nanos{50'000'000}});
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    SearchTerm e2e{.quantile = 0.95, .requests = 400, .effective_samples = 400, .latency_ns = {}, .verdict = PointVerdict::kPass};
    SearchTerm ttft{.metric = LatencyMetric::kTtft, .quantile = 0.99, .requests = 400, .effective_samples = 400,
                    .latency_ns = {}, .verdict = PointVerdict::kPass};
    if (rate > 80) e2e.over_ratio = 0.5;
    if (rate > 30) ttft.over_ratio = 0.2;
    SearchStep seen = rate > 30 ? fail(rate) : pass(rate);
    seen.terms = {e2e, ttft};
    return seen;
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), two, 1, look).value();
  ASSERT_TRUE(found.pass_per_s && found.fail_per_s) << found.outcome;
  EXPECT_LE(*found.pass_per_s, 30);
  EXPECT_LE(*found.fail_per_s, 33.1);
  EXPECT_NE(found.criterion.find("and at most 1 % of the requests have a ttft above 50.0 ms"), std::string::npos)
      << found.criterion;
}

TEST(Saturation, ALowerRateThatFailsIsFoundBelowTheConfirmedOne) {
  // 16 to 32 a second is too slow (11 and 64 are fine): between the doublings, so only the check sees it.
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    bool slow = (rate > 18 && rate < 30) || rate > 100;
    return slow ? fail(rate) : pass(rate);
  };
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look).value();
  ASSERT_TRUE(found.pass_per_s && found.fail_per_s) << found.outcome;
  EXPECT_LE(*found.pass_per_s, 18);
  EXPECT_GT(*found.pass_per_s, 16);
  EXPECT_LT(*found.fail_per_s, 20);
  EXPECT_NE(found.outcome.find("not monotone"), std::string::npos) << found.outcome;
  EXPECT_NE(found.outcome.find("64.0/s"), std::string::npos) << "a rate that passed above: " << found.outcome;
}

TEST(Saturation, WhereNoLowRatePassesHigherOnesAreLookedAt) {
  // Batches that wait to be full: slow below 100 a second, fast from there to 700.
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    return rate > 100 && rate < 700 ? pass(rate) : fail(rate);
  };
  Saturation found = find_saturation(spec(10, 4000, 0.1, 1), kSlo, 1, look).value();
  EXPECT_FALSE(found.pass_per_s) << "there is no rate below which all pass";
  EXPECT_NE(found.outcome.find("not monotone: 160/s passed although"), std::string::npos) << found.outcome;
}

TEST(Saturation, PeakAndSustainedStandApart) {
  // Completes what is offered up to 100 a second, whatever the latency; keeps the SLO up to 40.
  Look look = [](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    SearchStep seen = rate <= 40 ? pass(rate) : fail(rate);
    seen.achieved_per_s = std::min(rate, 100.0);
    return seen;
  };
  Saturation found = find_saturation(spec(30, 4000, 0.1, 2), kSlo, 1, look).value();
  EXPECT_EQ(found.peak_per_s, 60.0);
  EXPECT_EQ(found.peak_offered_per_s, 60.0);
  EXPECT_DOUBLE_EQ(found.sustained_per_s.value(), *found.pass_per_s);
  EXPECT_TRUE(found.findings.empty()) << found.outcome;
}

TEST(Saturation, AFailedLookEndsTheSearch) {
  int looks = 0;
  Look look = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    if (++looks == 4) return error(ErrorCode::kInterrupted, "stopped");
    return pass(rate);
  };
  Result<Saturation> found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, look);
  ASSERT_FALSE(found.ok());
  EXPECT_EQ(found.error().code, ErrorCode::kInterrupted);
  EXPECT_EQ(looks, 4);
}

TEST(Saturation, NeverTakesMoreThanItsMostLooksWhateverTheAnswers) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Random random(seed, "moody server");
    std::size_t looks = 0;
    Look look = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
      ++looks;
      std::uint64_t mood = random.below(4);
      if (mood == 0) return pass(rate);
      if (mood == 1) return fail(rate);
      SearchStep seen = unproven(rate);
      seen.over_ratio = mood == 2 ? 0 : 0.2;
      return seen;
    };
    SearchSpec tight = spec(1, 1e6, 0.0001, 4);
    Saturation found = find_saturation(tight, kSlo, seed, look).value();
    EXPECT_LE(looks, kMostLooks);
    EXPECT_EQ(found.steps.size(), looks);
    EXPECT_FALSE(found.outcome.empty());
    EXPECT_LT(found.pass_per_s.value_or(0), found.fail_per_s.value_or(1e9));
    for (const SearchStep& seen : found.steps) {
      bool below = found.pass_per_s && seen.rate_per_s < *found.pass_per_s;
      EXPECT_FALSE(below && always_failed(found, seen.rate_per_s)) << seen.rate_per_s;
    }
    if (looks == kMostLooks) {
      EXPECT_NE(found.outcome.find("stopped after"), std::string::npos) << found.outcome;
    }
  }
}

TEST(Saturation, ReplayedOverItsOwnStepsItIsTheSameSearch) {
  Random random(4, "noise");
  Look noisy = [&](double rate, std::uint64_t, const std::string&) -> Result<SearchStep> {
    double over = rate / 800 + 0.02 * random.uniform();
    SearchStep seen = step(rate, PointVerdict::kInconclusive, over);
    if (over < 0.03) seen.verdict = PointVerdict::kPass;
    if (over > 0.07) seen.verdict = PointVerdict::kFail;
    return seen;
  };
  Saturation first = find_saturation(spec(4, 4000, 0.05, 2), kSlo, 9, noisy).value();
  std::size_t next = 0;
  Look recorded = [&](double rate, std::uint64_t seed,
                      const std::string& purpose) -> Result<SearchStep> {
    EXPECT_EQ(rate, first.steps[next].rate_per_s);
    EXPECT_EQ(seed, derived_seed(9, "search", next));
    EXPECT_EQ(purpose, first.steps[next].purpose);
    return first.steps[next++];
  };
  Saturation again = find_saturation(spec(4, 4000, 0.05, 2), kSlo, 9, recorded).value();
  EXPECT_EQ(next, first.steps.size());
  EXPECT_EQ(again.pass_per_s, first.pass_per_s);
  EXPECT_EQ(again.fail_per_s, first.fail_per_s);
  EXPECT_EQ(again.outcome, first.outcome);
}

TEST(Saturation, TheCriterionStandsInTheResult) {
  Saturation found = find_saturation(spec(8, 4000, 0.1, 2), kSlo, 1, sharp(40)).value();
  EXPECT_NE(found.criterion.find("at most 5 % of the requests take longer than 100 ms"),
            std::string::npos)
      << found.criterion;
}

}  // namespace
}  // namespace lynxbench::loadgen
