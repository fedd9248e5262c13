// One event of a Chrome trace, as it stands in the file: pieces of its text, nothing converted.
//
//   JsonCursor json(R"({"ph": "X", "cat": "kernel", "name": "gemm", "ts": 12.5, "dur": 3, ...})");
//   Event event = read_event(json);       // event.phase == 'X', event.begin == "12.5"
//   if (json.fault() != JsonFault::kNone) ...
//
// Of members that occur twice the last counts. What is absent is "".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "trace/json_cursor.h"

namespace lynxbench::trace::chrome {

// The arguments that lynxbench uses; everything else is passed over. Strings without their quotes,
// arrays as JSON.
struct Arguments {
  std::string_view correlation;
  std::string_view device;
  std::string_view stream;
  std::string_view bytes;
  std::string_view size;
  std::string_view direction;
  std::string_view grid;
  std::string_view block;
  std::string_view registers;
  std::string_view shared_memory;
  std::string_view occupancy;
  std::string_view graph_id;
  std::string_view graph_node_id;
  std::string_view collective;
  std::string_view in_elements;
  std::string_view out_elements;
  std::string_view dtype;
  std::string_view group_size;
  std::string_view group_name;
  std::string_view sequence;
  std::string_view input_dims;
  std::string_view input_types;
  std::string_view concrete_inputs;
  std::string_view name;  // of metadata events: a thread's or a process's
  std::string_view kind;  // ROCm: of a copy
  std::string_view sync_kind;
  std::string_view recorded_by;  // wait_on_cuda_event_record_corr_id
  std::string_view recorded_on;  // wait_on_stream
  std::string_view total_allocated;
  std::string_view total_reserved;
  std::string_view device_id;
};

struct Event {
  char phase = '\0';  // 'X', 'B', 'M' ...; 0: absent
  bool is_object = true;
  std::string_view category;
  std::string_view name;
  std::string_view process;
  std::string_view thread;
  std::string_view begin;
  std::string_view duration;
  std::string_view id;
  Arguments args;
  std::string_view args_text;  // whole, with its braces
};

[[nodiscard]] Event read_event(JsonCursor& json);

// Of the arguments that read_event() gives.
[[nodiscard]] std::vector<std::string_view> argument_names();

// Where the next event seems to begin at or after `from`: a brace behind a comma or an opening
// bracket, before a member that events have. A guess: inside a string there may be one too.
[[nodiscard]] std::optional<std::size_t> find_event(std::string_view text, std::size_t from);

// How much of a text's end must stand before what follows, for find_event() to see an event whose
// beginning the text's end has cut: where that begins, comma included; the text's size when there
// is none.
[[nodiscard]] std::size_t begin_of_tail(std::string_view text);

}  // namespace lynxbench::trace::chrome
