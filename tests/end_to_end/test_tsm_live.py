"""Folders and backups that a real InfluxDB 1.6.7 has just written: what `firn tsm export` makes of them is what the server
answers, cell by cell."""
import concurrent.futures
import json
import math
import os
import random
import struct
import subprocess
import threading
import time

import pytest

import line_protocol
from firn_process import FIRN
from influxdb_1x import FIRST_TIME, LAST_TIME, Influxdb1x, quoted, rfc3339_ns

SECOND = 10**9
WEEK = 7 * 24 * 3600 * SECOND
MONDAY = 1_577_664_000 * SECOND  # 2019-12-30, where a week's shard begins
SEEDS = [int(seed) for seed in os.environ.get("FIRN_TSM_SEEDS", "1 2").split()]
BUSY_SECONDS = float(os.environ.get("FIRN_BUSY_SECONDS", "8"))


class Unsigned(int):
    """Of a server built for unsigned integers (Debian's is not)."""


def escaped(text, characters):
    return "".join("\\" + c if c in characters else c for c in text)


def value_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Unsigned):
        return f"{value}u"
    if isinstance(value, int):
        return f"{value}i"
    if isinstance(value, float):
        return repr(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def line(measurement, tags, fields, time):
    key = escaped(measurement, ", ") + "".join(f",{escaped(k, ',= ')}={escaped(v, ',= ')}" for k, v in tags)
    return key + " " + ",".join(f"{escaped(k, ',= ')}={value_text(v)}" for k, v in fields.items()) + f" {time}"


def kind(value):
    return {bool: "b", int: "i", Unsigned: "u", float: "f", str: "s"}[type(value)]


def same(kind_and_value, answered):
    """Whether a value of Firn's is what the server's JSON says, whose numbers are texts."""
    of_kind, value = kind_and_value
    if of_kind in "iu":
        return str(value) == answered
    if of_kind == "f":
        return isinstance(answered, str) and struct.pack("d", float(answered)) == struct.pack("d", value)
    return value is answered if of_kind == "b" else value == answered


class Writer:
    """Random writes and deletes of everything that line protocol and InfluxQL can say."""

    MEASUREMENTS = ["cpu", "my meas", "a,b", "equals=sign", "back\\slash", "\u00fcn\u00ef\u4e2d\U0001f600", 'quo"te', "cpu!", "cpu-x"]
    SERIES = [(), (("host", "a"),), (("host", "b"),), (("host", "a"), ("r e", "x,y")), (("k=e", "v=1"), ("\u00e9", "\u4e2d\u6587")),
              (("path", "C:\\dir\\x"),), (("q", 'say "hi"'),), (("host", "a "),)]

    def __init__(self, server, seed, policies):
        self.server, self.random, self.policies = server, random.Random(seed), policies
        self.types = {}  # (policy, measurement, field, week): the server takes one type a shard
        self.conflicts = 0
        self.kinds = "fibs" if server.write("db", "", ["probe u=1u 0"]) else "fibsu"

    def value(self, of_kind):
        r = self.random
        if of_kind == "f":
            return r.choice([0.0, -0.0, 1.0, 5e-324, 1.7976931348623157e308, -2.5, round(r.uniform(-100, 100), 2), r.random() * 10**r.randint(-300, 300),
                             r.gauss(0, 1)])
        if of_kind == "i":
            return r.choice([0, 1, -1, 2**63 - 1, -2**63, r.randint(-100, 100), r.randint(-2**62, 2**62)])
        if of_kind == "u":
            return Unsigned(r.choice([0, 1, 2**64 - 1, 2**63, r.randint(0, 100), r.randint(0, 2**64 - 1)]))
        if of_kind == "b":
            return r.random() < 0.5
        return r.choice(["", "x", 'a "quoted" one', "back\\slash", "two\nlines", "\u4e2d\u6587 \U0001f600", "tab\t, comma = equals", "y" * r.randint(0, 300),
                         "\x00\x01", "z\\"])

    def kind_of(self, policy, measurement, field, time):
        week = (time - MONDAY) // WEEK
        return self.types.setdefault((policy, measurement, field, week), self.random.choice(self.kinds))

    def points(self, count, spread=3 * WEEK):
        r = self.random
        policy, measurement, tags = r.choice(self.policies), r.choice(self.MEASUREMENTS), r.choice(self.SERIES)
        # A delete walks a file's keys and the series side by side, but "cpu!,…" stands before "cpu#!~#…" and behind "cpu": the
        # server misses the latter in files, and only its index hides them (docs/formats/tsm.md, "What the server would answer").
        tags = tags or ((("host", "a"),) if measurement == "cpu" else ())
        fields = r.sample(["v", "f 1", "g,h", "i=j", "back\\slash", "\u00e9", 'quo"te', "host", "k"], r.randint(1, 4))
        step = r.choice([1, 1000, 10**6, SECOND, 60 * SECOND, 7 * SECOND + 13])
        time = MONDAY + r.randrange(spread)
        shape, last, lines = r.choice(["any", "same", "count"]), {}, []
        for number in range(count):
            row = {}
            for field in fields:
                if len(fields) > 1 and r.random() < 0.2:
                    continue
                of_kind = self.kind_of(policy, measurement, field, time)
                if shape == "any" or field not in last or kind(last[field]) != of_kind:
                    last[field] = self.value(of_kind)
                elif shape == "count" and of_kind == "i":
                    last[field] = (last[field] + 3) % 2**40
                elif shape == "count" and of_kind == "f":
                    last[field] = round(math.fmod(last[field], 1e6) + 0.25, 2)
                row[field] = last[field]
            if row:
                lines.append(line(measurement, tags, row, time))
            time += step if r.random() < 0.9 else step * r.randint(1, 50)
        r.random() < 0.1 and r.shuffle(lines)
        return policy, lines

    def write(self, batches, most_points=400):
        for _ in range(batches):
            policy, lines = self.points(self.random.randint(1, most_points))
            complaint = self.server.write("db", policy, lines)
            assert not complaint or "field type conflict" in complaint, complaint
            self.conflicts += bool(complaint)

    def long_blocks(self):
        """Blocks of every size about the server's 1,000 values, and strings that fill blocks by themselves."""
        for number, count in enumerate((999, 1000, 1001, 2500)):
            lines = [line("long", (("n", str(number)),), {"i": i * i, "f": i / 4, "s": "s" * (i % 3), "b": i % 5 == 0, "c": 7}, MONDAY + i * SECOND)
                     for i in range(count)]
            assert not self.server.write("db", self.policies[0], lines)
        lines = [line("wide", (), {"s": self.random.choice("ab") * size}, MONDAY + size) for size in (1, 65_535, 65_536, 300_000, 2_000_000)]
        assert not self.server.write("db", self.policies[0], lines)
        times = [FIRST_TIME + 2 * WEEK, -WEEK - 1, -1, 0, 1, 2**62, LAST_TIME]
        assert not self.server.write("db", self.policies[0], [line("extreme", (), {"v": i}, t) for i, t in enumerate(times)])

    def delete(self, count):
        r = self.random
        for _ in range(count):
            measurement = quoted(r.choice(self.MEASUREMENTS))
            start = MONDAY + r.randrange(3 * WEEK)
            end = start + r.randrange(WEEK)
            tags = r.choice([tags for tags in self.SERIES if tags])
            tag = f"{quoted(tags[0][0])} = '" + tags[0][1].replace("\\", "\\\\").replace("'", "\\'") + "'"
            statement = r.choice([f"DELETE FROM {measurement} WHERE time >= {start} AND time <= {end}", f"DELETE FROM {measurement} WHERE {tag}",
                                  f"DELETE FROM {measurement} WHERE {tag} AND time < {end}", f"DROP SERIES FROM {measurement} WHERE {tag}",
                                  f"DELETE WHERE {tag} AND time > {start}", f"DELETE FROM {measurement} WHERE time = {start}"])
            self.server.query(statement, tolerate="fields not supported in WHERE clause", db="db")

    def drop_measurement(self):
        """Its fields may have other types from now on."""
        measurement = self.random.choice(self.MEASUREMENTS)
        self.server.query(f"DROP MEASUREMENT {quoted(measurement)}", db="db")
        self.types = {key: of_kind for key, of_kind in self.types.items() if key[1] != measurement}


def export(path, tmp_path, *arguments, code=0):
    done = subprocess.run([FIRN, "tsm", "export", path, *arguments], cwd=tmp_path, capture_output=True, timeout=120)
    assert done.returncode == code, done.stderr.decode()[-3000:]
    return done.stdout.decode("utf-8", "surrogateescape")


def cells_of(text):
    cells, twice = {}, []
    for measurement, tags, fields, time in line_protocol.rows(text):
        for field, value in fields.items():
            key = measurement, tags, field, time
            if key in cells:
                twice.append(key)
            cells[key] = value
    assert not twice, twice[:5]
    return cells


def assert_same(ours, theirs, what):
    differ = [(key, ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys()
              if key not in ours or key not in theirs or not same(ours[key], theirs[key])]
    assert not differ, f"{what}: {len(differ)} of {len(theirs)} cells differ, as {sorted(differ, key=str)[:5]}"


@pytest.fixture
def server(tmp_path):
    server = Influxdb1x(tmp_path / "server")
    yield server
    server.stop(kill=True)


def check(server, tmp_path, policies, what):
    """Stops nothing: the files are read beside the running server, which may be compacting them."""
    total = 0
    for policy in policies:
        theirs = server.cells("db", policy)
        folder = server.folder / "data/db" / policy
        ours = cells_of(export(folder, tmp_path)) if folder.is_dir() else {}
        assert_same(ours, theirs, f"{what}, {policy}")
        total += len(theirs)
    verified = subprocess.run([FIRN, "tsm", "verify", server.folder], capture_output=True, text=True, timeout=120)
    assert verified.returncode == 0, (verified.stdout + verified.stderr)[-3000:]
    return total


@pytest.mark.parametrize("seed", SEEDS)
def test_every_state_of_a_servers_life_is_read_as_it_answers(tmp_path, server, seed):
    policies = ["autogen", "two weeks"]
    index = ["inmem", "tsi1"][seed % 2]
    server.start(index=index)
    server.query("CREATE DATABASE db")
    server.query('CREATE RETENTION POLICY "two weeks" ON db DURATION INF REPLICATION 1 SHARD DURATION 2w')
    writer = Writer(server, seed, policies)
    cells = []

    def look(what):
        cells.append(check(server, tmp_path, policies, f"seed {seed}, {what}"))

    writer.write(30)
    writer.long_blocks()
    look("WAL alone")
    described = subprocess.run([FIRN, "tsm", "inspect", "--json", server.folder], capture_output=True, text=True, check=True).stdout
    shards = {int(shard["shard"]): shard for shard in map(json.loads, described.splitlines())}
    for _, _, number, start, _ in server.shards():
        assert not shards[number]["deleted"] and (start == FIRST_TIME or rfc3339_ns(shards[number]["from"]) == start), shards[number]
    writer.delete(6)
    writer.write(5)
    look("deletes in the WAL")
    server.stop(kill=True)
    server.start(cold="200ms", index=index)
    server.wait_for_snapshots()
    look("snapshots")
    server.stop()
    server.start(index=index)
    writer.write(20)
    writer.delete(8)
    writer.drop_measurement()
    look("tombstones, overwrites and WAL")
    writer.write(20)
    writer.drop_measurement()
    server.stop(kill=True)
    server.start(index=index)
    look("after a crash")
    server.stop()
    for _ in range(3):  # generations enough to be compacted
        server.start(cold="200ms", index=index)
        writer.write(5)
        server.wait_for_snapshots()
        server.stop()
    server.start(index=index)
    look("generations")
    writer.delete(4)
    look("generations and tombstones")
    server.stop()
    server.start(cold="200ms", compact="1s", index=index)
    server.wait_for_snapshots(5)
    look("compacted")
    print(f"cells that agree at each step: {cells}; {writer.conflicts} writes were refused in part for their types")


def test_beside_a_busy_server_nothing_that_it_had_acknowledged_is_missing(tmp_path, server):
    """Rows go to the WAL, from there to TSM files, and these are compacted, all while they are read."""
    server.start(cold="100ms", compact="1s")
    server.query("CREATE DATABASE db")
    acknowledged, stop, reads, begun = 0, threading.Event(), 0, time.monotonic()

    def write():
        nonlocal acknowledged
        while not stop.is_set():
            lines = [line("m", (("s", str(i % 5)),), {"v": acknowledged + i}, MONDAY + (i % 8) * WEEK + acknowledged + i) for i in range(200)]
            assert not server.write("db", "autogen", lines)
            acknowledged += len(lines)
            time.sleep(0.02)

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            while time.monotonic() - begun < BUSY_SECONDS:
                before = acknowledged
                found = {value for (_, _, _, _), (_, value) in cells_of(export(server.folder, tmp_path)).items()} if before else set()
                missing = set(range(before)) - found
                assert not missing, f"{len(missing)} of {before} rows, as {sorted(missing)[:5]}"
                verified = subprocess.run([FIRN, "tsm", "verify", server.folder], capture_output=True, text=True, timeout=120)
                assert verified.returncode in (0, 2 * (before == 0)), verified.stdout + verified.stderr
                reads += 1
        finally:
            stop.set()
        writer.result()
    print(f"{reads} exports beside a server that wrote {acknowledged} rows")


def test_backups_of_every_form_are_read_as_the_server_answers(tmp_path, server):
    server.start()
    server.query("CREATE DATABASE db")
    writer = Writer(server, 77, ["autogen"])
    writer.write(20)
    writer.delete(3)
    backups = tmp_path / "backups"

    def look(folder, *arguments, answered=None):
        assert_same(cells_of(export(backups / folder, tmp_path, *arguments)), answered or server.cells("db", "autogen"), folder)

    server.backup(backups / "portable", "-portable")
    server.backup(backups / "older", "-database", "db")
    look("portable")
    look("older")
    first = server.cells("db", "autogen")
    # What follows lies in files and tombstones of its own; the times of backups and of files have whole seconds.
    time.sleep(1.1)
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    writer.write(5)
    writer.delete(3)
    server.backup(backups / "portable", "-portable")
    server.backup(backups / "older", "-database", "db", "-since", since)
    look("portable")
    look("older")
    look(sorted(path.relative_to(backups) for path in (backups / "portable").glob("*.manifest"))[0], answered=first)
    [number] = {int(path.name.split(".")[2]) for path in (backups / "older").glob("db.*.01")} & {1}
    assert number == 1 and cells_of(export(backups / "older/db.autogen.00001.00", tmp_path))
