#include "trace/loss_count.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lynxbench::trace {

void LossCount::add(Severity severity, std::string_view what, std::size_t byte) {
  for (Loss& loss : losses_) {
    if (loss.severity == severity && loss.what == what) {
      ++loss.count;
      return;
    }
  }
  losses_.push_back({severity, std::string(what), 1, fmt::format("byte {}", byte)});
}

void LossCount::add_all(Severity severity, std::string_view what, std::uint64_t count,
                        std::string where) {
  if (count == 0) return;
  auto known = std::find_if(losses_.begin(), losses_.end(), [&](const Loss& loss) {
    return loss.severity == severity && loss.what == what;
  });
  if (known != losses_.end()) {
    known->count += count;
  } else {
    losses_.push_back({severity, std::string(what), count, std::move(where)});
  }
}

void LossCount::append(const Losses& others) {
  for (const Loss& loss : others) add_all(loss.severity, loss.what, loss.count, loss.where);
}

Losses LossCount::take() { return std::exchange(losses_, {}); }

}  // namespace lynxbench::trace
