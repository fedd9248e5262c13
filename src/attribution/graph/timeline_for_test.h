// Timelines written by hand, for tests of the dependency graph.
//
//   TimelineForTest trace;
//   trace.call(0, 10, "cudaLaunchKernel", 1);      // begin, end, name, link
//   trace.kernel(20, 50, "gemm", /*stream=*/7, 1);
//   const DependencyGraph graph = trace.graph();   // links first
#pragma once

#include <algorithm>
#include <numeric>
#include <string_view>
#include <tuple>
#include <vector>

#include "attribution/device/device_class.h"
#include "attribution/graph/graph.h"
#include "model/trace.h"

namespace lynxbench::attribution {

class TimelineForTest {
 public:
  Timeline timeline;

  void host(std::int64_t begin, std::int64_t end, std::string_view name, HostWork work,
            std::int64_t thread = 1) {
    rows_.push_back({begin, end, timeline.names.intern(name), timeline.thread_of(1, thread), work,
                     kNoLink});
  }
  void op(std::int64_t begin, std::int64_t end, std::string_view name, std::int64_t thread = 1) {
    host(begin, end, name, HostWork::kOperator, thread);
  }
  void python(std::int64_t begin, std::int64_t end, std::string_view name,
              std::int64_t thread = 1) {
    host(begin, end, name, HostWork::kPython, thread);
  }
  void call(std::int64_t begin, std::int64_t end, std::string_view name, LinkKey link = kNoLink,
            std::int64_t thread = 1) {
    rows_.push_back({begin, end, timeline.names.intern(name), timeline.thread_of(1, thread),
                     HostWork::kCall, link});
  }
  void device(std::int64_t begin, std::int64_t end, std::string_view name, std::int64_t stream,
              LinkKey link, DeviceWork work) {
    work_.push_back({.begin_ns = begin, .end_ns = end, .name = timeline.names.intern(name),
                     .lane = timeline.lane_of(0, stream), .work = work, .link = link});
  }
  void kernel(std::int64_t begin, std::int64_t end, std::string_view name, std::int64_t stream = 7,
              LinkKey link = kNoLink) {
    device(begin, end, name, stream, link, DeviceWork::kKernel);
  }
  void copy(std::int64_t begin, std::int64_t end, std::string_view name, std::int64_t stream,
            LinkKey link) {
    device(begin, end, name, stream, link, DeviceWork::kCopy);
  }

  // Puts the tables in order and finds the launches, as trace/link.h does (attribution must not
  // include it). Once.
  void link() {
    std::stable_sort(rows_.begin(), rows_.end(), [](const HostRow& a, const HostRow& b) {
      return std::tuple(a.thread, a.begin, -a.end) < std::tuple(b.thread, b.begin, -b.end);
    });
    std::stable_sort(work_.begin(), work_.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.begin_ns, a.end_ns) < std::tuple(b.begin_ns, b.end_ns);
    });
    std::vector<std::pair<std::uint32_t, LinkKey>> calls;
    for (const HostRow& row : rows_) {
      const std::uint32_t at =
          timeline.host.add({row.begin, row.end, row.name, row.thread, row.work});
      if (row.work == HostWork::kCall) calls.emplace_back(at, row.link);
    }
    std::stable_sort(calls.begin(), calls.end(), [&](const auto& a, const auto& b) {
      return timeline.host.begin_ns[a.first] < timeline.host.begin_ns[b.first];
    });
    for (const auto& [row, key] : calls) timeline.calls.add(row, key);
    for (const DeviceTable::Row& row : work_) {
      timeline.device.add(row);
      std::uint32_t launch = kNoRow;
      for (std::uint32_t call = 0; call < calls.size(); ++call) {
        if (row.link != kNoLink && calls[call].second == row.link) launch = call;
      }
      timeline.device.call.push_back(launch);
    }
  }
  [[nodiscard]] DependencyGraph graph() {
    link();
    classes = classify(timeline);
    return DependencyGraph::of(timeline, classes.of);
  }
  DeviceClasses classes;

 private:
  struct HostRow {
    std::int64_t begin;
    std::int64_t end;
    NameId name;
    std::uint32_t thread;
    HostWork work;
    LinkKey link;
  };
  std::vector<HostRow> rows_;
  std::vector<DeviceTable::Row> work_;
};

// The only item of that name; of several the first.
inline ItemId item_of(const DependencyGraph& graph, std::string_view name) {
  for (ItemId item = 0; item < graph.size(); ++item) {
    if (graph.timeline().names[graph.name(item)] == name) return item;
  }
  return kNoItem;
}

}  // namespace lynxbench::attribution
