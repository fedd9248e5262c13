#include "report/words.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "report/sample_bundle.h"

namespace lynxbench::report {
namespace {

Json golden() {
  std::string path = std::string(LYNXBENCH_SOURCE_DIR) + "/tests/golden/report/quantities.json";
  return parse_json(read_file(path).value(), path).value();
}

TEST(Words, QuantitiesAreWrittenAsThePageWritesThem) {
  Json cases = golden();
  ASSERT_GT(cases.at("quantities").size(), 20u);
  for (const Json& one : cases.at("quantities")) {
    EXPECT_EQ(quantity(one.at("value").get<double>(), one.at("unit").get<std::string>()),
              one.at("text").get<std::string>());
  }
  for (const Json& one : cases.at("ranges")) {
    EXPECT_EQ(range_text(one.at("low").get<double>(), one.at("high").get<double>(),
                         one.at("unit").get<std::string>()),
              one.at("text").get<std::string>());
  }
  for (const Json& one : cases.at("stated")) {
    EXPECT_EQ(stated_text(one.at("value").get<double>(), one.at("unit").get<std::string>()),
              one.at("text").get<std::string>());
  }
  for (const Json& one : cases.at("shares")) {
    EXPECT_EQ(share_text(one.at("value").get<double>()), one.at("text").get<std::string>());
  }
  for (const Json& one : cases.at("groups")) {
    EXPECT_EQ(grouped(one.at("value").get<std::uint64_t>()), one.at("text").get<std::string>());
  }
}

TEST(Words, ABoundNamesItsSide) {
  EXPECT_EQ(bound_text(10.0, {}, "1/s"), "≥ 10/s");
  EXPECT_EQ(bound_text({}, 100e6, "ns"), "≤ 100 ms");
  EXPECT_EQ(bound_text({}, {}, "ns"), "no bound");
}

TEST(Words, FiguresHaveTitlesForPeople) {
  EXPECT_EQ(figure_title("e2e.p95@half"), "p95 end-to-end latency (from due) at half");
  EXPECT_EQ(figure_title("throughput@saturation"), "throughput at saturation");
  EXPECT_EQ(figure_title("capacity").substr(0, 8), "capacity");
  EXPECT_EQ(figure_title("something.new@half"), "something.new@half");
}

TEST(Words, AMissingFigureIsUnknownAndNotZero) {
  Estimate missing = figure_of(Figures{}, "capacity");
  EXPECT_FALSE(missing.value.has_value());
  EXPECT_EQ(value_text(missing), "unknown");
  EXPECT_EQ(samples_text(missing), "–");
  EXPECT_NE(missing.withheld.find("unknown"), std::string::npos);
}

TEST(Words, PercentilesKeepTheirDigits) {
  EXPECT_EQ(percentile_name(0.95), "p95");
  EXPECT_EQ(percentile_name(0.999), "p99.9");
}

TEST(Words, AlteredOutranksIncompleteOutranksInvalid) {
  Bundle bundle = sample::invalid();
  Context context = sample::context();
  EXPECT_EQ(outcome(bundle, context).state, "invalid");
  EXPECT_EQ(outcome(bundle, context).reasons, bundle.figures.validity.reasons);
  bundle.manifest.complete = false;
  bundle.manifest.incomplete_reason = "killed";
  EXPECT_EQ(outcome(bundle, context).state, "incomplete");
  EXPECT_EQ(outcome(bundle, context).reasons, std::vector<std::string>{"killed"});
  context.intact = false;
  context.problems = {"raw.sqlite: digest differs"};
  EXPECT_EQ(outcome(bundle, context).state, "altered");
  EXPECT_EQ(outcome(bundle, context).reasons, context.problems);
}

TEST(Words, TheVerdictNamesWhatFollows) {
  Bundle bundle = sample::complete();
  EXPECT_EQ(outcome(bundle, sample::context()).meaning, bundle.contract.decision.if_met);
  bundle.figures.decision.verdict = "missed";
  Outcome missed = outcome(bundle, sample::context());
  EXPECT_EQ(missed.state, "missed");
  EXPECT_EQ(missed.meaning, bundle.contract.decision.if_missed);
  bundle.figures.decision.verdict = "undecided";
  EXPECT_EQ(outcome(bundle, sample::context()).state, "undecided");
}

TEST(Words, CompletenessCountsWhereFactsCameFrom) {
  LayerRecord layer;
  layer.facts = {{"a", Provenance::kMeasured, "1", "", "", true},
                 {"b", Provenance::kDeclared, "2", "", "", true},
                 {"c", Provenance::kUnknown, "", "", "no such file", true},
                 {"d", Provenance::kUnknown, "", "", "no such file", true}};
  EXPECT_EQ(completeness(layer).known(), 2u);
  EXPECT_EQ(completeness(layer).total(), 4u);
}

TEST(Words, WhatIsLeftOutIsCounted) {
  Bundle bundle = sample::bare();
  Phase phase;
  phase.kind = PhaseKind::kWarmUp;
  phase.requests.resize(3);
  phase.requests[0].status = RequestStatus::kOk;
  phase.requests[1].status = RequestStatus::kRejected;
  phase.requests[2].status = RequestStatus::kRejected;
  bundle.run.phases = {phase};
  bundle.run.telemetry.missing.clear();
  std::vector<LeftOut> omitted = left_out(bundle);
  ASSERT_EQ(omitted.size(), 2u);
  EXPECT_EQ(omitted[0].what, "warm-up requests");
  EXPECT_EQ(omitted[0].count, 3u);
  EXPECT_EQ(omitted[1].what, "requests rejected");
  EXPECT_EQ(omitted[1].count, 2u);
}

TEST(Words, ThePathIsQuotedForAShell) {
  Context context;
  context.bundle_path = "results/sample.lynx";
  EXPECT_EQ(verify_command(context), "lynxbench verify results/sample.lynx");
  context.bundle_path = "it's; rm -rf /";
  EXPECT_EQ(verify_command(context), "lynxbench verify -- 'it'\\''s; rm -rf /'");
}

}  // namespace
}  // namespace lynxbench::report
