// The report of the sample bundles: against approved texts (LYNXBENCH_APPROVE=1 rewrites them, to be
// read before they are committed), and against what every report must hold.
#include "report/report.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "base/text.h"
#include "model/json.h"
#include "report/page.h"
#include "report/sample_bundle.h"
#include "report/text_layout.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
  fs::path path = fs::path(LYNXBENCH_SOURCE_DIR) / "tests/golden/report" / name / "expected.txt";
  if (std::getenv("LYNXBENCH_APPROVE") != nullptr) {
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(write_file_atomic(path, text).ok());
  }
  Result<std::string> expected = read_file(path);
  ASSERT_TRUE(expected.ok()) << expected.error().text();
  EXPECT_EQ(text, expected.value());
}

const Bundle& complete() {
  static const Bundle bundle = sample::complete();
  return bundle;
}

std::vector<std::pair<std::string, Bundle>> all_samples() {
  return {{"complete", complete()},
          {"incomplete", sample::incomplete()},
          {"invalid", sample::invalid()},
          {"bare", sample::bare()},
          {"hostile", sample::hostile()}};
}

std::string in_columns(const Bundle& bundle, int columns) {
  return terminal(bundle, sample::context(), {.columns = columns});
}

Verification verification() {
  Verification out;
  out.agreement = Agreement::kNotComparable;
  out.reason = "2 layers differ in facts that the contract does not let differ";
  out.differences = {{Layer::kRuntime, "ML platform", {{"runtime.version", "1.30.0", "1.31.0"}, {"threads", "1", "2"}}},
                     {Layer::kSystem, "infrastructure", {{"kernel.release", "6.1.0-sample", "(unknown)"}}}};
  FigureComparison same{"throughput@half", "1/s", 0.05, {75, 76, 74, 75.5, 75.2}, {75.1, 76.2, 74.4, 75.6, 75},
                        1.002, 0.981, 1.023, Agreement::kReproduced, ""};
  FigureComparison slower{"e2e.p50@half", "ns", 0.15, {17e6, 18e6, 17.4e6, 17.5e6, 17.2e6},
                          {22e6, 23e6, 22.5e6, 22.1e6, 22.8e6}, 1.291, 1.252, 1.331, Agreement::kNotReproduced, ""};
  FigureComparison few{"e2e.p99@half", "ns", 0.15, {}, {}, {}, {}, {}, Agreement::kInconclusive,
                       "the figure is withheld on both sides"};
  out.comparisons = {same, slower, few};
  out.bundle_digest = sample::context().bundle_digest;
  out.contract_digest = sample::context().contract_digest;
  return out;
}

TEST(Report, TerminalTextsAreAsApproved) {
  for (int columns : {60, 80, 120}) {
    expect_golden("complete-" + std::to_string(columns), in_columns(complete(), columns));
  }
  expect_golden("incomplete-80", in_columns(sample::incomplete(), 80));
  expect_golden("invalid-80", in_columns(sample::invalid(), 80));
  expect_golden("bare-80", in_columns(sample::bare(), 80));
  expect_golden("hostile-80", in_columns(sample::hostile(), 80));
}

TEST(Report, VerificationsAreAsApproved) {
  expect_golden("verification-60", verification_text(verification(), {.columns = 60}));
  expect_golden("verification-80", verification_text(verification(), {.columns = 80}));
}

TEST(Report, AVerificationBeginsWithItsOutcome) {
  std::string text = verification_text(verification(), {.columns = 80});
  EXPECT_TRUE(text.starts_with("NOT COMPARABLE\n"));
  EXPECT_LT(text.find("runtime (owner: ML platform)"), text.find("throughput@half"));
}

TEST(Report, NoLineIsWiderThanTheTerminal) {
  for (const auto& [name, bundle] : all_samples()) {
    for (int columns : {60, 80, 100, 120}) {
      for (const std::string& line : split(in_columns(bundle, columns), '\n')) {
        EXPECT_LE(width(line), columns) << name << ": " << line;
      }
    }
  }
}

TEST(Report, TheDecisionComesFirst) {
  EXPECT_TRUE(in_columns(complete(), 120).starts_with("MET: Can one instance on this machine"));
  EXPECT_TRUE(in_columns(sample::incomplete(), 120).starts_with("INCOMPLETE: "));
  EXPECT_TRUE(in_columns(sample::invalid(), 120).starts_with("INVALID: "));
}

TEST(Report, NoRateWithoutBatchPolicyConcurrencyAndLatencyBudget) {  // R23
  std::string text = in_columns(complete(), 200);  // wide enough that nothing is wrapped
  for (const char* heading : {"MET: ", "\nThroughput by point\n", "\nSaturation search\n"}) {
    std::size_t at = text.find(heading);
    ASSERT_NE(at, std::string::npos) << heading;
    std::string section = text.substr(at, text.find("\n\n", at + 1) - at);
    EXPECT_NE(section.find("at most 4, waiting at most 2 ms"), std::string::npos) << section;
    EXPECT_NE(section.find("p95 ≤ 100 ms from due"), std::string::npos) << section;
    EXPECT_TRUE(section.find("oncurrency") != std::string::npos) << section;
  }
}

TEST(Report, NoOverallScore) {  // R58
  for (const auto& [name, bundle] : all_samples()) {
    EXPECT_EQ(in_columns(bundle, 120).find("score"), std::string::npos);
    EXPECT_EQ(canonical_text(document(bundle, sample::context())).find("score"), std::string::npos);
  }
}

TEST(Report, WithheldAndUnknownSayWhy) {
  EXPECT_NE(in_columns(complete(), 120).find("withheld: 80 requests in a session: p99 needs 300"), std::string::npos);
  EXPECT_NE(in_columns(sample::bare(), 120).find("unknown: the run has no such figure"), std::string::npos);
}

TEST(Report, NothingMeasuredIsSaidAndNotLeftEmpty) {
  std::string text = in_columns(sample::bare(), 80);
  for (const char* what : {"not measured: no rate was tried", "not measured: of no request is it known",
                           "not measured: the contract asks for no profile", "not measured: nothing was profiled"}) {
    EXPECT_NE(text.find(what), std::string::npos) << what;
  }
}

TEST(Report, ATerminalIsNeverTakenOver) {
  std::string text = in_columns(sample::hostile(), 80);
  for (char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_EQ(text.find("\xE2\x80\xAE"), std::string::npos);
  EXPECT_NE(text.find("\\u{202E}"), std::string::npos);
}

TEST(Report, TheDocumentHoldsEveryFigureAndTheContract) {
  Json out = document(complete(), sample::context());
  for (const auto& [id, estimate] : complete().figures.figures) {
    EXPECT_EQ(out.at("figures").at("figures").at(id), Json(estimate)) << id;
    EXPECT_TRUE(out.at("titles").at("figures").contains(id)) << id;
  }
  EXPECT_EQ(out.at("contract"), Json(complete().contract));
  EXPECT_EQ(out.at("outcome").at("state"), "met");
  EXPECT_EQ(out.at("executor").size(), kLayerCount);
  EXPECT_EQ(out.at("executor").at(2).at("known"), 4);
  EXPECT_EQ(out.at("executor").at(2).at("total"), 5);
  EXPECT_EQ(out.at("phases").size(), complete().run.phases.size());
  EXPECT_LE(out.at("requests").at("to").get<int>(), 4000);
  for (const Json& series : out.at("telemetry").at("series")) EXPECT_LE(series.at("to").get<int>(), 600);
  EXPECT_FALSE(out.at("left_out").empty());
}

TEST(Report, ThePageIsOneFileThatLoadsNothing) {
  std::string page_text(page());
  EXPECT_LT(page_text.size(), 200'000u);
  EXPECT_NE(page_text.find("default-src 'none'"), std::string::npos);
  for (const char* load : {"src=\"http", "href=\"http", "src=\"/", "url(http", "url(\"http", "@import", "fetch(",
                           "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "https://"}) {
    EXPECT_EQ(page_text.find(load), std::string::npos) << load;
  }
}

TEST(Report, NoTextCanLeaveTheData) {
  std::string text = html(sample::hostile(), sample::context());
  std::string shell(page());
  std::size_t data = shell.find(kPageSlot) + kPageSlot.find("null");
  std::size_t behind = shell.size() - data - std::string("null").size();
  std::string held = text.substr(data, text.size() - data - behind);
  EXPECT_EQ(held.find('<'), std::string::npos);
  EXPECT_NE(held.find("\\u003c/script>"), std::string::npos);
  Result<Json> read = parse_json(held, "page");
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(read->at("outcome").at("meaning"), sample::hostile().contract.decision.if_met);
}

// For eyes and for tests/e2e/report_browser.sh.
TEST(Report, SamplePagesAreWrittenToTheBuildFolder) {
  fs::path folder = fs::path(LYNXBENCH_BINARY_DIR) / "report_samples";
  fs::create_directories(folder);
  for (const auto& [name, bundle] : all_samples()) {
    std::string text = html(bundle, sample::context());
    ASSERT_TRUE(write_file_atomic(folder / (name + ".html"), text).ok());
    EXPECT_GT(text.size(), page().size());
  }
}

}  // namespace
}  // namespace lynxbench::report
