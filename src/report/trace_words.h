// What a trace's figures say in words, for people who do not profile: one sentence, and for each class of
// time who may own it. Inside report only.
//
//   headline(figures)                   -> "The device worked 38.2 % of the 1.24 s between ..."
//   hint_text(DeviceTime::kIdlePython)  -> "Python code between launches"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/trace_figures.h"

namespace lynxbench::report {

// 0 of an empty whole.
[[nodiscard]] double ratio_of(std::int64_t part, std::int64_t whole);
// "host operator 48.1 %, Python 40.1 %": the longest first.
[[nodiscard]] std::string shares_text(std::vector<std::pair<std::string, std::int64_t>> parts, std::int64_t whole);

// What to look at where much time is of this class.
[[nodiscard]] std::string_view hint_text(DeviceTime time);
// Layers that may own it, and who owns those where a contract says so: "application, framework (Ann)".
[[nodiscard]] std::string owner_text(const DeviceFigures& device, DeviceTime time);

// "Device 0 (NVIDIA H100)"; of a rank, with it.
[[nodiscard]] std::string device_name(const TraceFileFigures& file, const DeviceFigures& device);

// The budgets of all devices of all files, added up: from first to last work of each.
[[nodiscard]] DeviceBudget all_devices(const TraceFigures& figures);
// The budget's longest part; nothing when it is empty.
[[nodiscard]] const DeviceTimePart* longest(const DeviceBudget& budget);
// Of the budget's time, 0 to 1, in which the device worked.
[[nodiscard]] double busy_ratio(const DeviceBudget& budget);

// "copies 55.5 ms (of pageable memory 50.0 ms, of pinned 5.50 ms, others 0 ns)".
[[nodiscard]] std::string hidden_copies_text(const HiddenCopies& hidden);
// "16 copies, 55.5 ms, 233 MiB at 4.10 GiB/s, 27.5 % of the link's 14.9 GiB/s". The link is null where it is
// not known.
[[nodiscard]] std::string copy_text(const CopyFigure& figure,
                                    const std::optional<double>& link_bytes_per_s);
// A line for each kind of copies: "to the device, pageable memory, exposed".
[[nodiscard]] std::string copy_row_title(const CopyRow& row);
// "requests waited in a queue during 30 ms, in 20 ms of it the device idled ..."; what it rests on.
[[nodiscard]] std::string request_queue_text(const RequestQueueFigure& queue);

// "43.1 % of the threads that it holds, while it computed (...)".
[[nodiscard]] std::string occupancy_text(const Occupancy& occupancy);

// Beyond this, ends of a collective on two ranks are too far apart to be of one operation.
inline constexpr std::int64_t kUsualResidualNs = 1'000'000;
// How ranks' clocks were set equal, and whether that is in doubt.
[[nodiscard]] std::string clock_text(const RankPath& path);

// Where the time of all files went, in a sentence or two.
[[nodiscard]] std::string headline(const TraceFigures& figures);
// The same with the names behind it, a line each: at most a few.
[[nodiscard]] std::vector<std::string> headline_reasons(const TraceFigures& figures);

}  // namespace lynxbench::report
