#include "run/instrument_watch.h"

#include <utility>

#include "metrics/audit.h"

namespace lynxbench::run {

InstrumentWatch::InstrumentWatch(const WatchSpec& spec, Clock& clock)
    : limits_(spec.limits),
      times_(static_cast<std::size_t>(spec.asked.threads),
             metrics::SendTimes(spec.asked, spec.limits.schedule_lag_p99,
                                (spec.begin - spec.epoch).count())),
      probes_({.hiccup = {.limit = spec.limits.stall_longest, .epoch = spec.epoch}}, clock) {}

InstrumentAudit InstrumentWatch::stop(const WatchEnd& end) {
  InstrumentAudit probed = probes_.stop(end.senders);
  probed.waited_for_room = end.waited_for_room;
  for (std::size_t i = 1; i < times_.size(); ++i) times_[0].merge(times_[i]);
  return metrics::audited(std::move(probed), times_[0], end.used, limits_);
}

}  // namespace lynxbench::run
