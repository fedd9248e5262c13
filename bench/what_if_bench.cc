// The dependency graph of a trace as figures: the critical path, what a change would gain, and what
// building and replaying cost.
//
//   what_if_bench TRACE                      one JSON object: sizes, times, critical path
//   what_if_bench TRACE faster WHAT FACTOR   WHAT: python, operators, loader, calls, host, compute,
//                                            communication, copies, or name:aten::mm; inf: no time
//   what_if_bench TRACE batch N FACTOR       device work (or operators) takes FACTOR times as long
//   what_if_bench TRACE fused NAME NAME      the two become one
//   what_if_bench TRACE graphs | overlap | hide
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "attribution/device/device_class.h"
#include "attribution/graph/critical_path.h"
#include "attribution/graph/graph.h"
#include "attribution/graph/replay.h"
#include "attribution/graph/what_if.h"
#include "base/json.h"
#include "trace/reader.h"

namespace {

using namespace lynxbench;
using namespace lynxbench::attribution;

double ms_since(std::chrono::steady_clock::time_point begin) {
  const auto now = std::chrono::steady_clock::now();
  return std::chrono::duration<double, std::milli>(now - begin).count();
}

std::int64_t resident_peak_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

Json path_json(const DependencyGraph& graph, const CriticalPath& path) {
  Json classes = Json::object();
  for (std::size_t i = 0; i < kPathClassCount; ++i) {
    if (path.by_class[i] == 0) continue;
    classes[std::string(text(static_cast<PathClass>(i)))] = path.by_class[i];
  }
  Json names = Json::array();
  for (std::size_t i = 0; i < path.by_name.size() && i < 12; ++i) {
    const PathName& one = path.by_name[i];
    names.push_back({{"name", std::string(graph.timeline().names[one.name])},
                     {"class", std::string(text(one.what))},
                     {"steps", one.steps},
                     {"ns", one.total_ns}});
  }
  return {{"total_ns", path.total_ns}, {"bound_by", std::string(text(path.bound_by))},
          {"classes_ns", classes},     {"names", names},
          {"steps", path.steps.size()}};
}

Json summary(const Timeline& timeline, const DependencyGraph& graph, double build_ms) {
  const auto begin = std::chrono::steady_clock::now();
  const Replayed replayed = replay(graph, {});
  const double replay_ms = ms_since(begin);
  std::int64_t moved = 0;
  for (ItemId item = 0; item < graph.size(); ++item) {
    if (replayed.begin_ns[item] != graph.begin_ns(item) - graph.begin_ns()) ++moved;
  }
  const GraphGaps& gaps = graph.gaps();
  return {{"events", timeline.events},
          {"items", graph.size()},
          {"moved_by_unchanged_replay", moved},
          {"build_ms", build_ms},
          {"replay_ms", replay_ms},
          {"peak_kb", resident_peak_kb()},
          {"typical_launch_ns", graph.typical().launch_ns},
          {"typical_gap_ns", graph.typical().device_gap_ns},
          {"unlinked", gaps.unlinked},
          {"launched_later", gaps.launched_later},
          {"waits_inferred", gaps.waits_inferred},
          {"events_inferred", gaps.events_inferred},
          {"waits_unresolved", gaps.waits_unresolved},
          {"path", path_json(graph, critical_path(graph))}};
}

Scenario scenario_of(const std::vector<std::string>& words) {
  const std::string& kind = words.at(0);
  if (kind == "graphs") return {.kind = ScenarioKind::kLaunchesRemoved};
  if (kind == "overlap") return {.kind = ScenarioKind::kCopiesOverlapped};
  if (kind == "hide") return {.kind = ScenarioKind::kCommunicationHidden};
  if (kind == "fused") {
    return {.kind = ScenarioKind::kFused, .name = words.at(1), .with = words.at(2)};
  }
  if (kind == "batch") {
    return {.kind = ScenarioKind::kBatch, .factor = std::stod(words.at(2)),
            .batch = std::stod(words.at(1))};
  }
  static const std::map<std::string, WorkClass> kClasses = {
      {"python", WorkClass::kPython},       {"operators", WorkClass::kOperators},
      {"loader", WorkClass::kDataLoader},   {"calls", WorkClass::kRuntimeCalls},
      {"host", WorkClass::kHost},           {"compute", WorkClass::kCompute},
      {"communication", WorkClass::kCommunication}, {"copies", WorkClass::kCopy}};
  const std::string& what = words.at(1);
  const double factor = std::stod(words.at(2));
  if (what.starts_with("name:")) {
    return {.what = WorkClass::kNamed, .name = what.substr(5), .factor = factor};
  }
  return {.what = kClasses.at(what), .factor = factor};
}

Json gain_json(const WhatIf& gain) {
  return {{"scenario", gain.scenario},       {"assumes", gain.assumes},
          {"measured_ns", gain.measured_ns}, {"expected_ns", gain.expected_ns},
          {"lower_ns", gain.lower_ns},       {"upper_ns", gain.upper_ns},
          {"changed_ns", gain.changed_ns},   {"exposed_ns", gain.exposed_ns}};
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) {
    std::fprintf(stderr, "usage: what_if_bench TRACE [SCENARIO ...]\n");
    return 2;
  }
  const auto timelines = trace::read_file(values[1], {});
  if (!timelines.ok()) {
    std::fprintf(stderr, "%s\n", timelines.error().text().c_str());
    return 1;
  }
  for (const Timeline& timeline : *timelines) {
    const DeviceClasses classes = classify(timeline);
    const auto begin = std::chrono::steady_clock::now();
    const DependencyGraph graph = DependencyGraph::of(timeline, classes.of);
    const double build_ms = ms_since(begin);
    const std::vector<std::string> words(values + 2, values + count);
    const Json out = words.empty() ? summary(timeline, graph, build_ms)
                                   : gain_json(what_if(graph, scenario_of(words)));
    std::printf("%s\n", out.dump(1).c_str());
  }
  return 0;
}
