// The raw data of a run: everything that was measured and nothing derived. Figures are functions of
// it and of the contract, so they can be computed again on another machine, to the bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/audit.h"
#include "model/contract.h"
#include "model/request.h"
#include "model/server_metrics.h"

namespace lynxbench {

enum class PhaseKind { kWarmUp, kSearch, kMeasure, kProfile };

// A stretch of load of one kind on one session.
struct Phase {
  std::uint32_t id = 0;        // 0, 1, 2 ... in the order in which they ran
  std::uint32_t session = 0;   // 0: the search's session; 1 ...: the repeated ones
  PhaseKind kind = PhaseKind::kMeasure;
  std::string point;           // LoadPoint::name; "" for warm-up and search
  Loop loop = Loop::kOpen;
  Arrival arrival = Arrival::kPoisson;
  std::optional<double> offered_per_s;    // open loop
  std::optional<std::int64_t> concurrency;  // closed loop
  std::uint64_t seed = 0;
  std::string schedule_digest;  // open loop
  std::int64_t begin_ns = 0;    // first due (open), first sent (closed)
  std::int64_t end_ns = 0;      // end of the time in which requests fall due; answers may come later
  bool complete = true;         // false: interrupted
  std::optional<InstrumentAudit> audit;  // of the client, while it made this load
  std::vector<RequestRecord> requests;
};

// A runtime's profile of one batch.
struct Profile {
  std::uint32_t id = 0;
  std::uint32_t phase = 0;
  std::uint64_t batch = 0;
  std::string file;  // in the bundle: "profiles/0001.json"
};

// One measured quantity over time.
struct Series {
  std::uint32_t id = 0;
  std::string name;    // "cpu0.busy", "memory.available", "psi.cpu.some"
  std::string unit;    // "ratio", "bytes", "1/s", "Hz"
  std::string source;  // "/proc/stat"
};

struct Sample {
  std::uint32_t series = 0;
  std::int64_t at_ns = 0;
  double value = 0;
};

// A stretch in which a sample was due and none was taken.
struct SamplingGap {
  std::int64_t from_ns = 0;
  std::int64_t to_ns = 0;
};

struct Telemetry {
  std::int64_t period_ns = 0;
  std::vector<Series> series;
  std::vector<Sample> samples;  // by time
  std::vector<SamplingGap> gaps;
  std::vector<std::string> missing;  // "frequency: no /sys/devices/system/cpu/cpu0/cpufreq"
};

// What this machine can do at most, measured in the same run.
struct Ceilings {
  std::int64_t threads = 1;
  std::vector<double> matmul_flops_per_s;    // a repeat each
  std::vector<double> stream_bytes_per_s;
  std::string matmul_method;  // "ONNX Runtime MatMul 1024x1024x1024 fp32"
  std::string stream_method;  // "triad a[i] = b[i] + s*c[i], 3 x 128 MiB"
};

// What the server told of itself around one phase.
struct PhaseServerMetrics {
  std::uint32_t phase = 0;
  ServerMetrics metrics;
};

struct RunRecord {
  std::int64_t epoch_wall_ns = 0;  // wall clock at the epoch, for labels
  std::vector<Phase> phases;
  Telemetry telemetry;
  std::vector<Profile> profiles;
  std::vector<PhaseServerMetrics> server_metrics;  // none without endpoint.metrics_url
  std::optional<Ceilings> ceilings;
  std::string ceilings_missing;  // why there are none
  bool complete = true;
  std::string incomplete_reason;  // "interrupted by the user (Ctrl-C) in session 3, point half"
};

}  // namespace lynxbench
