#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <map>

#include "base/digest.h"
#include "bundle/bundle.h"
#include "bundle/database.h"
#include "bundle/layout.h"
#include "bundle/request_rows.h"
#include "bundle/schema.h"
#include "model/json.h"

namespace lynxbench::bundle {
namespace {

Status require_finite(double value, std::string_view what) {
  if (std::isfinite(value)) return ok_status();
  return error(ErrorCode::kInvalidArgument, "{} is {}: a missing value is left out, never NaN",
               what, value);
}

Status sync_file(const fs::path& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  int problem = fd < 0 ? errno : 0;
  if (problem == 0 && ::fsync(fd) != 0) problem = errno;
  if (fd >= 0) ::close(fd);
  if (problem == 0) return ok_status();
  ErrorCode code =
      problem == ENOSPC || problem == EDQUOT ? ErrorCode::kExhausted : ErrorCode::kUnavailable;
  return Error{code, "cannot sync: " + system_message(problem), path.string()};
}

Status prepare_folder(const fs::path& folder) {
  std::error_code problem, no_status;
  fs::create_directories(folder, problem);
  if (!fs::is_directory(folder, no_status)) {
    return Error{ErrorCode::kInvalidArgument, "cannot make this folder: " + problem.message(),
                 folder.string()};
  }
  bool empty = fs::is_empty(folder, problem);
  if (problem) {
    return Error{ErrorCode::kUnavailable, "cannot list: " + problem.message(), folder.string()};
  }
  if (!empty) {
    return Error{ErrorCode::kInvalidArgument,
                 "is not empty; a bundle is written into a new or empty folder", folder.string()};
  }
  return ok_status();
}

Status fill_schema(Database& database, std::int64_t epoch_wall_ns) {
  for (const SchemaEntry& entry : tables()) TRY_STATUS(database.execute(std::string(entry.sql)));
  for (const SchemaEntry& entry : views()) TRY_STATUS(database.execute(std::string(entry.sql)));
  TRY_STATUS(database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion)));
  TRY_STATUS(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId)));
  for (RequestStatus status : {RequestStatus::kOk, RequestStatus::kRejected, RequestStatus::kFailed,
                               RequestStatus::kUnfinished, RequestStatus::kUnsent}) {
    TRY_STATUS(database.execute(fmt::format("INSERT INTO statuses VALUES ({}, '{}')",
                                            static_cast<int>(status), name_of(status))));
  }
  for (std::size_t i = 0; i < kFailureCount; ++i) {
    TRY_STATUS(database.execute(fmt::format("INSERT INTO failures VALUES ({}, '{}')", i,
                                            name_of(static_cast<Failure>(i)))));
  }
  for (Channel channel : {Channel::kNone, Channel::kAnswer, Channel::kReasoning, Channel::kTool}) {
    TRY_STATUS(database.execute(fmt::format("INSERT INTO channels VALUES ({}, '{}')",
                                            static_cast<int>(channel), name_of(channel))));
  }
  return database.execute(
      fmt::format("INSERT INTO meta VALUES ('epoch_wall_ns', '{}')", epoch_wall_ns));
}

Status create_schema(Database& database, std::int64_t epoch_wall_ns) {
  Status filled = database.transaction([&] { return fill_schema(database, epoch_wall_ns); });
  TRY_STATUS(filled);
  // The empty tables go into the file itself: from here on the log is only ever appended to.
  return database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

constexpr int kPhaseColumns = 13;

enum class PhaseState { kBegun, kEnded, kInterrupted };

}  // namespace

struct Writer::State {
  fs::path folder;
  Database database;
  std::optional<Error> failure;
  bool sealed = false;
  std::map<std::uint32_t, PhaseState> phases;

  // After a failed write nothing more is written; a caller's mistake leaves everything as it was.
  Status keep(Status done) {
    if (!done.ok() && done.error().code != ErrorCode::kInvalidArgument) failure = done.error();
    return done;
  }

  Status require_open() const {
    if (failure) return *failure;
    if (sealed)
      return Error{ErrorCode::kInvalidArgument, "is sealed: nothing can be added", folder.string()};
    return ok_status();
  }

  Status require_phase(std::uint32_t phase, std::string_view what) const {
    if (phases.count(phase) != 0) return ok_status();
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} of phase {}, which never began", what, phase),
                 (folder / kRawFile).string()};
  }

  template <typename Body>
  Status write(Body&& body) {
    TRY_STATUS(require_open());
    return keep(database.transaction(std::forward<Body>(body)));
  }

  Status write_phase(const Phase& phase, PhaseState state);
  Status write_audit(std::uint32_t phase, const InstrumentAudit& audit);
  Status set_meta(const std::string& key, const std::string& value);
  Status write_series(const Series& series);
  Status write_samples(const Telemetry& telemetry);
  Status require_sealable(const Manifest& manifest) const;
  Result<std::vector<ManifestEntry>> digest_files() const;
  Status seal(Manifest manifest);
};

Status Writer::State::write_phase(const Phase& phase, PhaseState state) {
  if (phase.offered_per_s) TRY_STATUS(require_finite(*phase.offered_per_s, "offered rate"));
  Statement insert =
      TRY(database.prepare("INSERT OR REPLACE INTO phases VALUES " + placeholders(kPhaseColumns)));
  insert.bind(1, std::int64_t{phase.id});
  insert.bind(2, std::int64_t{phase.session});
  insert.bind(3, name_of(phase.kind));
  bind_text_or_null(insert, 4, phase.point);
  insert.bind(5, name_of(phase.loop));
  insert.bind(6, name_of(phase.arrival));
  insert.bind(7, phase.offered_per_s);
  insert.bind(8, phase.concurrency);
  insert.bind(9, fmt::format("{}", phase.seed));
  bind_text_or_null(insert, 10, phase.schedule_digest);
  if (state == PhaseState::kBegun) {
    insert.bind_null(11);
    insert.bind_null(12);
  } else {
    insert.bind(11, phase.begin_ns);
    insert.bind(12, phase.end_ns);
  }
  insert.bind(13, std::int64_t{state == PhaseState::kEnded ? 1 : 0});
  return insert.run();
}

Status Writer::State::write_audit(std::uint32_t phase, const InstrumentAudit& audit) {
  Statement insert = TRY(database.prepare("INSERT INTO audits VALUES (?, ?)"));
  insert.bind(1, std::int64_t{phase});
  insert.bind(2, canonical_text(Json(audit)));
  return insert.run();
}

Status Writer::State::set_meta(const std::string& key, const std::string& value) {
  Statement insert = TRY(database.prepare("INSERT OR REPLACE INTO meta VALUES (?, ?)"));
  insert.bind(1, key);
  insert.bind(2, value);
  return insert.run();
}

Status Writer::State::write_series(const Series& series) {
  Statement insert = TRY(database.prepare("INSERT OR IGNORE INTO series VALUES (?, ?, ?, ?)"));
  insert.bind(1, std::int64_t{series.id});
  insert.bind(2, series.name);
  insert.bind(3, series.unit);
  insert.bind(4, series.source);
  TRY_STATUS(insert.run());
  if (database.changed()) return ok_status();
  Statement same = TRY(database.prepare(
      "SELECT 1 FROM series WHERE id = ? AND name = ? AND unit = ? AND source = ?"));
  same.bind(1, std::int64_t{series.id});
  same.bind(2, series.name);
  same.bind(3, series.unit);
  same.bind(4, series.source);
  if (TRY(same.next())) return ok_status();
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("series {} ({}) was another one before", series.id, series.name),
               (folder / kRawFile).string()};
}

Status Writer::State::write_samples(const Telemetry& telemetry) {
  Statement samples = TRY(database.prepare("INSERT INTO samples VALUES (?, ?, ?)"));
  for (const Sample& sample : telemetry.samples) {
    TRY_STATUS(require_finite(sample.value, fmt::format("a sample of series {}", sample.series)));
    samples.bind(1, std::int64_t{sample.series});
    samples.bind(2, sample.at_ns);
    samples.bind(3, sample.value);
    TRY_STATUS(samples.run());
  }
  Statement gaps = TRY(database.prepare("INSERT INTO gaps VALUES (?, ?)"));
  for (const SamplingGap& gap : telemetry.gaps) {
    gaps.bind(1, gap.from_ns);
    gaps.bind(2, gap.to_ns);
    TRY_STATUS(gaps.run());
  }
  Statement missing = TRY(database.prepare(
      "INSERT INTO missing SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM missing WHERE what = ?1)"));
  for (const std::string& what : telemetry.missing) {
    missing.bind(1, what);
    TRY_STATUS(missing.run());
  }
  return ok_status();
}

Writer::Writer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

Writer::~Writer() {
  if (!state_ || state_->sealed) return;
  if (state_->failure) {
    state_->database.abandon();
  } else if (Status merged = state_->database.finish(); !merged.ok()) {
    state_->database.abandon();  // the log stays, and read_raw() applies it
  }
}

Result<Writer> Writer::create(const fs::path& folder, std::int64_t epoch_wall_ns) {
  TRY_STATUS(prepare_folder(folder));
  Database database = TRY(Database::create(folder / kRawFile));
  TRY_STATUS(create_schema(database, epoch_wall_ns));
  return Writer(std::make_unique<State>(State{folder, std::move(database), {}, false, {}}));
}

const fs::path& Writer::folder() const { return state_->folder; }

Status Writer::write_text(const std::string& path, std::string_view content) {
  TRY_STATUS(state_->require_open());
  fs::path file = state_->folder / path;
  bool reserved = path == kManifestFile || path == kSealFile || path.starts_with(kRawFile);
  if (!is_plain_relative(path) || reserved) {
    return Error{ErrorCode::kInvalidArgument,
                 reserved ? "the writer makes this file itself" : "leads out of the bundle", path};
  }
  std::error_code problem;
  fs::create_directories(file.parent_path(), problem);  // a failure shows in the write
  return state_->keep(write_file_atomic(file, content));
}

Status Writer::begin_phase(const Phase& phase) {
  if (state_->phases.count(phase.id) != 0) {
    return error(ErrorCode::kInvalidArgument, "phase {} has begun before", phase.id);
  }
  TRY_STATUS(state_->write([&] { return state_->write_phase(phase, PhaseState::kBegun); }));
  state_->phases[phase.id] = PhaseState::kBegun;
  return ok_status();
}

Status Writer::add_requests(std::uint32_t phase, std::span<const RequestRecord> requests) {
  TRY_STATUS(state_->require_phase(phase, "requests"));
  return state_->write([&]() -> Status {
    RequestInserts inserts = TRY(RequestInserts::prepare(state_->database, "INSERT"));
    return inserts.run(phase, requests);
  });
}

Status Writer::end_phase(const Phase& phase) {
  TRY_STATUS(state_->require_phase(phase.id, "the end"));
  if (state_->phases[phase.id] != PhaseState::kBegun) {
    return error(ErrorCode::kInvalidArgument, "phase {} has ended before", phase.id);
  }
  TRY_STATUS(state_->require_open());
  PhaseState state = phase.complete ? PhaseState::kEnded : PhaseState::kInterrupted;
  // Between phases there is time to reach the disk: an ended phase outlives a power cut as well.
  TRY_STATUS(state_->keep(state_->database.execute("PRAGMA synchronous = FULL")));
  Status ended = state_->write([&]() -> Status {
    TRY_STATUS(state_->write_phase(phase, state));
    if (phase.audit) TRY_STATUS(state_->write_audit(phase.id, *phase.audit));
    RequestInserts inserts = TRY(RequestInserts::prepare(state_->database, "INSERT OR IGNORE"));
    return inserts.run(phase.id, phase.requests);
  });
  TRY_STATUS(state_->keep(state_->database.execute("PRAGMA synchronous = NORMAL")));
  if (ended.ok()) state_->phases[phase.id] = state;
  return ended;
}

Status Writer::add_telemetry(const Telemetry& telemetry) {
  return state_->write([&]() -> Status {
    TRY_STATUS(state_->set_meta("telemetry_period_ns", fmt::format("{}", telemetry.period_ns)));
    for (const Series& series : telemetry.series) TRY_STATUS(state_->write_series(series));
    return state_->write_samples(telemetry);
  });
}

Status Writer::add_profile(const Profile& profile) {
  TRY_STATUS(state_->require_phase(profile.phase, "a profile"));
  if (!is_plain_relative(profile.file)) {
    return Error{ErrorCode::kInvalidArgument, "leads out of the bundle", profile.file};
  }
  return state_->write([&]() -> Status {
    Statement insert = TRY(state_->database.prepare("INSERT INTO profiles VALUES (?, ?, ?, ?)"));
    insert.bind(1, std::int64_t{profile.id});
    insert.bind(2, std::int64_t{profile.phase});
    insert.bind(3, TRY(stored(profile.batch, "batch")));
    insert.bind(4, profile.file);
    return insert.run();
  });
}

Status Writer::set_ceilings(const Ceilings& ceilings) {
  for (double value : ceilings.matmul_flops_per_s) TRY_STATUS(require_finite(value, "a ceiling"));
  for (double value : ceilings.stream_bytes_per_s) TRY_STATUS(require_finite(value, "a ceiling"));
  return write_text(std::string(kCeilingsFile), pretty_text(Json(ceilings)));
}

Status Writer::set_server_metrics(const std::vector<PhaseServerMetrics>& metrics) {
  return write_text(std::string(kServerFile), canonical_text(Json(metrics)) + "\n");
}

Status Writer::set_ceilings_missing(const std::string& reason) {
  return state_->write([&] { return state_->set_meta("ceilings_missing", reason); });
}

Status Writer::State::require_sealable(const Manifest& manifest) const {
  if (!manifest.complete) return ok_status();
  for (const auto& [id, state] : phases) {
    if (state == PhaseState::kEnded) continue;
    return error(ErrorCode::kInvalidArgument,
                 "phase {} {}: this bundle cannot be sealed as complete", id,
                 state == PhaseState::kBegun ? "has not ended" : "was interrupted");
  }
  for (std::string_view name : kRequiredFiles) {
    if (is_there(folder / name)) continue;
    return error(ErrorCode::kInvalidArgument,
                 "there is no {}: this bundle cannot be sealed as complete", name);
  }
  return ok_status();
}

Result<std::vector<ManifestEntry>> Writer::State::digest_files() const {
  std::vector<ManifestEntry> entries;
  for (const std::string& path : TRY(list_files(folder))) {
    fs::path file = folder / path;
    std::error_code problem;
    if (!fs::is_regular_file(fs::symlink_status(file, problem))) {
      return Error{ErrorCode::kInvalidArgument, "is not a regular file: it cannot be sealed",
                   file.string()};
    }
    TRY_STATUS(sync_file(file));
    std::uint64_t bytes = fs::file_size(file, problem);
    if (problem)
      return Error{ErrorCode::kUnavailable, "cannot read: " + problem.message(), file.string()};
    entries.push_back({path, bytes, TRY(sha256_file(file))});
  }
  return entries;
}

Status Writer::State::seal(Manifest manifest) {
  TRY_STATUS(database.finish());
  database.abandon();
  manifest.files = TRY(digest_files());
  std::string text = pretty_text(Json(manifest));
  TRY_STATUS(write_file_atomic(folder / kManifestFile, text));
  return write_file_atomic(folder / kSealFile, seal_text(sha256_hex(text)));
}

Status Writer::seal(Manifest manifest) {
  TRY_STATUS(state_->require_open());
  TRY_STATUS(state_->require_sealable(manifest));
  Status done = state_->seal(std::move(manifest));
  if (!done.ok()) {
    state_->failure = done.error();
    return done;
  }
  state_->sealed = true;
  return done;
}

}  // namespace lynxbench::bundle
