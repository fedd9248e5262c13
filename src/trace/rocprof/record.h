// One element of the arrays of a rocprofv3 file, as it stands there.
//
//   Record record = read_record(R"({"kind": 11, "start_timestamp": 5, "dispatch_info": {...}})");
//   record.begin_ns;   // 5
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace lynxbench::trace::rocprof {

// What a call, a dispatch or a copy says. Absent: not in the record, or no number that fits.
struct Record {
  std::optional<std::int64_t> kind;       // row of the names of kinds
  std::optional<std::int64_t> operation;  // which of the kind's operations
  std::optional<std::int64_t> begin_ns;
  std::optional<std::int64_t> end_ns;
  std::optional<std::int64_t> thread;
  std::optional<std::int64_t> correlation;
  std::optional<std::int64_t> stream;
  std::optional<std::int64_t> queue;
  std::optional<std::int64_t> agent;
  std::optional<std::int64_t> source_agent;
  std::optional<std::int64_t> destination_agent;
  std::optional<std::int64_t> kernel;
  std::optional<std::int64_t> bytes;
  std::optional<std::int64_t> group_segment_bytes;
  std::array<std::uint32_t, 3> workgroup{};  // 0: unknown
  std::array<std::uint32_t, 3> grid{};       // in work items, not groups
  bool is_readable = true;                   // false: no JSON object
};
[[nodiscard]] Record read_record(std::string_view object);

struct Agent {
  std::optional<std::int64_t> handle;
  bool is_gpu = false;
  std::optional<std::int64_t> ordinal;  // among the GPUs
  std::string name;
  std::optional<std::int64_t> compute_units;
  std::optional<std::int64_t> clock_mhz;
};
[[nodiscard]] Agent read_agent(std::string_view object);

struct KernelSymbol {
  std::optional<std::int64_t> id;
  std::string name;  // "" when it has none
};
[[nodiscard]] KernelSymbol read_kernel_symbol(std::string_view object);

// {"kind": "HIP_RUNTIME_API", "operations": ["hipMalloc", ...]}
struct KindNames {
  std::string kind;
  std::vector<std::string> operations;
};
[[nodiscard]] KindNames read_kind_names(std::string_view object);

// {"key": 17, "value": "step 1"}: the text of a ROCTx range, by its correlation id.
struct MarkerText {
  std::optional<std::int64_t> key;
  std::string value;
};
[[nodiscard]] MarkerText read_marker_text(std::string_view object);

// Of the object "metadata".
[[nodiscard]] std::optional<std::int64_t> read_process_id(std::string_view object);

}  // namespace lynxbench::trace::rocprof
