#include "bundle/schema.h"

namespace lynxbench::bundle {
namespace {

// As version 1 had it: the words of a column's comment are all that changed.
constexpr std::string_view kPhasesOfVersion1 =
    R"sql(CREATE TABLE phases (    -- stretches of load of one kind, in order
  id INTEGER NOT NULL PRIMARY KEY,
  session INTEGER NOT NULL,     -- 0: the search's; 1, 2 ...: the repeated ones
  kind TEXT NOT NULL,           -- warm_up, search, measure, profile
  point TEXT,                   -- load point of the contract; NULL for warm_up and search
  loop TEXT NOT NULL,           -- closed, open
  arrival TEXT NOT NULL,        -- constant, poisson
  offered_per_s REAL,           -- requests per second; NULL in a closed loop
  concurrency INTEGER,          -- requests at a time; NULL in an open loop
  seed TEXT NOT NULL,           -- unsigned 64-bit, in decimal
  schedule_digest TEXT,         -- SHA-256; NULL in a closed loop
  begin_ns INTEGER,             -- NULL until the phase has ended
  end_ns INTEGER,               -- NULL until the phase has ended
  complete INTEGER NOT NULL     -- 1: as planned; 0: interrupted, or never ended
) STRICT)sql";

// The first of the tables are those of version 1.
constexpr std::ptrdiff_t kTablesOfVersion1 = 9;

constexpr SchemaEntry kTables[] = {
    {"meta", R"sql(CREATE TABLE meta (      -- about the file
  key TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID)sql"},
    {"statuses", R"sql(CREATE TABLE statuses (  -- how a request ended
  id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT)sql"},
    {"phases", R"sql(CREATE TABLE phases (    -- stretches of load of one kind, in order
  id INTEGER NOT NULL PRIMARY KEY,
  session INTEGER NOT NULL,     -- 0: the search's; 1, 2 ...: the repeated ones
  kind TEXT NOT NULL,           -- warm_up, search, measure, profile
  point TEXT,                   -- load point of the contract; NULL for warm_up and search
  loop TEXT NOT NULL,           -- closed, open
  arrival TEXT NOT NULL,        -- constant, poisson, gamma, ramp, trace
  offered_per_s REAL,           -- requests per second; NULL in a closed loop
  concurrency INTEGER,          -- requests at a time; NULL in an open loop
  seed TEXT NOT NULL,           -- unsigned 64-bit, in decimal
  schedule_digest TEXT,         -- SHA-256; NULL in a closed loop
  begin_ns INTEGER,             -- NULL until the phase has ended
  end_ns INTEGER,               -- NULL until the phase has ended
  complete INTEGER NOT NULL     -- 1: as planned; 0: interrupted, or never ended
) STRICT)sql"},
    {"requests", R"sql(CREATE TABLE requests (  -- one row each
  phase INTEGER NOT NULL REFERENCES phases (id),
  idx INTEGER NOT NULL,         -- 0, 1, 2 ... within the phase
  due_ns INTEGER NOT NULL,
  sent_ns INTEGER,              -- NULL: never sent
  first_byte_ns INTEGER,        -- NULL: not answered well
  done_ns INTEGER,              -- NULL: never sent, or no answer when the phase was given up
  status INTEGER NOT NULL REFERENCES statuses (id),
  input INTEGER NOT NULL,       -- which of the workload's distinct inputs
  request_bytes INTEGER NOT NULL,
  response_bytes INTEGER NOT NULL,
  accepted_ns INTEGER,          -- the server's own account; all NULL when it gave none
  opened_ns INTEGER,
  closed_ns INTEGER,
  pre_begin_ns INTEGER,
  pre_end_ns INTEGER,
  run_begin_ns INTEGER,
  run_end_ns INTEGER,
  post_end_ns INTEGER,
  batch INTEGER,                -- counted through the session
  batch_size INTEGER,           -- requests
  instance INTEGER,
  profile INTEGER REFERENCES profiles (id),  -- NULL: this batch was not profiled
  PRIMARY KEY (phase, idx)
) STRICT, WITHOUT ROWID)sql"},
    {"profiles", R"sql(CREATE TABLE profiles (  -- the runtime's own profiles
  id INTEGER NOT NULL PRIMARY KEY,
  phase INTEGER NOT NULL REFERENCES phases (id),
  batch INTEGER NOT NULL,
  file TEXT NOT NULL            -- in the bundle's folder
) STRICT)sql"},
    {"series", R"sql(CREATE TABLE series (    -- what was sampled
  id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,           -- cpu0.busy
  unit TEXT NOT NULL,           -- of samples.value: ratio, bytes, 1/s, Hz
  source TEXT NOT NULL          -- /proc/stat
) STRICT)sql"},
    {"samples", R"sql(CREATE TABLE samples (   -- by time
  series INTEGER NOT NULL REFERENCES series (id),
  at_ns INTEGER NOT NULL,
  value REAL NOT NULL           -- in series.unit
) STRICT)sql"},
    {"gaps",
     R"sql(CREATE TABLE gaps (      -- stretches in which a sample was due and none was taken
  from_ns INTEGER NOT NULL,
  to_ns INTEGER NOT NULL
) STRICT)sql"},
    {"missing", R"sql(CREATE TABLE missing (   -- what this machine could not tell, with the reason
  what TEXT NOT NULL
) STRICT)sql"},
    {"failures", R"sql(CREATE TABLE failures (  -- why a request failed
  id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT)sql"},
    {"channels", R"sql(CREATE TABLE channels (  -- in which a piece of an answer came
  id INTEGER NOT NULL PRIMARY KEY,
  name TEXT NOT NULL
) STRICT)sql"},
    {"exchanges",
     R"sql(CREATE TABLE exchanges ( -- what a client on the network saw of a request
  phase INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  failure INTEGER NOT NULL REFERENCES failures (id),  -- 0: none
  detail TEXT,                  -- of the failure, for people; NULL: none
  status_code INTEGER NOT NULL, -- HTTP's or gRPC's; 0: none came, or gRPC's OK
  new_connection INTEGER NOT NULL,  -- 1: opened for this request
  kernel_times INTEGER NOT NULL,    -- 1: times of receipt are the kernel's; 0: the reader's
  written_ns INTEGER,           -- the kernel had the request's last byte; NULL: it never had
  connect_ns INTEGER NOT NULL,  -- length of look-up, connect and TLS; 0 on a used connection
  read_delay_ns INTEGER NOT NULL,   -- longest from the kernel's receipt to our reading
  retry_after_ns INTEGER,       -- length, as the server asked for
  first_event_ns INTEGER,       -- streamed answers: the first event, also an empty one
  first_content_ns INTEGER,     -- in any channel
  first_answer_ns INTEGER,      -- of the answer itself
  last_content_ns INTEGER,
  prompt_tokens INTEGER,        -- the server's counts
  cached_tokens INTEGER,
  completion_tokens INTEGER,
  reasoning_tokens INTEGER,
  events INTEGER NOT NULL,      -- streamed events of every kind
  content_chunks INTEGER NOT NULL,  -- those with content
  chunks BLOB,                  -- each of those, coded; NULL: none
  chunks_dropped INTEGER NOT NULL,  -- content chunks beyond those
  score REAL,                   -- how right the answer is, 0 to 1; NULL: it was not compared
  PRIMARY KEY (phase, idx),
  FOREIGN KEY (phase, idx) REFERENCES requests (phase, idx)
) STRICT, WITHOUT ROWID)sql"},
    {"audits", R"sql(CREATE TABLE audits (    -- what the instrument says of itself
  phase INTEGER NOT NULL PRIMARY KEY REFERENCES phases (id),
  audit TEXT NOT NULL           -- JSON
) STRICT)sql"},
};

constexpr SchemaEntry kViews[] = {
    {"v_requests", R"sql(CREATE VIEW v_requests AS  -- every request, in words and milliseconds
SELECT p.session, p.kind, p.point, r.phase, r.idx, s.name AS status, r.input,
       r.due_ns / 1e6 AS due_ms,
       (r.sent_ns - r.due_ns) / 1e6 AS schedule_lag_ms,
       (r.done_ns - r.due_ns) / 1e6 AS e2e_ms,
       (r.done_ns - r.sent_ns) / 1e6 AS service_ms,
       (r.opened_ns - r.accepted_ns) / 1e6 AS queue_ms,
       (r.closed_ns - r.opened_ns) / 1e6 AS batching_wait_ms,
       (r.pre_end_ns - r.pre_begin_ns) / 1e6 AS preprocessing_ms,
       (r.run_end_ns - r.run_begin_ns) / 1e6 AS run_ms,
       (r.post_end_ns - r.run_end_ns) / 1e6 AS postprocessing_ms,
       r.batch, r.batch_size, r.instance, r.profile
FROM requests AS r
JOIN phases AS p ON p.id = r.phase
JOIN statuses AS s ON s.id = r.status)sql"},
    {"v_latency", R"sql(CREATE VIEW v_latency AS   -- answered requests of the measured points
SELECT point, session, idx, e2e_ms, service_ms
FROM v_requests
WHERE status = 'ok' AND kind = 'measure')sql"},
    {"v_points", R"sql(CREATE VIEW v_points AS    -- measured points, a row per session
SELECT p.point, p.session, p.offered_per_s, p.concurrency,
       count(r.idx) AS requests,
       count(r.idx) FILTER (WHERE r.status = 0) AS answered,
       count(r.idx) FILTER (WHERE r.status = 0) * 1e9 / (p.end_ns - p.begin_ns) AS answered_per_s,
       avg(r.done_ns - r.due_ns) FILTER (WHERE r.status = 0) / 1e6 AS e2e_mean_ms,
       max(r.done_ns - r.due_ns) FILTER (WHERE r.status = 0) / 1e6 AS e2e_max_ms
FROM phases AS p
LEFT JOIN requests AS r ON r.phase = p.id
WHERE p.kind = 'measure'
GROUP BY p.id)sql"},
    {"v_exchanges", R"sql(CREATE VIEW v_exchanges AS -- requests of targets on the network, in words and milliseconds
SELECT p.session, p.kind, p.point, x.phase, x.idx, s.name AS status, f.name AS failure, x.detail,
       x.status_code,
       (r.sent_ns - r.due_ns) / 1e6 AS schedule_lag_ms,
       (x.written_ns - r.sent_ns) / 1e6 AS connection_ms,
       x.connect_ns / 1e6 AS connect_ms,
       (r.first_byte_ns - r.due_ns) / 1e6 AS ttft_first_byte_ms,
       (x.first_event_ns - r.due_ns) / 1e6 AS ttft_first_event_ms,
       (x.first_content_ns - r.due_ns) / 1e6 AS ttft_ms,
       (x.first_answer_ns - r.due_ns) / 1e6 AS ttft_first_answer_ms,
       (x.last_content_ns - x.first_content_ns) / 1e6 AS generation_ms,
       (r.done_ns - r.due_ns) / 1e6 AS e2e_ms,
       x.read_delay_ns / 1e6 AS read_delay_ms,
       x.prompt_tokens, x.completion_tokens, x.content_chunks, x.new_connection, x.score
FROM exchanges AS x
JOIN requests AS r ON r.phase = x.phase AND r.idx = x.idx
JOIN phases AS p ON p.id = x.phase
JOIN statuses AS s ON s.id = r.status
JOIN failures AS f ON f.id = x.failure)sql"},
    {"v_failures", R"sql(CREATE VIEW v_failures AS  -- why requests failed, phase by phase
SELECT p.session, p.kind, p.point, x.phase, f.name AS failure, count(*) AS requests,
       min(x.detail) AS an_example
FROM exchanges AS x
JOIN phases AS p ON p.id = x.phase
JOIN failures AS f ON f.id = x.failure
WHERE x.failure <> 0
GROUP BY x.phase, x.failure)sql"},
    {"v_samples", R"sql(CREATE VIEW v_samples AS   -- telemetry with names
SELECT n.name, n.unit, s.at_ns / 1e6 AS at_ms, s.value
FROM samples AS s
JOIN series AS n ON n.id = s.series)sql"},
};

}  // namespace

std::span<const SchemaEntry> tables() { return kTables; }
std::span<const SchemaEntry> views() { return kViews; }

std::vector<SchemaEntry> tables_of(int version) {
  if (version == kSchemaVersion) return {std::begin(kTables), std::end(kTables)};
  if (version != 1) return {};
  std::vector<SchemaEntry> found(std::begin(kTables), std::begin(kTables) + kTablesOfVersion1);
  for (SchemaEntry& table : found) {
    if (table.name == "phases") table.sql = kPhasesOfVersion1;
  }
  return found;
}

}  // namespace lynxbench::bundle
