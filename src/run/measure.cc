#include "run/measure.h"

#include <algorithm>

#include "base/digest.h"
#include "base/units.h"
#include "contract/contract.h"
#include "executor/executor.h"
#include "loadgen/saturation.h"
#include "model/json.h"
#include "run/demand.h"
#include "run/derive.h"
#include "run/look.h"
#include "run/scoring.h"
#include "run/session.h"
#include "telemetry/telemetry.h"
#include "workload/workload.h"

namespace lynxbench::run {
namespace {

constexpr int kCeilingRepeats = 5;

Executor executor_of(const Contract& contract, const Inputs& inputs,
                     const std::vector<TargetFact>& target_facts) {
  Executor found = executor::discover({});
  if (std::optional<std::string> host = other_machine(contract)) {
    found = executor::of_other_machine(std::move(found), *host);
  }
  found = executor::with_target(std::move(found), target_facts);
  found = executor::with_target(std::move(found), contract_facts(contract, inputs));
  return executor::with_declarations(std::move(found), contract.layers);
}

// The run's planned length and how much of it is behind us.
class Plan {
 public:
  Plan(const Contract& contract, Progress& progress, const Clock& clock)
      : progress_(progress), clock_(clock), start_(clock.now()), length_(expected_length(contract)) {}

  void step(const std::string& what) {
    Nanos behind = clock_.now() - start_;
    double done = std::min(0.99, static_cast<double>(behind.count()) / static_cast<double>(length_.count()));
    progress_.step(what, done, std::max(Nanos{0}, length_ - behind));
  }
  void note(const std::string& what) { progress_.note(what); }

 private:
  Progress& progress_;
  const Clock& clock_;
  Nanos start_;
  Nanos length_;
};

// Everything that a run under way needs; the steps below are its story in order.
struct Story {
  const Contract& contract;
  const MeasureOptions& options;
  Plan& plan;
  Bench& bench;
  telemetry::Recorder& recorder;
  std::map<std::string, double> rates_per_s;

  void journal_telemetry() {
    Telemetry taken = recorder.take();
    bench.recording.with_writer([&](bundle::Writer& writer) { return writer.add_telemetry(taken); });
    merge(bench.run.telemetry, std::move(taken));
  }

  static void merge(Telemetry& into, Telemetry more) {
    into.period_ns = more.period_ns;
    for (Series& series : more.series) {
      bool known = std::any_of(into.series.begin(), into.series.end(),
                               [&](const Series& s) { return s.id == series.id; });
      if (!known) into.series.push_back(std::move(series));
    }
    into.samples.insert(into.samples.end(), more.samples.begin(), more.samples.end());
    into.gaps.insert(into.gaps.end(), more.gaps.begin(), more.gaps.end());
    into.missing.insert(into.missing.end(), more.missing.begin(), more.missing.end());
  }
};

Status no_ceilings(Story& story, const std::string& reason) {
  story.bench.run.ceilings_missing = reason;
  story.bench.recording.with_writer([&](bundle::Writer& writer) { return writer.set_ceilings_missing(reason); });
  return story.bench.recording.status();
}

Status measure_ceilings(Story& story) {
  if (story.contract.target.kind != "embedded") return no_ceilings(story, "the target runs no operators");
  TRY_STATUS(story.bench.go_on());
  story.plan.step("measuring what this machine can do at most (matrix product, memory stream)");
  Result<Ceilings> ceilings = target::measure_ceilings(story.contract.target.runtime.threads, kCeilingRepeats,
                                                       story.options.paths, story.bench.clock);
  if (!ceilings.ok()) return no_ceilings(story, ceilings.error().text());
  story.bench.run.ceilings = *ceilings;
  story.bench.recording.with_writer([&](bundle::Writer& writer) { return writer.set_ceilings(*ceilings); });
  return story.bench.recording.status();
}

Status search_saturation(Story& story) {
  Session session = TRY(Session::open(story.bench, 0, story.options.paths));
  story.plan.step("session 0: warming up");
  TRY_STATUS(session.warm_up());
  NextPhase next_phase = [&](double rate, std::uint64_t seed, Nanos duration) {
    story.plan.step(fmt::format("searching the saturation point: {} for {}", rate_text(rate),
                                duration_text(static_cast<double>(duration.count()))));
    return session.search_phase(rate, seed, duration);
  };
  OnStep on_step = [&](const SearchStep& step) {
    story.plan.note(fmt::format("  {:>9}  {:<12} {}", rate_text(step.rate_per_s), name_of(step.verdict), step.reason));
    story.journal_telemetry();
  };
  Saturation found = TRY(search(story.contract, next_phase, on_step));
  story.plan.note("saturation: " + found.outcome);
  for (const LoadPoint& point : story.contract.load.points) {
    if (point.load.of_capacity && found.pass_per_s) {
      story.rates_per_s[point.name] = *point.load.of_capacity * *found.pass_per_s;
    }
  }
  return ok_status();
}

// The rate of a point, or nothing when it depends on a capacity that was not found.
std::optional<double> rate_of(const Story& story, const LoadPoint& point) {
  auto found = story.rates_per_s.find(point.name);
  if (found != story.rates_per_s.end()) return found->second;
  return point.load.rate_per_s;
}

// A trace that is not stretched has a rate of its own.
bool can_run(const Story& story, const LoadPoint& point) {
  bool recorded = point.load.arrival == Arrival::kTrace && !point.load.of_capacity;
  return point.load.loop == Loop::kClosed || recorded || rate_of(story, point).has_value();
}

Status measure_sessions(Story& story) {
  for (std::int64_t number = 1; number <= story.contract.load.sessions; ++number) {
    std::string where = fmt::format("session {} of {}", number, story.contract.load.sessions);
    story.plan.step(where + ": warming up");
    Session session = TRY(Session::open(story.bench, static_cast<std::uint32_t>(number), story.options.paths));
    TRY_STATUS(session.warm_up());
    for (const LoadPoint& point : story.contract.load.points) {
      if (!can_run(story, point)) continue;
      std::optional<double> rate = rate_of(story, point);
      story.plan.step(fmt::format("{}: point {}{}", where, point.name,
                                  rate ? " at " + rate_text(*rate) : std::string()));
      TRY_STATUS(session.measure_point(point, rate));
      story.journal_telemetry();
    }
  }
  return ok_status();
}

Status profile(Story& story) {
  const LoadProtocol& load = story.contract.load;
  bool skip = story.options.profiling == MeasureOptions::Profiling::kSkip;
  if (skip || !load.profile || story.contract.target.kind != "embedded") return ok_status();
  Session session = TRY(Session::open(story.bench, static_cast<std::uint32_t>(load.sessions + 1), story.options.paths));
  TRY_STATUS(session.warm_up());
  for (const LoadPoint& point : load.points) {
    bool wanted = std::find(load.profile->points.begin(), load.profile->points.end(), point.name) !=
                  load.profile->points.end();
    if (!wanted || !can_run(story, point)) continue;
    story.plan.step(fmt::format("profiling one batch in {} at point {}", load.profile->every, point.name));
    TRY_STATUS(session.profile_point(point, rate_of(story, point)));
    story.journal_telemetry();
  }
  return ok_status();
}

Status run_story(Story& story) {
  TRY_STATUS(measure_ceilings(story));
  bool search = story.options.rates == MeasureOptions::Rates::kSearched;
  if (search && story.contract.load.search) TRY_STATUS(search_saturation(story));
  TRY_STATUS(measure_sessions(story));
  return profile(story);
}

Status write_documents(Recording& recording, const Contract& contract, const std::string& yaml_text,
                       const Executor& executor) {
  recording.with_writer([&](bundle::Writer& writer) { return writer.write_text("contract.yaml", yaml_text); });
  recording.with_writer([&](bundle::Writer& writer) {
    return writer.write_text("contract.json", contract::canonical(contract) + "\n");
  });
  recording.with_writer([&](bundle::Writer& writer) {
    return writer.write_text("executor.json", pretty_text(Json(executor)));
  });
  return recording.status();
}

Result<Manifest> manifest_of(const Contract& contract, const Executor& executor, const MeasureOptions& options,
                             const RunRecord& run) {
  Manifest manifest;
  manifest.tool = options.tool;
  manifest.tool_sha256 = TRY(sha256_file("/proc/self/exe"));
  manifest.contract_digest = contract::digest(contract);
  manifest.executor_fingerprint = executor::fingerprints(executor).whole;
  manifest.created = utc_text(wall_clock_ns());
  manifest.complete = run.complete;
  manifest.incomplete_reason = run.incomplete_reason;
  return manifest;
}

// Opens the target once for its facts: fails here, before anything is on disk, when it cannot run.
Result<Executor> opened_executor(const Contract& contract, const Inputs& inputs, const MeasureOptions& options,
                                 Clock& clock) {
  std::unique_ptr<target::Target> target = TRY(target::open(contract, inputs, options.paths, clock));
  return executor_of(contract, inputs, target->facts());
}

Result<Measured> seal(const Contract& contract, const std::string& yaml_text, const MeasureOptions& options,
                      Recording& recording, Executor executor, RunRecord run) {
  Figures figures = derive(contract, run, [&](const std::string& file) { return read_file(options.folder / file); });
  Manifest manifest = TRY(manifest_of(contract, executor, options, run));
  recording.with_writer([&](bundle::Writer& writer) {
    return writer.write_text("figures.json", pretty_text(Json(figures)));
  });
  recording.with_writer([&](bundle::Writer& writer) { return writer.seal(manifest); });
  TRY_STATUS(recording.status());
  return Measured{options.folder,
                  Bundle{std::move(manifest), yaml_text, contract, std::move(executor), std::move(run),
                         std::move(figures)}};
}

}  // namespace

Nanos expected_length(const Contract& contract) {
  const LoadProtocol& load = contract.load;
  Nanos warm_up = std::min(load.warm_up.at_most, 2 * load.warm_up.at_least) + Nanos{500'000'000};
  Nanos points{0};
  for (const LoadPoint& point : load.points) points += point.duration;
  Nanos total = Nanos{3'000'000'000} + load.sessions * (warm_up + points);
  if (load.search) {
    // A score of looks, half of them continued: what a search takes in practice.
    Nanos look = load.search->point;
    if (load.search->extend_to > look) look += (load.search->extend_to - look) / 2;
    total += warm_up + 20 * look;
  }
  if (load.profile) {
    total += warm_up + static_cast<std::int64_t>(load.profile->points.size()) * load.profile->duration;
  }
  return total;
}

Executor describe_executor(const Contract& contract, const target::SearchPaths& paths) {
  SystemClock clock;
  Result<Inputs> inputs = workload::build_inputs(contract.workload, contract.target);
  Result<std::unique_ptr<target::Target>> target =
      inputs.ok() ? target::open(contract, *inputs, paths, clock)
                  : Result<std::unique_ptr<target::Target>>(inputs.error());
  std::vector<TargetFact> facts;
  if (target.ok()) {
    facts = (*target)->facts();
  } else {
    facts.push_back({Layer::kRuntime, Fact{"runtime.name", Provenance::kUnknown, "", "the contract's target",
                                           target.error().text(), true}});
  }
  return executor_of(contract, inputs.ok() ? *inputs : Inputs{}, facts);
}

Result<Measured> measure(const Contract& contract, const std::string& yaml_text, const MeasureOptions& options) {
  CHECK(options.progress != nullptr);
  TRY_STATUS(try_scoring(contract.workload.accuracy));
  SystemClock clock;
  Plan plan(contract, *options.progress, clock);
  plan.step("discovering the executor");
  const Inputs inputs = TRY(workload::build_inputs(contract.workload, contract.target));
  for (const std::string& note : inputs.notes) plan.note("inputs: " + note);
  Executor executor = TRY(opened_executor(contract, inputs, options, clock));

  Nanos epoch = clock.now();
  RunRecord run;
  run.epoch_wall_ns = wall_clock_ns();
  Recording recording(TRY(bundle::Writer::create(options.folder, run.epoch_wall_ns)));
  TRY_STATUS(write_documents(recording, contract, yaml_text, executor));

  telemetry::Recorder recorder({.period = contract.limits.telemetry_period, .epoch = epoch}, clock);
  Bench bench{contract, inputs, clock, epoch, recording, run, options.stop, options.folder};
  Story story{contract, options, plan, bench, recorder, options.rates_per_s};
  Status told = run_story(story);
  Telemetry rest = recorder.stop();
  recording.with_writer([&](bundle::Writer& writer) { return writer.add_telemetry(rest); });
  Story::merge(run.telemetry, std::move(rest));
  TRY_STATUS(recording.status());
  if (!told.ok()) {
    run.complete = false;
    run.incomplete_reason = told.error().text();
  }
  plan.step("deriving the figures and sealing the bundle");
  Measured measured = TRY(seal(contract, yaml_text, options, recording, std::move(executor), std::move(run)));
  if (!told.ok() && told.error().code != ErrorCode::kInterrupted) return told.error();
  return measured;
}

}  // namespace lynxbench::run
