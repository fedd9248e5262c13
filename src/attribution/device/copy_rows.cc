#include "attribution/device/copy_rows.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "attribution/device/interval_set.h"

namespace lynxbench::attribution {
namespace {

const CopyFacts* between_host_and_device(const Timeline& timeline, std::size_t row) {
  const std::uint32_t facts = timeline.device.facts[row];
  if (timeline.device.work[row] != DeviceWork::kCopy || facts == kNoRow) return nullptr;
  const CopyFacts& copy = timeline.copies[facts];
  const bool is_between =
      copy.kind == CopyKind::kHostToDevice || copy.kind == CopyKind::kDeviceToHost;
  return is_between ? &copy : nullptr;
}

std::string_view name_of(CopyMemory memory) {
  switch (memory) {
    case CopyMemory::kPageable: return "pageable";
    case CopyMemory::kPinned: return "pinned";
    case CopyMemory::kUnknown: return "unknown";
  }
  return "";
}

// When a device computed or communicated, and its copies so far.
struct DeviceCopies {
  IntervalSet working;
  std::vector<std::size_t> rows;  // of timeline.device
};

std::map<std::int64_t, DeviceCopies> copies_of(const Timeline& timeline,
                                               const DeviceClasses& classes) {
  std::map<std::int64_t, DeviceCopies> devices;
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    DeviceCopies& device = devices[timeline.lanes[timeline.device.lane[row]].device];
    if (classes.of[row] != DeviceClass::kCopy) {
      add(device.working, timeline.device.begin_ns[row], timeline.device.end_ns[row]);
    } else if (between_host_and_device(timeline, row) != nullptr) {
      device.rows.push_back(row);
    }
  }
  return devices;
}

std::vector<CopyRow> rows_of(const Timeline& timeline, const DeviceCopies& device) {
  std::map<std::tuple<CopyKind, CopyMemory, bool>, CopyFigure> figures;
  std::size_t at = 0;  // of device.working; copies come in order of begin
  for (const std::size_t row : device.rows) {
    const std::int64_t begin = timeline.device.begin_ns[row];
    const std::int64_t end = timeline.device.end_ns[row];
    const CopyFacts& copy = *between_host_and_device(timeline, row);
    while (at < device.working.size() && device.working[at].end_ns <= begin) ++at;
    const bool hidden = at < device.working.size() && device.working[at].begin_ns <= begin &&
                        end <= device.working[at].end_ns;
    add_copy(figures[{copy.kind, memory_of(copy), hidden}], copy, end - begin);
  }
  std::vector<CopyRow> rows;
  for (const auto& [key, figure] : figures) {
    const auto [kind, memory, hidden] = key;
    const char* direction =
        kind == CopyKind::kHostToDevice ? "host_to_device" : "device_to_host";
    rows.push_back({direction, std::string(name_of(memory)), hidden, figure});
  }
  return rows;
}

}  // namespace

CopyMemory memory_of(const CopyFacts& copy) {
  const auto is = [&](MemoryKind kind) { return copy.source == kind || copy.destination == kind; };
  if (is(MemoryKind::kPageable)) return CopyMemory::kPageable;
  if (is(MemoryKind::kPinned)) return CopyMemory::kPinned;
  return CopyMemory::kUnknown;
}

void add_copy(CopyFigure& figure, const CopyFacts& copy, std::int64_t duration_ns) {
  ++figure.count;
  figure.sum_ns += duration_ns;
  if (copy.bytes < 0) {
    ++figure.without_bytes;
  } else {
    figure.bytes += copy.bytes;
    figure.sum_with_bytes_ns += duration_ns;
  }
}

void fill_copy_rows(const Timeline& timeline, const DeviceClasses& classes,
                    std::vector<DeviceFigures>& devices) {
  const bool any = std::any_of(devices.begin(), devices.end(), [](const DeviceFigures& device) {
    return device.host_to_device.count + device.device_to_host.count != 0;
  });
  if (!any) return;
  const std::map<std::int64_t, DeviceCopies> copies = copies_of(timeline, classes);
  for (DeviceFigures& device : devices) {
    device.copy_rows = rows_of(timeline, copies.at(device.device));
  }
}

}  // namespace lynxbench::attribution
