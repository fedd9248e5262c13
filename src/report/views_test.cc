#include "report/views.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace lynxbench::report {
namespace {

// 40 answers of 2060 ms, of which the server says 100 ms queue, 300 prefill, 1600 decode and 50 more.
Reconciliation agreeing() {
  Reconciliation found;
  found.server.server = "vLLM";
  found.server.source = "http://h:8000/metrics";
  found.server.model = "m";
  found.server.readings = 12;
  found.server.period_ns = 1'000'000'000;
  found.server.longest_reading_ns = 3'000'000;
  found.server.most_bytes = 4096;
  found.server.cpu_ns = 7'000'000;
  found.server.durations["queue"] = {.mean_s = 0.1, .sum_s = 4, .count = 40,
                                     .quantiles = {{0.5, 0.08, 0.1}, {0.99, 0.25, std::nullopt}},
                                     .source = "vllm:request_queue_time_seconds", .missing = {}};
  found.server.counts["requests_ok"].value = 40;
  found.client.ok = 40;
  found.comparisons = {{"requests answered well", "1", 40, 40, 0, 1, ViewsAgree::kAgree, ""},
                       {"prompt tokens", "tokens", std::nullopt, std::nullopt, std::nullopt, std::nullopt, ViewsAgree::kUnknown, "no"},
                       {"e2e, mean from sent", "s", 2.06, 2.05, 0.01, 1.005, ViewsAgree::kAgree,
                        "the client waited 10.0 ms longer than the server says"}};
  found.split.requests = 40;
  found.split.total_ns = 40 * 2'060'000'000LL;
  found.split.parts = {{"queue", 40 * 100'000'000LL, "vllm:request_queue_time_seconds"},
                       {"prefill", 40 * 300'000'000LL, ""},
                       {"decode", 40 * 1'600'000'000LL, ""},
                       {"rest of the server's time", 40 * 50'000'000LL, ""},
                       {"network, protocol and client", 40 * 10'000'000LL, "the rest"}};
  found.littles_law = {8.2, 0.1, 8.1, 8.24, ViewsAgree::kAgree, "0.1 apart, where 0.3 may be chance (9 readings)"};
  return found;
}

Reconciliation differing() {
  Reconciliation found = agreeing();
  ViewComparison& row = found.comparisons[2];
  row.server = 1.06;
  row.difference = 1.0;
  row.agree = ViewsAgree::kDisagree;
  row.meaning = "the client waited 1.00 s longer than the server says: network";
  found.notices = {"other traffic: 10 requests"};
  return found;
}

std::vector<std::string> texts_of(const std::vector<Cell>& row) {
  std::vector<std::string> texts;
  for (const Cell& cell : row) texts.push_back(cell.text);
  return texts;
}

TEST(Views, AgreementIsSaidWithHowManyFiguresBothTell) {
  ViewsVerdict verdict = views_verdict(agreeing());
  EXPECT_EQ(verdict.state, ViewsAgree::kAgree);
  EXPECT_EQ(verdict.headline, "vLLM and this client agree on 2 of 2 figures.");
  EXPECT_EQ(verdict.time, "Mean end to end, from sent, 2.06 s: queue 100 ms, prefill 300 ms, decode 1.60 s, rest of the server's time "
                          "50.0 ms; network, protocol and client 10.0 ms.");
  EXPECT_TRUE(verdict.reasons.empty());
}

TEST(Views, ADisagreementComesWithItsSize) {
  ViewsVerdict verdict = views_verdict(differing());
  EXPECT_EQ(verdict.state, ViewsAgree::kDisagree);
  EXPECT_EQ(verdict.headline, "vLLM and this client disagree: 1 of 2 figures differ.");
  ASSERT_EQ(verdict.reasons.size(), 2u);
  EXPECT_EQ(verdict.reasons[0], "e2e, mean from sent: client 2.06 s, server 1.06 s, 1.00 s apart; the client waited 1.00 s longer than the "
                                "server says: network");
  EXPECT_EQ(verdict.reasons[1], "other traffic: 10 requests");
}

TEST(Views, AnUnknownServerSaysWhy) {
  Reconciliation found;
  found.server.missing = "the server's metrics could not be read: Connection refused";
  found.server.source = "http://h/metrics";
  found.server.failed_readings = 4;
  ViewsVerdict verdict = views_verdict(found);
  EXPECT_EQ(verdict.state, ViewsAgree::kUnknown);
  EXPECT_EQ(verdict.headline, "What the server itself says of this load is unknown: the server's metrics could not be read: Connection "
                              "refused.");
  EXPECT_TRUE(views_tables(found, 100).empty());
  EXPECT_EQ(views_lines(found), std::vector<std::string>{"tried 4 times to read http://h/metrics: none succeeded"});
}

TEST(Views, FiguresThatNeitherTellsAreLeftOutOfTheTable) {
  std::vector<ViewsTable> tables = views_tables(agreeing(), 120);
  ASSERT_EQ(tables.size(), 4u);
  for (const ViewsTable& table : tables) {
    for (const auto& row : table.table.rows) EXPECT_EQ(row.size(), table.table.columns.size()) << table.title;
  }
  ASSERT_EQ(tables[0].table.rows.size(), 2u);
  EXPECT_EQ(texts_of(tables[0].table.rows[1]),
            (std::vector<std::string>{"e2e, mean from sent", "2.06 s", "2.05 s", "+10.0 ms (0.5 %)", "agree"}));
  std::vector<std::string> different = texts_of(views_tables(differing(), 120)[0].table.rows[1]);
  EXPECT_EQ(different[3], "+1.00 s (48.5 %)");
  EXPECT_EQ(different[4], "DIFFER");
  EXPECT_EQ(different[5], "the client waited 1.00 s longer than the server says: network");
}

TEST(Views, TheSplitEndsWithTheWhole) {
  Reconciliation found = agreeing();
  found.split.parts.back().total_ns = -40 * 10'000'000LL;
  const Table table = views_tables(found, 120)[1].table;
  ASSERT_EQ(table.rows.size(), 6u);
  EXPECT_EQ(table.rows[0][1].text, "100 ms");
  EXPECT_EQ(table.rows[0][2].text, "4.9 %");
  EXPECT_EQ(table.rows[4][1].text, "-10.0 ms");
  EXPECT_EQ(table.rows[4][2].text, "-0.5 %");
  EXPECT_EQ(table.rows[5][0].text, "end to end, from sent");
  EXPECT_EQ(table.rows[5][1].text, "2.06 s");
}

TEST(Views, AServersQuantileLiesBetweenTwoEdges) {
  const Table table = views_tables(agreeing(), 120)[3].table;
  EXPECT_EQ(texts_of(table.rows.at(0)), (std::vector<std::string>{"queue", "100 ms", "40", "80.0–100 ms", "over 250 ms",
                                                                  "vllm:request_queue_time_seconds"}));
}

TEST(Views, AServerThatCountedNothingHasNoTablesOfNothing) {
  Reconciliation found = agreeing();
  found.server.counts["requests_ok"].value = 0;
  EXPECT_EQ(views_tables(found, 120).size(), 1u);
}

TEST(Views, TheCostOfReadingIsStated) {
  std::vector<std::string> lines = views_lines(agreeing());
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0], "read 12 times from http://h:8000/metrics, of model m, every 1.00 s and before and after the load, by a thread of its "
                      "own; one took at most 3.00 ms and had at most 4.00 KiB; all took 7.00 ms of this client's processor");
}

TEST(Views, FitTheTerminal) {
  for (int columns : {60, 80, 100, 160}) {
    Paper paper({.columns = columns, .colour = false});
    print_views(paper, differing());
    std::string text = paper.text();
    for (std::size_t at = 0; at < text.size();) {
      std::size_t end = std::min(text.find('\n', at), text.size());
      EXPECT_LE(width(text.substr(at, end - at)), columns) << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

}  // namespace
}  // namespace lynxbench::report
