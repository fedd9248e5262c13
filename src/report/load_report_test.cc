#include <gtest/gtest.h>

#include <regex>

#include "report/load.h"
#include "report/load_plot.h"

namespace lynxbench::report {
namespace {

Estimate estimate(double value, const std::string& unit, std::uint64_t samples) {
  Estimate out;
  out.value = value;
  out.unit = unit;
  out.samples = samples;
  return out;
}

LoadFigures sample() {
  LoadFigures figures;
  figures.asked = "Poisson arrivals at 100/s";
  figures.target = "openai-chat at http://localhost:8000, model m, streamed";
  figures.window_ns = 10'000'000'000;
  figures.warm_up_ns = 1'000'000'000;
  figures.max_in_flight = 100;
  figures.offered_per_s = 100;
  figures.counts = {.due = 1000, .ok = 990, .good = 980, .rejected = 0, .failed = 10, .unfinished = 0, .unsent = 0,
                    .warm_up = 100, .warm_up_failed = 1, .left_out = 0};
  figures.failures = {{"status", 10, 0.01, {{"HTTP 500: <b>boom</b>", 10}}}};
  for (const char* name : {"e2e", "service", "ttft", "ttft_from_sent", "itl"}) {
    for (const char* q : {"p50", "p90", "p95", "p99", "max"}) figures.figures[std::string(name) + "." + q] = estimate(12e6, "ns", 990);
    figures.figures[std::string(name) + ".p99.9"].withheld = "990 requests: p99.9 needs 5000";
    figures.figures[std::string(name) + ".p99.9"].unit = "ns";
  }
  for (const char* q : {"p50", "p99", "max"}) {
    figures.figures[std::string("tpot.") + q].withheld = "the server did not count the tokens (chunks are no tokens)";
  }
  figures.figures["throughput"] = estimate(99, "1/s", 990);
  figures.figures["goodput"] = estimate(98, "1/s", 980);
  figures.figures["errors"] = estimate(0.01, "ratio", 1000);
  figures.figures["concurrency"] = estimate(1.25, "1", 1000);
  SloOutcome outcome;
  outcome.term = "p99 ttft ≤ 200ms";
  outcome.quantile = 0.99;
  outcome.at_most_ns = 200'000'000;
  outcome.step.requests = 1000;
  outcome.step.over_ratio = 0.012;
  outcome.step.over_low = 0.004;
  outcome.step.over_high = 0.03;
  outcome.step.effective_samples = 420;
  outcome.step.verdict = PointVerdict::kInconclusive;
  outcome.step.reason = "12 of 1000 requests took over 200 ms or failed";
  figures.slo = {outcome};
  QuantileCurve curve{"e2e", {0, 0.5, 0.9, 0.99, 1}, {1e6, 2e6, 5e6, 9e6, 20e6}};
  figures.curves = {curve};
  figures.slices = {{0.5, 1, 100, 99, 1, 2, 2'000'000, 9'000'000, {}, {}}, {1.5, 1, 100, 99, 0, 2, 2'000'000, 9'000'000, {}, {}}};
  return figures;
}

std::string terminal_of(const LoadFigures& figures) { return load_terminal(figures, {.columns = 100, .colour = false}); }

TEST(LoadReport, TheVerdictComesFirstWithItsReason) {
  std::string text = terminal_of(sample());
  EXPECT_EQ(text.find_first_not_of(' '), text.find("INCONCLUSIVE: This load cannot tell whether the SLO is kept.")) << text;
  EXPECT_LT(text.find("12 of 1000 requests took over 200 ms"), text.find("Throughput"));
}

TEST(LoadReport, ThroughputStandsWithConcurrencyAndLatency) {
  std::string text = terminal_of(sample());
  std::size_t heading = text.find("Throughput, at this concurrency and latency"), latency = text.find("\nLatency");
  ASSERT_NE(heading, std::string::npos);
  std::string section = text.substr(heading, latency - heading);
  EXPECT_NE(section.find("1.25 requests in the server"), std::string::npos) << section;
  EXPECT_NE(section.find("p99 12.0 ms"), std::string::npos);
  EXPECT_NE(std::regex_replace(section, std::regex("\\s+"), " ").find("Batch policy: "), std::string::npos) << section;
}

TEST(LoadReport, WhatIsMissingSaysWhy) {
  std::string text = terminal_of(sample());
  EXPECT_NE(text.find("TPOT: the server did not count the tokens"), std::string::npos) << text;
}

TEST(LoadReport, FailuresHaveTheirNamesMeaningsAndTexts) {
  std::string text = terminal_of(sample());
  EXPECT_NE(text.find("a status that is no success"), std::string::npos);
  EXPECT_NE(text.find("status, 10x: HTTP 500: <b>boom</b>"), std::string::npos);
}

TEST(LoadReport, AnInvalidRunIsNotJudged) {
  LoadFigures figures = sample();
  figures.slo[0].step.verdict = PointVerdict::kPass;
  figures.validity.valid = false;
  figures.validity.reasons = {"the client was the bottleneck: lag"};
  EXPECT_EQ(load_verdict(figures).state, "invalid");
  EXPECT_LT(terminal_of(figures).find("NOT VALID"), 5u);
}

TEST(LoadReport, StatesFollowFromTheFigures) {
  LoadFigures figures = sample();
  figures.slo[0].step.verdict = PointVerdict::kPass;
  EXPECT_EQ(load_verdict(figures).state, "pass");
  figures.slo.push_back(figures.slo[0]);
  figures.slo[1].step.verdict = PointVerdict::kFail;
  EXPECT_EQ(load_verdict(figures).state, "fail");
  figures.slo.clear();
  EXPECT_EQ(load_verdict(figures).state, "measured");
  figures.counts.ok = 0;
  EXPECT_EQ(load_verdict(figures).state, "unanswered");
  figures.complete = false;
  EXPECT_EQ(load_verdict(figures).state, "incomplete");
}

TEST(LoadReport, InAClosedLoopDueIsSentAndStandsOnce) {
  LoadFigures figures = sample();
  figures.concurrency = 8;
  for (const LatencyRow& row : latency_rows(figures)) {
    EXPECT_NE(row.from, "due");
    EXPECT_FALSE(row.id.ends_with("_from_sent"));
  }
}

TEST(LoadReport, ThePageHoldsNoMarkupOfOthersAndNoScript) {
  std::string page = load_html(sample(), "lynxbench load --url '<script>'", "2026-11-24T00:00:00Z");
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>boom"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;boom"), std::string::npos);
  EXPECT_NE(page.find("<svg"), std::string::npos);
  EXPECT_EQ(page.find("http://www"), std::string::npos);
  EXPECT_FALSE(std::regex_search(page, std::regex("[^a-z]-?nan[^a-z]"))) << "a number that is none";
}

TEST(LoadReport, APlotWithoutAPointIsNone) {
  EXPECT_EQ(svg_of({.title = "x", .x_title = "", .y_title = "", .lines = {{"a", "--line0", {}}}, .x_ticks = {}, .x_low = 0, .x_high = 1,
                    .log_y = false, .y_unit = "ns", .limit = {}}), "");
}

TEST(LoadReport, TheDocumentHasEveryFigureWithItsUnitAndReason) {
  Json document = sample();
  EXPECT_EQ(document.at("figures").at("throughput").at("unit"), "1/s");
  EXPECT_TRUE(document.at("figures").at("tpot.p50").at("value").is_null());
  EXPECT_FALSE(document.at("figures").at("tpot.p50").at("withheld").get<std::string>().empty());
  EXPECT_EQ(document.at("slo")[0].at("verdict"), "inconclusive");
}

}  // namespace
}  // namespace lynxbench::report
