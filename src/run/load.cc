#include "run/load.h"

#include <algorithm>
#include <thread>

#include "base/random.h"
#include "base/text.h"
#include "base/units.h"
#include "metrics/audit.h"
#include "metrics/metrics.h"
#include "model/json.h"
#include "run/load_share.h"
#include "run/look.h"
#include "run/server_watch.h"
#include "telemetry/probes.h"

namespace lynxbench::run {
namespace {

// From the moment at which all targets are open to the first request: every thread is there by then.
constexpr Nanos kStart{5'000'000};

// The threads of a load while they work, watched by the caller's.
class Crew {
 public:
  Crew(std::vector<std::unique_ptr<LoadShare>>& shares, const LoadPlan& plan)
      : shares_(shares), plan_(plan), status_(shares.size(), ok_status()) {}

  // Returns when all are done.
  Status work() {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < shares_.size(); ++i) {
      threads.emplace_back([this, i] {
        status_[i] = shares_[i]->run(plan_);
        std::lock_guard lock(mutex_);
        ++done_;
        ended_.notify_one();
      });
    }
    watch();
    threads.clear();
    for (const Status& status : status_) TRY_STATUS(status);
    return ok_status();
  }

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, plan_.job.progress_every, [&] { return done_ == shares_.size(); })) show();
  }
  void show() {
    if (plan_.context.progress == nullptr) return;
    std::uint64_t sent = 0, over = 0, failed = 0;
    for (const auto& share : shares_) {
      sent += share->live().sent.load(std::memory_order_relaxed);
      over += share->live().over.load(std::memory_order_relaxed);
      failed += share->live().failed.load(std::memory_order_relaxed);
    }
    double elapsed_s = static_cast<double>((plan_.context.clock.now() - plan_.begin).count()) / 1e9;
    double rate = static_cast<double>(over - before_) * 1e9 / static_cast<double>(plan_.job.progress_every.count());
    before_ = over;
    double length_s = static_cast<double>(plan_.length.count()) / 1e9;
    bool warm = elapsed_s * 1e9 < static_cast<double>(plan_.job.warm_up.count());
    double rest_s = std::max(0.0, length_s - elapsed_s);
    plan_.context.progress->step(
        fmt::format("{}{} done, {} in flight, {} failed", warm ? "warm-up: " : rest_s > 0 ? "" : "draining: ",
                    rate_text(rate), sent - std::min(sent, over), failed),
        std::clamp(elapsed_s / length_s, 0.0, 1.0), Nanos{static_cast<std::int64_t>(rest_s * 1e9)});
  }

  std::vector<std::unique_ptr<LoadShare>>& shares_;
  const LoadPlan& plan_;
  std::vector<Status> status_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t done_ = 0;
  std::uint64_t before_ = 0;
};

void add(ClientResources& sum, const ClientResources& more) {
  for (std::uint64_t ClientResources::*member :
       {&ClientResources::connections_opened, &ClientResources::connections_failed, &ClientResources::connections_most,
        &ClientResources::requests_on_used, &ClientResources::waited_for_connection, &ClientResources::local_exhausted,
        &ClientResources::reads, &ClientResources::reads_without_kernel_time}) {
    sum.*member += more.*member;
  }
  if (more.spun_ns) sum.spun_ns = sum.spun_ns.value_or(0) + *more.spun_ns;
}

std::string target_text(const TargetSpec& target) {
  std::string text = target.kind;
  if (!target.endpoint.url.empty()) text += " at " + target.endpoint.url;
  if (!target.endpoint.command.empty()) text += ": " + joined(target.endpoint.command, "");
  if (!target.endpoint.model.empty()) text += ", model " + target.endpoint.model;
  if (target.kind.starts_with("openai") || target.kind == "kserve-grpc") text += target.endpoint.stream == Streaming::kOn ? ", streamed" : ", not streamed";
  return text;
}

std::string policy_text(const EndpointSpec& endpoint, const ClientResources& used) {
  if (used.connections_opened == 0) return "no connection was opened";
  std::string policy = endpoint.keep_alive == KeepAlive::kReuse ? "connections are used again" : "a connection for each request";
  if (endpoint.connections > 0) policy += fmt::format(", at most {}", endpoint.connections);
  return fmt::format("{}; {} opened, {} at most at once, {} requests found an open one", policy, used.connections_opened,
                     used.connections_most, used.requests_on_used);
}

// Beyond the limits the client was the bottleneck, and the figures say nothing of the server.
void judge(LoadFigures& figures) {
  std::vector<std::string>& reasons = figures.validity.reasons;
  if (!figures.complete) reasons.push_back("the load is incomplete: " + figures.incomplete_reason);
  reasons.insert(reasons.end(), figures.audit.invalid.begin(), figures.audit.invalid.end());
  figures.validity.notices.insert(figures.validity.notices.end(), figures.audit.notices.begin(), figures.audit.notices.end());
  figures.validity.valid = reasons.empty();
}

void describe(LoadFigures& figures, const LoadPlan& plan) {
  const Contract& contract = plan.job.contract;
  figures.asked = metrics::asked_text({.load = plan.load, .duration = plan.length});
  figures.target = target_text(contract.target);
  if (plan.load.loop == Loop::kClosed) figures.concurrency = plan.load.concurrency;
  figures.max_in_flight = contract.load.max_in_flight;
  figures.seed = plan.seed;
  figures.inputs_digest = plan.context.inputs.digest;
  if (!figures.complete) figures.incomplete_reason = "stopped by the user";
}

// A command that fails leaves the answers unscored and says so: what was measured is not lost.
void score_answers(std::vector<std::unique_ptr<LoadShare>>& shares, const LoadPlan& plan, std::vector<std::string>& notes) {
  const AccuracySpec& accuracy = plan.job.contract.workload.accuracy;
  if (accuracy.method != ScoreMethod::kCommand) return;
  if (plan.context.progress != nullptr) plan.context.progress->step("scoring the answers", 1, std::nullopt);
  KeptAnswers& kept = shares[0]->answers();
  for (std::size_t i = 1; i < shares.size(); ++i) kept.merge(std::move(shares[i]->answers()));
  Result<std::vector<ScoredAnswer>> scored = kept.scored(accuracy.command, plan.context.inputs, plan.context.stop);
  if (!scored.ok()) {
    notes.push_back("the answers could not be scored: " + scored.error().text());
    return;
  }
  for (const ScoredAnswer& one : *scored) shares[0]->tally().take_score(one.input, one.score, one.answers);
}

LoadFigures gathered(std::vector<std::unique_ptr<LoadShare>>& shares, const LoadPlan& plan, InstrumentAudit probed) {
  metrics::LoadEnd end;
  std::vector<std::string> notes;
  ClientResources used;
  for (auto& share : shares) {
    end.complete = end.complete && share->outcome().complete;
    end.end_ns = std::max(end.end_ns, share->outcome().end_ns);
    add(used, share->target().resources());
    probed.waited_for_room += share->outcome().waited_for_room;
    for (const std::string& note : share->notes()) {
      if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
    }
  }
  for (std::size_t i = 1; i < shares.size(); ++i) {
    shares[0]->tally().merge(std::move(shares[i]->tally()));
    shares[0]->send_times().merge(shares[i]->send_times());
  }
  score_answers(shares, plan, notes);
  LoadFigures figures = std::move(shares[0]->tally()).figures(end);
  describe(figures, plan);
  figures.audit = metrics::audited(std::move(probed), shares[0]->send_times(), used, plan.job.contract.limits);
  figures.connection_policy = policy_text(plan.job.contract.target.endpoint, used);
  figures.validity.notices.insert(figures.validity.notices.begin(), notes.begin(), notes.end());
  return figures;
}

// Reads before the load. A server that does not tell its figures is loaded all the same.
std::unique_ptr<ServerWatch> watched(const LoadJob& job, const LoadContext& context) {
  std::unique_ptr<ServerWatch> watch = watch_server(job.contract.target.endpoint, context.clock);
  if (watch != nullptr && context.progress != nullptr && !watch->first_failure().empty()) {
    context.progress->note(fmt::format("the server's metrics cannot be read: {}; the load goes on", watch->first_failure()));
  }
  return watch;
}

ClientView client_view_of(const std::vector<std::unique_ptr<LoadShare>>& shares) {
  metrics::ClientViewTally all;
  for (const auto& share : shares) all.merge(share->client_view());
  return all.view();
}

// The records of a look, as the search judges them.
Phase phase_of(std::vector<std::unique_ptr<LoadShare>>& shares, const LoadPlan& plan, const LoadFigures& figures) {
  Phase phase;
  phase.kind = PhaseKind::kSearch;
  phase.loop = plan.load.loop;
  phase.arrival = plan.load.arrival;
  phase.offered_per_s = plan.load.rate_per_s;
  phase.seed = plan.seed;
  phase.begin_ns = (plan.begin - plan.epoch + plan.job.warm_up).count();
  phase.end_ns = (plan.begin - plan.epoch + plan.length).count();
  phase.complete = figures.complete;
  phase.audit = figures.audit;
  for (auto& share : shares) {
    std::vector<RequestRecord>& records = share->records();
    phase.requests.insert(phase.requests.end(), std::make_move_iterator(records.begin()), std::make_move_iterator(records.end()));
  }
  return phase;
}

// With `phase`: gives the records of the load as well.
Result<LoadFigures> load_at(const LoadJob& job, const LoadContext& context, const LoadSpec& load, Nanos window,
                            std::uint64_t seed, Phase* phase = nullptr) {
  LoadPlan plan{.job = job, .context = context, .load = load, .length = job.warm_up + window, .seed = seed,
                .threads = std::max(1, job.threads), .keep_records = phase != nullptr};
  if (load.loop == Loop::kClosed) {
    plan.threads = static_cast<int>(std::min<std::int64_t>(plan.threads, std::max<std::int64_t>(1, load.concurrency)));
  }
  std::vector<std::unique_ptr<LoadShare>> shares;
  for (int i = 0; i < plan.threads; ++i) {
    shares.push_back(std::make_unique<LoadShare>(i, TRY(context.open())));
    if (shares.back()->target().is_polled()) continue;
    return error(ErrorCode::kInvalidArgument, "a load needs a target on the network or a command; \"{}\" is none",
                 job.contract.target.kind);
  }
  std::unique_ptr<LoadRecorder> recorder;
  std::unique_ptr<ServerWatch> server = watched(job, context);
  plan.begin = context.clock.now() + kStart;
  plan.epoch = plan.begin;
  if (job.record) recorder = TRY(LoadRecorder::create(*job.record, plan.epoch));
  plan.recorder = recorder.get();
  const InstrumentLimits& limits = job.contract.limits;
  std::optional<telemetry::Probes> probes;
  if (context.probing == Probing::kOn) {
    probes.emplace(telemetry::ProbeOptions{.hiccup = {.limit = limits.stall_longest, .epoch = plan.epoch}}, context.clock);
  }
  TRY_STATUS(Crew(shares, plan).work());
  InstrumentAudit probed;
  std::vector<SenderTime> senders;
  for (const auto& share : shares) senders.push_back(share->outcome().sender);
  if (probes) probed = probes->stop(senders);
  else probed.length_s = static_cast<double>(plan.length.count()) / 1e9;
  std::optional<Reconciliation> reconciliation;
  if (server) reconciliation = server->stop(client_view_of(shares), plan.epoch);
  LoadFigures figures = gathered(shares, plan, std::move(probed));
  figures.reconciliation = std::move(reconciliation);
  if (recorder) {
    LoadRecorder::Written written = TRY(recorder->finish());
    std::string text = fmt::format("{}: {} requests", job.record->string(), written.written);
    if (written.left_out > 0) text += fmt::format(", and {} left out: the disk was too slow", written.left_out);
    figures.validity.notices.push_back(text);
  }
  judge(figures);
  if (phase != nullptr) *phase = phase_of(shares, plan, figures);
  return figures;
}

bool stopped(const LoadContext& context) { return context.stop != nullptr && context.stop->load(); }

void show_step(const LoadContext& context, const SearchStep& step) {
  if (context.progress == nullptr) return;
  context.progress->note(fmt::format("{:>10}  {:<12} {} ({})", rate_text(step.rate_per_s), name_of(step.verdict), step.reason,
                                     step.purpose));
}

}  // namespace

Result<LoadFigures> load(const LoadJob& job, const LoadContext& context) {
  CHECK(!job.contract.load.points.empty());
  TRY_STATUS(try_scoring(job.contract.workload.accuracy));
  const LoadPoint& point = job.contract.load.points[0];
  return load_at(job, context, point.load, point.duration, job.contract.workload.seed);
}

Result<LoadFigures> load_search(const LoadJob& job, const LoadContext& context) {
  CHECK(job.contract.load.search && !job.contract.load.points.empty());
  const SearchSpec& spec = *job.contract.load.search;
  LoadSpec load = job.contract.load.points[0].load;
  load.loop = Loop::kOpen;
  load.arrival = spec.arrival;
  TRY_STATUS(try_scoring(job.contract.workload.accuracy));
  // Speed alone is searched for; how right the answers are is said of the load that follows.
  LoadJob look_job = job;
  look_job.record.reset();
  look_job.contract.workload.accuracy = {};
  look_job.contract.target.endpoint.metrics_url.clear();
  NextPhase next_phase = [&, id = std::uint32_t{0}](double rate_per_s, std::uint64_t seed, Nanos length) mutable -> Result<Phase> {
    LoadSpec at = load;
    at.rate_per_s = rate_per_s;
    Phase phase;
    TRY(load_at(look_job, context, at, length, seed, &phase));
    if (!phase.complete || stopped(context)) return error(ErrorCode::kInterrupted, "stopped by the user");
    phase.id = id++;
    return phase;
  };
  Saturation found = TRY(search(spec, job.contract.slo, job.contract.workload.seed, next_phase,
                                [&](const SearchStep& step) { show_step(context, step); }));
  LoadFigures figures;
  if (found.pass_per_s && !stopped(context)) {
    load.rate_per_s = found.pass_per_s;
    figures = TRY(load_at(job, context, load, job.contract.load.points[0].duration,
                          derived_seed(job.contract.workload.seed, "at capacity", 0)));
  } else {
    figures.target = target_text(job.contract.target);
    figures.asked = "a search for the highest rate that keeps the SLO";
  }
  figures.search = std::move(found);
  return figures;
}

}  // namespace lynxbench::run
