#include "run/session.h"

#include <algorithm>
#include <map>

#include "base/random.h"
#include "metrics/audit.h"
#include "metrics/metrics.h"
#include "run/instrument_watch.h"
#include "run/scoring.h"
#include "run/server_watch.h"

namespace lynxbench::run {
namespace {

void append(Phase& phase, loadgen::Outcome outcome) {
  if (phase.requests.empty()) phase.begin_ns = outcome.begin_ns;
  phase.end_ns = outcome.end_ns;
  phase.complete = phase.complete && outcome.complete;
  for (RequestRecord& record : outcome.records) {
    record.index = phase.requests.size();
    phase.requests.push_back(std::move(record));
  }
}

loadgen::Options options_for(const Bench& bench) {
  loadgen::Options options;
  options.epoch = bench.epoch;
  options.max_in_flight = bench.contract.load.max_in_flight;
  options.stop = bench.stop;
  // An answer that the SLO may still count as good is waited for.
  const Slo& slo = bench.contract.slo;
  options.drain = std::max(options.drain, 2 * slo.at_most);
  for (const SloTerm& term : slo.also) options.drain = std::max(options.drain, 2 * term.at_most);
  return options;
}

// Of an open loop: as asked for, over the whole phase; of a trace that is not stretched, as it came.
double offered_per_s(const LoadSpec& load, const Schedule& schedule, Nanos duration) {
  if (load.arrival == Arrival::kRamp) return (*load.rate_per_s + load.ramp_to_per_s) / 2;
  if (load.rate_per_s) return *load.rate_per_s;
  return static_cast<double>(schedule.requests.size()) * 1e9 / static_cast<double>(duration.count());
}

// Runs `load` under watch and keeps the client's account of it in `phase`.
template <typename Run>
Result<loadgen::Outcome> watched(Phase& phase, const Bench& bench, target::Target& target,
                                 const LoadSpec& load, Nanos duration, loadgen::Options options,
                                 const Run& run) {
  ClientResources before = target.resources();
  InstrumentWatch watch({.asked = {.load = load, .duration = duration},
                         .limits = bench.contract.limits,
                         .epoch = bench.epoch,
                         .begin = bench.clock.now()},
                        bench.clock);
  options.on_sent = watch.listener();
  loadgen::Outcome outcome = TRY(run(options));
  for (const RequestRecord& record : outcome.records) {
    if (record.status == RequestStatus::kUnsent && outcome.complete) watch.missed(record.due_ns);
  }
  phase.audit = watch.stop({.used = metrics::used_between(before, target.resources()),
                            .senders = {outcome.sender},
                            .waited_for_room = outcome.waited_for_room});
  return outcome;
}

}  // namespace

Status Bench::go_on() const {
  TRY_STATUS(recording.status());
  if (stopped()) return error(ErrorCode::kInterrupted, "stopped by the user");
  return ok_status();
}

std::uint64_t point_seed(const Contract& contract, const std::string& point, std::uint32_t session) {
  return derived_seed(contract.workload.seed, "point " + point, session);
}

Session::Session(Bench& bench, std::uint32_t number, std::unique_ptr<target::Target> target)
    : bench_(&bench), number_(number), target_(std::move(target)) {}

Result<Session> Session::open(Bench& bench, std::uint32_t number, const target::SearchPaths& paths) {
  TRY_STATUS(bench.go_on());
  return Session(bench, number, TRY(target::open(bench.contract, bench.inputs, paths, bench.clock)));
}

Phase Session::new_phase(PhaseKind kind, const std::string& point) const {
  Phase phase;
  phase.id = static_cast<std::uint32_t>(bench_->run.phases.size());
  phase.session = number_;
  phase.kind = kind;
  phase.point = point;
  return phase;
}

workload::InputSequence Session::input_sequence(std::uint64_t seed) const {
  return workload::input_sequence(bench_->contract.workload, bench_->inputs, seed);
}

Status Session::warm_up() {
  const WarmUpSpec& spec = bench_->contract.load.warm_up;
  Phase phase = new_phase(PhaseKind::kWarmUp, "");
  phase.loop = Loop::kClosed;
  phase.concurrency = spec.concurrency;
  phase.seed = derived_seed(bench_->contract.workload.seed, "warm-up", number_);
  workload::InputSequence inputs = input_sequence(phase.seed);
  bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.begin_phase(phase); });
  loadgen::Options options = options_for(*bench_);
  while (true) {
    append(phase, TRY(loadgen::run_closed(spec.concurrency, spec.window, [&] { return inputs.next(); },
                                          *target_, bench_->clock, options)));
    if (!phase.complete || metrics::judge_warm_up(phase, spec).steady) break;
    if (Nanos{phase.end_ns - phase.begin_ns} >= spec.at_most) break;
  }
  return finish(std::move(phase));
}

Status Session::run_open(Phase& phase, const LoadSpec& load, Nanos duration) {
  Schedule schedule = workload::collected(TRY(workload::open_stream(
      load, duration, bench_->contract.workload, bench_->inputs, phase.seed)));
  phase.loop = Loop::kOpen;
  phase.arrival = load.arrival;
  phase.offered_per_s = offered_per_s(load, schedule, duration);
  phase.schedule_digest = schedule.digest;
  bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.begin_phase(phase); });
  loadgen::Options options = options_for(*bench_);
  // Profiled requests are written at the end: their profile's number is known only then; so are those
  // that a command scores.
  bool scored_later = bench_->contract.workload.accuracy.method == ScoreMethod::kCommand;
  if (phase.kind != PhaseKind::kProfile && !scored_later) {
    options.on_answered = [&, id = phase.id](std::span<const RequestRecord> records) {
      bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.add_requests(id, records); });
    };
  }
  target_->begin_phase();
  append(phase, TRY(watched(phase, *bench_, *target_, load, duration, std::move(options),
                            [&](const loadgen::Options& watching) {
                              return loadgen::run_open(schedule, *target_, bench_->clock, watching);
                            })));
  // The phase lasts as long as was offered, also when its last request fell due earlier.
  if (phase.complete) phase.end_ns = phase.begin_ns + duration.count();
  return ok_status();
}

Status Session::run_closed(Phase& phase, const LoadSpec& load, Nanos duration) {
  phase.loop = Loop::kClosed;
  phase.concurrency = load.concurrency;
  bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.begin_phase(phase); });
  workload::InputSequence inputs = input_sequence(phase.seed);
  target_->begin_phase();
  append(phase, TRY(watched(phase, *bench_, *target_, load, duration, options_for(*bench_),
                            [&](const loadgen::Options& watching) {
                              return loadgen::run_closed(load.concurrency, duration, [&] { return inputs.next(); },
                                                         *target_, bench_->clock, watching);
                            })));
  return ok_status();
}

Result<Phase> Session::search_phase(double rate_per_s, std::uint64_t seed, Nanos duration) {
  TRY_STATUS(bench_->go_on());
  Phase phase = new_phase(PhaseKind::kSearch, "");
  phase.seed = seed;
  LoadSpec load;
  load.arrival = bench_->contract.load.search->arrival;
  load.rate_per_s = rate_per_s;
  TRY_STATUS(run_open(phase, load, duration));
  TRY_STATUS(finish(phase));
  return phase;
}

Status Session::run_point(Phase phase, const LoadPoint& point, std::optional<double> rate_per_s,
                          Nanos duration) {
  TRY_STATUS(bench_->go_on());
  phase.seed = point_seed(bench_->contract, point.name + (phase.kind == PhaseKind::kProfile ? " profiled" : ""),
                          number_);
  LoadSpec load = point.load;
  load.rate_per_s = rate_per_s;
  load.of_capacity.reset();
  TRY_STATUS(load.loop == Loop::kOpen ? run_open(phase, load, duration) : run_closed(phase, load, duration));
  std::vector<Profile> profiles = TRY(collect_profiles(phase));
  TRY_STATUS(finish(std::move(phase)));
  for (const Profile& profile : profiles) {
    bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.add_profile(profile); });
    bench_->run.profiles.push_back(profile);
  }
  return bench_->recording.status();
}

Status Session::measure_point(const LoadPoint& point, std::optional<double> rate_per_s) {
  std::unique_ptr<ServerWatch> server = watch_server(bench_->contract.target.endpoint, bench_->clock);
  TRY_STATUS(run_point(new_phase(PhaseKind::kMeasure, point.name), point, rate_per_s, point.duration));
  if (server == nullptr) return ok_status();
  bench_->run.server_metrics.push_back({bench_->run.phases.back().id, server->take(bench_->epoch)});
  bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.set_server_metrics(bench_->run.server_metrics); });
  return bench_->recording.status();
}

Status Session::profile_point(const LoadPoint& point, std::optional<double> rate_per_s) {
  const ProfileSpec& spec = *bench_->contract.load.profile;
  fs::path folder = bench_->folder / "profiles";
  std::error_code problem;
  fs::create_directories(folder, problem);
  TRY_STATUS(target_->profile(spec.every, folder));
  Status status = run_point(new_phase(PhaseKind::kProfile, point.name), point, rate_per_s, spec.duration);
  TRY_STATUS(target_->profile(0, folder));
  return status;
}

// Names the profiles that the target wrote during the phase and points the requests at them.
Result<std::vector<Profile>> Session::collect_profiles(Phase& phase) {
  std::vector<Profile> profiles;
  std::map<std::uint64_t, std::uint32_t> by_batch;
  for (const target::WrittenProfile& written : target_->take_profiles()) {
    Profile profile;
    profile.id = static_cast<std::uint32_t>(bench_->run.profiles.size() + profiles.size());
    profile.phase = phase.id;
    profile.batch = written.batch;
    profile.file = fmt::format("profiles/{:04}.json", profile.id);
    std::error_code problem;
    fs::rename(written.file, bench_->folder / profile.file, problem);
    if (problem) {
      return Error{ErrorCode::kUnavailable, "cannot rename a profile: " + problem.message(), written.file.string()};
    }
    by_batch[written.batch] = profile.id;
    profiles.push_back(std::move(profile));
  }
  for (RequestRecord& record : phase.requests) {
    if (!record.stages) continue;
    auto found = by_batch.find(record.stages->batch);
    if (found != by_batch.end()) record.stages->profile = found->second;
  }
  return profiles;
}

Status Session::finish(Phase phase) {
  // Only what was measured is decided upon: the answers of other phases are not scored.
  if (phase.kind == PhaseKind::kMeasure) {
    TRY_STATUS(score_records(bench_->contract.workload.accuracy, bench_->inputs, phase.requests, bench_->stop));
  }
  for (RequestRecord& record : phase.requests) {
    if (record.exchange) record.exchange->answer = {};
  }
  bench_->recording.with_writer([&](bundle::Writer& writer) { return writer.end_phase(phase); });
  bool complete = phase.complete;
  bench_->run.phases.push_back(std::move(phase));
  TRY_STATUS(bench_->recording.status());
  if (!complete) return error(ErrorCode::kInterrupted, "stopped by the user");
  return ok_status();
}

}  // namespace lynxbench::run
