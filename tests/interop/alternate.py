#!/usr/bin/env python3
"""Firn and the others write to one table in turn for a while; at the end the ledger says whether a row is lost or doubled.

usage: alternate.py SECONDS        FIRN_SPARK=1 adds Spark
"""
import contextlib
import os
import pathlib
import random
import sys
import tempfile
import threading
import time

import checks
import lake as lakes
import servers
import truth
from engines import DuckDb, EngineError, PyIceberg, Spark
from ledger import Ledger

KILL_EVERY = 12  # turns


class Feed(threading.Thread):
    """Writes to Firn without a pause; a body without an answer is sent again, byte for byte."""

    def __init__(self, instance, ledger):
        super().__init__(daemon=True)
        self.instance, self.ledger, self.stopping, self.next_id = instance, ledger, threading.Event(), 0

    def run(self):
        while not self.stopping.is_set():
            content = {i: (f"h{i % 3}", truth.START // 1_000 + i, i / 4) for i in range(self.next_id, self.next_id + 20)}
            self.next_id += len(content)
            body = "\n".join(f"w,host={host} id={i}i,v={v} {stamp * 1_000}" for i, (host, stamp, v) in content.items())
            while not self.sent(body):
                time.sleep(0.05)
            self.ledger.acknowledged.update(content)
            time.sleep(0.1)

    def sent(self, body):
        try:
            return self.instance.request("POST", "/api/v2/write?bucket=b", body)[0] == 204
        except OSError:
            return False


class Turns:
    """One foreign writer's deed after another. A conflict with Firn's commits is the writer's to retry, as in life."""

    def __init__(self, lake, ledger, spark, seed):
        self.ledger, self.spark, self.chance = ledger, spark, random.Random(seed)
        self.pyiceberg = PyIceberg(lake)
        self.shared = checks.SharedTable(lake, "w")
        self.shared.next_id = 1_000_000_000
        self.deeds, self.done, self.conflicts = [self.append, self.delete], {}, 0
        if spark:
            self.deeds += [self.spark_insert, self.spark_delete, self.spark_delete_by_file, self.spark_rewrite, self.spark_expire]

    def take(self):
        from pyiceberg.exceptions import CommitFailedException
        deed = self.chance.choice(self.deeds)
        try:
            deed()
            self.done[deed.__name__] = self.done.get(deed.__name__, 0) + 1
        except CommitFailedException:
            self.conflicts += 1  # nothing of it is in the table: the ledger was not told
        except EngineError as error:
            if not any(word in str(error) for word in ("ommit", "onflict", "has been updated", "locked")):
                raise
            self.conflicts += 1

    def appended(self, append):
        self.shared.expected.clear()
        append()
        self.ledger.acknowledged.update({i: cells[:3] for i, cells in self.shared.expected.items()})

    def append(self):
        self.appended(lambda: checks.pyiceberg_appends(self.shared, self.pyiceberg))

    def spark_insert(self):
        self.appended(lambda: checks.spark_inserts(self.shared, self.spark))

    def chosen(self):
        """Some committed rows to delete."""
        there = sorted(row["id"] for row in self.pyiceberg.rows("w"))
        return self.chance.sample(there, min(3, len(there)))

    def deleted(self, ids):
        for i in ids:
            self.ledger.acknowledged.pop(i)

    def delete(self):
        ids = self.chosen()
        if len(ids) == 3:
            self.pyiceberg.table("w").delete(f"id in ({', '.join(map(str, ids))})")
            self.deleted(ids)

    def spark_delete(self, mode="merge-on-read"):
        ids = self.chosen()
        if len(ids) == 3:
            table = self.spark.source("w")
            self.spark.run(f"ALTER TABLE {table} SET TBLPROPERTIES ('write.delete.mode' = '{mode}')")
            self.spark.run(f"DELETE FROM {table} WHERE id IN ({', '.join(map(str, ids))})")
            self.deleted(ids)

    def spark_delete_by_file(self):
        self.spark_delete("copy-on-write")

    def spark_rewrite(self):
        self.spark.run(f"CALL {self.spark.catalog}.system.rewrite_data_files(table => 'metrics.w')")

    def spark_expire(self):
        self.spark.run(f"CALL {self.spark.catalog}.system.expire_snapshots(table => 'metrics.w', "
                       "older_than => TIMESTAMP '2999-01-01 00:00:00', retain_last => 5)")


def content(rows):
    return ((row["id"], row["host"], row["time"], row["v"]) for row in rows)


def run(seconds, folder, spark_endpoint):
    lake, ledger = lakes.make(folder, 2, catalog_name="firn"), Ledger()
    # A deed that takes longer than Firn's flush interval finds another snapshot when it commits.
    lake.instance.config.write_text(lake.instance.config.read_text().replace('flush_interval = "1s"', 'flush_interval = "3s"'))
    lake.instance.start()
    try:
        return alternate(lake, ledger, seconds, spark_endpoint)
    finally:
        if lake.instance.process.poll() is None:
            lake.instance.kill()


def alternate(lake, ledger, seconds, spark_endpoint):
    feed = Feed(lake.instance, ledger)
    feed.start()
    spark = Spark(lake, spark_endpoint) if spark_endpoint else None
    turns = Turns(lake, ledger, spark, seed=20)
    checks.wait_for(turns.pyiceberg, "w", 1)
    end, count, kills = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        turns.take()
        count += 1
        if count % KILL_EVERY == 0:
            lake.instance.kill()
            lake.instance.start()
            kills += 1
    feed.stopping.set()
    feed.join(60)
    lake.instance.stop()
    failed = False
    readers = [(engine.name, engine.rows) for engine in [turns.pyiceberg, DuckDb(lake)] + ([spark] if spark else [])]
    for name, read in readers + [("firn sql", lambda table: checks.firn_rows(lake, table))]:
        problems = ledger.problems(content(read("w")))
        failed = failed or bool(problems)
        print(f"{name}: {len(ledger.acknowledged)} rows expected, {len(problems)} problems", *problems[:10], sep="\n  ")
    deeds = ", ".join(f"{number} {name}" for name, number in sorted(turns.done.items()))
    print(f"interop: {count} turns ({deeds}), {turns.conflicts} of them lost to a commit of Firn, {kills} kills: "
          + ("FAILED" if failed else "every row there once"))
    return failed


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        endpoint = None
        if os.environ.get("FIRN_SPARK") == "1":
            endpoint = stack.enter_context(servers.running("spark.sh", f"{folder}/spark"))
        return run(seconds, pathlib.Path(folder) / "shared", endpoint)


if __name__ == "__main__":
    sys.exit(main())
