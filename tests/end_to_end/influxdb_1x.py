"""A real InfluxDB 1.x (Debian's 1.6.7) on loopback, and what it answers, cell by cell."""
import datetime
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import time
import urllib.parse

import pytest

from firn_process import free_port

CACHE = pathlib.Path(os.environ.get("FIRN_CACHE") or pathlib.Path.home() / ".cache/firn-servers")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
FIRST_TIME, LAST_TIME = -2**63 + 2, 2**63 - 2  # that a point may have
CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  index-version = "{index}"
  cache-snapshot-write-cold-duration = "{cold}"
  compact-full-write-cold-duration = "{compact}"
[http]
  bind-address = "127.0.0.1:{http}"
  log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
"""


def program():
    """The server's program: $FIRN_INFLUXD, one that is installed, or out of Debian's package, kept in $FIRN_CACHE."""
    if found := os.environ.get("FIRN_INFLUXD") or shutil.which("influxd"):
        return found
    folder = CACHE / "influxdb-1.6.7"
    if not (folder / "usr/bin/influxd").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        for command in (["apt-get", "download", "influxdb"], ["sh", "-c", "dpkg -x influxdb_*.deb ."]):
            if subprocess.run(command, cwd=folder, capture_output=True, timeout=120).returncode != 0:
                pytest.skip("InfluxDB 1.x is out of reach: apt-get download influxdb")
    return str(folder / "usr/bin/influxd")


class Influxdb1x:
    """One folder, any number of lives. `cold`: how long writes stay in the WAL alone."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program = program()
        self.process = None

    def start(self, cold="1h", compact="4h", index="inmem"):
        self.port, self.rpc = free_port(), free_port()
        config = self.folder / "influxdb.conf"
        config.write_text(CONFIG.format(folder=self.folder, http=self.port, rpc=self.rpc, cold=cold, compact=compact,
                                        index=index))
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([self.program, "run", "-config", config], stdout=log, stderr=log)
        for _ in range(600):
            try:
                self.request("/ping")
                return self
            except OSError:
                assert self.process.poll() is None, (self.folder / "log").read_text()[-2000:]
                time.sleep(0.05)
        raise AssertionError("influxd does not answer")

    def stop(self, kill=False):
        if self.process is None:
            return
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(60)
        self.process = None

    def request(self, path, body=None, headers=None):
        """Status and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def query(self, text, tolerate=None, **parameters):
        """The result's series of one statement; numbers as their texts. `tolerate`: a part of an error that may come."""
        body = urllib.parse.urlencode({"q": text, "epoch": "ns", **parameters})
        status, answer = self.request("/query", body, {"Content-Type": "application/x-www-form-urlencoded"})
        assert status == 200, (text, answer)
        [result] = json.loads(answer, parse_int=str, parse_float=str)["results"]
        assert "error" not in result or tolerate and tolerate in result["error"], (text, result)
        return result.get("series", [])

    def write(self, database, policy, lines):
        """Writes lines; gives the server's complaint, or ""."""
        path = "/write?" + urllib.parse.urlencode({"db": database, "rp": policy})
        status, answer = self.request(path, "\n".join(lines).encode())
        return "" if status == 204 else answer.decode()

    def shards(self):
        """(database, policy, id, start, end) of each shard, times in ns."""
        shards = []
        for series in self.query("SHOW SHARDS"):
            for row in series["values"]:
                shard = dict(zip(series["columns"], row))
                start, end = rfc3339_ns(shard["start_time"]), rfc3339_ns(shard["end_time"])
                # Both ends of all time are cut to whole seconds here.
                shards.append((shard["database"], shard["retention_policy"], int(shard["id"]), max(start, FIRST_TIME),
                               LAST_TIME + 1 if LAST_TIME - end < 10**9 else end))
        return shards

    def cells(self, database, policy):
        """(measurement, tags, field, time) → what the server answers, as its JSON has it. Asks for each shard and measurement,
        because a field that has another type in another one would be converted or left out."""
        measurements = [row[0] for series in self.query("SHOW MEASUREMENTS", db=database) for row in series["values"]]
        cells = {}
        for of_database, of_policy, _, start, end in self.shards():
            if (of_database, of_policy) == (database, policy):
                for measurement in measurements:
                    self._add_cells(database, f"{quoted(policy)}.{quoted(measurement)}", (start, end), cells)
        return cells

    def _add_cells(self, database, source, times, cells):
        start, end = times
        for series in self.query(f"SELECT *::field FROM {source} WHERE time >= {start} AND time < {end} GROUP BY *", db=database):
            tags = tuple(sorted((key, value) for key, value in series.get("tags", {}).items() if value))
            for row in series["values"]:
                for field, value in zip(series["columns"][1:], row[1:]):
                    if value is not None:
                        cells[series["name"], tags, field, int(row[0])] = value

    def wait_for_snapshots(self, quiet_seconds=1.6):
        """Waits until no file has changed for a while. A WAL that holds nothing but deletes stays."""
        before, since, end = None, time.monotonic(), time.monotonic() + 60
        while time.monotonic() - since < quiet_seconds:
            files = sorted((str(path), path.stat().st_size) for path in self.folder.glob("*/*/*/*/*") if path.is_file())
            if files != before:
                before, since = files, time.monotonic()
            assert time.monotonic() < end, "the server does not come to rest"
            time.sleep(0.1)

    def backup(self, folder, *arguments):
        done = subprocess.run([self.program, "backup", "-host", f"127.0.0.1:{self.rpc}", *arguments, str(folder)], capture_output=True,
                              text=True, timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def rfc3339_ns(text):
    """Of a time as SHOW SHARDS has it: whole seconds."""
    seconds = (datetime.datetime.fromisoformat(text.replace("Z", "+00:00")) - EPOCH) // datetime.timedelta(seconds=1)
    return seconds * 10**9
