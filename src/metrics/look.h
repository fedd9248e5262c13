// What judging a look needs of its phases. Inside metrics only.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "model/contract.h"
#include "model/figures.h"
#include "model/run.h"

namespace lynxbench::metrics {

// The phases of one look: what fell due in their windows, and where the judged part begins.
struct LookPart {
  const Phase* phase = nullptr;
  std::vector<const RequestRecord*> due;  // in due order
  std::size_t ramp_up = 0;                // so many at the start are left out of what is judged
};

// Drops the requests at the start of each phase that still remember how it began.
[[nodiscard]] std::vector<LookPart> parts_of(std::span<const Phase* const> phases);

// A term's times in due order, without the ramp-up; infinity: not answered well. An answer that has no
// such time (one token has no TPOT) is left out and counted.
struct TermSeries {
  std::vector<double> values;
  std::vector<std::size_t> lengths;  // of the parts
  std::uint64_t without = 0;
};
[[nodiscard]] TermSeries series_of(std::span<const LookPart> parts, LatencyMetric metric);

// How fast requests leave within a window, whenever they were due, from the first that did to the end of the window: as fast as they come where
// the system keeps up, also one in which every request stays long; no faster than its capacity where it
// does not, however many come.
struct Leaving {
  std::uint64_t count = 0;
  std::int64_t first_ns = 0;
  void add(std::int64_t at_ns) {
    if (count == 0 || at_ns < first_ns) first_ns = at_ns;
    ++count;
  }
  // Nothing when fewer than two left in the window.
  [[nodiscard]] std::optional<double> per_ns(std::int64_t end_ns) const {
    if (count < 2) return std::nullopt;
    return static_cast<double>(count - 1) / static_cast<double>(end_ns - first_ns);
  }
};

// The backlog at the end of the window, when it shows that requests came faster than they left.
[[nodiscard]] std::optional<double> growing_backlog(const LookPart& part);

// Fills in what arrived and left, Little's law, and what was turned away.
void fill_flow(SearchStep& step, std::span<const LookPart> parts);

}  // namespace lynxbench::metrics
