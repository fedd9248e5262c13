#include "report/sample_run.h"

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace lynxbench::report::sample {
namespace {

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kS = 1'000'000'000;
constexpr std::int64_t kPause = 150 * kMs;
constexpr std::size_t kMaxBatch = 4;
constexpr std::int64_t kBatchTimeout = 2 * kMs;
constexpr std::size_t kQueue = 64;
constexpr double kSearchRates[] = {8, 16, 32, 64, 128, 256, 181, 152, 166, 166, 152};

// One instance that serves batches in simulated time, one request after the other as they come.
class Server {
 public:
  explicit Server(std::uint64_t seed) : random_(seed, "server") {}

  // Serves requests by due time; `profile_every` > 0 marks one batch in so many.
  void serve(std::vector<RequestRecord>& requests, std::uint64_t profile_every) {
    std::size_t arrived = 0;
    std::vector<RequestRecord*> queue;
    auto admit = [&](std::int64_t until) {
      for (; arrived < requests.size() && requests[arrived].sent_ns <= until; ++arrived) {
        if (queue.size() < kQueue) queue.push_back(&requests[arrived]);
        else reject(requests[arrived]);
      }
    };
    while (arrived < requests.size() || !queue.empty()) {
      if (queue.empty()) admit(requests[arrived].sent_ns);
      std::int64_t opened = std::max(free_at_, queue.front()->sent_ns + 20'000) + 4'000;
      admit(opened);
      std::int64_t closed = opened + kBatchTimeout;
      if (queue.size() >= kMaxBatch) closed = opened;
      std::size_t before = queue.size();
      if (before < kMaxBatch) {
        admit(closed);
        if (queue.size() >= kMaxBatch) closed = queue[kMaxBatch - 1]->sent_ns;
      }
      auto end = queue.begin() + static_cast<std::ptrdiff_t>(std::min(queue.size(), kMaxBatch));
      answer({queue.begin(), end}, opened, closed, profile_every);
      queue.erase(queue.begin(), end);
    }
  }

 private:
  static void reject(RequestRecord& request) {
    request.status = RequestStatus::kRejected;
    request.done_ns = request.sent_ns + 30'000;
  }

  void answer(const std::vector<RequestRecord*>& batch, std::int64_t opened, std::int64_t closed,
              std::uint64_t profile_every) {
    bool profiled = profile_every > 0 && batch_ % profile_every == 0;
    auto size = static_cast<std::int64_t>(batch.size());
    double noise = 0.96 + 0.08 * random_.uniform() + (random_.below(90) == 0 ? 0.5 : 0.0);
    std::int64_t pre_end = closed + 9'000 + size * 310'000;
    auto run = static_cast<std::int64_t>(noise * static_cast<double>(6 * kMs + size * 3'900'000));
    if (profiled) run += run / 20;
    std::int64_t run_end = pre_end + 6'000 + run;
    std::int64_t post_end = run_end + size * 95'000;
    for (RequestRecord* request : batch) {
      request->status = RequestStatus::kOk;
      request->done_ns = request->first_byte_ns = post_end + 40'000;
      ServerStages stages{request->sent_ns + 20'000, opened,           closed,
                          closed + 9'000,            pre_end,          pre_end + 6'000,
                          run_end,                   post_end,         batch_,
                          static_cast<std::uint32_t>(size), 0, {}};
      if (profiled) stages.profile = profiles_;
      request->stages = stages;
    }
    if (profiled) ++profiles_;
    ++batch_;
    free_at_ = post_end;
  }

  Random random_;
  std::int64_t free_at_ = 0;
  std::uint64_t batch_ = 0;
  std::uint32_t profiles_ = 0;
};

// Builds phase after phase on one clock.
class Recorder {
 public:
  void closed(std::uint32_t session, PhaseKind kind, const std::string& point, std::int64_t length) {
    Phase phase = started(session, kind, point, Loop::kClosed);
    phase.concurrency = 1;
    std::int64_t at = phase.begin_ns;
    while (at < phase.begin_ns + length) {
      std::vector<RequestRecord> one(1);
      one[0].index = phase.requests.size();
      one[0].due_ns = one[0].sent_ns = at;
      server_.serve(one, 0);
      at = one[0].done_ns + 25'000;
      phase.requests.push_back(one[0]);
    }
    finish(std::move(phase), length);
  }

  void open(std::uint32_t session, PhaseKind kind, const std::string& point, double rate, std::int64_t length) {
    Phase phase = started(session, kind, point, Loop::kOpen);
    phase.offered_per_s = rate;
    double at = 0;
    while ((at += random_.exponential() / rate * 1e9) < static_cast<double>(length)) {
      RequestRecord request;
      request.index = phase.requests.size();
      request.due_ns = phase.begin_ns + static_cast<std::int64_t>(at);
      request.sent_ns = request.due_ns + 12'000 + static_cast<std::int64_t>(30'000 * random_.exponential());
      phase.requests.push_back(request);
    }
    server_.serve(phase.requests, kind == PhaseKind::kProfile ? 4 : 0);
    finish(std::move(phase), length);
  }

  std::vector<Phase> phases;
  [[nodiscard]] std::int64_t now() const { return now_; }

 private:
  Phase started(std::uint32_t session, PhaseKind kind, const std::string& point, Loop loop) {
    Phase phase;
    phase.id = static_cast<std::uint32_t>(phases.size());
    phase.session = session;
    phase.kind = kind;
    phase.point = point;
    phase.loop = loop;
    phase.begin_ns = now_;
    return phase;
  }
  void finish(Phase phase, std::int64_t length) {
    phase.end_ns = phase.begin_ns + length;
    now_ = phase.end_ns;
    for (const RequestRecord& request : phase.requests) now_ = std::max(now_, request.done_ns);
    now_ += kPause;
    phases.push_back(std::move(phase));
  }

  Random random_{7, "arrivals"};
  Server server_{7};
  std::int64_t now_ = 400 * kMs;
};

// When the instance worked, in order.
std::vector<std::pair<std::int64_t, std::int64_t>> busy_times(const std::vector<Phase>& phases) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const Phase& phase : phases) {
    for (const RequestRecord& request : phase.requests) {
      if (request.stages) out.emplace_back(request.stages->run_begin_ns, request.done_ns);
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Telemetry telemetry(const std::vector<Phase>& phases, std::int64_t until) {
  Telemetry out;
  out.period_ns = 50 * kMs;
  out.series = {{0, "cpu.busy", "ratio", "/proc/stat"},       {1, "process.cpu", "cores", "/proc/self/stat"},
                {2, "psi.cpu.some", "ratio", "/proc/pressure"}, {3, "psi.io.some", "ratio", "/proc/pressure"},
                {4, "memory.available", "bytes", "/proc/meminfo"},
                {5, "context_switches", "1/s", "/proc/stat"}};
  Random random(3, "telemetry");
  std::vector<std::pair<std::int64_t, std::int64_t>> work = busy_times(phases);
  auto next = work.begin();
  double busy = 0, memory = 21.0 * 1073741824;
  for (std::int64_t at = 0; at < until; at += out.period_ns) {
    if (at > 20 * kS && at < 20 * kS + 400 * kMs) continue;
    next = std::find_if(next, work.end(), [at](const auto& stretch) { return stretch.second >= at; });
    bool working = next != work.end() && next->first <= at;
    busy = 0.7 * busy + (working ? 0.3 : 0.0);
    memory -= at < 2 * kS ? 4e6 : 2e4;
    const double values[] = {0.04 + busy / 8 + 0.02 * random.uniform(), busy * 0.98 + 0.02 * random.uniform(),
                             0.01 * busy * random.uniform(), random.below(80) == 0 ? 0.03 : 0.0,
                             memory + 3e6 * random.uniform(), 900 + 2100 * busy + 200 * random.uniform()};
    for (std::uint32_t i = 0; i < 6; ++i) out.samples.push_back({i, at, values[i]});
  }
  out.gaps = {{20 * kS, 20 * kS + 400 * kMs}};
  out.missing = {"cpu.frequency: no cpufreq folder for cpu0", "power: no /sys/class/powercap"};
  return out;
}

}  // namespace

RunRecord run(const Contract& contract) {
  Recorder recorder;
  recorder.closed(0, PhaseKind::kWarmUp, "", 1500 * kMs);
  for (double rate : kSearchRates) {
    recorder.open(0, PhaseKind::kSearch, "", rate, rate > 130 && rate < 170 ? 4 * kS : 2 * kS);
  }
  for (std::uint32_t session = 1; session <= 5; ++session) {
    recorder.closed(session, PhaseKind::kWarmUp, "", 1250 * kMs);
    recorder.closed(session, PhaseKind::kMeasure, "unloaded", 1 * kS);
    recorder.open(session, PhaseKind::kMeasure, "half", 76, 2 * kS);
    recorder.open(session, PhaseKind::kMeasure, "saturation", 152, 3 * kS);
  }
  recorder.open(5, PhaseKind::kProfile, "half", 76, 2 * kS);
  recorder.open(5, PhaseKind::kProfile, "saturation", 152, 2 * kS);
  RunRecord out;
  out.epoch_wall_ns = 1'795'414'269'000'000'000;
  out.phases = std::move(recorder.phases);
  out.telemetry = telemetry(out.phases, recorder.now());
  out.ceilings = Ceilings{contract.target.runtime.threads, {94.8e9, 95.1e9, 95.0e9}, {11.7e9, 11.8e9, 11.9e9},
                          "ONNX Runtime MatMul 1024x1024x1024 fp32", "triad a[i] = b[i] + s*c[i], 3 x 128 MiB"};
  return out;
}

double nearest_rank(std::vector<double> values, double quantile) {
  std::sort(values.begin(), values.end());
  auto rank = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(values.size())));
  return values[std::max<std::size_t>(rank, 1) - 1];
}

std::vector<double> e2e_of(const Phase& phase) {
  std::vector<double> out;
  for (const RequestRecord& request : phase.requests) {
    if (request.status == RequestStatus::kOk) out.push_back(static_cast<double>(request.done_ns - request.due_ns));
  }
  return out;
}

std::vector<double> service_of(const Phase& phase) {
  std::vector<double> out;
  for (const RequestRecord& request : phase.requests) {
    if (request.status == RequestStatus::kOk) out.push_back(static_cast<double>(request.done_ns - request.sent_ns));
  }
  return out;
}

double over_ratio(const Phase& phase, double limit_ns) {
  double over = 0;
  for (const RequestRecord& request : phase.requests) {
    bool ok = request.status == RequestStatus::kOk;
    if (!ok || static_cast<double>(request.done_ns - request.due_ns) > limit_ns) over += 1;
  }
  return phase.requests.empty() ? 0 : over / static_cast<double>(phase.requests.size());
}

}  // namespace lynxbench::report::sample
