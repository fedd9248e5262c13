#include "telemetry/board.h"

#include <utility>

namespace lynxbench::telemetry {

std::uint32_t Board::series(const std::string& name, std::string_view unit,
                            std::string_view source) {
  auto [entry, is_new] = ids_.try_emplace(name, static_cast<std::uint32_t>(ids_.size()));
  if (is_new) {
    fresh_.series.push_back({entry->second, name, std::string(unit), std::string(source)});
  }
  return entry->second;
}

void Board::set(std::uint32_t series, double value) {
  fresh_.samples.push_back({series, at_.count(), value});
}

void Board::missing(const std::string& what, std::string_view reason) {
  // Said once for each thing, whatever the later reasons.
  if (said_.insert(what).second) fresh_.missing.push_back(what + ": " + std::string(reason));
}

Telemetry Board::take() { return std::exchange(fresh_, {}); }

}  // namespace lynxbench::telemetry
