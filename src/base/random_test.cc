#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>

namespace lynxbench {
namespace {

// How many doubles lie between `a` and `b`.
std::int64_t ulps(double a, double b) {
  auto ordered = [](double x) {
    auto bits = std::bit_cast<std::int64_t>(x);
    return bits < 0 ? std::numeric_limits<std::int64_t>::min() - bits : bits;
  };
  return std::abs(ordered(a) - ordered(b));
}

// std::log rounded from 80 bits where long double has them: right to half an ulp.
double reference_log(double x) {
  return static_cast<double>(std::log(static_cast<long double>(x)));
}

TEST(Random, TheLogarithmIsWithinTwoUlpOverAllMagnitudes) {
  Random random(1, "magnitudes");
  std::int64_t worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::uint64_t bits = random.next() >> 1;  // positive
    double x = std::bit_cast<double>(bits);
    if (!std::isfinite(x) || x == 0) continue;
    worst = std::max(worst, ulps(portable_log(x), reference_log(x)));
  }
  EXPECT_LE(worst, 2);
}

TEST(Random, TheLogarithmIsWithinTwoUlpWhereTheExponentialDrawsFrom) {
  Random random(1, "unit interval");
  std::int64_t worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    double x = 1.0 - random.uniform();
    worst = std::max(worst, ulps(portable_log(x), reference_log(x)));
  }
  EXPECT_LE(worst, 2);
}

TEST(Random, TheLogarithmIsWithinTwoUlpAroundOneAndAtTheEdges) {
  for (int i = 1; i <= 2000; ++i) {
    double above = 1 + i * 0x1p-52, below = 1 - i * 0x1p-53;
    EXPECT_LE(ulps(portable_log(above), reference_log(above)), 2);
    EXPECT_LE(ulps(portable_log(below), reference_log(below)), 2);
  }
  for (double x : {std::numeric_limits<double>::min(), std::numeric_limits<double>::max(),
                   std::numeric_limits<double>::denorm_min(), 0x1.fffffffffffffp-1023, 2.0, 0.5,
                   1.4142135623730951, 1.4142135623730954, 10.0}) {
    EXPECT_LE(ulps(portable_log(x), reference_log(x)), 2) << x;
  }
  EXPECT_EQ(portable_log(1), 0);
}

TEST(Random, TheExponentialIsWithinTwoUlpWhereItsResultIsNormal) {
  Random random(1, "exponents");
  std::int64_t worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    double x = (random.uniform() - 0.5) * (i % 2 == 0 ? 2 : 1416);
    double expected = static_cast<double>(std::exp(static_cast<long double>(x)));
    worst = std::max(worst, ulps(portable_exp(x), expected));
  }
  EXPECT_LE(worst, 2);
  EXPECT_EQ(portable_exp(0), 1);
  EXPECT_EQ(portable_exp(-1), 0x1.78b56362cef38p-2);
  EXPECT_EQ(portable_exp(100.5), 0x1.fcc37a76f9e76p+144);
  EXPECT_EQ(portable_exp(-1e9), 0);
  EXPECT_EQ(portable_exp(1e9), HUGE_VAL);
  EXPECT_EQ(portable_exp(-745), std::numeric_limits<double>::denorm_min());
}

// Made with an implementation of its own of the two published generators; SplitMix64 from 0 begins
// with e220a8397b1dcdaf, as everywhere.
TEST(Random, ASeedAndAPurposeGiveTheSameBytesOnEveryMachine) {
  Random arrivals(1, "arrivals");
  for (std::uint64_t expected :
       {0xccb2111582ce4671U, 0x5c84349602683c4bU, 0x52bfef01ba8a6760U, 0x284a28630fbeb0fcU}) {
    EXPECT_EQ(arrivals.next(), expected);
  }
  EXPECT_EQ(Random(1, "inputs").next(), 0x28d496e1bfb4859eU);
  EXPECT_EQ(Random(20261123, "arrivals").next(), 0x91f4883ac71bb605U);
  EXPECT_EQ(Random(1, "arrivals").uniform(), 0x1.9964222b059c8p-1);
  EXPECT_EQ(Random(1, "arrivals").exponential(), 0x1.9b7e97c39df40p+0);
}

TEST(Random, DerivedSeedsAreFixedAndDifferByPart) {
  EXPECT_EQ(derived_seed(1, "session", 0), 0xcca5c26242a7f8deU);
  EXPECT_EQ(derived_seed(1, "session", 1), 0x5a41fabeee12859fU);
  EXPECT_EQ(derived_seed(1, "session", 2), 0xae55db6777a06387U);
  std::set<std::uint64_t> seeds;
  for (std::uint64_t i = 0; i < 10'000; ++i) seeds.insert(derived_seed(7, "phase", i));
  EXPECT_EQ(seeds.size(), 10'000U);
}

TEST(Random, UniformLiesInTheHalfOpenUnitIntervalWithMeanOneHalf) {
  Random random(2, "uniform");
  double sum = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    double x = random.uniform();
    ASSERT_GE(x, 0);
    ASSERT_LT(x, 1);
    sum += x;
  }
  // Standard error sqrt(1/12/200000) = 0.00065; the seed is fixed.
  EXPECT_NEAR(sum / kDraws, 0.5, 4 * 0.00065);
}

TEST(Random, TheExponentialHasMeanAndDeviationOne) {
  Random random(3, "exponential");
  double sum = 0, squares = 0;
  constexpr int kDraws = 200'000;
  for (int i = 0; i < kDraws; ++i) {
    double x = random.exponential();
    ASSERT_GE(x, 0);
    sum += x;
    squares += x * x;
  }
  double mean = sum / kDraws;
  EXPECT_NEAR(mean, 1, 4 * 0.0022);                            // 1/sqrt(200000) = 0.0022
  EXPECT_NEAR(squares / kDraws - mean * mean, 1, 4 * 0.0063);  // sqrt(8/200000) = 0.0063
}

TEST(Random, BelowGivesEveryValueEquallyOften) {
  Random random(4, "below");
  constexpr std::size_t kBound = 6;
  constexpr int kDraws = 120'000;
  std::array<int, kBound> seen{};
  for (int i = 0; i < kDraws; ++i) ++seen.at(random.below(kBound));
  double chi_squared = 0;
  for (int count : seen) {
    double off = count - kDraws / 6.0;
    chi_squared += off * off / (kDraws / 6.0);
  }
  EXPECT_LT(chi_squared, 20.5);  // 5 degrees of freedom: exceeded once in 1000
}

// With 3/4 of 2^64, next() % bound would give the lowest third twice as often as the others, and a
// multiplication without rejection every third value twice as often.
TEST(Random, BelowIsNotBiasedForALargeBound) {
  Random random(5, "large");
  constexpr std::uint64_t kBound = 3ULL << 62;
  constexpr int kDraws = 90'000;
  std::array<int, 3> by_third{}, by_remainder{};
  for (int i = 0; i < kDraws; ++i) {
    std::uint64_t x = random.below(kBound);
    ASSERT_LT(x, kBound);
    ++by_third.at(x >> 62);
    ++by_remainder.at(x % 3);
  }
  for (int i = 0; i < 3; ++i) {  // standard deviation sqrt(90000 x 2/9) = 141
    EXPECT_NEAR(by_third.at(static_cast<std::size_t>(i)), kDraws / 3, 4 * 141);
    EXPECT_NEAR(by_remainder.at(static_cast<std::size_t>(i)), kDraws / 3, 4 * 141);
  }
}

TEST(Random, BelowOneIsAlwaysZero) {
  Random random(6, "one");
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0U);
}

}  // namespace
}  // namespace lynxbench
