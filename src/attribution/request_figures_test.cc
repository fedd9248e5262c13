#include "attribution/request_figures.h"

#include <gtest/gtest.h>

namespace lynxbench::attribution {
namespace {

TracedRequest request(std::int64_t begin, std::int64_t end,
                      std::vector<std::pair<RequestStage, std::int64_t>> stages) {
  TracedRequest one;
  one.begin_ns = begin;
  one.end_ns = end;
  one.stages = std::move(stages);
  return one;
}

TEST(RequestFigures, StagesAndTheRestAddUpToTheWhole) {
  Timeline t;
  EXPECT_FALSE(request_figures(t));
  t.requests.push_back(request(0, 100, {{RequestStage::kQueue, 30}, {RequestStage::kCompute, 50}}));
  t.requests.push_back(request(50, 250, {{RequestStage::kCompute, 150}}));
  const RequestFigures f = request_figures(t).value();
  EXPECT_EQ(f.requests, 2U);
  EXPECT_EQ(f.whole_ns, 300);
  ASSERT_EQ(f.stages.size(), 3U);
  EXPECT_EQ(f.stages[0].stage, "queue");
  EXPECT_EQ(f.stages[0].sum_ns, 30);
  EXPECT_EQ(f.stages[0].requests, 1U);
  EXPECT_EQ(f.stages[1].stage, "compute");
  EXPECT_EQ(f.stages[1].sum_ns, 200);
  EXPECT_EQ(f.stages[1].p50_ns, 50);
  EXPECT_EQ(f.stages[1].p99_ns, 150);
  EXPECT_EQ(f.stages[2].stage, "unattributed");
  EXPECT_EQ(f.stages[2].sum_ns, 70);
}

TEST(RequestFigures, WhatHasNoBeginOrEndIsCountedAndInNoSum) {
  Timeline t;
  t.requests.push_back(request(0, 100, {}));
  TracedRequest cut;
  cut.begin_ns = 5;
  cut.failed = true;
  cut.stages = {{RequestStage::kQueue, 1000}};
  t.requests.push_back(cut);
  const RequestFigures f = request_figures(t).value();
  EXPECT_EQ(f.requests, 2U);
  EXPECT_EQ(f.failed, 1U);
  EXPECT_EQ(f.incomplete, 1U);
  EXPECT_EQ(f.whole_ns, 100);
  ASSERT_EQ(f.stages.size(), 1U);
}

TEST(RequestFigures, StepsOfAnEnsembleArePartOfTheirParent) {
  Timeline t;
  t.requests.push_back(request(0, 100, {}));
  t.requests.push_back(request(10, 60, {{RequestStage::kCompute, 50}}));
  t.requests.back().parent = 0;
  const RequestFigures f = request_figures(t).value();
  EXPECT_EQ(f.requests, 1U);
  EXPECT_EQ(f.whole_ns, 100);
}

}  // namespace
}  // namespace lynxbench::attribution
