"""Runs the real program on loopback: start, write, stop, kill; and reads what it committed with somebody else's reader."""
import http.client
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIRN = pathlib.Path(os.environ.get("FIRN", ROOT / "build/release/bin/firn"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def request(port, method, path, body=None, headers=None, timeout=30):
    """(status, headers, body); connection errors are raised, all as OSError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()


class Firn:
    """One state folder, one config, any number of lives."""

    def __init__(self, folder, config, port=None):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        self.config = self.folder / "firn.conf"
        self.config.write_text(config.replace("@PORT@", str(self.port)).replace("@DIR@", str(self.folder)))
        self.process = None
        self.log = self.folder / "firn.log"

    def start(self, *arguments, wait=True, env=None):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([FIRN, "run", "-c", self.config, *arguments], cwd=self.folder, stdout=log,
                                            stderr=log, env={**os.environ, **(env or {})})
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"firn ended with {self.process.returncode}:\n{self.log.read_text()[-3000:]}")
            try:
                if self.request("GET", "/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"firn is not ready:\n{self.log.read_text()[-3000:]}")

    def request(self, method, path, body=None, headers=None, timeout=30):
        """(status, headers, body); connection errors are raised."""
        return request(self.port, method, path, body, headers, timeout)

    def write(self, lines, path="/api/v2/write?bucket=b&precision=ns", headers=None):
        body = lines.encode() if isinstance(lines, str) else lines
        status, _, answer = self.request("POST", path, body, headers)
        assert status == 204, (status, answer)

    def wait_log(self, text, seconds=30):
        """Waits until the log has `text`."""
        end = time.monotonic() + seconds
        while text not in self.log.read_text():
            assert time.monotonic() < end, f"the log never says {text!r}:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.05)

    def stop(self, seconds=60):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        assert code == 0, f"firn ended with {code}:\n{self.log.read_text()[-3000:]}"

    def kill(self):
        self.process.kill()
        self.process.wait(30)

    def resident_bytes(self, which="VmRSS"):
        """Memory of the process; VmHWM is the most that it ever had."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition(f"{which}:")[2].split()[0]) << 10

    def run(self, *arguments, check=True, seconds=300):
        """Runs another command of the program to its end; returns what it printed."""
        done = subprocess.run([FIRN, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=seconds)
        if check:
            assert done.returncode == 0, (arguments, done.returncode, done.stdout, done.stderr)
        return done


def simple_config(extra_agent="", extra_output="", warehouse="lake", inputs=None):
    listener = inputs or '[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n'
    return f"""[agent]
  flush_interval = "1s"
  state_directory = "@DIR@/state"
{extra_agent}
{listener}
[[outputs.iceberg]]
  catalog = "sqlite"
  uri = "@DIR@/lake/catalog.db"
  warehouse = "{'@DIR@/lake' if warehouse == 'lake' else warehouse}"
  namespace = "metrics"
{extra_output}
"""


def catalog(folder, properties=None):
    """PyIceberg on the same catalog: the reader whose word counts."""
    from pyiceberg.catalog.sql import SqlCatalog
    return SqlCatalog("firn", uri=f"sqlite:///{folder}/lake/catalog.db", warehouse=f"file://{folder}/lake",
                      **(properties or {}))


def rows(folder, table, properties=None):
    """All rows of a table as a list of dicts, read by PyIceberg."""
    return catalog(folder, properties).load_table(f"metrics.{table}").scan().to_arrow().to_pylist()
