#include "run/calibrate.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/random.h"
#include "loadgen/loadgen.h"
#include "model/contract.h"
#include "run/stub_process.h"
#include "target/target.h"

namespace lynxbench::run {
namespace {

// Times that are all different, so that a figure mixed up between requests would be seen.
const std::vector<std::string> kStreamTimes{"--ttft", "uniform:10ms:50ms", "--itl", "uniform:4ms:12ms", "--tokens", "uniform:10:30"};
const std::vector<std::string> kUnaryTimes{"--delay", "uniform:5ms:25ms"};

struct Case {
  std::string name;
  std::string kind;  // TargetSpec's
  Streaming stream = Streaming::kOff;
  bool tls = false;
};

const std::vector<Case> kProtocols{
    {"http", "http"},
    {"http-tls", "http", Streaming::kOff, true},
    {"openai-chat", "openai-chat", Streaming::kOn},
    {"openai-chat-tls", "openai-chat", Streaming::kOn, true},
    {"openai-completions", "openai-completions", Streaming::kOn},
    {"openai-unary", "openai-chat"},
    {"kserve-http", "kserve-http"},
    {"kserve-grpc", "kserve-grpc"},
    {"kserve-grpc-stream", "kserve-grpc", Streaming::kOn},
    {"kserve-grpc-tls", "kserve-grpc", Streaming::kOn, true},
};

// While it lives the calling thread, and those that it starts, keep off the last processor.
class KeepOff {
 public:
  KeepOff() {
    CPU_ZERO(&before_);
    usable_ = sched_getaffinity(0, sizeof before_, &before_) == 0 && CPU_COUNT(&before_) >= 2;
    for (int cpu = 0; usable_ && cpu < CPU_SETSIZE; ++cpu) {
      if (CPU_ISSET(cpu, &before_)) last_ = cpu;
    }
    cpu_set_t others = before_;
    if (usable_) CPU_CLR(last_, &others);
    usable_ = usable_ && sched_setaffinity(0, sizeof others, &others) == 0;
  }
  ~KeepOff() {
    if (usable_) sched_setaffinity(0, sizeof before_, &before_);
  }
  KeepOff(const KeepOff&) = delete;
  KeepOff& operator=(const KeepOff&) = delete;
  [[nodiscard]] std::optional<int> cpu() const { return usable_ ? std::optional(last_) : std::nullopt; }

 private:
  cpu_set_t before_;
  bool usable_ = false;
  int last_ = 0;
};

// A folder that is gone with it.
class TemporaryFolder {
 public:
  [[nodiscard]] static Result<TemporaryFolder> make() {
    std::string pattern = (fs::temp_directory_path() / "lynxbench-calibrate-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) return error(ErrorCode::kExhausted, "no folder for temporary files: {}", system_message(errno));
    TemporaryFolder made;
    made.path_ = pattern;
    return made;
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept { std::swap(path_, other.path_); }
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  TemporaryFolder() = default;
  fs::path path_;
};

// The stub takes "c17" for the id: from a prompt and a body that begin with "id:c17", and from KServe's id.
Inputs inputs_for(const Case& one, std::size_t count) {
  Inputs inputs;
  for (std::size_t i = 0; i < count; ++i) {
    Input input;
    std::string id = fmt::format("c{}", i);
    if (one.kind.starts_with("openai")) {
      input.messages.push_back({"user", "id:" + id + " how long does this take?"});
    } else if (one.kind.starts_with("kserve")) {
      input.body = fmt::format(R"({{"id":"{}","inputs":[{{"name":"INPUT","datatype":"FP32","shape":[4],"data":[1,2,3,4]}}]}})", id);
    } else {
      input.body = "id:" + id;
    }
    inputs.inputs.push_back(std::move(input));
  }
  return inputs;
}

Contract contract_for(const Case& one, const StubProcess& stub) {
  Contract contract;
  contract.target.kind = one.kind;
  EndpointSpec& endpoint = contract.target.endpoint;
  endpoint.url = one.tls ? stub.tls_url() : stub.url();
  if (one.kind == "kserve-grpc") endpoint.url = (one.tls ? "grpcs" : "grpc") + endpoint.url.substr(endpoint.url.find("://"));
  endpoint.model = "stub";
  endpoint.stream = one.stream;
  if (one.tls) endpoint.ca_file = stub.certificate_file().string();
  return contract;
}

struct Load {
  std::vector<RequestRecord> records;
  std::vector<stub::RequestTruth> truth;
  std::int64_t begin_ns = 0, end_ns = 0;
};

class Calibrator {
 public:
  Calibrator(const CalibrateOptions& options, fs::path folder, std::optional<int> cpu)
      : options_(options), folder_(std::move(folder)), cpu_(cpu) {}

  Status protocol(const Case& one);
  Status schedule();
  Status stall();
  Status faults();
  Calibration calibration;

 private:
  [[nodiscard]] Result<StubProcess> stub(std::vector<std::string> words) const;
  [[nodiscard]] Result<Load> closed(const Case& one, const std::vector<std::string>& words, Nanos timeout);
  [[nodiscard]] Result<Load> open(const Case& one, const std::vector<std::string>& words, double rate_per_s, Nanos duration);
  [[nodiscard]] loadgen::Options load_options() const;
  [[nodiscard]] Status finish(StubProcess& stub, Load& load, bool complete) const;

  const CalibrateOptions& options_;
  fs::path folder_;
  std::optional<int> cpu_;
  SystemClock clock_;
};

Result<StubProcess> Calibrator::stub(std::vector<std::string> words) const {
  words.insert(words.end(), {"--seed", fmt::to_string(options_.seed)});
  if (cpu_) words.insert(words.end(), {"--cpu", fmt::to_string(*cpu_)});
  return StubProcess::start(options_.program, words, folder_);
}

loadgen::Options Calibrator::load_options() const {
  loadgen::Options made;
  made.max_in_flight = std::max<std::int64_t>(1024, options_.streams);
  made.stop = options_.stop;
  return made;
}

Status Calibrator::finish(StubProcess& stub, Load& load, bool complete) const {
  if (!complete) return error(ErrorCode::kInterrupted, "stopped by the user");
  load.truth = TRY(stub.stop()).requests;
  return ok_status();
}

Result<Load> Calibrator::closed(const Case& one, const std::vector<std::string>& words, Nanos timeout) {
  StubProcess process = TRY(stub(words));
  Contract contract = contract_for(one, process);
  contract.target.endpoint.timeout = timeout;
  auto count = static_cast<std::size_t>(options_.streams * std::max<std::int64_t>(1, options_.duration.count() / 10'000'000));
  Inputs inputs = inputs_for(one, count);
  std::unique_ptr<target::Target> target = TRY(target::open(contract, inputs, {}, clock_));
  Load load;
  std::uint32_t next = 0;
  loadgen::StreamOutcome outcome = TRY(loadgen::stream_closed(
      options_.streams, options_.duration, [&] { return next++ % static_cast<std::uint32_t>(count); }, *target, clock_,
      load_options(), [&](RequestRecord&& record) { load.records.push_back(std::move(record)); }));
  load.begin_ns = outcome.begin_ns;
  load.end_ns = outcome.end_ns;
  target.reset();
  TRY_STATUS(finish(process, load, outcome.complete));
  return load;
}

Result<Load> Calibrator::open(const Case& one, const std::vector<std::string>& words, double rate_per_s, Nanos duration) {
  StubProcess process = TRY(stub(words));
  Contract contract = contract_for(one, process);
  auto count = static_cast<std::uint64_t>(rate_per_s * static_cast<double>(duration.count()) / 1e9);
  Inputs inputs = inputs_for(one, count);
  std::unique_ptr<target::Target> target = TRY(target::open(contract, inputs, {}, clock_));
  Load load;
  Random random(options_.seed, "calibrate arrivals");
  std::uint64_t index = 0;
  double due_ns = 0;
  auto next = [&]() -> std::optional<ScheduledRequest> {
    if (index == count) return std::nullopt;
    due_ns += random.exponential() / rate_per_s * 1e9;
    ScheduledRequest request{index, static_cast<std::int64_t>(due_ns), static_cast<std::uint32_t>(index)};
    ++index;
    return request;
  };
  loadgen::StreamOutcome outcome = TRY(loadgen::stream_open(
      next, *target, clock_, load_options(), [&](RequestRecord&& record) { load.records.push_back(std::move(record)); }));
  load.begin_ns = outcome.begin_ns;
  load.end_ns = outcome.end_ns;
  target.reset();
  TRY_STATUS(finish(process, load, outcome.complete));
  return load;
}

double content_chunks(std::span<const Pair> pairs, bool of_client) {
  double sum = 0;
  for (const Pair& pair : pairs) {
    if (!pair.record->exchange || pair.truth->outcome != stub::Outcome::kOk) continue;
    sum += of_client ? static_cast<double>(pair.record->exchange->chunks.size()) : static_cast<double>(pair.truth->itl_ns().size() + 1);
  }
  return sum;
}

Status Calibrator::protocol(const Case& one) {
  bool streamed = one.stream == Streaming::kOn;
  std::vector<std::string> words = streamed || one.kind.starts_with("openai") ? kStreamTimes : kUnaryTimes;
  Load load = TRY(closed(one, words, Nanos{60'000'000'000}));
  std::vector<Pair> pairs = paired(load.records, load.truth);
  if (streamed) {
    calibration.times.push_back(compare_times(one.name, "ttft", ttft_of(pairs), Limits{}));
    calibration.times.push_back(compare_times(one.name, "itl", itl_of(pairs), Limits{}));
    calibration.counts.push_back(compare_counts(one.name, "chunks of content", content_chunks(pairs, false), content_chunks(pairs, true), 0));
  }
  calibration.times.push_back(compare_times(one.name, "e2e latency", e2e_of(pairs), Limits{}));
  calibration.counts.push_back(compare_throughput(one.name, load.records, load.truth, load.begin_ns, load.end_ns));
  calibration.counts.push_back(compare_counts(one.name, "requests", static_cast<double>(load.records.size()), static_cast<double>(pairs.size()), 0));
  return ok_status();
}

Status Calibrator::schedule() {
  Case one{"schedule", "http"};
  constexpr double kPerS = 500;
  Load load = TRY(open(one, {"--delay", "2ms"}, kPerS, options_.duration));
  std::vector<Pair> pairs = paired(load.records, load.truth);
  calibration.times.push_back(compare_times(one.name, "lag", lag_of(pairs), Limits{}));
  calibration.times.push_back(compare_times(one.name, "e2e from due", from_due_of(pairs), Limits{}));
  calibration.notes.push_back(fmt::format("schedule: an open loop, Poisson at {}/s; lag is due to sent here, due to the "
                                          "server's receipt there", kPerS));
  return ok_status();
}

Status Calibrator::stall() {
  Case one{"stall", "http"};
  Load load = TRY(open(one, {"--stall", "1s:1s"}, 100, Nanos{4'000'000'000}));
  std::vector<Pair> pairs = paired(load.records, load.truth);
  CalibratedTime row = compare_times(one.name, "e2e from due", from_due_of(pairs), Limits{});
  // A quarter of the requests fell due within the stall; of them all, one in a hundred waited almost 1 s.
  constexpr std::int64_t kLeast = 900'000'000;
  row.pass = row.pass && row.measured.p99 >= kLeast;
  calibration.times.push_back(row);
  calibration.notes.push_back("stall: the server stood still for 1 s of 4 s under an open loop of 100/s; p99 from due must be at least 0.9 s");
  return ok_status();
}

Status Calibrator::faults() {
  Case one{"faults", "openai-chat", Streaming::kOn};
  Load load = TRY(closed(one, {"--ttft", "2ms", "--itl", "1ms", "--tokens", "8", "--errors",
                               "500:4%,503:4%,429:4%,html:4%,mid-stream:4%,cut:4%,half-chunk:4%,reset:4%,silence:0.2%"},
                         Nanos{1'000'000'000}));
  std::vector<Pair> pairs = paired(load.records, load.truth);
  for (CalibratedCount& row : compare_faults(one.name, pairs)) calibration.counts.push_back(std::move(row));
  return ok_status();
}

bool is_wanted(const CalibrateOptions& options, const std::string& name) {
  return options.only.empty() || std::find(options.only.begin(), options.only.end(), name) != options.only.end();
}

// A protocol that has no target yet is no failure of the client; everything else is.
Status run_case(Calibrator& calibrator, const std::string& name, const std::function<Status()>& work) {
  Status done = work();
  if (done.ok()) return done;
  bool no_target = done.error().code == ErrorCode::kInvalidArgument;
  if (!no_target) return done;
  calibrator.calibration.notes.push_back(fmt::format("{}: left out: {}", name, done.error().text()));
  return ok_status();
}

}  // namespace

std::vector<std::string> calibration_cases() {
  std::vector<std::string> names;
  for (const Case& one : kProtocols) names.push_back(one.name);
  names.insert(names.end(), {"schedule", "stall", "faults"});
  return names;
}

Result<Calibration> calibrate(const CalibrateOptions& options) {
  TemporaryFolder folder = TRY(TemporaryFolder::make());
  KeepOff keep_off;
  Calibrator calibrator(options, folder.path(), keep_off.cpu());
  std::vector<std::pair<std::string, std::function<Status()>>> work;
  for (const Case& one : kProtocols) work.emplace_back(one.name, [&] { return calibrator.protocol(one); });
  work.emplace_back("schedule", [&] { return calibrator.schedule(); });
  work.emplace_back("stall", [&] { return calibrator.stall(); });
  work.emplace_back("faults", [&] { return calibrator.faults(); });
  std::erase_if(work, [&](const auto& entry) { return !is_wanted(options, entry.first); });
  for (std::size_t i = 0; i < work.size(); ++i) {
    if (options.progress != nullptr) {
      double done = static_cast<double>(i) / static_cast<double>(work.size());
      options.progress->step("calibrating: " + work[i].first, done, std::nullopt);
    }
    TRY_STATUS(run_case(calibrator, work[i].first, work[i].second));
  }
  calibrator.calibration.notes.insert(calibrator.calibration.notes.begin(),
      keep_off.cpu() ? fmt::format("{} requests at once; the stub on processor {} of its own, the client on the others",
                                   options.streams, *keep_off.cpu())
                     : fmt::format("{} requests at once; one processor for the stub and the client: errors are larger", options.streams));
  return std::move(calibrator.calibration);
}

}  // namespace lynxbench::run
