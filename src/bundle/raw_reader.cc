#include <stdlib.h>

#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include "base/number.h"
#include "bundle/bundle.h"
#include "bundle/database.h"
#include "bundle/layout.h"
#include "bundle/request_rows.h"
#include "bundle/schema.h"
#include "bundle/standing.h"
#include "model/json.h"

namespace lynxbench::bundle {
namespace {

// A folder of our own that goes away with us.
class ScratchFolder {
 public:
  [[nodiscard]] static Result<ScratchFolder> create() {
    std::error_code problem;
    fs::path base = fs::temp_directory_path(problem);
    if (problem) base = "/tmp";
    std::string name = (base / "lynxbench-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      return Error{ErrorCode::kUnavailable,
                   "cannot make a temporary folder: " + system_message(errno), base.string()};
    }
    return ScratchFolder(name);
  }
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder() {
    std::error_code problem;
    if (!path_.empty()) fs::remove_all(path_, problem);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  explicit ScratchFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;
};

// The raw database, open for reading; the copy, when one was needed, lives as long.
struct OpenRaw {
  std::optional<ScratchFolder> scratch;
  Database database;
};

fs::path beside(const fs::path& file, std::string_view suffix) {
  fs::path path = file;
  path += suffix;
  return path;
}

bool is_regular(const fs::path& path) {
  std::error_code problem;
  return fs::is_regular_file(fs::symlink_status(path, problem));
}

Status copy_into(const fs::path& file, const fs::path& folder, std::string_view suffix) {
  fs::path from = beside(file, suffix);
  std::error_code problem;
  fs::copy_file(from, folder / from.filename(), problem);
  if (!problem) return ok_status();
  ErrorCode code =
      problem == std::errc::no_space_on_device ? ErrorCode::kExhausted : ErrorCode::kUnavailable;
  return Error{code, fmt::format("cannot copy it to {}: {}", folder.string(), problem.message()),
               from.string()};
}

// Of a run that was killed, or still goes on: opening it in place would apply the log to the
// original.
Result<OpenRaw> open_unfinished(const fs::path& file) {
  ScratchFolder scratch = TRY(ScratchFolder::create());
  TRY_STATUS(copy_into(file, scratch.path(), ""));
  for (std::string_view suffix : {"-wal", "-journal"}) {
    if (is_regular(beside(file, suffix))) TRY_STATUS(copy_into(file, scratch.path(), suffix));
  }
  Database database = TRY(Database::open_copy(scratch.path() / file.filename(), file));
  return OpenRaw{std::move(scratch), std::move(database)};
}

Result<OpenRaw> open_raw(const fs::path& folder, const Standing& standing) {
  fs::path file = folder / kRawFile;
  if (!is_regular(file)) {
    return is_there(file) ? Error{ErrorCode::kInvalidInput, "is not a regular file", file.string()}
                          : Error{ErrorCode::kInvalidInput, "is missing", file.string()};
  }
  if (standing.manifest_sha256.empty()) return open_unfinished(file);
  return OpenRaw{std::nullopt, TRY(Database::open_final(file))};
}

// Reads a whole table in the order of its key. `one` takes a Row for each.
template <typename One>
Status each_row(const Database& database, std::string_view table, const std::string& sql,
                One&& one) {
  Statement select = TRY(database.prepare(sql));
  while (TRY(select.next())) {
    Row row(select, table);
    one(row);
    TRY_STATUS(row.status());
  }
  return ok_status();
}

// The version of the schema; 1 and 2 can be read.
Result<int> version_of(const Database& database, const std::string& file) {
  Statement select = TRY(database.prepare("PRAGMA user_version"));
  if (!TRY(select.next())) return Error{ErrorCode::kInvalidInput, "has no version", file};
  Row row(select, "user_version");
  int version = row.integer<int>(0);
  TRY_STATUS(row.status());
  if (!tables_of(version).empty()) return version;
  return Error{ErrorCode::kInvalidInput,
               fmt::format("is of version {}; this lynxbench reads 1 to {}", version, kSchemaVersion),
               file};
}

// The tables are those of the Writer and not something else of the same name (a view, say).
Status require_schema(const Database& database, int version, const std::string& file) {
  std::map<std::string, std::string> found;
  TRY_STATUS(
      each_row(database, "sqlite_schema",
               "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL",
               [&](Row& row) { found[row.text(0)] = row.text(1); }));
  for (const SchemaEntry& table : tables_of(version)) {
    auto match = found.find(std::string(table.name));
    if (match != found.end() && match->second == table.sql) continue;
    return Error{ErrorCode::kInvalidInput,
                 fmt::format("table {} {}", table.name,
                             match == found.end() ? "is missing" : "is not as lynxbench makes it"),
                 file};
  }
  return ok_status();
}

Status read_meta(const Database& database, RunRecord& run) {
  return each_row(database, "meta", "SELECT key, value FROM meta ORDER BY key", [&](Row& row) {
    std::string key = row.text(0), value = row.text(1);
    if (key == "ceilings_missing") run.ceilings_missing = value;
    bool epoch = key == "epoch_wall_ns", period = key == "telemetry_period_ns";
    if (!epoch && !period) return;
    std::optional<std::int64_t> number = number_in<std::int64_t>(value);
    if (!number) return row.reject(fmt::format("{} is \"{}\"; expected an integer", key, value));
    (epoch ? run.epoch_wall_ns : run.telemetry.period_ns) = *number;
  });
}

// A name of an enum in column `column`.
template <typename E, typename Named>
E named(Row& row, int column, Named&& by_name) {
  std::string name = row.text(column);
  std::optional<E> value = by_name(name);
  if (!value) row.reject(fmt::format("\"{}\" is no name for this column", name));
  return value.value_or(E{});
}

std::uint64_t seed_of(Row& row, int column) {
  std::string text = row.text(column);
  const std::optional<std::uint64_t> value = number_in<std::uint64_t>(text);
  if (!value) row.reject(fmt::format("seed is \"{}\"; expected an unsigned 64-bit number", text));
  return value.value_or(0);
}

Status read_phases(const Database& database, RunRecord& run, std::vector<bool>& ended) {
  return each_row(
      database, "phases",
      "SELECT id, session, kind, point, loop, arrival, offered_per_s, concurrency, seed,"
      " schedule_digest, begin_ns, end_ns, complete FROM phases ORDER BY id",
      [&](Row& row) {
        Phase phase;
        phase.id = row.integer<std::uint32_t>(0);
        phase.session = row.integer<std::uint32_t>(1);
        phase.kind = named<PhaseKind>(row, 2, phase_kind_named);
        phase.point = row.text_or_empty(3);
        phase.loop = named<Loop>(row, 4, loop_named);
        phase.arrival = named<Arrival>(row, 5, arrival_named);
        phase.offered_per_s = row.optional_real(6);
        phase.concurrency = row.optional_integer<std::int64_t>(7);
        phase.seed = seed_of(row, 8);
        phase.schedule_digest = row.text_or_empty(9);
        bool has_end = !row.is_null(10) && !row.is_null(11);
        phase.begin_ns = row.optional_integer<std::int64_t>(10).value_or(0);
        phase.end_ns = row.optional_integer<std::int64_t>(11).value_or(0);
        phase.complete = row.integer_between(12, 0, 1) == 1;
        if (phase.complete && !has_end) row.reject("a complete phase has no times");
        if (!run.phases.empty() && run.phases.back().id >= phase.id)
          row.reject("ids do not ascend");
        run.phases.push_back(std::move(phase));
        ended.push_back(has_end);
      });
}

// The phase that a request belongs to, found once for each run of requests.
class PhaseFinder {
 public:
  explicit PhaseFinder(std::vector<Phase>& phases) {
    for (Phase& phase : phases) by_id_[phase.id] = &phase;
  }
  [[nodiscard]] Phase* find(std::uint32_t id) {
    if (last_ == nullptr || last_->id != id) {
      auto found = by_id_.find(id);
      last_ = found == by_id_.end() ? nullptr : found->second;
    }
    return last_;
  }

 private:
  std::unordered_map<std::uint32_t, Phase*> by_id_;
  Phase* last_ = nullptr;
};

Status read_requests(const Database& database, RunRecord& run) {
  PhaseFinder phases(run.phases);
  return each_row(
      database, "requests",
      std::string(kSelectRequests),
      [&](Row& row) {
        auto id = row.integer<std::uint32_t>(0);
        Phase* phase = phases.find(id);
        if (phase == nullptr) return row.reject(fmt::format("there is no phase {}", id));
        RequestRecord request = request_of(row);
        if (!phase->requests.empty() && phase->requests.back().index >= request.index) {
          row.reject(fmt::format("indices of phase {} do not ascend", id));
        }
        phase->requests.push_back(std::move(request));
      });
}

// Both tables come in the order of phase and index: each request is looked for behind the one before.
Status read_exchanges(const Database& database, RunRecord& run) {
  PhaseFinder phases(run.phases);
  const Phase* of = nullptr;
  std::size_t next = 0;
  return each_row(
      database, "exchanges",
      std::string(kSelectExchanges),
      [&](Row& row) {
        auto id = row.integer<std::uint32_t>(0);
        auto index = row.integer<std::uint64_t>(1);
        Phase* phase = phases.find(id);
        if (phase == nullptr) return row.reject(fmt::format("there is no phase {}", id));
        if (phase != of) next = 0;
        of = phase;
        std::vector<RequestRecord>& requests = phase->requests;
        while (next < requests.size() && requests[next].index < index) ++next;
        bool found = next < requests.size() && requests[next].index == index;
        if (!found || requests[next].exchange) {
          return row.reject(fmt::format("there is no request {} in phase {}, or twice", index, id));
        }
        requests[next].exchange = exchange_of(row);
      });
}

Status read_audits(const Database& database, const fs::path& file, RunRecord& run) {
  PhaseFinder phases(run.phases);
  return each_row(
      database, "audits", "SELECT phase, audit FROM audits ORDER BY phase", [&](Row& row) {
        auto id = row.integer<std::uint32_t>(0);
        std::string text = row.text(1);
        Phase* phase = phases.find(id);
        if (phase == nullptr || phase->audit) {
          return row.reject(fmt::format("there is no phase {}, or twice", id));
        }
        Result<Json> document = parse_json(text, file.string());
        if (!document.ok()) return row.reject("audit is no JSON");
        Result<InstrumentAudit> audit = from_document<InstrumentAudit>(*document, file.string());
        if (!audit.ok()) return row.reject("audit: " + audit.error().message);
        phase->audit = std::move(*audit);
      });
}

// Of a phase that never ended: from the first to the last due time that is on record.
void estimate_times(Phase& phase) {
  if (phase.requests.empty()) return;
  auto [first, last] = std::minmax_element(
      phase.requests.begin(), phase.requests.end(),
      [](const RequestRecord& a, const RequestRecord& b) { return a.due_ns < b.due_ns; });
  phase.begin_ns = first->due_ns;
  phase.end_ns = last->due_ns;
}

// Rows of tables without a key of their own come by rowid; `last` sees that none comes twice.
void require_ascending(Row& row, int column, std::int64_t& last) {
  std::int64_t id = row.integer_between(column, std::numeric_limits<std::int64_t>::min(),
                                        std::numeric_limits<std::int64_t>::max());
  if (id <= last) row.reject("row numbers do not ascend");
  last = id;
}

Status read_series(const Database& database, Telemetry& telemetry) {
  return each_row(
      database, "series", "SELECT id, name, unit, source FROM series ORDER BY id", [&](Row& row) {
        Series series{row.integer<std::uint32_t>(0), row.text(1), row.text(2), row.text(3)};
        bool again = !telemetry.series.empty() && telemetry.series.back().id >= series.id;
        if (again) row.reject("ids do not ascend");
        telemetry.series.push_back(std::move(series));
      });
}

Status read_samples(const Database& database, Telemetry& telemetry) {
  constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = kFirst;
  TRY_STATUS(each_row(
      database, "samples", "SELECT series, at_ns, value, rowid FROM samples ORDER BY rowid",
      [&](Row& row) {
        require_ascending(row, 3, last);
        Sample sample{row.integer<std::uint32_t>(0), row.integer<std::int64_t>(1), row.real(2)};
        bool known = std::binary_search(
            telemetry.series.begin(), telemetry.series.end(), Series{sample.series, {}, {}, {}},
            [](const Series& a, const Series& b) { return a.id < b.id; });
        if (!known) row.reject(fmt::format("there is no series {}", sample.series));
        telemetry.samples.push_back(sample);
      }));
  last = kFirst;
  TRY_STATUS(each_row(
      database, "gaps", "SELECT from_ns, to_ns, rowid FROM gaps ORDER BY rowid", [&](Row& row) {
        require_ascending(row, 2, last);
        telemetry.gaps.push_back({row.integer<std::int64_t>(0), row.integer<std::int64_t>(1)});
      }));
  last = kFirst;
  return each_row(database, "missing", "SELECT what, rowid FROM missing ORDER BY rowid",
                  [&](Row& row) {
                    require_ascending(row, 1, last);
                    telemetry.missing.push_back(row.text(0));
                  });
}

Status read_profiles(const Database& database, RunRecord& run) {
  return each_row(
      database, "profiles", "SELECT id, phase, batch, file FROM profiles ORDER BY id",
      [&](Row& row) {
        Profile profile{row.integer<std::uint32_t>(0), row.integer<std::uint32_t>(1),
                        row.integer<std::uint64_t>(2), row.text(3)};
        if (!is_plain_relative(profile.file)) {
          row.reject(fmt::format("\"{}\" is no path of a file in the bundle", profile.file));
        }
        if (!run.profiles.empty() && run.profiles.back().id >= profile.id)
          row.reject("ids do not ascend");
        run.profiles.push_back(std::move(profile));
      });
}

Status read_database(const Database& database, const fs::path& file, RunRecord& run) {
  int version = TRY(version_of(database, file.string()));
  TRY_STATUS(require_schema(database, version, file.string()));
  TRY_STATUS(read_meta(database, run));
  std::vector<bool> ended;
  TRY_STATUS(read_phases(database, run, ended));
  TRY_STATUS(read_requests(database, run));
  if (version >= 2) {
    TRY_STATUS(read_exchanges(database, run));
    TRY_STATUS(read_audits(database, file, run));
  }
  for (std::size_t i = 0; i < run.phases.size(); ++i) {
    if (!ended[i]) estimate_times(run.phases[i]);
  }
  TRY_STATUS(read_series(database, run.telemetry));
  TRY_STATUS(read_samples(database, run.telemetry));
  return read_profiles(database, run);
}

Status read_ceilings(const fs::path& folder, const Standing& standing, RunRecord& run) {
  fs::path file = folder / kCeilingsFile;
  if (!is_there(file)) {
    bool killed = standing.manifest_sha256.empty() && run.ceilings_missing.empty();
    if (killed) run.ceilings_missing = "the run ended before they were measured";
    return ok_status();
  }
  std::string text = TRY(read_regular(file));
  Json document = TRY(parse_json(text, file.string()));
  run.ceilings = TRY(from_document<Ceilings>(document, file.string()));
  return ok_status();
}

Status read_server_metrics(const fs::path& folder, RunRecord& run) {
  fs::path file = folder / kServerFile;
  if (!is_there(file)) return ok_status();
  std::string text = TRY(read_regular(file));
  Json document = TRY(parse_json(text, file.string()));
  run.server_metrics = TRY(from_document<std::vector<PhaseServerMetrics>>(document, file.string()));
  return ok_status();
}

}  // namespace

Result<RunRecord> read_raw(const fs::path& folder) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem)) {
    return Error{ErrorCode::kNotFound, "there is no bundle: not a folder", folder.string()};
  }
  Standing standing = standing_of(folder);
  RunRecord run;
  run.complete = standing.complete;
  run.incomplete_reason = standing.reason;
  {
    OpenRaw raw = TRY(open_raw(folder, standing));
    Status read = read_database(raw.database, folder / kRawFile, run);
    if (!read.ok())
      return Error{ErrorCode::kInvalidInput, read.error().message, read.error().place};
  }
  TRY_STATUS(read_ceilings(folder, standing, run));
  TRY_STATUS(read_server_metrics(folder, run));
  return run;
}

}  // namespace lynxbench::bundle
