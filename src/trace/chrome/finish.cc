#include "trace/chrome/finish.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace lynxbench::trace::chrome {
namespace {

// Microseconds since 1970 have passed this for as long as there have been such traces (2001).
constexpr std::int64_t kEarliestEpochNs = 1'000'000'000'000'000'000;

// Of each thread the ends match the beginnings that are open, the last one first.
void match_marks(Batch& batch) {
  std::stable_sort(batch.marks.begin(), batch.marks.end(),
                   [](const Mark& a, const Mark& b) { return a.at_ns < b.at_ns; });
  std::map<std::uint32_t, std::vector<const Mark*>> open;
  std::uint64_t unmatched = 0;
  for (const Mark& mark : batch.marks) {
    std::vector<const Mark*>& stack = open[mark.thread];
    if (mark.begins) {
      stack.push_back(&mark);
    } else if (stack.empty()) {
      ++unmatched;
    } else if (mark.at_ns - stack.back()->at_ns > kLongestEventNs) {
      unmatched += 2;
      stack.pop_back();
    } else {
      batch.timeline.host.add({.begin_ns = stack.back()->at_ns,
                               .end_ns = mark.at_ns,
                               .name = stack.back()->name,
                               .thread = mark.thread,
                               .work = HostWork::kOther});
      stack.pop_back();
    }
  }
  for (const auto& [thread, stack] : open) unmatched += stack.size();
  batch.losses.add_all(Severity::kLoss, "beginning without an end, or end without a beginning",
                       unmatched, "");
}

void make_series(Batch& batch) {
  Timeline& timeline = batch.timeline;
  std::map<std::tuple<NameId, NameId, std::int64_t>, std::size_t> known;
  for (std::size_t i = 0; i < batch.counters.size(); ++i) {
    const CounterSample& sample = batch.counters[i];
    const auto [found, is_new] =
        known.try_emplace({sample.name, sample.labels, sample.device}, timeline.series.size());
    if (is_new) {
      TraceSeries series;
      series.name = timeline.names[sample.name];
      series.labels = timeline.names[sample.labels];
      if (sample.device >= 0) series.device = sample.device;
      if (series.name.starts_with("memory ")) series.unit = "B";
      timeline.series.push_back(std::move(series));
    }
    timeline.series[found->second].at_ns.push_back(sample.at_ns);
    timeline.series[found->second].value.push_back(sample.value);
  }
}

TraceClock clock_of(const Timeline& timeline, std::optional<std::int64_t> epoch_ns) {
  if (epoch_ns) return {TraceClock::Kind::kWall, epoch_ns, "baseTimeNanoseconds"};
  const bool has_host = timeline.host.size() != 0;
  const bool has_device = timeline.device.size() != 0;
  const std::int64_t first = has_host     ? timeline.host.begin_ns[0]
                             : has_device ? timeline.device.begin_ns[0]
                                          : 0;
  if (first > kEarliestEpochNs) return {TraceClock::Kind::kWall, 0, "microseconds since 1970"};
  return {TraceClock::Kind::kRelative, std::nullopt, "the file does not say since when"};
}

void add_notes(const Batch& batch, Timeline& timeline) {
  if (timeline.device.size() == 0) {
    timeline.notes.push_back("no GPU activity recorded: nothing is said about a device");
  }
  if (batch.pytorch && timeline.calls.size() == 0 && timeline.device.size() != 0) {
    timeline.notes.push_back(
        "no runtime calls recorded: launches, and who was late, are unknown");
  }
}

}  // namespace

Timeline& finish(Batch& batch, std::optional<std::int64_t> epoch_ns) {
  Timeline& timeline = batch.timeline;
  match_marks(batch);
  make_series(batch);
  timeline.format = batch.pytorch ? "PyTorch profiler" : "Chrome trace";
  timeline.clock = clock_of(timeline, epoch_ns);
  add_notes(batch, timeline);
  timeline.losses = batch.losses.take();
  return timeline;
}

}  // namespace lynxbench::trace::chrome
