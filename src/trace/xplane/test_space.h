// XSpaces made in a test, field by field.
//
//   text(2, "/device:GPU:0") + message(3, number(1, 16) + text(2, "Stream #16(Kernel)"))
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace lynxbench::trace::xplane {

inline std::string varint(std::uint64_t value) {
  std::string out;
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  return out + static_cast<char>(value);
}
inline std::string number(unsigned field, std::uint64_t value) {
  return varint(field << 3) + varint(value);
}
inline std::string text(unsigned field, std::string_view value) {
  return varint(field << 3 | 2) + varint(value.size()) + std::string(value);
}
inline std::string message(unsigned field, const std::string& value) { return text(field, value); }

// An entry of event_metadata (4) or stat_metadata (5).
inline std::string named(unsigned field, std::uint64_t id, std::string_view name) {
  return message(field, number(1, id) + message(2, number(1, id) + text(2, name)));
}
inline std::string event(std::uint64_t metadata, std::uint64_t offset_ps, std::uint64_t duration_ps,
                         const std::string& stats = "") {
  return message(4, number(1, metadata) + number(2, offset_ps) + number(3, duration_ps) + stats);
}
inline std::string line(std::uint64_t id, std::string_view name, std::uint64_t timestamp_ns,
                        const std::string& events) {
  return message(3, number(1, id) + text(2, name) + number(3, timestamp_ns) + events);
}
inline std::string number_stat(std::uint64_t id, std::uint64_t value) {
  return message(4, number(1, id) + number(3, value));
}
inline std::string reference_stat(std::uint64_t id, std::uint64_t value) {
  return message(4, number(1, id) + number(7, value));
}

// A GPU with a kernel and a copy on stream 16, their calls, some Python, and a wall clock.
inline std::string small_space() {
  const std::string gpu =
      number(1, 1) + text(2, "/device:GPU:0") +
      line(16, "Stream #16(Kernel,MemcpyH2D)", 1000,
           event(1, 5'000'000, 2'500'999, number_stat(1, 7) + reference_stat(2, 10)) +
               event(2, 9'000'000, 1'000'000, number_stat(1, 8) + reference_stat(3, 11))) +
      line(99, "XLA Ops", 1000, event(1, 5'000'000, 2'500'000)) + named(4, 1, "gemm_kernel") +
      named(4, 2, "MemcpyH2D") + named(5, 1, "correlation_id") + named(5, 2, "kernel_details") +
      named(5, 3, "memcpy_details") + named(5, 4, "core_count") + named(5, 5, "clock_rate") +
      named(5, 10,
            "regs:32 static_shared:16 dynamic_shared:0 grid:8,4,1 block:256,1,1 occ_pct:50") +
      named(5, 11, "kind_src:pageable kind_dst:device size:4096 dest:0 async:1") +
      message(6, number(1, 4) + number(4, 132)) + message(6, number(1, 5) + number(4, 1'980'000));
  const std::string host =
      text(2, "/host:CPU") +
      line(70, "Host Threads/70", 1000,
           event(1, 1'000'000, 2'000'000, number_stat(1, 7)) +
               event(1, 4'000'000, 500'000, number_stat(1, 8)) + event(3, 4'000'000, 0)) +
      line(71, "python", 1000, event(2, 0, 20'000'000) + event(3, 100'000, 200'000)) +
      named(4, 1, "cuLaunchKernel") + named(4, 2, "$train.py:12 step") +
      named(4, 3, "ThenExecuteCallback") + named(5, 1, "correlation_id");
  const std::string environment = text(2, "Task Environment") + named(5, 1, "profile_start_time") +
                                  message(6, number(1, 1) + number(3, 1'771'595'660'000'000'000));
  return message(1, gpu) + message(1, host) + message(1, environment) + text(4, "secret-host");
}

}  // namespace lynxbench::trace::xplane
