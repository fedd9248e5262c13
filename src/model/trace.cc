#include "model/trace.h"

namespace lynxbench {

void DeviceTable::add(const Row& row) {
  begin_ns.push_back(row.begin_ns);
  end_ns.push_back(row.end_ns);
  name.push_back(row.name);
  lane.push_back(row.lane);
  work.push_back(row.work);
  link.push_back(row.link);
  facts.push_back(row.facts);
}

std::uint32_t HostTable::add(const Row& row) {
  begin_ns.push_back(row.begin_ns);
  end_ns.push_back(row.end_ns);
  name.push_back(row.name);
  thread.push_back(row.thread);
  work.push_back(row.work);
  return static_cast<std::uint32_t>(size() - 1);
}

void CallTable::add(std::uint32_t row, LinkKey key) {
  host_row.push_back(row);
  link.push_back(key);
}

std::uint32_t Timeline::lane_of(std::int64_t device_id, std::int64_t stream, bool stream_known) {
  const auto [found, is_new] = lane_index_.try_emplace(
      {device_id, stream, stream_known}, static_cast<std::uint32_t>(lanes.size()));
  if (is_new) lanes.push_back({device_id, stream, stream_known});
  return found->second;
}

std::uint32_t Timeline::thread_of(std::int64_t process, std::int64_t thread) {
  const auto [found, is_new] =
      thread_index_.try_emplace({process, thread}, static_cast<std::uint32_t>(threads.size()));
  if (is_new) threads.push_back({process, thread, 0});
  return found->second;
}

}  // namespace lynxbench
