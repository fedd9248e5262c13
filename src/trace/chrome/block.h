// Reads the events of a piece of text that begins between two events (or, after a fault, anywhere).
//
//   BlockEnd end = read_block({.text = text, .byte = byte}, batch);
//   text.substr(end.position) must be put before what follows in the file
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "trace/chrome/rows.h"

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

[[nodiscard]] BlockEnd read_block(const Block& block, Batch& batch);

}  // namespace lynxbench::trace::chrome
