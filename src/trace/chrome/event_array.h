// Reads the elements of a traceEvents array from a stream into a Batch, with as many threads as there
// are cores.
//
//   // json stands behind the array's opening bracket
//   EventArrayEnd end = read_event_array(json, source, {.threads = 4}, batch);
//   // json stands behind its closing bracket, if there was one
//
// With several threads the text is cut into blocks wherever they happen to end. A block's first event is
// a guess; it counts only when the events before it, read on from the block before, end
// exactly there. Otherwise the block is read again from there. So the result is the same as one
// thread's, whatever the text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trace/byte_source.h"
#include "trace/chrome/block.h"
#include "trace/chrome/rows.h"
#include "trace/json_stream.h"

namespace lynxbench::trace::chrome {

enum class ArrayEnd {
  kClosed,
  kMissing,     // the source ended between events
  kCutInEvent,  // the source ended inside an event
  kNotFound,    // behind a fault neither an event nor the array's end was found
};

struct EventArrayEnd {
  ArrayEnd how = ArrayEnd::kClosed;
  std::uint64_t byte = 0;  // where what could not be read begins, or the bracket's end
};

struct EventArrayOptions {
  unsigned threads = 0;  // 0: one for each core
  std::size_t block_bytes = std::size_t{1} << 20;
  // An event longer than this is passed over, and counted.
  std::size_t longest_event_bytes = std::size_t{1} << 24;
};

[[nodiscard]] EventArrayEnd read_event_array(JsonStream& json, ByteSource& source,
                                             const EventArrayOptions& options, Batch& batch);
// The same events in the same order to `sink`, on the caller's thread whatever options.threads says.
[[nodiscard]] EventArrayEnd read_event_array(JsonStream& json, ByteSource& source,
                                             const EventArrayOptions& options, EventSink& sink);

// What an end other than kClosed costs, as a loss's kind.
[[nodiscard]] std::string_view loss_of(ArrayEnd end);

}  // namespace lynxbench::trace::chrome
