#!/usr/bin/env python3
"""The peer of bundle_bench: the same rows into the same table with Python's sqlite3 executemany.

    bundle_peer.py BUNDLE FILE      BUNDLE: a folder that bundle_bench made; FILE: a new database

Same schema, settings and rows in a transaction. Prints "rows_per_s VALUE".
"""
import sqlite3
import sys
import time

PER_CALL = 20_000
SETTINGS = ("page_size = {page_size}", "locking_mode = EXCLUSIVE", "journal_mode = WAL",
            "synchronous = NORMAL", "wal_autocheckpoint = 0", "cache_size = -65536")


def main(bundle, file):
    source = sqlite3.connect(f"file:{bundle}/raw.sqlite?immutable=1", uri=True)
    table = source.execute("SELECT sql FROM sqlite_schema WHERE name = 'requests'").fetchone()[0]
    page_size = source.execute("PRAGMA page_size").fetchone()[0]
    rows = source.execute("SELECT * FROM requests").fetchall()
    target = sqlite3.connect(file, isolation_level=None)
    for setting in SETTINGS:
        target.execute("PRAGMA " + setting.format(page_size=page_size))
    target.execute(table)
    insert = f"INSERT INTO requests VALUES ({','.join('?' * len(rows[0]))})"
    start = time.perf_counter()
    for i in range(0, len(rows), PER_CALL):
        target.execute("BEGIN IMMEDIATE")
        target.executemany(insert, rows[i:i + PER_CALL])
        target.execute("COMMIT")
    print(f"rows_per_s {len(rows) / (time.perf_counter() - start):.0f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
