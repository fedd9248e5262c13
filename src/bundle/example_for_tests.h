// A small run with every kind of row, and what tests need to write, compare and disturb bundles.
#pragma once

#include <sqlite3.h>
#include <stdlib.h>

#include <fstream>
#include <map>
#include <string>

#include "base/digest.h"
#include "bundle/bundle.h"
#include "bundle/layout.h"
#include "model/json.h"

namespace lynxbench::bundle {

// In memory where that can be: every seal syncs a dozen files.
class TempFolder {
 public:
  TempFolder() {
    fs::path base = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
    std::string name = (base / "bundle-test-XXXXXX").string();
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() {
    std::error_code problem;
    fs::remove_all(path_, problem);
  }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline ServerStages example_stages(std::int64_t at, std::optional<std::uint32_t> profile) {
  return {at + 1, at + 2, at + 3, at + 4, at + 5, at + 6, at + 7, at + 8, 9, 3, 1, profile};
}

inline RequestRecord example_request(std::uint64_t index, RequestStatus status) {
  std::int64_t due = static_cast<std::int64_t>(index % 1'000'000) * 1000 + 5'000'000'000'000;
  RequestRecord request{index, due, 0,      0, 0, static_cast<std::uint32_t>(index % 16),
                        30720, 77,  status, {},  {}};
  bool sent = status != RequestStatus::kUnsent;
  if (sent) request.sent_ns = due + 11;
  if (status == RequestStatus::kOk) request.first_byte_ns = due + 21;
  if (sent && status != RequestStatus::kUnfinished) request.done_ns = due + 31;
  return request;
}

inline Exchange example_exchange(std::int64_t at) {
  Exchange exchange;
  exchange.status_code = 200;
  exchange.kernel_times = true;
  exchange.written_ns = at + 3;
  exchange.read_delay_ns = 4;
  exchange.first_event_ns = at + 20;
  exchange.first_content_ns = at + 21;
  exchange.first_answer_ns = at + 22;
  exchange.last_content_ns = at + 29;
  exchange.prompt_tokens = 7;
  exchange.completion_tokens = std::numeric_limits<std::uint32_t>::max();
  exchange.events = 5;
  exchange.content_chunks = 9;
  exchange.chunks = {{at + 21, 2, Channel::kReasoning, true},
                     {at + 22, 0, Channel::kAnswer, false},
                     {at + 29, 1, Channel::kTool, true}};
  exchange.chunks_dropped = 6;
  exchange.score = 0.25;
  return exchange;
}

inline Exchange example_failure() {
  Exchange exchange;
  exchange.failure = Failure::kBusy;
  exchange.detail = "HTTP 503: \"später\"";
  exchange.status_code = 503;
  exchange.new_connection = true;
  exchange.connect_ns = 17;
  exchange.retry_after_ns = 1'000'000'000;
  exchange.cached_tokens = 0;
  exchange.reasoning_tokens = 3;
  exchange.score = 1;
  return exchange;
}

inline InstrumentAudit example_audit() {
  InstrumentAudit audit;
  audit.due = 10;
  audit.lag_p99_ns = 5;
  audit.asked_per_s = 0.1;
  audit.threads = {{"lynx-load", 0.1 + 0.2}};
  audit.arrivals.ks = 1.0 / 3;
  audit.resources.reads = 12;
  audit.notices = {"a \"notice\""};
  return audit;
}

// An open phase of every status, with and without stages and profiles; a closed one; an empty one.
inline RunRecord example_run() {
  RunRecord run;
  run.epoch_wall_ns = 1'795'000'000'123'456'789;
  Phase open;
  open.id = 0;
  open.session = 2;
  open.kind = PhaseKind::kMeasure;
  open.point = "half";
  open.offered_per_s = 0.1;
  open.seed = std::numeric_limits<std::uint64_t>::max();
  open.schedule_digest = sha256_hex("schedule");
  open.begin_ns = -5;
  open.end_ns = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 10; ++i) {
    open.requests.push_back(
        example_request(static_cast<std::uint64_t>(i), static_cast<RequestStatus>(i % 5)));
  }
  open.requests[0].stages = example_stages(open.requests[0].sent_ns, std::nullopt);
  open.requests[5].stages = example_stages(open.requests[5].sent_ns, 7);
  open.requests[3].exchange = Exchange{};
  open.requests[3].exchange->written_ns = open.requests[3].sent_ns;
  open.requests[5].exchange = example_exchange(open.requests[5].sent_ns);
  open.requests[6].exchange = example_failure();
  open.audit = example_audit();
  Phase closed;
  closed.id = 1;
  closed.kind = PhaseKind::kWarmUp;
  closed.loop = Loop::kClosed;
  closed.arrival = Arrival::kConstant;
  closed.concurrency = 4;
  closed.begin_ns = 10;
  closed.end_ns = 20;
  closed.requests.push_back(example_request(0, RequestStatus::kOk));
  closed.requests.push_back(
      example_request(std::numeric_limits<std::int64_t>::max(), RequestStatus::kOk));
  closed.requests[1].due_ns = std::numeric_limits<std::int64_t>::min();
  closed.requests[1].sent_ns = closed.requests[1].done_ns = closed.requests[1].first_byte_ns = -1;
  closed.requests[1].request_bytes = closed.requests[1].input =
      std::numeric_limits<std::uint32_t>::max();
  Phase empty;
  empty.id = 4;
  empty.kind = PhaseKind::kSearch;
  empty.offered_per_s = 1e-300;
  run.phases = {open, closed, empty};
  run.telemetry.period_ns = 50'000'000;
  run.telemetry.series = {{0, "cpu0.busy", "ratio", "/proc/stat"},
                          {3, "memory \"x\"", "bytes", "π"}};
  run.telemetry.samples = {
      {0, 7, 0.1}, {3, 7, 1e22}, {0, -8, -0.5}, {3, 9, 5e-324}, {0, 5'000'000'000'020, 0.25}};
  run.telemetry.gaps = {{1, 2}, {3, 4}};
  run.telemetry.missing = {"frequency: no cpufreq", "psi: no /proc/pressure"};
  run.profiles = {{7, 0, 9, "profiles/0007.json"}};
  run.ceilings = Ceilings{2, {1e11, 1.1e11}, {2e10}, "matmul", "triad"};
  return run;
}

// The same run, journalled as a run does it.
inline Status write_run(Writer& writer, const RunRecord& run) {
  for (const Phase& phase : run.phases) {
    TRY_STATUS(writer.begin_phase(phase));
    TRY_STATUS(writer.end_phase(phase));
  }
  TRY_STATUS(writer.add_telemetry(run.telemetry));
  for (const Profile& profile : run.profiles) {
    TRY_STATUS(writer.write_text(profile.file, "[{\"name\": \"model_run\"}]\n"));
    TRY_STATUS(writer.add_profile(profile));
  }
  if (run.ceilings) TRY_STATUS(writer.set_ceilings(*run.ceilings));
  if (!run.ceilings_missing.empty()) TRY_STATUS(writer.set_ceilings_missing(run.ceilings_missing));
  return ok_status();
}

inline Status write_documents(Writer& writer) {
  Contract contract;
  contract.name = "example";
  Figures figures;
  figures.figures["capacity"].value = 12.5;
  Executor executor;
  for (std::size_t i = 0; i < kLayerCount; ++i) executor.layers[i].layer = kLayers[i];
  executor.layers[0].owner = "ML research";
  TRY_STATUS(writer.write_text("contract.yaml", "lynxbench: 1\nname: example\n"));
  TRY_STATUS(writer.write_text("contract.json", canonical_text(Json(contract)) + "\n"));
  TRY_STATUS(writer.write_text("executor.json", pretty_text(Json(executor))));
  return writer.write_text("figures.json", pretty_text(Json(figures)));
}

inline Manifest example_manifest() {
  Manifest manifest;
  manifest.tool = "lynxbench test";
  manifest.complete = true;
  return manifest;
}

inline Status seal_example(const fs::path& folder, const RunRecord& run, const Manifest& manifest) {
  Writer writer = TRY(Writer::create(folder, run.epoch_wall_ns));
  TRY_STATUS(write_run(writer, run));
  TRY_STATUS(write_documents(writer));
  return writer.seal(manifest);
}

template <typename T>
std::string described(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "none";
}

inline std::string described(const Exchange& x) {
  std::string text = fmt::format(
      " exchange {} \"{}\" {} {} {} written {} connect {} delay {} retry {} event {} content {} "
      "answer {} last {} tokens {} {} {} {} events {} {} {} score {} chunks",
      name_of(x.failure), x.detail, x.status_code, x.new_connection, x.kernel_times, x.written_ns,
      x.connect_ns, x.read_delay_ns, described(x.retry_after_ns), described(x.first_event_ns),
      described(x.first_content_ns), described(x.first_answer_ns), described(x.last_content_ns),
      described(x.prompt_tokens), described(x.cached_tokens), described(x.completion_tokens),
      described(x.reasoning_tokens), x.events, x.content_chunks, x.chunks_dropped,
      described(x.score));
  for (const Chunk& c : x.chunks) {
    text += fmt::format(" {}:{}:{}:{}", c.at_ns, c.tokens, name_of(c.channel), c.counted);
  }
  return text;
}

// Every member of a run as text, so that two can be compared with a readable difference.
inline std::string described(const RequestRecord& r) {
  std::string text = fmt::format("  {} due {} sent {} first {} done {} input {} bytes {} {} {}",
                                 r.index, r.due_ns, r.sent_ns, r.first_byte_ns, r.done_ns, r.input,
                                 r.request_bytes, r.response_bytes, name_of(r.status));
  if (r.stages) {
    const ServerStages& s = *r.stages;
    text += fmt::format(" stages {} {} {} {} {} {} {} {} batch {} {} {} profile {}", s.accepted_ns,
                        s.opened_ns, s.closed_ns, s.pre_begin_ns, s.pre_end_ns, s.run_begin_ns,
                        s.run_end_ns, s.post_end_ns, s.batch, s.batch_size, s.instance,
                        s.profile ? fmt::format("{}", *s.profile) : "none");
  }
  if (r.exchange) text += described(*r.exchange);
  return text + "\n";
}

inline std::string described(const Phase& p) {
  std::string text = fmt::format(
      "phase {} session {} {} \"{}\" {} {} offered {} concurrency {} seed {} digest {} {}..{} {}\n",
      p.id, p.session, name_of(p.kind), p.point, name_of(p.loop), name_of(p.arrival),
      p.offered_per_s ? fmt::format("{:a}", *p.offered_per_s) : "none",
      p.concurrency ? fmt::format("{}", *p.concurrency) : "none", p.seed, p.schedule_digest,
      p.begin_ns, p.end_ns, p.complete);
  if (p.audit) text += "  audit " + canonical_text(Json(*p.audit)) + "\n";
  for (const RequestRecord& request : p.requests) text += described(request);
  return text;
}

inline std::string described(const RunRecord& run) {
  std::string text = fmt::format("epoch {} complete {} \"{}\"\n", run.epoch_wall_ns, run.complete,
                                 run.incomplete_reason);
  for (const Phase& phase : run.phases) text += described(phase);
  text += fmt::format("telemetry {}\n", run.telemetry.period_ns);
  for (const Series& s : run.telemetry.series)
    text += fmt::format("  {} {} {} {}\n", s.id, s.name, s.unit, s.source);
  for (const Sample& s : run.telemetry.samples)
    text += fmt::format("  {} {} {:a}\n", s.series, s.at_ns, s.value);
  for (const SamplingGap& g : run.telemetry.gaps)
    text += fmt::format("  gap {} {}\n", g.from_ns, g.to_ns);
  for (const std::string& what : run.telemetry.missing) text += "  missing " + what + "\n";
  for (const Profile& p : run.profiles)
    text += fmt::format("profile {} {} {} {}\n", p.id, p.phase, p.batch, p.file);
  text +=
      run.ceilings ? canonical_text(Json(*run.ceilings)) : "no ceilings: " + run.ceilings_missing;
  return text;
}

// Path -> bytes of everything in a folder.
inline std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  std::vector<std::string> paths = list_files(folder).value();
  for (const std::string& path : paths) files[path] = read_file(folder / path).value();
  return files;
}

inline void overwrite(const fs::path& file, const std::string& bytes) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  out << bytes;
}

// Runs SQL on a file as any SQLite tool would; the first column of every row.
inline std::vector<std::string> sql(const fs::path& file, const std::string& statements) {
  sqlite3* connection = nullptr;
  std::vector<std::string> rows;
  char* message = nullptr;
  CHECK(sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
  int result = sqlite3_exec(
      connection, statements.c_str(),
      [](void* out, int, char** values, char**) {
        static_cast<std::vector<std::string>*>(out)->push_back(values[0] == nullptr ? "NULL"
                                                                                    : values[0]);
        return 0;
      },
      &rows, &message);
  if (result != SQLITE_OK)
    rows.push_back(std::string("error: ") + (message == nullptr ? "" : message));
  sqlite3_free(message);
  sqlite3_close(connection);
  return rows;
}

}  // namespace lynxbench::bundle
