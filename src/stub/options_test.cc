#include "stub/options.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lynxbench::stub {
namespace {

Distribution times(std::string_view text) { return parse_times(text).value(); }

TEST(StubOptions, TimesAreWrittenAsInAContract) {
  EXPECT_EQ(times("20ms").mean(), 20e6);
  EXPECT_EQ(times("uniform:10ms:30ms").mean(), 20e6);
  EXPECT_EQ(times("exp:1s").mean(), 1e9);
  EXPECT_NEAR(times("lognormal:20ms:0.5").mean(), 20e6 * std::exp(0.125), 1);
}

TEST(StubOptions, DrawsHaveTheMeanOfTheirDistribution) {
  for (const char* text : {"20ms", "uniform:10ms:30ms", "exp:20ms", "lognormal:20ms:0.5"}) {
    Distribution distribution = times(text);
    Random random(3, text);
    double sum = 0;
    for (int i = 0; i < 100'000; ++i) sum += distribution.draw(random);
    EXPECT_NEAR(sum / 100'000, distribution.mean(), 0.02 * distribution.mean()) << text;
  }
}

TEST(StubOptions, WhatIsNoneSaysWhatWouldBe) {
  Options options;
  Status wrong = set_option(options, "ttft", "fast");
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().text().find("fast"), std::string::npos);
  EXPECT_FALSE(set_option(options, "ttft", "uniform:30ms:10ms").ok());
  EXPECT_FALSE(set_option(options, "errors", "500:60%,reset:50%").ok());
  EXPECT_FALSE(set_option(options, "errors", "oops:1%").ok());
  EXPECT_FALSE(set_option(options, "stall", "1s:2s:1s").ok());
  EXPECT_FALSE(set_option(options, "servers", "0").ok());
  Status typo = set_option(options, "tfft", "1ms");
  ASSERT_FALSE(typo.ok());
  EXPECT_NE(typo.error().text().find("\"ttft\""), std::string::npos) << typo.error().text();
}

TEST(StubOptions, AFileSetsWhatTheCommandLineDoes) {
  Options options;
  Json file{{"ttft", "5ms"}, {"tokens", 32}, {"usage", true}, {"stall", {"1s:1s", "5s:2s:10s"}}, {"queue_limit", 7}};
  ASSERT_TRUE(set_options(options, file).ok());
  EXPECT_EQ(options.behaviour.ttft.mean(), 5e6);
  EXPECT_EQ(options.behaviour.tokens->mean(), 32);
  EXPECT_TRUE(options.behaviour.usage);
  ASSERT_EQ(options.stalls.size(), 2u);
  EXPECT_EQ(options.stalls[1].every_ns, 10'000'000'000);
  EXPECT_EQ(options.queue.limit, 7);
}

TEST(StubOptions, ARequestCannotChangeTheServer) {
  Behaviour behaviour;
  EXPECT_TRUE(set_behaviour(behaviour, "tokens_per_chunk", "4").ok());
  EXPECT_FALSE(set_behaviour(behaviour, "servers", "4").ok());
}

TEST(StubOptions, TheCapacityFollowsFromTheQueue) {
  Options options;
  EXPECT_FALSE(capacity_per_s(options, true));
  ASSERT_TRUE(set_option(options, "servers", "4").ok());
  // 20 ms and 15 times 10 ms.
  EXPECT_NEAR(*capacity_per_s(options, true), 4 / 0.170, 1e-9);
  ASSERT_TRUE(set_option(options, "service", "exp:20ms").ok());
  EXPECT_NEAR(*capacity_per_s(options, false), 200, 1e-9);
  ASSERT_TRUE(set_option(options, "batch", "8").ok());
  ASSERT_TRUE(set_option(options, "batch-servers", "1").ok());
  EXPECT_NEAR(*capacity_per_s(options, false), 8 / 0.018, 1e-9);
}

}  // namespace
}  // namespace lynxbench::stub
