#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>

#include "report/roofline_plot.h"
#include "report/time_colours.h"
#include "report/trace_words.h"
#include "report/traces.h"

namespace lynxbench::report {
namespace {

DeviceFigures device(std::int64_t idle_ns) {
  DeviceFigures gpu;
  gpu.name = "<b>NVIDIA</b>";
  gpu.kernels = 2;
  gpu.span_ns = 1'000'000 + idle_ns;
  gpu.busy_ns = 1'000'000;
  gpu.idle_ns = idle_ns;
  gpu.launched_kernels = 2;
  gpu.span.whole_ns = gpu.span_ns;
  gpu.span.parts = {{DeviceTime::kComputeUnknown, 1'000'000}, {DeviceTime::kIdlePython, idle_ns}};
  gpu.span.hidden_communication_ns = 400'000;
  gpu.wall = gpu.span;
  gpu.owners = {{DeviceTime::kIdlePython, TimeClass::kUnattributed, {Layer::kApplication}, {"Ann & Co"}, true}};
  gpu.culprits = {{DeviceTime::kIdlePython, "train.py(1): <script>alert(1)</script>", idle_ns, 3}};
  gpu.top = {{"gemm<float>", 2, 1'000'000, 1.0, 1.0, "compute", "", std::nullopt}};
  gpu.names = 1;
  gpu.launch_delays = {{0, 4, 2'000}, {500'000, 4, 9'000}};
  gpu.launch_queue = LaunchQueue{0.5, 3, 10, {{0, 1}, {500'000, 3}}};
  return gpu;
}

TraceFigures figures_of(std::int64_t idle_ns) {
  TraceFigures figures;
  TraceFileFigures& file = figures.files.emplace_back();
  file.file = "a&b.json";
  file.format = "PyTorch profiler";
  file.devices = {device(idle_ns)};
  file.host_top = {{"forward", 3, 5'000'000, 0.8, 0.8, "", "", std::nullopt},
                   {"<loss>", 3, 1'000'000, 0.2, 1.0, "", "", std::nullopt}};
  file.host_names = 2;
  file.host_own_ns = 6'000'000;
  file.losses = {{Severity::kDamage, "event that is no JSON", 3, "byte 100"},
                 {Severity::kNotice, "of a phase that is not used", 1, ""}};
  return figures;
}

std::string page_of(const TraceFigures& figures) {
  return traces_html(figures, {"lynxbench attribute a&b.json", "2026-01-01"});
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(TracePage, TheFirstSentenceNamesTheLargestPartAndWhoMayOwnIt) {
  const TraceFigures figures = figures_of(3'000'000);
  EXPECT_EQ(headline(figures),
            "The device worked 25.0 % of the 4.00 ms between its first and last work. The largest part, "
            "75.0 %, went to idle: host in Python.");
  const std::vector<std::string> reasons = headline_reasons(figures);
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_NE(reasons[0].find("train.py(1)"), std::string::npos);
  EXPECT_NE(reasons[0].find("application (Ann & Co)"), std::string::npos);
}

TEST(TracePage, EveryTextOfTheTraceIsEscaped) {
  const std::string page = page_of(figures_of(3'000'000));
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<b>NVIDIA"), std::string::npos);
  EXPECT_EQ(page.find("gemm<float>"), std::string::npos);
  EXPECT_EQ(page.find("<loss>"), std::string::npos);
  EXPECT_EQ(page.find("Ann & Co"), std::string::npos);
  EXPECT_NE(page.find("a&amp;b.json"), std::string::npos);
}

TEST(TracePage, NothingIsFetchedFromAnywhere) {
  const std::string page = page_of(figures_of(3'000'000));
  for (const char* word : {"http:", "https:", "src=", "href=", "@import", "url("}) {
    EXPECT_EQ(page.find(word), std::string::npos) << word;
  }
}

TEST(TracePage, TheBarsPartsFillIt) {
  const std::string page = page_of(figures_of(3'000'000));
  const std::size_t at = page.find("<svg class=\"stack\"");
  ASSERT_NE(at, std::string::npos);
  const std::string svg = page.substr(at, page.find("</svg>", at) - at);
  const std::regex width("<rect x=\"[0-9.]+\" width=\"([0-9.]+)\"");
  double sum = 0;
  for (std::sregex_iterator i(svg.begin(), svg.end(), width), end; i != end; ++i) sum += std::stod((*i)[1]);
  EXPECT_NEAR(sum, 1000, 0.1);
}

TEST(TracePage, HiddenCopiesAreDividedByTheirMemory) {
  TraceFigures figures = figures_of(3'000'000);
  figures.files[0].devices[0].span.hidden_copies = {.pageable_ns = 100'000, .pinned_ns = 200'000, .other_ns = 0};
  const std::string page = page_of(figures);
  const std::size_t at = page.find("<svg class=\"stack hidden\"");
  ASSERT_NE(at, std::string::npos);
  const std::string svg = page.substr(at, page.find("</svg>", at) - at);
  EXPECT_NE(svg.find("width=\"25.00\" height=\"10\" style=\"fill:var(--copy_pageable)\""), std::string::npos) << svg;
  EXPECT_NE(svg.find("x=\"125.00\" width=\"50.00\" height=\"10\" style=\"fill:var(--copy_pinned)\""), std::string::npos) << svg;
  EXPECT_EQ(svg.find("copy_other"), std::string::npos);
  EXPECT_NE(page.find("copies 300 µs (of pageable memory 100 µs, of pinned 200 µs, others 0 ns)"), std::string::npos);
}

TEST(TracePage, CopiesAreHeldAgainstTheLinkWhetherHiddenOrExposed) {
  TraceFigures figures = figures_of(3'000'000);
  DeviceFigures& gpu = figures.files[0].devices[0];
  gpu.roofline = DeviceRoofline{};
  gpu.roofline->link_bytes_per_s = 16.0 * (1 << 30);
  CopyFigure copies;
  copies.count = 3;
  copies.bytes = std::int64_t{1} << 30;
  copies.sum_ns = copies.sum_with_bytes_ns = 250'000'000;  // 4 GiB/s
  gpu.copy_rows = {{"host_to_device", "pageable", false, copies}, {"device_to_host", "pinned", true, copies}};
  const std::string page = page_of(figures);
  const std::string terminal = traces_terminal(figures, {.columns = 200});
  for (const std::string& text : {page, terminal}) {
    EXPECT_NE(text.find("to the device, pageable memory, exposed, in whole or in part: 3 copies, 250 ms"), std::string::npos) << text;
    EXPECT_NE(text.find("from the device, pinned memory, hidden: 3 copies, 250 ms"), std::string::npos);
    EXPECT_NE(text.find("25.0 % of the link"), std::string::npos);
  }
}

TEST(TracePage, QueuedRequestsStandWithTheirNumberAndSource) {
  TraceFigures figures = figures_of(3'000'000);
  figures.files[0].devices[0].request_queue =
      RequestQueueFigure{2'000'000, 1'500'000, 1'000'000, 2.5, 7, {"<otlp>.json: 12 requests"}};
  const std::string page = page_of(figures);
  EXPECT_NE(page.find("requests waited in a queue for 2.00 ms; in 1.50 ms of it the device idled, and in 1.00 ms of that nothing on "
                      "the host explains why (2.50 waiting on average, at most 7); &lt;otlp&gt;.json: 12 requests"),
            std::string::npos);
}

TEST(TracePage, LossesAreShownInFullAndDoubtsStandOnTheFirstPage) {
  const std::string page = page_of(figures_of(3'000'000));
  EXPECT_NE(page.find("event that is no JSON"), std::string::npos);
  EXPECT_NE(page.find("byte 100"), std::string::npos);
  EXPECT_NE(page.find("of a phase that is not used"), std::string::npos);
  EXPECT_LT(page.find("not everything in it could be read"), page.find("Late while the device idled"));
}

TEST(TracePage, WithoutADeviceTheHostIsSpokenOf) {
  TraceFigures figures = figures_of(1);
  figures.files[0].devices.clear();
  EXPECT_EQ(headline(figures),
            "No work of a device was recorded, so nothing is said of one. The host was busy for 6.00 ms; "
            "the largest part of its own time, 80.0 %, went to forward.");
  EXPECT_EQ(page_of(figures).find("Device 0"), std::string::npos);
}

TEST(TracePage, RanksStandSideBySide) {
  TraceFigures figures = figures_of(3'000'000);
  figures.files[0].rank = 0;
  figures.files.push_back(figures.files[0]);
  figures.files[1].rank = 1;
  const std::string page = page_of(figures);
  EXPECT_NE(page.find("Devices side by side"), std::string::npos);
  EXPECT_EQ(count(page, "<section><h2>Rank "), 2U);
  EXPECT_NE(headline(figures).find("The 2 devices worked 25.0 % of 8.00 ms of device time"), std::string::npos);
}

TEST(TracePage, EveryClassHasAColourOfItsOwn) {
  const std::string rules = class_colours();
  const std::string light = rules.substr(0, rules.find("@media"));
  std::set<std::string> colours;
  const std::regex rule("--[a-z_]+: (#[0-9a-f]+);");
  for (std::sregex_iterator i(light.begin(), light.end(), rule), end; i != end; ++i) colours.insert((*i)[1]);
  EXPECT_EQ(colours.size(), kDeviceTimeCount);
  EXPECT_FALSE(colours.contains("#888888"));
}

TEST(TracePage, TagsAreClosed) {
  const std::string page = page_of(figures_of(3'000'000));
  for (const char* tag : {"section", "table", "tbody", "tr", "svg", "figure", "div", "ul", "dl"}) {
    const std::string name = tag;
    const std::size_t opened = count(page, "<" + name + ">") + count(page, "<" + name + " ");
    EXPECT_EQ(opened, count(page, "</" + name + ">")) << tag;
  }
}

TEST(Roofline, APointOnItsCeilingLiesOnTheLine) {
  DeviceRoofline roofline;
  roofline.bytes_per_s = 1e12;
  roofline.flops_per_s = {{"fp32", 1e13}};
  // 100 operations a byte at 10 TFLOP/s: at the ceiling, right of the ridge at 10.
  roofline.points = {{"aten::mm", "<[8]>", "fp32", "compute", 1, 1'000'000, 1e10, 1e8, 0}};
  const std::string svg = svg_of(roofline);
  std::smatch circle;
  std::smatch line;
  ASSERT_TRUE(std::regex_search(svg, circle, std::regex("<circle cx=\"[0-9.]+\" cy=\"([0-9.]+)\"")));
  ASSERT_TRUE(std::regex_search(svg, line, std::regex("<line class=\"roof\" x1=\"[0-9.]+\" x2=\"[0-9.]+\" y1=\"([0-9.]+)\"")));
  EXPECT_EQ(circle[1], line[1]);
  EXPECT_EQ(svg.find("<[8]>"), std::string::npos);
}

TEST(TracePage, TheHostsOperatorsHaveARooflineOfTheirOwn) {
  TraceFigures figures = figures_of(1);
  DeviceRoofline roofline;
  roofline.missing = "no ceilings are given that match \"CPU\"";
  roofline.unknown_ns = 1'000;
  roofline.unknown = {{"<Loop>: control flow", 1, 600}, {roofline.missing, 1, 400}};
  roofline.points = {{"MatMul", "[8,8] [8,8]", "fp32", "unknown", 1, 400, 1024, 768, 0}};
  figures.files[0].host_rooflines = {{"CPUExecutionProvider", roofline}};
  const std::string page = page_of(figures);
  EXPECT_NE(page.find("what bounds the operators of CPUExecutionProvider"), std::string::npos);
  EXPECT_NE(page.find("&lt;Loop&gt;: control flow"), std::string::npos);
  EXPECT_EQ(page.find("<Loop>"), std::string::npos);
  const std::string terminal = traces_terminal(figures, {});
  EXPECT_NE(terminal.find("60.0 %: <Loop>: control flow"), std::string::npos) << terminal;
}

TEST(Roofline, WithoutAPointThereIsNoPlot) { EXPECT_EQ(svg_of(DeviceRoofline{}), ""); }

}  // namespace
}  // namespace lynxbench::report
