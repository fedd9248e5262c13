#include "trace/link.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

namespace lynxbench::trace {
namespace {

using Order = std::vector<std::uint32_t>;

template <typename Before>
Order order_of(std::size_t rows, const Before& before) {
  Order order(rows);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), before);
  return order;
}

template <typename T>
void rearrange(Column<T>& column, const Order& order) {
  Column<T> sorted;
  for (std::uint32_t row : order) sorted.push_back(column[row]);
  column = std::move(sorted);
}

template <typename Before>
bool in_order(std::size_t rows, const Before& before) {
  for (std::uint32_t row = 1; row < rows; ++row) {
    if (before(row, row - 1)) return false;
  }
  return true;
}

void sort_device(DeviceTable& device) {
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (device.begin_ns[a] != device.begin_ns[b]) return device.begin_ns[a] < device.begin_ns[b];
    return device.end_ns[a] < device.end_ns[b];
  };
  if (in_order(device.size(), before)) return;
  const Order order = order_of(device.size(), before);
  rearrange(device.begin_ns, order);
  rearrange(device.end_ns, order);
  rearrange(device.name, order);
  rearrange(device.lane, order);
  rearrange(device.work, order);
  rearrange(device.link, order);
  rearrange(device.facts, order);
}

// Where each row of the host table went: the new row of an old one.
Order sort_host(HostTable& host) {
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    if (host.thread[a] != host.thread[b]) return host.thread[a] < host.thread[b];
    if (host.begin_ns[a] != host.begin_ns[b]) return host.begin_ns[a] < host.begin_ns[b];
    return host.end_ns[a] > host.end_ns[b];
  };
  if (in_order(host.size(), before)) return {};
  const Order order = order_of(host.size(), before);
  rearrange(host.begin_ns, order);
  rearrange(host.end_ns, order);
  rearrange(host.name, order);
  rearrange(host.thread, order);
  rearrange(host.work, order);
  Order moved_to(order.size());
  for (std::uint32_t row = 0; row < order.size(); ++row) moved_to[order[row]] = row;
  return moved_to;
}

void follow(Timeline& timeline, const Order& moved_to) {
  if (!moved_to.empty()) {
    for (std::size_t i = 0; i < timeline.calls.size(); ++i) {
      timeline.calls.host_row[i] = moved_to[timeline.calls.host_row[i]];
    }
    for (std::size_t i = 0; i < timeline.operators.size(); ++i) {
      timeline.operators[i].host_row = moved_to[timeline.operators[i].host_row];
    }
  }
  const auto by_row = [&](std::uint32_t a, std::uint32_t b) {
    return timeline.operators[a].host_row < timeline.operators[b].host_row;
  };
  if (!in_order(timeline.operators.size(), by_row)) {
    rearrange(timeline.operators, order_of(timeline.operators.size(), by_row));
  }
}

void sort_calls(Timeline& timeline) {
  const HostTable& host = timeline.host;
  CallTable& calls = timeline.calls;
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    return host.begin_ns[calls.host_row[a]] < host.begin_ns[calls.host_row[b]];
  };
  if (in_order(calls.size(), before)) return;
  const Order order = order_of(calls.size(), before);
  rearrange(calls.host_row, order);
  rearrange(calls.link, order);
}

// Link key -> row of calls. Open addressing over rows, since keys are scattered anyway.
class CallIndex {
 public:
  explicit CallIndex(const CallTable& calls) : calls_(calls) {
    rows_.assign(std::bit_ceil(calls.size() * 2 + 2), kNoRow);
    for (std::uint32_t row = 0; row < calls.size(); ++row) {
      if (calls.link[row] != kNoLink) rows_[slot_of(calls.link[row])] = row;  // the last one stays
    }
  }
  [[nodiscard]] std::uint32_t find(LinkKey key) const {
    return key == kNoLink ? kNoRow : rows_[slot_of(key)];
  }

 private:
  [[nodiscard]] std::size_t slot_of(LinkKey key) const {
    const std::size_t mask = rows_.size() - 1;
    std::size_t slot = (key * 0x9e3779b97f4a7c15ULL >> 20) & mask;
    while (rows_[slot] != kNoRow && calls_.link[rows_[slot]] != key) slot = (slot + 1) & mask;
    return slot;
  }
  const CallTable& calls_;
  std::vector<std::uint32_t> rows_;
};

}  // namespace

void link(Timeline& timeline) {
  sort_device(timeline.device);
  follow(timeline, sort_host(timeline.host));
  sort_calls(timeline);
  const CallIndex calls(timeline.calls);
  timeline.device.call.clear();
  for (std::size_t row = 0; row < timeline.device.size(); ++row) {
    timeline.device.call.push_back(calls.find(timeline.device.link[row]));
  }
}

}  // namespace lynxbench::trace
