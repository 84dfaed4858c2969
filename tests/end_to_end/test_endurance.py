"""Full rate for a long time, and with nobody to commit to: memory, descriptors and threads stay flat, and every row is counted.

In a run of seconds, memory is still on its way to its limit, so it is held against the limit alone; from a minute on, it has to be flat too.
"""
import contextlib
import json
import os
import pathlib
import sqlite3
import time

import load
from firn_process import simple_config

SECONDS = float(os.environ.get("FIRN_ENDURANCE_SECONDS", "12"))
OUTAGE_SECONDS = float(os.environ.get("FIRN_SECONDS", "8"))
MIB = 1 << 20
LIMIT = 64 * MIB


def start(firn):
    agent = f'  memory_limit = "{LIMIT // MIB}MB"\n  journal_limit = "40GB"\n'  # ten minutes at full rate are more than its 10 GiB
    instance = firn(simple_config(extra_agent=agent)).start()
    return instance, instance.resident_bytes()


def look(instance):
    process = pathlib.Path(f"/proc/{instance.process.pid}")
    return {"memory": instance.resident_bytes(), "descriptors": len(list((process / "fd").iterdir())),
            "threads": len(list((process / "task").iterdir()))}


def watch(instance, seconds):
    seen, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(min(1.0, seconds / 20))
        seen.append(look(instance))
    return seen


def assert_flat(seen, idle, seconds, what):
    third = len(seen) // 3
    middle, last = seen[third:2 * third], seen[2 * third:]
    most = {name: (max(at[name] for at in middle), max(at[name] for at in last)) for name in seen[0]}
    print(f"{what}: at most, in the second and the last third of {seconds:.0f} s: {most}")
    assert max(most["memory"]) < idle + 2 * LIMIT
    if seconds >= 60:
        assert most["memory"][1] < most["memory"][0] + 16 * MIB
    assert most["descriptors"][1] <= most["descriptors"][0] + 16
    assert most["threads"][1] <= most["threads"][0] + 2


def assert_exact(instance, clients):
    """Each client's numbers are there, each once: as many as it sent, from its first to its last, and the sum of all."""
    listed = instance.run("sql", "-c", instance.config, "--format", "json", f"""
        SELECT id // {load.SPAN} AS client, count(*) AS rows, min(id) AS first, max(id) AS last, CAST(sum(id) AS VARCHAR) AS sum
        FROM metrics.load GROUP BY ALL ORDER BY ALL""", seconds=1_200).stdout
    stored = [json.loads(line) for line in listed.splitlines()]
    expected = []
    for client in clients.clients:
        assert set(client.statuses) == {204}  # so what has no answer was not sent
        sent = client.acknowledged
        expected.append({"client": client.number, "rows": len(sent), "first": sent.start, "last": sent.stop - 1,
                         "sum": str((sent.start + sent.stop - 1) * len(sent) // 2)})
    assert stored == expected


def wait_committed(instance, rows, seconds):
    begin = time.monotonic()
    while json.loads(instance.run("table", "list", "--json", "-c", instance.config).stdout)[0]["rows"] < rows:
        assert time.monotonic() < begin + seconds, instance.log.read_text()[-3000:]
        time.sleep(0.5)
    return time.monotonic() - begin


def assert_files_are_large(instance, rows):
    """Little memory makes several files of a commit, and not a file of each body."""
    files, commits = (int(instance.run("sql", "-c", instance.config, "--format", "csv",
                                       f'SELECT count(*) FROM metrics."load${what}"').stdout.splitlines()[1])
                      for what in ("files", "snapshots"))
    assert files <= 3 * commits + rows / 100_000


def test_memory_descriptors_and_threads_stay_flat(firn):
    instance, idle = start(firn)
    with load.Load(instance, rows=5_000) as clients:
        seen = watch(instance, SECONDS)
    instance.stop(300)
    assert_flat(seen, idle, SECONDS, f"{clients.rows} rows")
    assert_exact(instance, clients)
    assert_files_are_large(instance, clients.rows)


def test_full_rate_with_the_catalog_locked_costs_neither_memory_nor_answers(firn):
    instance, idle = start(firn)
    with load.Load(instance, rows=5_000) as clients:
        clients.wait_for(500_000)
        with contextlib.closing(sqlite3.connect(instance.folder / "lake/catalog.db", timeout=30)) as catalog:
            catalog.execute("BEGIN EXCLUSIVE")
            before = clients.rows
            seen = watch(instance, OUTAGE_SECONDS)
            during = clients.rows - before
            catalog.rollback()
        print(f"caught up {wait_committed(instance, clients.rows, 60 + OUTAGE_SECONDS):.0f} s after the outage, under full load")
    instance.stop(600)
    assert_flat(seen, idle, OUTAGE_SECONDS, f"{during} rows during the outage")
    assert_exact(instance, clients)
    assert_files_are_large(instance, clients.rows)
