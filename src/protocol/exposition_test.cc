#include "protocol/exposition.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/files.h"

namespace lynxbench::protocol {
namespace {

MetricSample only(std::string_view line) {
  Exposition found = parse_exposition(line);
  EXPECT_EQ(found.malformed, 0u) << line;
  EXPECT_EQ(found.samples.size(), 1u) << line;
  return found.samples.empty() ? MetricSample{} : found.samples[0];
}
std::string problem(std::string_view line) {
  Exposition found = parse_exposition(line);
  EXPECT_TRUE(found.samples.empty()) << line;
  EXPECT_EQ(found.malformed, 1u) << line;
  return found.malformed_lines.empty() ? "" : found.malformed_lines[0].what;
}

TEST(Exposition, ASampleIsANameLabelsAndAValue) {
  EXPECT_EQ(only("up 1"), (MetricSample{"up", {}, 1}));
  EXPECT_EQ(only("vllm:num_requests_running{engine=\"0\",model_name=\"a/b\"} 3.0"),
            (MetricSample{"vllm:num_requests_running", {{"engine", "0"}, {"model_name", "a/b"}}, 3}));
  EXPECT_EQ(only("  x\t{ b = \"2\" , a=\"1\" , } \t -0.5e-3 \r\n"),
            (MetricSample{"x", {{"a", "1"}, {"b", "2"}}, -0.0005}));
  EXPECT_EQ(only("x{} 1"), (MetricSample{"x", {}, 1}));
}

TEST(Exposition, LabelValuesMayHoldAnythingEscaped) {
  MetricSample sample = only(R"(x{path="C:\\DIR\\FILE.TXT",error="no \"file\"\nhere",odd="a\qb",text="}, # {"} 1)");
  EXPECT_EQ(sample.labels, (MetricLabels{{"error", "no \"file\"\nhere"},
                                         {"odd", "a\\qb"},
                                         {"path", "C:\\DIR\\FILE.TXT"},
                                         {"text", "}, # {"}}));
}

TEST(Exposition, NamesInQuotesMayHoldAnything) {
  EXPECT_EQ(only(R"({"http.requests","net.peer"="a"} 2)"), (MetricSample{"http.requests", {{"net.peer", "a"}}, 2}));
  EXPECT_EQ(problem(R"({a="1"} 2)"), "no name of a metric");
  EXPECT_EQ(problem(R"(x{"y"} 2)"), "the label has no value");
}

TEST(Exposition, ValuesAreThoseOfGo) {
  EXPECT_TRUE(std::isnan(only("x NaN").value));
  EXPECT_EQ(only("x +Inf").value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(only("x -Inf").value, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(only("x inf").value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(only("x +1.5").value, 1.5);
  EXPECT_EQ(only("x 9223372036854775794").value, 9223372036854775794.0);
  EXPECT_EQ(only("x .5").value, 0.5);
  for (std::string_view text : {"", "+", "-", "+-1", "--1", "1x", "0x1p3", "nanx", "in", "1e", "1 2", "1e999"}) {
    EXPECT_FALSE(parse_value(text).has_value()) << text;
  }
}

TEST(Exposition, TimestampsAndExemplarsAreCountedAndLeftOut) {
  Exposition found = parse_exposition(
      "a 1 1395066363000\n"
      "b_bucket{le=\"0.1\"} 8 # {} 0.054\n"
      "b_bucket{le=\"1\"} 11 1520879607.789 # {trace_id=\"KOO5S4vxi0o\"} 0.67 1520879607.7\n"
      "c 2 -3982045\n");
  EXPECT_EQ(found.malformed, 0u);
  EXPECT_EQ(found.samples.size(), 4u);
  EXPECT_EQ(found.timestamps, 3u);
  EXPECT_EQ(found.exemplars, 2u);
}

TEST(Exposition, HelpTypeAndUnitBelongToTheirFamily) {
  Exposition found = parse_exposition(
      "# a comment\n"
      "#HELP x Text with \\\\ and \\n in it\n"
      "# TYPE x counter\n"
      "# UNIT y_seconds seconds\n"
      "# TYPE y_seconds histogram\n"
      "# TYPE \"z.z\" gauge\n"
      "# TYPE q untyped\n"
      "# EOF\n");
  EXPECT_EQ(found.malformed, 0u);
  EXPECT_EQ(found.families.at("x").kind, MetricKind::kCounter);
  EXPECT_EQ(found.families.at("x").help, "Text with \\ and \n in it");
  EXPECT_EQ(found.families.at("y_seconds").unit, "seconds");
  EXPECT_EQ(found.families.at("y_seconds").kind, MetricKind::kHistogram);
  EXPECT_EQ(found.families.at("z.z").kind, MetricKind::kGauge);
  EXPECT_TRUE(found.ended);
  EXPECT_FALSE(parse_exposition("# EOF of the part\n").ended);
}

TEST(Exposition, AnOddLineIsCountedWithItsPlaceAndTheRestCounts) {
  Exposition found = parse_exposition("a 1\n\nb{ 2\nc{x=\"1} 3\n4d 5\ne 6\n");
  EXPECT_EQ(found.samples.size(), 2u);
  EXPECT_EQ(found.malformed, 3u);
  ASSERT_EQ(found.malformed_lines.size(), 3u);
  EXPECT_EQ(found.malformed_lines[0].line, 3u);
  EXPECT_EQ(found.malformed_lines[0].column, 4u);
  EXPECT_EQ(found.malformed_lines[1].line, 4u);
  EXPECT_EQ(found.malformed_lines[2].what, "no name of a metric");
}

TEST(Exposition, SaysWhatIsWrong) {
  EXPECT_EQ(problem("x"), "no value");
  EXPECT_EQ(problem("x{a=\"1\"}"), "no value");
  EXPECT_EQ(problem("x one"), "the value is no number");
  EXPECT_EQ(problem("x 1 soon"), "the timestamp is no number");
  EXPECT_EQ(problem("x 1 2 3"), "something follows the sample");
  EXPECT_EQ(problem("x{a=1} 2"), "the label has no value in quotes");
  EXPECT_EQ(problem("x{a=\"1"), "the label value has no end");
  EXPECT_EQ(problem("x{a=\"1\\"), "the label value has no end");
  EXPECT_EQ(problem("x{a=\"1\" b=\"2\"} 3"), "the labels have no end");
  EXPECT_EQ(problem("x{a=\"1\",a=\"2\"} 3"), "a label has two values");
  EXPECT_EQ(problem("x 1 # {a=\"b\"} y"), "the exemplar's value is no number");
  EXPECT_EQ(problem("x 1 # y"), "the exemplar has no labels");
  EXPECT_EQ(problem("# TYPE x speed"), "no type of a metric");
  EXPECT_EQ(problem("# HELP"), "no name of a metric");
  EXPECT_EQ(problem("<html>"), "no name of a metric");
}

TEST(Exposition, WhatIsSaidTwiceCountsOnce) {
  Exposition found = parse_exposition("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 5\na{x=\"1\"} 7\n");
  EXPECT_EQ(found.samples.size(), 2u);
  EXPECT_EQ(found.samples[0].value, 1);
  EXPECT_EQ(found.malformed, 1u);
}

TEST(Exposition, OfManyOddLinesTheFirstAreKept) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "?\n";
  Exposition found = parse_exposition(text);
  EXPECT_EQ(found.malformed, 1000u);
  EXPECT_EQ(found.malformed_lines.size(), kMostMalformed);
}

TEST(Exposition, AnyPrefixOfATextIsReadAsFarAsItGoes) {
  std::string text = "# TYPE a counter\na{b=\"c\\n\"} 1 2 # {x=\"y\"} 3\nd 4\n";
  for (std::size_t n = 0; n <= text.size(); ++n) {
    Exposition found = parse_exposition(std::string_view(text).substr(0, n));
    EXPECT_LE(found.samples.size() + found.malformed, 3u);
  }
}

struct Fixture {
  const char* file;
  std::size_t samples;
};
class RecordedExposition : public testing::TestWithParam<Fixture> {};
TEST_P(RecordedExposition, IsReadWithoutLoss) {
  std::string text = read_file(fs::path(LYNXBENCH_SOURCE_DIR) / "tests/data/telemetry" / GetParam().file).value();
  Exposition found = parse_exposition(text);
  EXPECT_EQ(found.malformed, 0u);
  EXPECT_EQ(found.samples.size(), GetParam().samples);
}
INSTANTIATE_TEST_SUITE_P(Servers, RecordedExposition,
                         testing::Values(Fixture{"vllm.prom", 70}, Fixture{"sglang.prom", 41}, Fixture{"tgi.prom", 58},
                                         Fixture{"triton.prom", 32}, Fixture{"llamacpp.prom", 11}),
                         [](const auto& of) {
                           return std::string(of.param.file).substr(0, std::string(of.param.file).find('.'));
                         });

}  // namespace
}  // namespace lynxbench::protocol
