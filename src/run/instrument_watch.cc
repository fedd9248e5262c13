#include "run/instrument_watch.h"

#include <utility>

#include "metrics/audit.h"

namespace lynxbench::run {

InstrumentWatch::InstrumentWatch(const metrics::AskedLoad& asked, const InstrumentLimits& limits,
                                 const target::Target& target, Nanos epoch, Clock& clock)
    : limits_(limits),
      target_(target),
      before_(target.resources()),
      times_(asked, limits.schedule_lag_p99, (clock.now() - epoch).count()),
      probes_({.hiccup = {.limit = limits.stall_longest, .epoch = epoch}}, clock) {}

InstrumentAudit InstrumentWatch::stop(std::uint64_t waited_for_room) {
  InstrumentAudit probed = probes_.stop();
  probed.waited_for_room = waited_for_room;
  ClientResources used = metrics::used_between(before_, target_.resources());
  return metrics::audited(std::move(probed), times_, used, limits_);
}

}  // namespace lynxbench::run
