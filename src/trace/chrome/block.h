// Reads the events of a piece of text that begins between two events (or, after a fault, anywhere).
//
//   BlockEnd end = read_block({.text = text, .byte = byte}, batch);
//   text.substr(end.position) must be put before what follows in the file
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trace/chrome/rows.h"
#include "trace/json_cursor.h"

namespace lynxbench::trace::chrome {

struct Block {
  std::string_view text;
  std::uint64_t byte = 0;  // where it begins in the file
  bool seeking = false;    // behind a fault: what comes before the next event is passed over
  // One longer than this is a fault, and so costs itself alone.
  std::size_t longest_event_bytes = std::size_t{1} << 24;
};

struct BlockEnd {
  std::size_t first = 0;     // where seeking ended, with an event; the text's size: it did not
  std::size_t position = 0;  // first byte that is not used: an incomplete event's, or the text's end
  bool array_ended = false;  // the array's bracket was there, right before position
  bool seeking = false;      // the next block must begin so
};

// Who is given what stands in a block, in its order.
class EventSink {
 public:
  EventSink() = default;
  virtual ~EventSink() = default;
  EventSink(const EventSink&) = delete;
  EventSink& operator=(const EventSink&) = delete;

  // An event that is an object, without a fault; `json` has just read it.
  virtual void take(const Event& event, const JsonCursor& json, std::uint64_t byte) = 0;
  virtual void lose(Severity severity, std::string_view what, std::uint64_t byte) = 0;
};

[[nodiscard]] BlockEnd read_block(const Block& block, EventSink& sink);
// The same into rows.
[[nodiscard]] BlockEnd read_block(const Block& block, Batch& batch);

}  // namespace lynxbench::trace::chrome
