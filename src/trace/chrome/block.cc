#include "trace/chrome/block.h"

#include <fmt/format.h>

namespace lynxbench::trace::chrome {
namespace {

class BlockReader {
 public:
  BlockReader(const Block& block, EventSink& sink)
      : text_(block.text), byte_(block.byte), longest_(block.longest_event_bytes), sink_(sink) {}

  BlockEnd read(bool seeking) {
    BlockEnd end;
    if (seeking && !seek(0)) return {text_.size(), sought_to_, false, true};
    end.first = at_;
    end.seeking = !read_events();
    end.array_ended = array_ended_;
    end.position = end.seeking ? sought_to_ : at_;
    return end;
  }

 private:
  static bool is_between(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',';
  }

  // Reads until at_ is an incomplete event, or the end of the text or of the array. False when the
  // end came while seeking.
  bool read_events() {
    while (true) {
      while (at_ < text_.size() && is_between(text_[at_])) ++at_;
      if (at_ == text_.size()) return true;
      if (text_[at_] == ']') {
        ++at_;
        array_ended_ = true;
        return true;
      }
      JsonCursor json(text_.substr(at_));
      const Event event = read_event(json);
      const bool too_long = json.position() > longest_;
      if (json.fault() == JsonFault::kCut && !too_long) return true;
      if (json.fault() == JsonFault::kNone && !too_long) {
        use(event, json);
        continue;
      }
      count_fault(too_long ? fmt::format("event longer than {} MiB", longest_ >> 20)
                  : json.fault() == JsonFault::kTooDeep ? "event nested deeper than 512 brackets"
                                                        : "event that is no JSON");
      if (!seek(at_ + 1)) return false;
    }
  }

  void use(const Event& event, const JsonCursor& json) {
    const std::uint64_t place = byte_ + at_;
    at_ += json.position();
    if (event.is_object) return sink_.take(event, json, place);
    sink_.lose(Severity::kLoss, "element that is no event", place);
  }

  void count_fault(std::string_view what) {
    sink_.lose(Severity::kDamage, what, byte_ + at_);
  }

  // Goes to the next event. An object among an event's arguments may look like one; but it does not
  // say what kind of event it is, and the bracket behind it would be taken for the array's.
  bool seek(std::size_t from) {
    for (auto next = find_event(text_, from); next; next = find_event(text_, *next + 1)) {
      JsonCursor json(text_.substr(*next));
      const Event event = read_event(json);
      if (json.fault() == JsonFault::kCut && json.position() <= longest_) {
        sought_to_ = text_.find_last_of(",[", *next);
        return false;
      }
      if (json.fault() == JsonFault::kNone && event.phase == '\0') continue;
      at_ = *next;
      return true;
    }
    sought_to_ = begin_of_tail(text_);
    return false;
  }

  std::string_view text_;
  std::uint64_t byte_;
  std::size_t longest_;
  EventSink& sink_;
  std::size_t at_ = 0;
  bool array_ended_ = false;
  std::size_t sought_to_ = 0;  // when seeking found nothing: what must stand before what follows
};

class RowSink final : public EventSink {
 public:
  explicit RowSink(Batch& batch) : batch_(batch), rows_(batch) {}

  void take(const Event& event, const JsonCursor& json, std::uint64_t byte) override {
    if (json.control_characters() != 0) {
      lose(Severity::kNotice, "event with a raw control character in a string (kept)", byte);
    }
    rows_.add(event, byte);
  }
  void lose(Severity severity, std::string_view what, std::uint64_t byte) override {
    batch_.losses.add(severity, what, byte);
  }

 private:
  Batch& batch_;
  EventRows rows_;
};

}  // namespace

BlockEnd read_block(const Block& block, EventSink& sink) {
  return BlockReader(block, sink).read(block.seeking);
}

BlockEnd read_block(const Block& block, Batch& batch) {
  RowSink rows(batch);
  return read_block(block, rows);
}

}  // namespace lynxbench::trace::chrome
