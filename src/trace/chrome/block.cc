#include "trace/chrome/block.h"

#include <algorithm>

namespace lynxbench::trace::chrome {
namespace {

// Enough of a text's end for find_event() to recognise an event that begins in it.
constexpr std::size_t kSeekTail = 64;

class BlockReader {
 public:
  BlockReader(const Block& block, Batch& batch)
      : text_(block.text), byte_(block.byte), batch_(batch), rows_(batch) {}

  BlockEnd read(bool seeking) {
    if (seeking && !seek(0)) return still_seeking();
    while (true) {
      while (at_ < text_.size() && is_between(text_[at_])) ++at_;
      if (at_ == text_.size()) return {at_, false, false};
      if (text_[at_] == ']') return {at_ + 1, true, false};
      JsonCursor json(text_.substr(at_));
      const Event event = read_event(json);
      if (json.fault() == JsonFault::kCut) return {at_, false, false};
      if (json.fault() != JsonFault::kNone) {
        count_fault(json.fault());
        if (!seek(at_ + 1)) return still_seeking();
        continue;
      }
      use(event, json);
    }
  }

 private:
  static bool is_between(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == ',';
  }

  void use(const Event& event, const JsonCursor& json) {
    const std::uint64_t place = byte_ + at_;
    at_ += json.position();
    if (!event.is_object) {
      batch_.losses.add(Severity::kLoss, "element that is no event", place);
      return;
    }
    if (json.control_characters() != 0) {
      batch_.losses.add(Severity::kNotice, "event with a raw control character in a string (kept)",
                        place);
    }
    rows_.add(event, place);
  }

  void count_fault(JsonFault fault) {
    batch_.losses.add(Severity::kDamage,
                      fault == JsonFault::kTooDeep ? "event nested deeper than 512 brackets"
                                                   : "event that is no JSON",
                      byte_ + at_);
  }

  bool seek(std::size_t from) {
    const std::optional<std::size_t> next = find_event(text_, from);
    if (next) at_ = *next;
    return next.has_value();
  }

  [[nodiscard]] BlockEnd still_seeking() const {
    return {std::max(at_, text_.size() - std::min(text_.size(), kSeekTail)), false, true};
  }

  std::string_view text_;
  std::uint64_t byte_;
  Batch& batch_;
  EventRows rows_;
  std::size_t at_ = 0;
};

}  // namespace

BlockEnd read_block(const Block& block, Batch& batch) {
  return BlockReader(block, batch).read(block.seeking);
}

}  // namespace lynxbench::trace::chrome
