// Any bytes as a small timeline: the budgets of every device close, whatever overlaps whatever, and the
// figures are those sums that they say they are.
#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

#include "attribution/device/device_budget.h"
#include "attribution/device/device_figures.h"
#include "attribution/device/name_table.h"
#include "attribution/device/timeline_for_test.h"

using namespace lynxbench;

namespace {

// Six bytes a row: what it is, begin, length, key, where, and a scale that makes times large.
struct Row {
  std::uint8_t what, begin, length, key, where, scale;
  [[nodiscard]] bool on_host() const { return what % 2 == 0; }
  [[nodiscard]] std::int64_t begin_ns() const {
    return (static_cast<std::int64_t>(begin) - 128) << (scale % 54);
  }
  [[nodiscard]] std::int64_t end_ns() const {
    return begin_ns() + (static_cast<std::int64_t>(length) << (scale % 45));
  }
  [[nodiscard]] std::int64_t thread() const { return where % 4; }
};

Timeline timeline_of(std::vector<Row> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    const auto key = [](const Row& row) {
      return std::tuple(row.on_host(), row.on_host() ? row.thread() : 0, row.begin_ns(),
                        row.on_host() ? -row.end_ns() : row.end_ns());
    };
    return key(a) < key(b);
  });
  attribution::TimelineBuilder build;
  for (const Row& row : rows) {
    const LinkKey key = row.key % 16;
    if (row.on_host()) {
      build.host(static_cast<HostWork>(row.what / 2 % 7), row.key % 3 == 0 ? "DataLoader" : "op",
                 row.begin_ns(), row.end_ns(), row.thread(), key, row.where / 4 % 2);
    } else {
      build.kernel(row.begin_ns(), row.end_ns(), key, row.what % 4 == 1 ? "nccl" : "gemm",
                   row.where % 3, row.where / 8 % 2);
    }
  }
  return std::move(build.linked());
}

void check_budget(const DeviceBudget& budget) {
  std::int64_t sum = 0;
  for (const DeviceTimePart& part : budget.parts) {
    CHECK(part.ns > 0);
    sum += part.ns;
  }
  CHECK(sum == budget.whole_ns);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<Row> rows;
  for (; size >= 6 && rows.size() < 200; data += 6, size -= 6) {
    rows.push_back({data[0], data[1], data[2], data[3], data[4], data[5]});
  }
  const Timeline timeline = timeline_of(std::move(rows));
  const attribution::DeviceClasses classes = attribution::classify(timeline);
  std::vector<DeviceFigures> devices = attribution::device_figures(timeline, classes);
  attribution::fill_budgets(timeline, classes, {}, devices);
  for (const DeviceFigures& f : devices) {
    check_budget(f.span);
    check_budget(f.wall);
    CHECK(f.compute_ns + f.exposed_communication_ns + f.exposed_copy_ns == f.busy_ns);
    CHECK(f.busy_ns + f.idle_ns == f.span_ns && f.idle_ns >= 0);
    CHECK(f.idle.host_late_ns + f.idle.launch_ns + f.idle.device_wait_ns + f.idle.unknown_ns ==
          f.idle_ns);
  }
  return 0;
}
