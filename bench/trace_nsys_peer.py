"""The tables of an Nsight Systems export through Python's sqlite3 and pandas.

    trace_nsys_peer.py FILE [ROUNDS]               reads them and links kernels to calls: processor time, median
    trace_nsys_peer.py --make FIXTURE FILE TIMES   makes a long export by repeating one, with SQL
"""
import resource
import shutil
import sqlite3
import statistics
import sys
import time

WORK = "SELECT start, end, deviceId, streamId, correlationId, globalPid, "
QUERIES = {
    "kernels": WORK + "demangledName AS nameId, registersPerThread, gridX, gridY, gridZ, blockX, blockY, blockZ,"
                      " staticSharedMemory, dynamicSharedMemory, graphNodeId FROM CUPTI_ACTIVITY_KIND_KERNEL",
    "copies": WORK + "bytes, copyKind, srcKind, dstKind FROM CUPTI_ACTIVITY_KIND_MEMCPY",
    "sets": WORK + "bytes, memKind FROM CUPTI_ACTIVITY_KIND_MEMSET",
    "calls": "SELECT start, end, globalTid, correlationId, nameId FROM CUPTI_ACTIVITY_KIND_RUNTIME",
    "ranges": "SELECT start, end, eventType, text, textId, globalTid FROM NVTX_EVENTS",
    "waits": "SELECT start, end, deviceId, streamId, correlationId, globalPid, syncType, eventSyncId"
             " FROM CUPTI_ACTIVITY_KIND_SYNCHRONIZATION",
    "overhead": "SELECT start, end, globalTid, nameId FROM PROFILER_OVERHEAD",
}


def read(path, pandas):
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    tables = {name: pandas.read_sql_query(query, connection) for name, query in QUERIES.items()}
    strings = pandas.read_sql_query("SELECT id AS nameId, value AS name FROM StringIds", connection)
    connection.close()
    for name in ("kernels", "calls"):
        tables[name] = tables[name].merge(strings, on="nameId", how="left")
    tables["calls"]["process"] = tables["calls"].globalTid.values >> 24 & 0xFFFFFF
    work = pandas.concat([tables[name] for name in ("kernels", "copies", "sets")])
    work["process"] = work.globalPid.values >> 24 & 0xFFFFFF
    calls = tables["calls"][["process", "correlationId", "start", "end"]].drop_duplicates(["process", "correlationId"])
    linked = work.merge(calls, on=["process", "correlationId"], how="left", suffixes=("", "_call"))
    hosts = pandas.concat([tables["calls"], tables["ranges"], tables["overhead"]])
    return len(work), len(hosts), int(linked.start_call.notna().sum())


def measure(path, rounds):
    import pandas
    seconds = []
    for _ in range(rounds):
        begin = time.process_time()
        device_rows, host_rows, linked = read(path, pandas)
        seconds.append(time.process_time() - begin)
    print(f"device_rows {device_rows}\nhost_rows {host_rows}\nlinked {linked}")
    print(f"cpu_s {statistics.median(seconds):.3f}")
    print(f"peak_rss_bytes {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}")


def make(fixture, path, times):
    """The n-th copy of every row is n capture lengths later, with correlation ids of its own."""
    shutil.copyfile(fixture, path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    tables = [t for t in ("KERNEL", "MEMCPY", "MEMSET", "RUNTIME", "SYNCHRONIZATION")
              if f"CUPTI_ACTIVITY_KIND_{t}" in present]
    tables = [f"CUPTI_ACTIVITY_KIND_{t}" for t in tables] + [t for t in ("NVTX_EVENTS",) if t in present]
    step_ns, step_id = 1_000_000_000, 10_000_000
    for table in tables:
        connection.execute(f"CREATE TEMP TABLE once AS SELECT * FROM {table}")
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        shifted = [f'"{c}" + :n * {step_ns}' if c in ("start", "end") else
                   f'"{c}" + :n * {step_id}' if c == "correlationId" else f'"{c}"' for c in columns]
        for n in range(1, times):
            connection.execute(f"INSERT INTO {table} SELECT {', '.join(shifted)} FROM once", {"n": n})
        connection.execute("DROP TABLE once")
    connection.commit()
    connection.close()


if sys.argv[1] == "--make":
    make(sys.argv[2], sys.argv[3], int(sys.argv[4]))
else:
    measure(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 3)
