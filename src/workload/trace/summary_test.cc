#include "workload/trace/summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace lynxbench::workload::trace {
namespace {

Summary summary_of(const std::string& text) { return summarise(*open_bytes(text, "trace").value()); }

TEST(TraceSummary, EvenArrivalsHaveNoBurstiness) {
  std::string text = "timestamp,input_tokens\n";
  for (int i = 0; i < 200; ++i) text += fmt::format("{}.{},{}\n", i / 2, i % 2 * 5, 100 + i);
  Summary summary = summary_of(text);
  EXPECT_EQ(summary.requests, 200u);
  EXPECT_EQ(summary.length_ns, 99'500'000'000);
  EXPECT_EQ(summary.rate_per_s, 2.0);
  EXPECT_EQ(summary.gap_cv, 0.0);
  EXPECT_EQ(summary.by_second.windows, 99u);
  EXPECT_EQ(summary.by_second.most, 2u);
  EXPECT_EQ(summary.by_second.dispersion, 0.0);
  EXPECT_EQ(summary.by_minute.dispersion, std::nullopt);
  EXPECT_EQ(summary.input_tokens.quantile(0.5), 199);
  EXPECT_EQ(summary.input_tokens.mean(), 199.5);
  EXPECT_EQ(summary.output_tokens.count(), 0u);
  EXPECT_EQ(summary.shared_ratio, std::nullopt);
}

TEST(TraceSummary, PairsEveryOtherSecondAreBursty) {
  // Counts 4, 0, 4, 0 ...: mean 2, variance 4.
  std::string text = "timestamp,input_tokens\n";
  for (int i = 0; i < 400; ++i) text += fmt::format("{},1\n", i / 4 * 2);
  text += "200,1\n";
  Summary summary = summary_of(text);
  EXPECT_EQ(summary.by_second.windows, 200u);
  EXPECT_EQ(summary.by_second.most, 4u);
  EXPECT_EQ(summary.by_second.dispersion, 2.0);
  // Gaps 0, 0, 0, 2 s: mean 0.5, variance 0.75 (n) -> CV sqrt(3).
  EXPECT_NEAR(summary.gap_cv.value(), std::sqrt(3.0), 0.01);
}

TEST(TraceSummary, TokensInBlocksThatAnEarlierPromptBeganWithAreShared) {
  Summary summary = summary_of(
      "{\"timestamp\":0,\"input_length\":1100,\"output_length\":1,\"hash_ids\":[7,8,9]}\n"
      "{\"timestamp\":1,\"input_length\":1100,\"output_length\":1,\"hash_ids\":[7,8,9]}\n"
      "{\"timestamp\":2,\"input_length\":1100,\"output_length\":1,\"hash_ids\":[7,10,9]}\n");
  EXPECT_EQ(summary.blocks, 4u);
  EXPECT_DOUBLE_EQ(summary.shared_ratio.value(), (1100.0 + 512) / 3300);
}

TEST(TraceSummary, OneRequestHasNoRate) {
  Summary summary = summary_of("timestamp,input_tokens\n5,1\n");
  EXPECT_EQ(summary.requests, 1u);
  EXPECT_EQ(summary.rate_per_s, std::nullopt);
  EXPECT_EQ(summary.gap_cv, std::nullopt);
  EXPECT_EQ(summary.by_second.most, 1u);
}

}  // namespace
}  // namespace lynxbench::workload::trace
