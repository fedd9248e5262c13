#include "trace/perfetto.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "trace/json_text.h"

namespace lynxbench::trace {
namespace {

constexpr std::int64_t kBudgetTrack = 1;
constexpr std::int64_t kLateTrack = 2;
constexpr std::int64_t kFirstStreamTrack = 10;
// Ranks start at different times; the first file's may not be the first of all.
constexpr std::int64_t kEarlierFilesNs = 600'000'000'000;

std::string microseconds(std::int64_t ns) {
  const std::uint64_t size =
      ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  return fmt::format("{}{}.{:03}", ns < 0 ? "-" : "", size / 1000, size % 1000);
}

// A colour that chrome://tracing knows by name.
std::string_view colour_of(DeviceTime time) {
  switch (time) {
    case DeviceTime::kComputeBound:
    case DeviceTime::kMemoryBound:
    case DeviceTime::kComputeUnknown: return "thread_state_running";
    case DeviceTime::kCommunication: return "thread_state_iowait";
    case DeviceTime::kCopyPageable:
    case DeviceTime::kCopyPinned:
    case DeviceTime::kCopyOther: return "yellow";
    case DeviceTime::kIdleLaunch:
    case DeviceTime::kIdleQueued:
    case DeviceTime::kIdleGraph:
    case DeviceTime::kRankWait:
    case DeviceTime::kIdleNoRequest:
    case DeviceTime::kIdleUnknown: return "grey";
    default: return "terrible";
  }
}

std::string_view kind_of(DeviceWork work) {
  switch (work) {
    case DeviceWork::kKernel: return "kernel";
    case DeviceWork::kCopy: return "copy";
    case DeviceWork::kSet: return "set";
  }
  return "";
}

}  // namespace

struct PerfettoWriter::Slice {
  std::int64_t track = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::string_view category;
  std::string name;       // JSON
  std::string arguments;  // JSON, or ""
  std::string_view colour;
};

Result<std::unique_ptr<PerfettoWriter>> PerfettoWriter::create(const std::string& path,
                                                               Files files) {
  std::unique_ptr<OutputFile> file = TRY(OutputFile::create(path));
  return std::unique_ptr<PerfettoWriter>(new PerfettoWriter(std::move(file), files));
}

PerfettoWriter::PerfettoWriter(std::unique_ptr<OutputFile> file, Files files)
    : file_(std::move(file)), files_(files) {
  file_->write("{\"traceEvents\": [");
}

void PerfettoWriter::begin_event() {
  file_->write(first_ ? "\n" : ",\n");
  first_ = false;
}

std::string PerfettoWriter::time_text(std::int64_t at_ns) const {
  return microseconds(at_ns - origin_ns_);
}

void PerfettoWriter::slice(const Slice& slice) {
  begin_event();
  std::string text = fmt::format(
      R"({{"ph": "X", "cat": "{}", "name": {}, "pid": {}, "tid": {}, "ts": {}, "dur": {})",
      slice.category, slice.name, process_, slice.track, time_text(slice.begin_ns),
      microseconds(slice.end_ns - slice.begin_ns));
  if (!slice.colour.empty()) text += fmt::format(R"(, "cname": "{}")", slice.colour);
  if (!slice.arguments.empty()) text += fmt::format(R"(, "args": {{{}}})", slice.arguments);
  file_->write(text + "}");
}

void PerfettoWriter::track_name(std::int64_t track, std::string_view name, std::int64_t place) {
  begin_event();
  file_->write(fmt::format(
      R"({{"ph": "M", "name": "thread_name", "pid": {}, "tid": {}, "args": {{"name": {}}}}})",
      process_, track, json_text(name)));
  begin_event();
  file_->write(fmt::format(
      R"({{"ph": "M", "name": "thread_sort_index", "pid": {}, "tid": {}, "args": {{"sort_index": {}}}}})",
      process_, track, place));
}

void PerfettoWriter::process_name(std::string_view name) {
  begin_event();
  file_->write(
      fmt::format(R"({{"ph": "M", "name": "process_name", "pid": {}, "args": {{"name": {}}}}})",
                  process_, json_text(name)));
}

void PerfettoWriter::choose_origin(const Timeline& timeline,
                                   const std::vector<DevicePieces>& devices) {
  origin_ns_ = 0;
  for (const DevicePieces& device : devices) {
    if (!device.pieces.empty()) origin_ns_ = device.pieces.front().begin_ns;
  }
  if (files_ == Files::kOne || !timeline.clock.wall_offset_ns) return;
  const std::int64_t begin_ns = origin_ns_ + *timeline.clock.wall_offset_ns;
  if (!wall_origin_ns_) wall_origin_ns_ = begin_ns - kEarlierFilesNs;
  if (begin_ns >= *wall_origin_ns_) {
    origin_ns_ = *wall_origin_ns_ - *timeline.clock.wall_offset_ns;
  }
}

void PerfettoWriter::add(const Timeline& timeline, const std::vector<DevicePieces>& devices) {
  choose_origin(timeline, devices);
  for (const DevicePieces& device : devices) {
    ++process_;
    const std::string rank = timeline.rank ? fmt::format("rank {}, ", *timeline.rank) : "";
    process_name(fmt::format("{}device {} {}", rank, device.device, device.name));
    add_budget(timeline, device);
    add_streams(timeline, device.device);
    add_queue(timeline, device.device);
  }
}

void PerfettoWriter::add_budget(const Timeline& timeline, const DevicePieces& device) {
  track_name(kBudgetTrack, "where the time went", kBudgetTrack);
  track_name(kLateTrack, "who was late", kLateTrack);
  std::map<DeviceTime, std::string> titles;
  for (const BudgetPiece& piece : device.pieces) {
    std::string& title = titles[piece.time];
    if (title.empty()) title = json_text(title_of(piece.time));
    slice({kBudgetTrack, piece.begin_ns, piece.end_ns, "budget", title, "", colour_of(piece.time)});
    if (piece.thread == kNoRow) continue;
    slice({kLateTrack, piece.begin_ns, piece.end_ns, "late",
           json_text(timeline.names[piece.culprit]),
           fmt::format(R"("class": {}, "thread": {})", title,
                       timeline.threads[piece.thread].thread),
           ""});
  }
}

// Work that begins before earlier work of its stream has ended goes to a track beside it.
void PerfettoWriter::add_streams(const Timeline& timeline, std::int64_t device) {
  std::map<std::uint32_t, std::vector<std::pair<std::int64_t, std::int64_t>>> tracks;  // end, track
  std::int64_t next_track = kFirstStreamTrack;
  const DeviceTable& work = timeline.device;
  for (std::size_t row = 0; row < work.size(); ++row) {
    const Lane& lane = timeline.lanes[work.lane[row]];
    if (lane.device != device) continue;
    auto& of_lane = tracks[work.lane[row]];
    auto free = std::find_if(of_lane.begin(), of_lane.end(),
                             [&](const auto& one) { return one.first <= work.begin_ns[row]; });
    if (free == of_lane.end()) {
      const std::string stream =
          lane.stream_known ? fmt::format("stream {}", lane.stream) : "stream not in the file";
      const std::string beside =
          of_lane.empty() ? "" : fmt::format(", overlapping {}", of_lane.size());
      track_name(next_track, stream + beside, next_track);
      free = of_lane.insert(of_lane.end(), {0, next_track++});
    }
    free->first = work.end_ns[row];
    slice({free->second, work.begin_ns[row], work.end_ns[row], kind_of(work.work[row]),
           json_text(timeline.names[work.name[row]]), "", ""});
  }
}

// Pieces of work whose launch had begun and which had not.
void PerfettoWriter::add_queue(const Timeline& timeline, std::int64_t device) {
  std::vector<std::pair<std::int64_t, int>> steps;
  const DeviceTable& work = timeline.device;
  for (std::size_t row = 0; row < work.size(); ++row) {
    if (timeline.lanes[work.lane[row]].device != device || work.call[row] == kNoRow) continue;
    const std::int64_t launch =
        timeline.host.begin_ns[timeline.calls.host_row[work.call[row]]];
    if (launch >= work.begin_ns[row]) continue;
    steps.emplace_back(launch, 1);
    steps.emplace_back(work.begin_ns[row], -1);
  }
  std::sort(steps.begin(), steps.end());
  std::int64_t depth = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    depth += steps[i].second;
    if (i + 1 < steps.size() && steps[i + 1].first == steps[i].first) continue;
    begin_event();
    file_->write(fmt::format(
        R"({{"ph": "C", "name": "launched, not begun", "pid": {}, "ts": {}, "args": {{"depth": {}}}}})",
        process_, time_text(steps[i].first), depth));
  }
}

Status PerfettoWriter::finish() {
  file_->write("\n]}\n");
  return file_->commit();
}

}  // namespace lynxbench::trace
