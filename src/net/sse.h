// Reads Server-Sent Events (WHATWG HTML, "Interpreting an event stream") from bytes in pieces of any
// size. An event that lies whole in a piece is not copied.
//
//   SseParser parser;
//   parser.begin();
//   while (parser.next(bytes) == SseParser::Event::kEvent) use(parser.data());
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lynxbench::net {

class SseParser {
 public:
  enum class Event : std::uint8_t {
    kMore,      // all is taken
    kEvent,     // data() and name()
    kTooLarge,  // an event of more than the limit; the parser is of no use until begin()
  };

  explicit SseParser(std::size_t most_event_bytes = 67'108'864) : most_bytes_(most_event_bytes) {}

  void begin();
  // Takes from the front of `bytes` up to the end of the first event.
  [[nodiscard]] Event next(std::string_view& bytes);
  // The stream ended: an event without the empty line behind it is given all the same, once (the
  // standard drops it; language model servers leave the line out after their last one).
  [[nodiscard]] Event end_of_input();

  // With kEvent, until the next call or until the bytes that were given go.
  [[nodiscard]] std::string_view data() const { return data_; }  // its lines joined by '\n'
  [[nodiscard]] std::string_view name() const { return name_; }  // of "event:"; "" when there is none

 private:
  void line(std::string_view text);
  void add_data(std::string_view value);
  [[nodiscard]] Event dispatch();
  void keep();

  const std::size_t most_bytes_;
  bool too_large_ = false;
  bool after_cr_ = false;       // an LF that comes next belongs to it
  bool dispatched_ = false;     // the event before is still in data_ and name_
  bool has_data_ = false;
  std::size_t bom_seen_ = 0;    // bytes of the byte order mark; 3: past it
  std::string_view data_;       // into the given bytes, or buffer_
  std::string buffer_;
  std::string line_;            // the beginning of a line
  std::string name_;
};

}  // namespace lynxbench::net
