#include "telemetry/proc_text.h"

#include <gtest/gtest.h>

namespace lynxbench::telemetry {
namespace {

TEST(KernelStatText, ColumnsAreAddedUpToBusyAndTotal) {
  KernelStat stat = parse_kernel_stat(
      "cpu  10 1 5 100 7 2 3 4 6 0\ncpu0 10 1 5 100 7 2 3 4 6 0\nintr 99 1 2 3\nctxt 42\nbtime "
      "1\n");
  ASSERT_EQ(stat.cpus.size(), 2u);
  EXPECT_EQ(stat.cpus[1].name, "cpu0");
  EXPECT_EQ(stat.cpus[0].busy(), 10u + 1 + 5 + 2 + 3);  // guest's 6 are in user's 10 already
  EXPECT_EQ(stat.cpus[0].iowait, 7u);
  EXPECT_EQ(stat.cpus[0].steal, 4u);
  EXPECT_EQ(stat.cpus[0].total(), 132u);
  EXPECT_EQ(stat.interrupts, 99u);
  EXPECT_EQ(stat.context_switches, 42u);
}

TEST(KernelStatText, WhatIsNotOfTheFormIsLeftOut) {
  KernelStat stat = parse_kernel_stat("cpu\ncpu0 1 2\ncpu1 a b c d\ncpu2 1 2 3 4\nctxt x\nintr");
  ASSERT_EQ(stat.cpus.size(), 1u);
  EXPECT_EQ(stat.cpus[0].name, "cpu2");
  EXPECT_FALSE(stat.context_switches.has_value());
  EXPECT_FALSE(stat.interrupts.has_value());
}

constexpr const char* kStat =
    "4321 (a) b) (c) S 1 4321 4321 0 -1 4194560 100 0 7 0 250 50 0 0 20 0 9 0 777 123456 2000 "
    "18446744073709551615 1 1 0";

TEST(ProcessStatText, ANameMayHoldBlanksAndParentheses) {
  std::optional<ProcessStat> stat = parse_process_stat(kStat);
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->pid, 4321u);
  EXPECT_EQ(stat->name, "a) b) (c");
  EXPECT_FALSE(stat->kernel_thread);
  EXPECT_EQ(stat->faults, 107u);
  EXPECT_EQ(stat->cpu_ticks, 300u);
  EXPECT_EQ(stat->threads, 9u);
  EXPECT_EQ(stat->started, 777u);
  EXPECT_EQ(stat->resident_pages, 2000u);
}

TEST(ProcessStatText, NoPrefixOfItIsTakenForAWholeOne) {
  std::string text(kStat);
  std::size_t resident = text.find(" 2000 ") + 2;  // up to the first digit of the last field read
  for (std::size_t size = 0; size < resident; ++size) {
    EXPECT_FALSE(parse_process_stat(text.substr(0, size)).has_value()) << size;
  }
  EXPECT_TRUE(parse_process_stat(text).has_value());
}

TEST(SeriesWords, KernelThreadsOfOneKindShareAName) {
  ProcessStat kernel, user;
  kernel.kernel_thread = true;
  EXPECT_EQ(series_word("kworker/0:1-events", kernel), "kworker");
  EXPECT_EQ(series_word("a/b c", user), "a_b_c");
  EXPECT_EQ(series_word("\xff\n", user), "__");
  EXPECT_EQ(series_word("", user), "_");
}

TEST(MeminfoText, KilobytesAreBytes) {
  EXPECT_EQ(meminfo_bytes("SwapCached: 5 kB\nCached:   3 kB\n", "Cached"), 3072u);
  EXPECT_FALSE(meminfo_bytes("Cached: x kB\n", "Cached").has_value());
  EXPECT_FALSE(meminfo_bytes("Cached: 18446744073709551615 kB\n", "Cached").has_value());
  EXPECT_FALSE(meminfo_bytes("", "Cached").has_value());
}

TEST(PressureText, TotalsAreMicroseconds) {
  Pressure both = parse_pressure(
      "some avg10=0.12 avg60=0.64 avg300=0.40 total=12861289\nfull avg10=0.00 total=17\n");
  EXPECT_EQ(both.some_us, 12861289u);
  EXPECT_EQ(both.full_us, 17u);
  Pressure one = parse_pressure("some avg10=0.12 total=5\n");
  EXPECT_EQ(one.some_us, 5u);
  EXPECT_FALSE(one.full_us.has_value());
}

TEST(FrequencyText, MegahertzAreHertz) {
  EXPECT_EQ(
      parse_cpu_hz("cpu MHz\t\t: 2500.5\nmodel : x\ncpu MHz : nan\ncpu MHz : -1\ncpu MHz : 1\n"),
      (std::vector<double>{2500.5e6, 1e6}));
}

TEST(Counters, AKeyIsAWholeWord) {
  EXPECT_EQ(value_after("nr_throttled_x 1\nnr_throttled 12\n", "nr_throttled"), 12u);
  EXPECT_FALSE(value_after("nr_throttled\n", "nr_throttled").has_value());
  EXPECT_EQ(parse_whole("-5000\n"), -5000);
  EXPECT_FALSE(parse_whole("5 C").has_value());
}

}  // namespace
}  // namespace lynxbench::telemetry
