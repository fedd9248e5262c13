// What holds of every Timeline that a reader gave and link() put in order, whatever the file was:
// fuzz targets hold it against arbitrary bytes.
//
//   check_timeline(timeline);   // aborts, by CHECK, where something does not hold
#pragma once

#include <cstdint>

#include "base/result.h"
#include "model/trace.h"

namespace lynxbench::trace {

inline void check_device(const Timeline& timeline) {
  const DeviceTable& device = timeline.device;
  for (std::size_t row = 0; row < device.size(); ++row) {
    CHECK(device.begin_ns[row] <= device.end_ns[row]);
    CHECK(row == 0 || device.begin_ns[row - 1] <= device.begin_ns[row]);
    CHECK(device.name[row] < timeline.names.size());
    CHECK(device.lane[row] < timeline.lanes.size());
    const std::uint32_t facts = device.facts[row];
    const bool is_kernel = device.work[row] == DeviceWork::kKernel;
    CHECK(facts == kNoRow || facts < (is_kernel ? timeline.kernels.size() : timeline.copies.size()));
    const std::uint32_t call = device.call[row];
    CHECK(call == kNoRow || timeline.calls.link[call] == device.link[row]);
  }
}

inline void check_host(const Timeline& timeline) {
  const HostTable& host = timeline.host;
  for (std::size_t row = 0; row < host.size(); ++row) {
    CHECK(host.begin_ns[row] <= host.end_ns[row]);
    CHECK(host.name[row] < timeline.names.size());
    CHECK(host.thread[row] < timeline.threads.size());
  }
  for (std::size_t row = 0; row < timeline.calls.size(); ++row) {
    CHECK(host.work[timeline.calls.host_row[row]] == HostWork::kCall);
  }
  for (std::size_t row = 0; row < timeline.operators.size(); ++row) {
    CHECK(host.work[timeline.operators[row].host_row] == HostWork::kOperator);
  }
}

inline void check_timeline(const Timeline& timeline) {
  check_device(timeline);
  check_host(timeline);
  for (const DeviceWait& wait : timeline.waits) {
    CHECK(wait.begin_ns <= wait.end_ns && wait.name < timeline.names.size());
    CHECK(wait.lane == kNoRow || wait.lane < timeline.lanes.size());
  }
  for (const TraceSeries& series : timeline.series)
    CHECK(series.at_ns.size() == series.value.size());
  for (const Loss& loss : timeline.losses) CHECK(loss.count > 0 && !loss.what.empty());
}

}  // namespace lynxbench::trace
