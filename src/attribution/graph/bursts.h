// When each thread worked, as whole spans of rows that touch or enclose each other; to see that one
// thread stood still exactly while another worked: it handed over and waited.
//
//   Bursts bursts(timeline);
//   bursts.inside(main, 1000, 9000);   // the autograd thread worked from 1040 to 8950
//   bursts.until(main, 1000, 9000);    // or had since 700: started earlier, now joined
//
// Only a thread that began later than the one that waits is looked for (main waits for its
// workers), so that two threads that take turns do not wait for each other at once.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/trace.h"

namespace lynxbench::attribution {

struct Burst {
  std::uint32_t thread = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

class Bursts {
 public:
  explicit Bursts(const Timeline& timeline);

  // Threads with rows, the earliest first.
  [[nodiscard]] const std::vector<std::uint32_t>& threads() const { return threads_; }
  // The longest burst of another thread of the same process that lies strictly inside the time and
  // fills most of it, where that thread does nothing at the time's begin and end.
  [[nodiscard]] std::optional<Burst> inside(std::uint32_t thread, std::int64_t begin_ns,
                                            std::int64_t end_ns) const;
  // The same of a burst that may have begun before the time, ends inside it and fills half of it:
  // for what is known to wait (what it takes to wake up on a busy machine is not the other's work).
  [[nodiscard]] std::optional<Burst> until(std::uint32_t thread, std::int64_t begin_ns,
                                           std::int64_t end_ns) const;

 private:
  using Span = std::pair<std::int64_t, std::int64_t>;
  [[nodiscard]] std::optional<Burst> of_thread(std::uint32_t thread, std::int64_t begin_ns,
                                               std::int64_t end_ns) const;
  [[nodiscard]] std::optional<Burst> longest(std::uint32_t thread, std::int64_t begin_ns,
                                             std::int64_t end_ns,
                                             std::int64_t not_before_ns, double filled) const;
  const Timeline& timeline_;
  std::vector<std::vector<Span>> spans_;  // of each thread
  std::vector<std::uint32_t> threads_;
  std::vector<std::uint32_t> rank_;       // of each thread in threads_
};

}  // namespace lynxbench::attribution
