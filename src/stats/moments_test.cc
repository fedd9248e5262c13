#include "stats/moments.h"

#include <gtest/gtest.h>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <vector>

#include "stats/levels.h"

namespace lynxbench::stats {
namespace {

constexpr std::pair<Level, long double> kLevels[] = {
    {Level::k90, 0.90L}, {Level::k95, 0.95L}, {Level::k975, 0.975L}, {Level::k99, 0.99L}};

TEST(Moments, MeanAndVarianceByHand) {
  std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(*variance(values), 32.0 / 7);
  EXPECT_FALSE(mean(std::vector<double>{}));
  EXPECT_FALSE(variance(std::vector<double>{1}));
}

TEST(Moments, VarianceKeepsItsDigitsFarFromZero) {
  std::vector<double> values{1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16};
  EXPECT_DOUBLE_EQ(*variance(values), 30);
}

TEST(StudentT, TheTableIsThatOfBoostToTheLastBits) {
  for (auto [level, p] : kLevels) {
    for (int degrees = 1; degrees <= 200; ++degrees) {
      boost::math::students_t_distribution<long double> t(degrees);
      double expected = static_cast<double>(quantile(t, p));
      EXPECT_NEAR(student_t(level, degrees) / expected, 1, 4e-16) << degrees;
    }
    boost::math::normal_distribution<long double> normal;
    EXPECT_NEAR(normal_quantile(level) / static_cast<double>(quantile(normal, p)), 1, 4e-16);
  }
}

TEST(StudentT, BeyondTheTableItIsStillRight) {
  for (auto [level, p] : kLevels) {
    for (double degrees : {201.0, 250.5, 1e3, 1e6}) {
      boost::math::students_t_distribution<long double> t(degrees);
      EXPECT_NEAR(student_t(level, degrees), static_cast<double>(quantile(t, p)), 5e-5) << degrees;
    }
  }
}

TEST(StudentT, BetweenWholeDegreesTheWiderOneCounts) {
  EXPECT_EQ(student_t(Level::k95, 4.99), student_t(Level::k95, 4));
}

TEST(Levels, AreLevelWhileTheLargestIsWithinTheToleranceOfTheSmallest) {
  EXPECT_TRUE(level(std::vector<double>{100, 110}, 0.1));
  EXPECT_FALSE(level(std::vector<double>{100, 110.001}, 0.1));
  EXPECT_TRUE(level(std::vector<double>{10, 12}, 0.1, 1)) << "counts are off by one at the ends";
  EXPECT_FALSE(level(std::vector<double>{10, 12.2}, 0.1, 1));
  EXPECT_FALSE(level(std::vector<double>{0, 0}, 0.1));
  EXPECT_FALSE(level(std::vector<double>{}, 0.1));
}

}  // namespace
}  // namespace lynxbench::stats
