// What the samplers write on: series, their samples, and what is missing.
//
//   Board board;
//   std::uint32_t busy = board.series("cpu0.busy", "ratio", "/proc/stat");
//   board.begin(at);
//   board.set(busy, 0.25);
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/run.h"

namespace lynxbench::telemetry {

// Threads: one at a time.
class Board {
 public:
  // The series of that name; made, with the next id, when it is new.
  [[nodiscard]] std::uint32_t series(const std::string& name, std::string_view unit,
                                     std::string_view source);
  // Values that follow are of this moment, since the epoch.
  void begin(Nanos at) { at_ = at; }
  void set(std::uint32_t series, double value);
  // "psi.cpu: /proc/pressure/cpu: cannot open: ...": said once, however often it is found.
  void missing(const std::string& what, std::string_view reason);

  // What was written since the last call. Each series and each missing thing comes once.
  [[nodiscard]] Telemetry take();

 private:
  Nanos at_{0};
  std::map<std::string, std::uint32_t> ids_;
  std::set<std::string> said_;
  Telemetry fresh_;
};

}  // namespace lynxbench::telemetry
