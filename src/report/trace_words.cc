#include "report/trace_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/units.h"
#include "report/words.h"

namespace lynxbench::report {
namespace {

std::string ns_text(std::int64_t ns) { return duration_text(static_cast<double>(ns)); }

std::size_t device_count(const TraceFigures& figures) {
  std::size_t count = 0;
  for (const TraceFileFigures& file : figures.files) count += file.devices.size();
  return count;
}

std::string shortened(std::string_view name) {
  constexpr std::size_t kLongest = 80;
  return name.size() <= kLongest ? std::string(name) : std::string(name.substr(0, kLongest)) + "...";
}

std::string devices_sentence(const TraceFigures& figures, std::size_t devices) {
  const DeviceBudget sum = all_devices(figures);
  const DeviceTimePart* const part = longest(sum);
  if (part == nullptr) return "The devices did nothing that takes time.";
  const std::string who = devices == 1 ? "The device" : fmt::format("The {} devices", devices);
  const std::string time = devices == 1
                               ? fmt::format("the {} between its first and last work",
                                             ns_text(sum.whole_ns))
                               : fmt::format("{} of device time, between first and last work of each",
                                             ns_text(sum.whole_ns));
  return fmt::format("{} worked {} of {}. The largest part, {}, went to {}.", who,
                     ratio_text(busy_ratio(sum)), time, ratio_text(ratio_of(part->ns, sum.whole_ns)),
                     title_of(part->time));
}

std::string host_sentence(const TraceFigures& figures) {
  const TraceFileFigures* most = nullptr;
  for (const TraceFileFigures& file : figures.files) {
    if (file.requests && file.requests->requests != 0) {
      const auto& stages = file.requests->stages;
      const auto top = std::max_element(stages.begin(), stages.end(),
                                        [](const StageFigure& a, const StageFigure& b) {
                                          return a.sum_ns < b.sum_ns;
                                        });
      if (top == stages.end()) break;
      return fmt::format("{} took {} in all; the largest part, {}, went to the stage {}.",
                         counted(file.requests->requests, "request"),
                         ns_text(file.requests->whole_ns),
                         ratio_text(ratio_of(top->sum_ns, file.requests->whole_ns)), top->stage);
    }
    if (!file.host_top.empty() && (most == nullptr || file.host_own_ns > most->host_own_ns)) {
      most = &file;
    }
  }
  if (most == nullptr) return "Nothing in these files says where time went.";
  const NameFigure& top = most->host_top.front();
  return fmt::format("No work of a device was recorded, so nothing is said of one. The host was "
                     "busy for {}; the largest part of its own time, {}, went to {}.",
                     ns_text(most->host_own_ns), ratio_text(top.share), shortened(top.name));
}

std::string first_culprit(const TraceFigures& figures, DeviceTime time) {
  const Culprit* first = nullptr;
  for (const TraceFileFigures& file : figures.files) {
    for (const DeviceFigures& device : file.devices) {
      for (const Culprit& one : device.culprits) {
        if (one.time == time && (first == nullptr || one.ns > first->ns)) first = &one;
      }
    }
  }
  return first == nullptr ? "" : first->name;
}

std::string any_owner(const TraceFigures& figures, DeviceTime time) {
  for (const TraceFileFigures& file : figures.files) {
    for (const DeviceFigures& device : file.devices) {
      std::string owner = owner_text(device, time);
      if (!owner.empty()) return owner;
    }
  }
  return "";
}

}  // namespace

double ratio_of(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string shares_text(std::vector<std::pair<std::string, std::int64_t>> parts, std::int64_t whole) {
  std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [name, ns] : parts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, ratio_text(ratio_of(ns, whole)));
  }
  return text;
}

std::string_view hint_text(DeviceTime time) {
  switch (time) {
    case DeviceTime::kComputeBound: return "fewer operations, or a faster device";
    case DeviceTime::kMemoryBound: return "fewer bytes moved, fused kernels, or faster memory";
    case DeviceTime::kComputeUnknown: return "the kernels; what bounds them is not in the file";
    case DeviceTime::kCommunication: return "how the model is split over devices, then the links";
    case DeviceTime::kCopyPageable: return "copies of memory that is not pinned";
    case DeviceTime::kCopyPinned: return "copies that no other work hides";
    case DeviceTime::kCopyOther: return "copies and sets that no other work hides";
    case DeviceTime::kIdleOperator:
      return "operators take longer on the host than on the device: fewer, fused, or as a graph";
    case DeviceTime::kIdlePython: return "Python code between launches";
    case DeviceTime::kIdleDataLoader: return "the input pipeline";
    case DeviceTime::kIdleCall: return "runtime calls that allocate or launch";
    case DeviceTime::kIdleSynchronisation:
      return "the program waits for the device before it launches more";
    case DeviceTime::kIdleSystemCall: return "the operating system, or what is asked of it";
    case DeviceTime::kIdleProgram: return "a range that the program named";
    case DeviceTime::kIdleHostUnseen: return "the host; profile with Python stacks to see who";
    case DeviceTime::kIdleLaunch: return "the way from the launch to the device";
    case DeviceTime::kIdleQueued: return "dependencies between streams, or the device's latency";
    case DeviceTime::kIdleGraph: return "the graph's own dependencies";
    case DeviceTime::kRankWait: return "the rank that came last";
    case DeviceTime::kIdleNoRequest: return "there was nothing to do";
    case DeviceTime::kIdleRequestsQueued:
      return "the server: how it schedules and batches what waits in its queue";
    case DeviceTime::kIdleUnknown: return "nobody can say: the launch is not in the file";
  }
  return "";
}

std::string owner_text(const DeviceFigures& device, DeviceTime time) {
  for (const DeviceTimeOwners& known : device.owners) {
    if (known.time != time) continue;
    std::string text;
    for (Layer layer : known.layers) text += (text.empty() ? "" : ", ") + std::string(name_of(layer));
    std::string owners;
    for (const std::string& owner : known.owners) owners += (owners.empty() ? "" : ", ") + owner;
    if (owners.empty()) return text;
    return fmt::format("{} ({})", text, owners);
  }
  return "";
}

std::string device_name(const TraceFileFigures& file, const DeviceFigures& device) {
  const std::string rank = file.rank ? fmt::format("Rank {}, device ", *file.rank) : "Device ";
  const std::string name = device.name.empty() ? "" : fmt::format(" ({})", device.name);
  return fmt::format("{}{}{}", rank, device.device, name);
}

DeviceBudget all_devices(const TraceFigures& figures) {
  DeviceBudget sum;
  std::array<std::int64_t, kDeviceTimeCount> times{};
  for (const TraceFileFigures& file : figures.files) {
    for (const DeviceFigures& device : file.devices) {
      sum.whole_ns += device.span.whole_ns;
      sum.hidden_communication_ns += device.span.hidden_communication_ns;
      sum.hidden_copies.pageable_ns += device.span.hidden_copies.pageable_ns;
      sum.hidden_copies.pinned_ns += device.span.hidden_copies.pinned_ns;
      sum.hidden_copies.other_ns += device.span.hidden_copies.other_ns;
      for (const DeviceTimePart& part : device.span.parts) {
        times[static_cast<std::size_t>(part.time)] += part.ns;
      }
    }
  }
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] != 0) sum.parts.push_back({static_cast<DeviceTime>(i), times[i]});
  }
  return sum;
}

const DeviceTimePart* longest(const DeviceBudget& budget) {
  const auto found = std::max_element(
      budget.parts.begin(), budget.parts.end(),
      [](const DeviceTimePart& a, const DeviceTimePart& b) { return a.ns < b.ns; });
  return found == budget.parts.end() ? nullptr : &*found;
}

double busy_ratio(const DeviceBudget& budget) {
  std::int64_t busy_ns = 0;
  for (const DeviceTimePart& part : budget.parts) busy_ns += is_idle(part.time) ? 0 : part.ns;
  return ratio_of(busy_ns, budget.whole_ns);
}

std::string hidden_copies_text(const HiddenCopies& hidden) {
  const std::string whole = fmt::format("copies {}", ns_text(hidden.sum_ns()));
  if (hidden.sum_ns() == 0) return whole;
  return fmt::format("{} (of pageable memory {}, of pinned {}, others {})", whole,
                     ns_text(hidden.pageable_ns), ns_text(hidden.pinned_ns),
                     ns_text(hidden.other_ns));
}

std::string copy_text(const CopyFigure& figure, const std::optional<double>& link_bytes_per_s) {
  std::string text = fmt::format("{} copies, {}, ", grouped(figure.count), ns_text(figure.sum_ns));
  const std::optional<double> speed = figure.bytes_per_s();
  if (!speed) return text + "bytes unknown";
  text += fmt::format("{} at {}/s", bytes_text(static_cast<double>(figure.bytes)),
                      bytes_text(*speed));
  if (link_bytes_per_s) {
    text += fmt::format(", {} of the link's {}/s", ratio_text(*speed / *link_bytes_per_s),
                        bytes_text(*link_bytes_per_s));
  }
  if (figure.without_bytes != 0) text += fmt::format(" ({} without bytes)", figure.without_bytes);
  return text;
}

std::string copy_row_title(const CopyRow& row) {
  const char* direction = row.direction == "host_to_device" ? "to the device" : "from the device";
  const std::string memory =
      row.memory == "unknown" ? "memory not known" : row.memory + " memory";
  return fmt::format("{}, {}, {}", direction, memory,
                     row.hidden ? "hidden" : "exposed, in whole or in part");
}

std::string request_queue_text(const RequestQueueFigure& queue) {
  std::string text = fmt::format("requests waited in a queue for {}; in {} of it the device idled",
                                 ns_text(queue.waiting_ns), ns_text(queue.idle_ns));
  if (queue.queued_ns != 0) {
    text += fmt::format(", and in {} of that nothing on the host explains why ({} waiting on "
                        "average, at most {})",
                        ns_text(queue.queued_ns), number_text(queue.mean), grouped(queue.most));
  }
  for (const std::string& source : queue.sources) text += "; " + source;
  return text;
}

std::string occupancy_text(const Occupancy& occupancy) {
  const std::int64_t all_ns = occupancy.known_ns + occupancy.unknown_ns;
  return fmt::format("{} of the threads that the device holds, while it computed (the profiler's estimate, for {} of that time)",
                     ratio_text(occupancy.percent / 100), ratio_text(ratio_of(occupancy.known_ns, all_ns)));
}

std::string clock_text(const RankPath& path) {
  std::string text = fmt::format("Ranks' clocks are set equal by the ends of their collectives: single ends are off by {} at most",
                                 duration_text(static_cast<double>(path.clock_residual_ns)));
  if (path.clock_residual_ns > kUsualResidualNs) {
    text += ", too far apart for one operation: the ranks' collectives may not be the same ones, and then neither this path nor "
            "the waiting is right";
  }
  return text + ".";
}

std::string headline(const TraceFigures& figures) {
  const std::size_t devices = device_count(figures);
  return devices == 0 ? host_sentence(figures) : devices_sentence(figures, devices);
}

std::vector<std::string> headline_reasons(const TraceFigures& figures) {
  std::vector<std::string> lines;
  const DeviceBudget sum = all_devices(figures);
  std::vector<DeviceTimePart> parts = sum.parts;
  std::stable_sort(parts.begin(), parts.end(), [](const DeviceTimePart& a, const DeviceTimePart& b) {
    return a.ns > b.ns;
  });
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < std::min(kShown, parts.size()); ++i) {
    std::string line = fmt::format("{} {}: {}", ratio_text(ratio_of(parts[i].ns, sum.whole_ns)),
                                   title_of(parts[i].time), hint_text(parts[i].time));
    const std::string culprit = first_culprit(figures, parts[i].time);
    if (!culprit.empty()) line += fmt::format("; first of all {}", shortened(culprit));
    const std::string owner = any_owner(figures, parts[i].time);
    if (!owner.empty()) line += fmt::format(". May own it: {}", owner);
    lines.push_back(line + ".");
  }
  return lines;
}

}  // namespace lynxbench::report
