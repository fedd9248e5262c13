#include "run/what_if_words.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "attribution/graph/critical_path.h"
#include "attribution/graph/graph.h"
#include "base/number.h"

namespace lynxbench::run {
namespace {

using attribution::Scenario;
using attribution::ScenarioKind;
using attribution::WorkClass;

constexpr std::size_t kNamesShown = 20;
constexpr double kGone = std::numeric_limits<double>::infinity();

constexpr std::array<std::pair<std::string_view, WorkClass>, 8> kClasses{{
    {"kernels", WorkClass::kCompute}, {"communication", WorkClass::kCommunication},
    {"copies", WorkClass::kCopy}, {"operators", WorkClass::kOperators},
    {"python", WorkClass::kPython}, {"loader", WorkClass::kDataLoader},
    {"calls", WorkClass::kRuntimeCalls}, {"host", WorkClass::kHost}}};

constexpr std::string_view kAllowed =
    "kernels=2, communication=hidden, copies=overlapped, launches=graphed, python=2, operators=2, "
    "loader=gone, calls=2, host=2, name:NAME=2, fused:NAME+NAME, batch=8:3.5 or device=H200";

Error not_understood(std::string_view text) {
  return error(ErrorCode::kInvalidArgument, "--what-if takes {}; not \"{}\"", kAllowed, text);
}

// "2", "2x" or "gone".
std::optional<double> factor_in(std::string_view text) {
  if (text == "gone") return kGone;
  if (text.ends_with('x')) text.remove_suffix(1);
  const std::optional<double> factor = number_in<double>(text);
  return factor && *factor >= 1 && std::isfinite(*factor) ? factor : std::nullopt;
}

// "8:3.5"
std::optional<Scenario> batch_in(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<double> batch = number_in<double>(text.substr(0, colon));
  const std::optional<double> factor = number_in<double>(text.substr(colon + 1));
  if (!batch || !factor || *batch < 1 || *factor < 1 || *factor > *batch) return std::nullopt;
  return Scenario{.kind = ScenarioKind::kBatch, .factor = *factor, .batch = *batch};
}

// "fused:aten::mul+aten::add"; names that hold a + themselves are split at the first one.
std::optional<Scenario> fused_in(std::string_view text) {
  const std::size_t plus = text.find('+');
  if (plus == std::string_view::npos || plus == 0 || plus + 1 == text.size()) return std::nullopt;
  return Scenario{.kind = ScenarioKind::kFused, .name = std::string(text.substr(0, plus)),
                  .with = std::string(text.substr(plus + 1))};
}

// The ratios of two devices' ceilings; nothing without both.
std::optional<Scenario> other_device(const WhatIfWish& wish, const DeviceRoofline* roofline,
                                     const attribution::KernelRoofline& kernels) {
  const auto other = attribution::data_sheet(wish.device);
  if (!other || roofline == nullptr || !roofline->bytes_per_s) return std::nullopt;
  std::optional<double> flops_ratio;
  for (const auto& [precision, flops] : roofline->flops_per_s) {
    const auto named = attribution::precision_named(precision);
    const auto found = other->flops_per_s.find(*named);
    if (named == attribution::Precision::kBf16 && found != other->flops_per_s.end()) {
      flops_ratio = found->second / flops;
    }
  }
  if (!flops_ratio) return std::nullopt;
  Scenario scenario = wish.scenario;
  scenario.flops_ratio = *flops_ratio;
  scenario.bandwidth_ratio = *other->bytes_per_s / *roofline->bytes_per_s;
  scenario.bounds = kernels.bounds;
  return scenario;
}

std::vector<WhatIfWish> usual_wishes(const Timeline& timeline,
                                     const attribution::CriticalPath& path) {
  std::vector<WhatIfWish> wishes;
  const auto on_path = [&](attribution::PathClass what) {
    return path.by_class[static_cast<std::size_t>(what)] != 0;
  };
  const auto faster = [&](WorkClass what, double factor) {
    wishes.push_back({Scenario{.what = what, .factor = factor}, ""});
  };
  if (timeline.device.size() != 0) {
    faster(WorkClass::kCompute, 2);
    wishes.push_back({Scenario{.kind = ScenarioKind::kLaunchesRemoved}, ""});
  }
  if (on_path(attribution::PathClass::kCommunication)) {
    wishes.push_back({Scenario{.kind = ScenarioKind::kCommunicationHidden}, ""});
  }
  if (on_path(attribution::PathClass::kCopy)) {
    wishes.push_back({Scenario{.kind = ScenarioKind::kCopiesOverlapped}, ""});
  }
  if (on_path(attribution::PathClass::kDataLoader)) faster(WorkClass::kDataLoader, kGone);
  if (on_path(attribution::PathClass::kPython)) faster(WorkClass::kPython, 2);
  if (on_path(attribution::PathClass::kOperator)) faster(WorkClass::kOperators, 2);
  return wishes;
}

WhatIfFigure figure_of(const attribution::WhatIf& gain) {
  return {gain.scenario,   gain.assumes,    gain.measured_ns, gain.expected_ns,
          gain.lower_ns,   gain.upper_ns,   gain.changed_ns,  gain.exposed_ns,
          gain.expected_ns_per_sample_group, ""};
}

void add_path(const attribution::CriticalPath& path, const Timeline& timeline,
              GraphFigures& figures) {
  figures.total_ns = path.total_ns;
  figures.bound_by = attribution::text(path.bound_by);
  for (std::size_t i = 0; i < path.by_class.size(); ++i) {
    if (path.by_class[i] == 0) continue;
    figures.classes.emplace_back(attribution::text(static_cast<attribution::PathClass>(i)),
                                 path.by_class[i]);
  }
  for (std::size_t i = 0; i < std::min(kNamesShown, path.by_name.size()); ++i) {
    const attribution::PathName& one = path.by_name[i];
    figures.names.push_back({std::string(timeline.names[one.name]),
                             std::string(attribution::text(one.what)), one.steps, one.total_ns});
  }
}

void add_doubts(const attribution::GraphGaps& gaps, GraphFigures& figures) {
  const auto add = [&](std::uint64_t count, std::string_view what) {
    if (count != 0) figures.doubts.push_back(fmt::format("{} × {}", count, what));
  };
  add(gaps.unlinked, "device work whose launch is not in the file");
  add(gaps.waits_inferred, "a wait of which times alone say what it waited for");
  add(gaps.events_inferred, "a wait between streams, inferred from times");
  add(gaps.waits_unresolved, "a wait for the device of which nothing says for what");
  add(gaps.last_waits, "a thread that waits to its end for what the file does not show: cut there");
}

}  // namespace

Result<WhatIfWish> parse_what_if(std::string_view text) {
  constexpr std::string_view kFused = "fused:";
  if (text.starts_with(kFused)) {
    const std::optional<Scenario> fused = fused_in(text.substr(kFused.size()));
    if (!fused) return not_understood(text);
    return WhatIfWish{*fused, ""};
  }
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return not_understood(text);
  const std::string_view what = text.substr(0, equals);
  const std::string_view how = text.substr(equals + 1);
  if (text == "launches=graphed") {
    return WhatIfWish{Scenario{.kind = ScenarioKind::kLaunchesRemoved}, ""};
  }
  if (text == "communication=hidden") {
    return WhatIfWish{Scenario{.kind = ScenarioKind::kCommunicationHidden}, ""};
  }
  if (text == "copies=overlapped") {
    return WhatIfWish{Scenario{.kind = ScenarioKind::kCopiesOverlapped}, ""};
  }
  if (what == "device") {
    if (!attribution::data_sheet(how)) {
      return error(ErrorCode::kInvalidArgument,
                   "--what-if device=NAME: no data sheet is known of \"{}\"", how);
    }
    return WhatIfWish{Scenario{.kind = ScenarioKind::kOtherDevice}, std::string(how)};
  }
  if (what == "batch") {
    const std::optional<Scenario> batch = batch_in(how);
    if (!batch) return not_understood(text);
    return WhatIfWish{*batch, ""};
  }
  const std::optional<double> factor = factor_in(how);
  if (!factor) return not_understood(text);
  if (what.starts_with("name:")) {
    return WhatIfWish{Scenario{.what = WorkClass::kNamed, .name = std::string(what.substr(5)),
                               .factor = *factor}, ""};
  }
  for (const auto& [name, work_class] : kClasses) {
    if (name == what) return WhatIfWish{Scenario{.what = work_class, .factor = *factor}, ""};
  }
  return not_understood(text);
}

GraphFigures graph_figures(const attribution::DependencyGraph& graph,
                           const attribution::KernelRoofline& roofline,
                           std::span<const WhatIfWish> wishes) {
  GraphFigures figures;
  const Timeline& timeline = graph.timeline();
  const attribution::CriticalPath path = attribution::critical_path(graph);
  add_path(path, timeline, figures);
  add_doubts(graph.gaps(), figures);
  std::vector<WhatIfWish> usual;
  if (wishes.empty()) usual = usual_wishes(timeline, path);
  const DeviceRoofline* device =
      roofline.devices.empty() ? nullptr : &roofline.devices.begin()->second;
  for (const WhatIfWish& wish : wishes.empty() ? std::span<const WhatIfWish>(usual) : wishes) {
    if (wish.scenario.kind != ScenarioKind::kOtherDevice) {
      figures.what_ifs.push_back(figure_of(attribution::what_if(graph, wish.scenario)));
      continue;
    }
    const auto scenario = other_device(wish, device, roofline);
    if (scenario) {
      figures.what_ifs.push_back(figure_of(attribution::what_if(graph, *scenario)));
      figures.what_ifs.back().scenario = "a " + wish.device;
    } else {
      WhatIfFigure& unknown = figures.what_ifs.emplace_back();
      unknown.scenario = "a " + wish.device;
      unknown.unknown_because = "the ceilings of the trace's device are unknown";
    }
  }
  return figures;
}

}  // namespace lynxbench::run
