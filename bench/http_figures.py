#!/usr/bin/env python3
"""Rows over HTTP into the real program, beside VictoriaMetrics: bench/http_figures.py [BUILD_FOLDER]

Eight connections send bodies of 5,000 lines over loopback; client and server share the machine's cores. Each round begins
with new servers on empty folders, Firn and its peer in turns, so that neither works off the other's round.
Environment: LINES (rows a round, 2,000,000), ROUNDS (3; medians).
"""
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
FIRN_PORT, PEER_PORT = 18_086, 18_428


def victoria_metrics():
    """VictoriaMetrics out of Debian's package, unpacked into build/peers (its service is not started), or None."""
    folder = ROOT / "build/peers"
    program = folder / "usr/bin/victoria-metrics"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", "-qq", "victoria-metrics"], cwd=folder, capture_output=True)
        for package in folder.glob("victoria-metrics_*.deb"):
            subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return program if program.exists() else None


class Server:
    """A server on loopback, in a folder of its own."""

    def __init__(self, folder, port, *command):
        self.folder, self.port = folder, port
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL,
                                        stderr=open(folder / "log", "wb"))
        for _ in range(400):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health").read()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{command[0]} did not start: " + (folder / "log").read_text())

    def peak_rss_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def stop(self):
        """Processor seconds that it took, all in all."""
        self.process.terminate()
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_utime + usage.ru_stime


def start_firn(bin_folder, folder):
    (folder / "firn.conf").write_text(
        f'[agent]\n flush_interval = "10s"\n state_directory = "{folder}/state"\n'
        f'[[inputs.influxdb_v2_listener]]\n service_address = "127.0.0.1:{FIRN_PORT}"\n'
        f'[[outputs.iceberg]]\n warehouse = "{folder}/lake"\n')
    return Server(folder, FIRN_PORT, bin_folder / "firn", "run", "-c", folder / "firn.conf")


def start_peer(program, folder):
    return Server(folder, PEER_PORT, program, f"-storageDataPath={folder}/data", f"-httpListenAddr=127.0.0.1:{PEER_PORT}",
                  "-retentionPeriod=100y", "-loggerLevel=ERROR")


def send(bin_folder, port, path, points):
    """Rows a second, and the client's own processor time a row in ns."""
    text = subprocess.run([str(part) for part in (bin_folder / "firn_bench_http_load", port, path, points, 5_000, 8)], check=True,
                          capture_output=True, text=True).stdout
    return float(re.search(r"rows/s (\d+)", text)[1]), float(re.search(r"client_ns/row (\d+)", text)[1])


def one_round(work, start, path, bin_folder, points, lines, passes=1):
    """A server's life: what was sent to it `passes` times (to other buckets, so that nothing is taken for a retry)."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=work))
    started = time.monotonic()
    server = start(folder)
    sent = [send(bin_folder, server.port, f"{path}{number}", points) for number in range(passes)]
    peak = server.peak_rss_mib()
    seconds = server.stop()
    took = time.monotonic() - started
    shutil.rmtree(folder)
    rows = lines * passes
    return {"rows/s": sent[0][0], "client ns": sent[0][1], "ns": seconds / rows * 1e9, "peak": peak, "committed": rows / took}


def measure(work, bin_folder, lines, rounds, record):
    program = victoria_metrics()
    if program is None:
        print("no VictoriaMetrics: Debian's package is out of reach", file=sys.stderr)
    points = work / "points.lp"
    for series in (100, 100_000):
        with open(points, "wb") as file:
            subprocess.run([bin_folder / "firn_bench_generate", str(series), "two-decimal", str(lines)], check=True, stdout=file)
        firn = lambda folder: start_firn(bin_folder, folder)
        peer = lambda folder: start_peer(program, folder)
        ours, theirs = [], []
        for _ in range(rounds):
            ours.append(one_round(work, firn, "/api/v2/write?bucket=b", bin_folder, points, lines))
            if program:
                theirs.append(one_round(work, peer, "/write?db=b", bin_folder, points, lines))
        median = lambda rounds, name: statistics.median(one[name] for one in rounds) if rounds else None
        record(f"HTTP write, acknowledged after fsync, {series} series", median(ours, "rows/s"), "rows/s", "VictoriaMetrics, no fsync",
               median(theirs, "rows/s"), "target >= 2.7 x" if series == 100 else "")
        record("its processor time, commit included", median(ours, "ns"), "ns/row", "VictoriaMetrics", median(theirs, "ns"),
               less_is_better=True)
        record("processor time of the client", median(ours, "client ns"), "ns/row")
        record("from start to the committed table, stop included", median(ours, "committed"), "rows/s")
        record(f"peak RSS, {lines:,} rows", max(one["peak"] for one in ours), "MiB", target="target <= 300 MiB")
        longer = one_round(work, firn, "/api/v2/write?bucket=b", bin_folder, points, lines, 3)
        record(f"peak RSS, {3 * lines:,} rows", longer["peak"], "MiB", target="target <= 300 MiB")
    points.unlink()


def main():
    bin_folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/bench") / "bin"

    def record(name, value, unit, peer="", peer_value=None, target="", less_is_better=False):
        ratio = (peer_value / value if less_is_better else value / peer_value) if peer_value else None
        beside = f"{peer} {peer_value:,.0f} | {ratio:.1f} ×" if peer_value else "|"
        print(f"| {name} | {value:,.0f} | {unit} | {beside} | {target} |", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), bin_folder.resolve(), int(os.environ.get("LINES", "2000000")),
                int(os.environ.get("ROUNDS", "3")), record)


if __name__ == "__main__":
    main()
