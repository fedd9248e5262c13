#include "run/derive.h"

#include <algorithm>

#include "attribution/attribution.h"
#include "metrics/metrics.h"
#include "metrics/phase_views.h"
#include "run/look.h"
#include "trace/ort/reader.h"

namespace lynxbench::run {
namespace {

// The search's phases in the order in which they ran.
class RecordedPhases {
 public:
  explicit RecordedPhases(const RunRecord& run) {
    for (const Phase& phase : run.phases) {
      if (phase.kind == PhaseKind::kSearch) phases_.push_back(&phase);
    }
  }
  [[nodiscard]] bool empty() const { return phases_.empty(); }
  Result<Phase> next(double rate_per_s) {
    if (next_ == phases_.size()) {
      return error(ErrorCode::kInterrupted, "the search was interrupted before {:.3g}/s", rate_per_s);
    }
    const Phase& phase = *phases_[next_++];
    if (!phase.complete) {
      return error(ErrorCode::kInterrupted, "the search was interrupted at {:.3g}/s", rate_per_s);
    }
    return phase;
  }

 private:
  std::vector<const Phase*> phases_;
  std::size_t next_ = 0;
};

Saturation replayed_search(const Contract& contract, const RunRecord& run) {
  Saturation nothing;
  if (!contract.load.search) {
    nothing.outcome = "not searched: the contract has no load.search";
    return nothing;
  }
  RecordedPhases recorded(run);
  if (recorded.empty()) {
    nothing.outcome = "not searched in this run";
    return nothing;
  }
  std::vector<SearchStep> steps;
  Result<Saturation> found = search(contract, [&](double rate, std::uint64_t, Nanos) { return recorded.next(rate); },
                                    [&](const SearchStep& step) { steps.push_back(step); });
  if (found.ok()) return std::move(found).value();
  nothing.outcome = found.error().text();
  nothing.steps = std::move(steps);
  return nothing;
}

struct ReadProfiles {
  std::map<std::uint32_t, attribution::OperatorSplit> splits;
  std::vector<OperatorTimeline> timelines;
  Losses losses;
};

void add_loss(Losses& losses, const Loss& loss) {
  auto same = std::find_if(losses.begin(), losses.end(), [&](const Loss& l) {
    return l.what == loss.what && l.severity == loss.severity;
  });
  if (same == losses.end()) losses.push_back(loss);
  else same->count += loss.count;
}

ReadProfiles read_profiles(const RunRecord& run, const ProfileText& text_of, const Roofline& roofline) {
  ReadProfiles out;
  for (const Profile& profile : run.profiles) {
    Result<std::string> text = text_of(profile.file);
    Result<OperatorTimeline> timeline =
        text.ok() ? trace::ort::read(*text, profile.file) : Result<OperatorTimeline>(text.error());
    if (!timeline.ok()) {
      add_loss(out.losses, {Severity::kLoss, "profile that could not be read: " + timeline.error().message, 1,
                            timeline.error().place});
      continue;
    }
    for (const Loss& loss : timeline->losses) add_loss(out.losses, loss);
    out.splits[profile.id] = attribution::split(*timeline, roofline);
    out.timelines.push_back(std::move(timeline).value());
  }
  return out;
}

}  // namespace

Figures derive(const Contract& contract, const RunRecord& run, const ProfileText& text_of) {
  Roofline roofline = attribution::roofline(run.ceilings, run.ceilings_missing);
  ReadProfiles profiles = read_profiles(run, text_of, roofline);
  Figures figures = metrics::derive(contract, run, replayed_search(contract, run));
  attribution::OperatorTables tables = attribution::operator_tables(profiles.timelines, roofline);
  figures.breakdowns = attribution::summarize(run, profiles.splits);
  figures.owners = attribution::owners(contract);
  figures.server_views = metrics::phase_views(contract, run);
  figures.operators_by_type = std::move(tables.by_type);
  figures.operators = std::move(tables.by_node);
  figures.roofline = std::move(roofline);
  figures.profiling = attribution::profiling_cost(run);
  figures.losses = std::move(profiles.losses);
  return figures;
}

}  // namespace lynxbench::run
