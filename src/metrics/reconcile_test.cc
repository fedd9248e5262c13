#include "metrics/reconcile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "metrics/client_view.h"
#include "metrics/server_metrics_for_test.h"

namespace lynxbench::metrics {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// One answer: sent at `sent_ms`, first content after 455 ms, done after 2060 ms: 5 ms and 10 ms more
// than the server of vllm_after says.
RequestRecord answer(std::int64_t sent_ms) {
  RequestRecord record;
  record.due_ns = (sent_ms - 3) * kMs;
  record.sent_ns = sent_ms * kMs;
  record.done_ns = (sent_ms + 2060) * kMs;
  record.status = RequestStatus::kOk;
  Exchange exchange;
  exchange.first_content_ns = (sent_ms + 455) * kMs;
  exchange.last_content_ns = (sent_ms + 2058) * kMs;
  exchange.content_chunks = 33;
  exchange.prompt_tokens = 10;
  exchange.completion_tokens = 33;
  record.exchange = exchange;
  return record;
}

// 40 of them from second 1 to second 11.
ClientView client() {
  ClientViewTally tally;
  for (int i = 0; i < 40; ++i) tally.add(answer(1000 + i * 7940 / 39));
  return tally.view();
}

const ViewComparison& row(const Reconciliation& found, const std::string& figure) {
  auto at = std::find_if(found.comparisons.begin(), found.comparisons.end(),
                         [&](const ViewComparison& one) { return one.figure == figure; });
  EXPECT_NE(at, found.comparisons.end()) << figure;
  return *at;
}

TEST(ClientView, CountsTimesFromSentAndTokensThatWereTold) {
  ClientView view = client();
  EXPECT_EQ(view.sent, 40u);
  EXPECT_EQ(view.ok, 40u);
  EXPECT_EQ(view.begin_ns, 1000 * kMs);
  EXPECT_EQ(view.end_ns, 11'000 * kMs);
  EXPECT_EQ(view.e2e_total_ns, 40 * 2060 * kMs);
  EXPECT_EQ(view.ttft_total_ns, 40 * 455 * kMs);
  EXPECT_EQ(view.with_stream, 40u);
  EXPECT_EQ(view.stream_total_ns, 40 * 1603 * kMs);
  EXPECT_EQ(view.prompt_tokens, 400u);
  EXPECT_EQ(view.with_completion_tokens, 40u);
}

TEST(ClientView, FailuresUnfinishedAndUnsentRequestsAreKeptApart) {
  ClientViewTally tally, other;
  RequestRecord failed = answer(1000), unfinished = answer(2000), unsent = answer(3000);
  failed.status = RequestStatus::kFailed;
  unfinished.status = RequestStatus::kUnfinished;
  unsent.status = RequestStatus::kUnsent;
  for (const RequestRecord& record : {failed, unfinished, unsent}) tally.add(record);
  EXPECT_EQ(tally.view().sent, 2u);
  EXPECT_EQ(tally.view().failed, 2u);
  EXPECT_EQ(tally.view().ok, 0u);
  EXPECT_EQ(tally.view().e2e_total_ns, 0);
  EXPECT_EQ(tally.view().all_total_ns, 2060 * kMs);
  other.add(answer(500));
  other.merge(tally.view());
  EXPECT_EQ(other.view().begin_ns, 500 * kMs);
  EXPECT_EQ(other.view().end_ns, 3060 * kMs);
  EXPECT_EQ(other.view().sent, 3u);
}

TEST(Reconcile, ViewsOfTheSameLoadAgree) {
  Reconciliation found = reconcile(client(), vllm_load(), "m");
  for (const char* figure : {"requests answered well", "requests that failed", "prompt tokens", "completion tokens",
                             "ttft, mean from sent", "first to last content, mean", "e2e, mean from sent"}) {
    EXPECT_EQ(row(found, figure).agree, ViewsAgree::kAgree) << figure;
  }
  EXPECT_NEAR(row(found, "e2e, mean from sent").difference.value(), 0.010, 1e-9);
  EXPECT_NEAR(row(found, "ttft, mean from sent").difference.value(), 0.005, 1e-9);
  EXPECT_EQ(row(found, "ttft, mean from sent").meaning, "the client waited 5.00 ms longer than the server says");
  EXPECT_EQ(found.other_requests, 0);
  EXPECT_TRUE(found.notices.empty());
}

TEST(Reconcile, ThePartsOfTheTimeAddUpToTheClientsExactly) {
  Reconciliation found = reconcile(client(), vllm_load(), "m");
  ASSERT_EQ(found.split.parts.size(), 5u);
  std::vector<std::string> names;
  std::int64_t sum = 0;
  for (const TimePart& part : found.split.parts) {
    names.push_back(part.name);
    sum += part.total_ns;
  }
  EXPECT_EQ(names, (std::vector<std::string>{"queue", "prefill", "decode", "rest of the server's time",
                                             "network, protocol and client"}));
  EXPECT_EQ(sum, found.split.total_ns);
  EXPECT_EQ(found.split.total_ns, 40 * 2060 * kMs);
  EXPECT_NEAR(static_cast<double>(found.split.parts[0].total_ns), 40 * 100e6, 10);
  EXPECT_NEAR(static_cast<double>(found.split.parts[3].total_ns), 40 * 50e6, 10);
  EXPECT_NEAR(static_cast<double>(found.split.parts[4].total_ns), 40 * 10e6, 10);
}

TEST(Reconcile, AnUnknownPartIsInTheRestAndSaid) {
  ServerMetrics metrics = vllm_load();
  for (ServerScrape& scrape : metrics.scrapes) {
    std::erase_if(scrape.samples, [](const MetricSample& sample) { return sample.name.starts_with("vllm:request_prefill"); });
  }
  Reconciliation found = reconcile(client(), metrics, "m");
  ASSERT_EQ(found.split.parts.size(), 4u);
  EXPECT_NEAR(static_cast<double>(found.split.parts[2].total_ns), 40 * 350e6, 10);  // 50 ms and the prefill
  ASSERT_EQ(found.split.notes.size(), 1u);
  EXPECT_EQ(found.split.notes[0], "prefill is in the rest: vLLM tells nothing of it");
}

// Half of the network's time is lost: the server says more than the client saw.
TEST(Reconcile, AServerThatSaysMoreThanTheClientSawShowsWithItsSign) {
  ClientView shorter = client();
  shorter.e2e_total_ns -= 40 * 300 * kMs;
  Reconciliation found = reconcile(shorter, vllm_load(), "m");
  const ViewComparison& e2e = row(found, "e2e, mean from sent");
  EXPECT_EQ(e2e.agree, ViewsAgree::kDisagree);
  EXPECT_NEAR(e2e.difference.value(), -0.29, 1e-9);
  EXPECT_LT(found.split.parts.back().total_ns, 0);
  std::int64_t sum = 0;
  for (const TimePart& part : found.split.parts) sum += part.total_ns;
  EXPECT_EQ(sum, shorter.e2e_total_ns);
  EXPECT_FALSE(found.split.notes.empty());
}

TEST(Reconcile, OtherTrafficIsNamedAndNothingIsComparedWithIt) {
  Reconciliation found = reconcile(client(), vllm_load(10), "m");
  EXPECT_EQ(found.other_requests, 10);
  const ViewComparison& requests = row(found, "requests answered well");
  EXPECT_EQ(requests.agree, ViewsAgree::kDisagree);
  EXPECT_EQ(requests.difference, -10);
  EXPECT_EQ(row(found, "prompt tokens").agree, ViewsAgree::kUnknown);
  EXPECT_EQ(row(found, "e2e, mean from sent").agree, ViewsAgree::kUnknown);
  ASSERT_FALSE(found.notices.empty());
  EXPECT_NE(found.notices[0].find("10 requests that were not ours (20.0 % of all)"), std::string::npos) << found.notices[0];
}

TEST(Reconcile, RequestsThatTheServerDoesNotCountShow) {
  ClientView more = client();
  more.ok += 2;
  Reconciliation found = reconcile(more, vllm_load(), "m");
  EXPECT_EQ(row(found, "requests answered well").meaning, "2 of ours are not in the server's count");
  EXPECT_EQ(found.other_requests, -2);
  EXPECT_EQ(row(found, "e2e, mean from sent").meaning, "the server's leaves out 2 of ours");
  ASSERT_EQ(found.notices.size(), 1u);
  EXPECT_TRUE(found.notices[0].starts_with("the server counted 40 of the 42 requests")) << found.notices[0];
}

// Two servers that look alike, and the metrics of the wrong one.
TEST(Reconcile, AServerThatCountedNothingIsTheWrongOne) {
  ServerMetrics metrics = vllm_load();
  for (ServerScrape& scrape : metrics.scrapes) scrape.samples = vllm_after(7, 0, 0);
  Reconciliation found = reconcile(client(), metrics, "m");
  EXPECT_EQ(row(found, "requests answered well").agree, ViewsAgree::kDisagree);
  EXPECT_EQ(row(found, "requests answered well").difference, 40);
  EXPECT_EQ(row(found, "prompt tokens").agree, ViewsAgree::kUnknown);
  EXPECT_EQ(found.split.missing, "the server counted no request during the load");
  ASSERT_EQ(found.notices.size(), 1u);
  EXPECT_EQ(found.notices[0], "the server counted none of the 40 requests that this client had answered: are these the metrics of the "
                              "server that was loaded?");
}

TEST(Reconcile, ReadingsThatFailedAndLinesLeftOutAreNoticed) {
  ServerMetrics metrics = vllm_load();
  metrics.scrapes[3].failure = "timed out";
  metrics.scrapes[4].malformed = 2;
  metrics.scrapes[4].malformed_where = "line 4, column 4: no value";
  Reconciliation found = reconcile(client(), metrics, "m");
  EXPECT_EQ(found.notices, (std::vector<std::string>{
                               "1 of 12 readings of the server's metrics failed, first: timed out",
                               "2 lines of the server's metrics are not of the format and were left out, first: line 4, column 4: no value"}));
}

// 40 x 2.05 s in 10 s: 8.2 at a time. The gauges say 7 + 1.2.
TEST(Reconcile, LittlesLawHoldsForAServerWhoseGaugesAreRight) {
  Reconciliation found = reconcile(client(), vllm_load(), "m");
  EXPECT_NEAR(found.littles_law.gauges.value(), 8.2, 1e-9);
  EXPECT_NEAR(found.littles_law.server_law.value(), 8.2, 1e-9);
  EXPECT_NEAR(found.littles_law.client_law.value(), 8.24, 1e-9);
  EXPECT_EQ(found.littles_law.agree, ViewsAgree::kAgree);
}

TEST(Reconcile, GaugesThatAreWrongBreakLittlesLaw) {
  ServerMetrics metrics = vllm_load();
  for (ServerScrape& scrape : metrics.scrapes) {
    for (MetricSample& sample : scrape.samples) {
      if (sample.name == "vllm:num_requests_running") sample.value /= 2;
    }
  }
  Reconciliation found = reconcile(client(), metrics, "m");
  EXPECT_EQ(found.littles_law.agree, ViewsAgree::kDisagree);
  ASSERT_EQ(found.notices.size(), 1u);
  EXPECT_EQ(found.notices[0], "Little's law: the server's gauges say 4.70 requests at a time, its rate x time 8.20");
}

TEST(Reconcile, WithoutTokensFromTheServerTheyAreUnknownAndWhy) {
  ClientView none = client();
  none.with_prompt_tokens = 39;
  none.with_completion_tokens = 0;
  Reconciliation found = reconcile(none, vllm_load(), "m");
  EXPECT_EQ(row(found, "prompt tokens").meaning, "39 of 40 answers told it");
  EXPECT_EQ(row(found, "completion tokens").client, std::nullopt);
  EXPECT_EQ(row(found, "completion tokens").agree, ViewsAgree::kUnknown);
}

TEST(Reconcile, WithoutAServersViewEverythingSaysWhy) {
  ServerMetrics metrics;
  metrics.missing = "connection refused";
  Reconciliation found = reconcile(client(), metrics, "m");
  EXPECT_TRUE(found.comparisons.empty());
  EXPECT_NE(found.split.missing.find("connection refused"), std::string::npos);
  EXPECT_EQ(found.notices.size(), 1u);
  EXPECT_EQ(reconcile({}, vllm_load(), "m").split.missing, "the client sent no request");
}

// llama.cpp counts no requests: what it spent is taken as spent on ours.
TEST(Reconcile, AServerThatCountsNoRequestsGivesItsSums) {
  auto at = [](double requests) {
    return std::vector<MetricSample>{{"llamacpp:prompt_seconds_total", {}, 0.1 * requests},
                                     {"llamacpp:tokens_predicted_seconds_total", {}, 1.6 * requests}};
  };
  ServerMetrics metrics;
  metrics.scrapes = {reading(0.5, at(5)), reading(12, at(45))};
  Reconciliation found = reconcile(client(), metrics, "m");
  ASSERT_EQ(found.split.parts.size(), 3u);
  EXPECT_NEAR(static_cast<double>(found.split.parts[0].total_ns), 4e9, 10);
  EXPECT_NEAR(static_cast<double>(found.split.parts[2].total_ns), 40 * (2.06 - 1.7) * 1e9, 100);
  EXPECT_EQ(found.split.notes.size(), 2u);
  EXPECT_EQ(found.littles_law.agree, ViewsAgree::kUnknown);
  EXPECT_FALSE(found.littles_law.meaning.empty());
}

TEST(Reconcile, SurvivesTheRoundTripThroughJson) {
  Reconciliation found = reconcile(client(), vllm_load(10), "m");
  Json document = found;
  EXPECT_EQ(Json(document.get<Reconciliation>()), document);
  EXPECT_EQ(document["comparisons"][0]["agree"], "disagree");
  ServerMetrics metrics = vllm_load();
  metrics.scrapes[0].samples[0].value = std::numeric_limits<double>::infinity();
  Json raw = metrics;
  ServerMetrics again = parse_json(canonical_text(raw), "raw").value().get<ServerMetrics>();
  EXPECT_EQ(Json(again), raw);
  EXPECT_EQ(again.scrapes[0].samples, metrics.scrapes[0].samples);
}

}  // namespace
}  // namespace lynxbench::metrics
