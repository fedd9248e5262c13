// Which device work each waiting call of the host waited for, and which device work waited for an
// event of another lane. By the profiler's own facts (Timeline::waits) where the file has them,
// otherwise by the times.
//
//   WaitFinder finder(timeline);
//   finder.host_waits();     // cudaStreamSynchronize in row 17 waited for the kernel in row 40
//   finder.device_waits();   // the kernel in row 52 waited for the kernel in row 40
//
// Threads: one at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

// One thing that a call waited for; a call may have several.
struct HostWait {
  std::uint32_t call = 0;    // row of Timeline::calls
  std::uint32_t device = 0;  // row of Timeline::device, which begins before the call ends
  bool by_fact = true;
};

struct LaneWait {
  std::uint32_t waiting = 0;  // rows of Timeline::device
  std::uint32_t awaited = 0;  // ends before `waiting` begins
  bool by_fact = true;
};

// Device work may seem to begin or end this much after the call that waited for it: two clocks.
inline constexpr std::int64_t kClockSlackNs = 20'000;

enum class WaitCallKind : std::uint8_t { kNone, kDevice, kStream, kEvent, kCopy, kFree };
// By the name: "cudaStreamSynchronize" is kStream, "cudaMemcpy" kCopy, "hipFree" kFree (which waits
// for the whole device when it waits at all).
[[nodiscard]] WaitCallKind wait_call_kind(std::string_view name);

class WaitFinder {
 public:
  explicit WaitFinder(const Timeline& timeline);

  // In order of the calls.
  [[nodiscard]] std::vector<HostWait> host_waits();
  [[nodiscard]] std::vector<LaneWait> device_waits();
  // Kind of a call by its name.
  [[nodiscard]] WaitCallKind kind_of(std::uint32_t call);

 private:
  struct LaneRows {
    std::vector<std::uint32_t> linked;    // rows of the device table in order of their launches
    std::vector<std::uint32_t> unlinked;  // in order of begin
  };
  struct Fact {
    std::uint32_t lane = kNoRow;
    std::uint32_t recorded_on = kNoRow;
    LinkKey recorded_by = kNoLink;
  };
  void index_lanes();
  void index_facts();
  [[nodiscard]] bool before(std::uint32_t call, std::uint32_t other) const;
  [[nodiscard]] std::int64_t begin_of(std::uint32_t call) const;
  [[nodiscard]] std::int64_t end_of(std::uint32_t call) const;
  [[nodiscard]] std::uint32_t thread_of(std::uint32_t call) const;
  [[nodiscard]] std::uint32_t call_of(LinkKey key) const;
  [[nodiscard]] const Fact* fact_of(std::uint32_t call) const;

  // The last work of `lane` launched before `call` (unlinked work: begun before it); kNoRow: none.
  [[nodiscard]] std::uint32_t last_on_lane(std::uint32_t lane, std::uint32_t call) const;
  // The same; where it seems to begin only after the call had ended (two clocks), the last before
  // it that does not: that was waited for as well.
  [[nodiscard]] std::uint32_t awaited_on_lane(std::uint32_t lane, std::uint32_t call) const;
  [[nodiscard]] std::uint32_t next_on_lane(std::uint32_t lane, std::uint32_t call) const;
  // Of the last work of each lane launched before `call`, that which ends closest before `until_ns`
  // and after `from_ns`.
  [[nodiscard]] std::uint32_t closest_end(std::uint32_t call, std::int64_t from_ns,
                                          std::int64_t until_ns, std::uint32_t but_lane) const;
  void find_waits_of(std::uint32_t call);
  void note_launches(std::uint32_t call);
  void add_device_wait(std::uint32_t call, WaitCallKind kind);
  void add_lane_wait(std::uint32_t call, WaitCallKind kind);
  void add_copy_wait(std::uint32_t call);
  void add_queue_wait(std::uint32_t call);
  void add(std::uint32_t call, std::uint32_t device, bool by_fact);
  [[nodiscard]] bool waits_for_copy(std::uint32_t call, std::uint32_t device) const;
  void add_event(std::uint32_t waiting_call, const Fact& fact, std::vector<LaneWait>& waits) const;

  const Timeline& timeline_;
  std::vector<LaneRows> lanes_;
  std::vector<std::uint32_t> launched_first_;  // of each call, in launched_rows_; and one more
  std::vector<std::uint32_t> launched_rows_;
  std::unordered_map<NameId, WaitCallKind> kinds_;
  std::unordered_map<LinkKey, Fact> facts_;           // by the waiting call
  std::unordered_map<LinkKey, std::uint32_t> by_key_;  // calls that facts name
  std::vector<std::uint32_t> awaited_before_;  // of each lane: what a device-wide wait had last
  std::vector<std::optional<std::int64_t>> device_of_thread_;  // that it last launched work on
  std::vector<std::uint32_t> last_of_thread_;  // of each thread: its last launched row, or kNoRow
  std::vector<HostWait> found_;
};

}  // namespace lynxbench::attribution
