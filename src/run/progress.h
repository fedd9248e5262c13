// What a long run says of itself while it goes on.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"

namespace lynxbench::run {

// Threads: called from the run's thread.
class Progress {
 public:
  virtual ~Progress() = default;
  // A step begins: "session 2 of 5: point half, 24.1/s". `done` of the whole run (0 to 1) and the
  // time that is left, as far as they can be told.
  virtual void step(const std::string& what, double done, std::optional<Nanos> left) = 0;
  // Something that the user should know and that stays: "saturation point: 48.2/s".
  virtual void note(const std::string& what) = 0;
};

// Says nothing.
class Silent final : public Progress {
 public:
  void step(const std::string&, double, std::optional<Nanos>) override {}
  void note(const std::string&) override {}
};

}  // namespace lynxbench::run
