#include "metrics/phase_views.h"

#include <gtest/gtest.h>

#include "metrics/server_metrics_for_test.h"
#include "metrics/server_view.h"

namespace lynxbench::metrics {
namespace {

// 40 answers of 2.06 s between second 1 and second 11, and the readings of vllm_load around them.
RunRecord watched_run() {
  RunRecord run;
  run.phases.resize(2);
  run.phases[0].id = 0;
  run.phases[1].id = 1;
  run.phases[1].session = 2;
  run.phases[1].point = "half";
  for (int i = 0; i < 40; ++i) {
    RequestRecord record;
    record.sent_ns = kSecond_ns + i * 200'000'000LL;
    record.done_ns = record.sent_ns + 2'060'000'000;
    record.status = RequestStatus::kOk;
    run.phases[1].requests.push_back(record);
  }
  run.server_metrics.push_back({1, vllm_load()});
  return run;
}

TEST(PhaseViews, AreOfThePhaseInWhichTheServerWasRead) {
  Contract contract;
  contract.target.endpoint.model = "m";
  std::vector<PhaseServerView> views = phase_views(contract, watched_run());
  ASSERT_EQ(views.size(), 1u);
  EXPECT_EQ(views[0].phase, 1u);
  EXPECT_EQ(views[0].session, 2u);
  EXPECT_EQ(views[0].point, "half");
  EXPECT_EQ(views[0].reconciliation.client.ok, 40u);
  EXPECT_EQ(views[0].reconciliation.other_requests, 0);
  EXPECT_EQ(views[0].reconciliation.split.parts.size(), 5u);
}

TEST(PhaseViews, OfAPhaseThatIsNotThereAreLeftOut) {
  RunRecord run = watched_run();
  run.server_metrics[0].phase = 7;
  EXPECT_TRUE(phase_views({}, run).empty());
  EXPECT_TRUE(phase_views({}, {}).empty());
}

// A bundle keeps what the view is made of, and the view is the same.
TEST(PhaseViews, NeedOnlyTheSeriesThatAreKept) {
  ServerMetrics all = vllm_load(), kept = vllm_load();
  for (ServerScrape& scrape : kept.scrapes) scrape.samples.push_back({"python_gc_objects_collected_total", {}, 7});
  keep_used(kept);
  for (std::size_t i = 0; i < all.scrapes.size(); ++i) {
    EXPECT_EQ(kept.scrapes[i].samples.size(), all.scrapes[i].samples.size());
  }
  RunRecord one = watched_run(), other = watched_run();
  other.server_metrics[0].metrics = kept;
  EXPECT_EQ(Json(phase_views({}, one)[0].reconciliation), Json(phase_views({}, other)[0].reconciliation));
}

}  // namespace
}  // namespace lynxbench::metrics
