#include "model/counter_increase.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace lynxbench {
namespace {

TraceSeries samples(std::initializer_list<double> values) {
  TraceSeries series;
  for (const double value : values) series.value.push_back(value);
  return series;
}

TEST(CounterIncrease, IsTheSumOfTheSteps) {
  EXPECT_EQ(counter_increase(samples({3, 5, 5, 9}))->increase, 6);
  EXPECT_EQ(counter_increase(samples({3, 5, 5, 9}))->resets, 0U);
}

TEST(CounterIncrease, AfterAResetTheNewValueIsWhatWasCounted) {
  EXPECT_EQ(counter_increase(samples({4e6, 1e6}))->increase, 1e6);
  EXPECT_EQ(counter_increase(samples({4e6, 4.5e6, 1e6, 1.25e6}))->increase, 1.75e6);
  EXPECT_EQ(counter_increase(samples({4e6, 1e6}))->resets, 1U);
  EXPECT_EQ(counter_increase(samples({7, 0}))->increase, 0);
}

TEST(CounterIncrease, OneSampleSaysNothing) {
  EXPECT_FALSE(counter_increase(samples({})));
  EXPECT_FALSE(counter_increase(samples({5})));
}

}  // namespace
}  // namespace lynxbench
