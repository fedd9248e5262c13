#include "bundle/schema.h"

namespace lynxbench::bundle {
namespace {

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
  arrival TEXT NOT NULL,        -- constant, poisson
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
    {"v_samples", R"sql(CREATE VIEW v_samples AS   -- telemetry with names
SELECT n.name, n.unit, s.at_ns / 1e6 AS at_ms, s.value
FROM samples AS s
JOIN series AS n ON n.id = s.series)sql"},
};

}  // namespace

std::span<const SchemaEntry> tables() { return kTables; }
std::span<const SchemaEntry> views() { return kViews; }

}  // namespace lynxbench::bundle
