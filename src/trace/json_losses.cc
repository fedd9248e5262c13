#include "trace/json_losses.h"

#include "base/text.h"

namespace lynxbench::trace {

void count_ending(JsonStream& json, LossCount& losses, Unclosed unclosed) {
  losses.add_all(Severity::kLoss, "value longer than 64 MiB", json.too_long(), "");
  switch (json.end()) {
    case JsonStream::End::kNotYet:
    case JsonStream::End::kWhole:
    case JsonStream::End::kTooLong:
      return;
    case JsonStream::End::kCut: {
      const std::size_t byte = json.byte();
      const bool between = trim(json.take_rest()).empty();
      if (between && unclosed == Unclosed::kAllowed) {
        losses.add(Severity::kNotice, "the array is not closed", byte);
      } else {
        losses.add(Severity::kDamage, "the text is cut", byte);
      }
      return;
    }
    case JsonStream::End::kMalformed:
      losses.add(Severity::kDamage, "no JSON from here on: the rest is not read", json.byte());
      return;
    case JsonStream::End::kTooDeep:
      losses.add(Severity::kDamage, "brackets nested too deeply: the rest is not read",
                 json.byte());
      return;
  }
}

}  // namespace lynxbench::trace
