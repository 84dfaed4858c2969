"""Figures of TSM files that a real InfluxDB 1.x wrote: to arrays, to Parquet, to line protocol. Part of bench/run; alone:

bench/tsm_figures.py [BUILD_FOLDER]      (LINES and ROUNDS as for bench/run)
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUCKET = "00000000000000aa"


def influxdb_1x(work):
    """Debian's InfluxDB 1.x, installed or taken out of its package, or None."""
    if found := shutil.which("influxd"):
        return found
    folder = work / "influxdb"
    folder.mkdir()
    for command in (["apt-get", "download", "influxdb"], ["sh", "-c", "dpkg -x influxdb_*.deb ."]):
        if subprocess.run(command, cwd=folder, capture_output=True).returncode != 0:
            return None
    return folder / "usr/bin/influxd"


def storage_peers(work):
    """InfluxDB 2.7's own readers of its files, or None: see bench/go/pkg-config."""
    if not shutil.which("go"):
        return None
    environment = {**os.environ, "PKG_CONFIG": str(ROOT / "bench/go/pkg-config"), "CGO_LDFLAGS_ALLOW": ".*"}
    built = subprocess.run(["go", "build", "-o", f"{work}/", "./tsm", "./exportlp"], cwd=ROOT / "bench/go", capture_output=True,
                           env=environment)
    return work if built.returncode == 0 else None


def processor_seconds(*command, **options):
    """What a program took of the processor, and its peak of memory in MiB."""
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def output(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout


def write_engine(work, bin_folder, server, values, steps):
    """An engine folder as 2.x has it, of files that 1.x wrote: both read it."""
    engine = work / f"engine-{values}-{steps}"
    written = work / f"1x-{values}-{steps}"
    output(ROOT / "bench/make_tsm_data", bin_folder / "firn_bench_generate", values, 100, steps, written, server)
    for part in ("data", "wal"):
        (engine / part / BUCKET).mkdir(parents=True)
    shutil.move(written / "data/bench/autogen", engine / "data" / BUCKET / "autogen")
    return engine


def to_arrays(files, bin_folder, peers, rounds, values, record):
    speeds = dict(re.findall(r"^(\w+) .* Mvalues/s ([0-9.]+)", output(bin_folder / "firn_bench_tsm", rounds, *files), re.M))
    theirs = None
    if peers:
        text = output(peers / "tsm", rounds, *files, env={**os.environ, "GOMAXPROCS": "1"})
        theirs = float(re.search(r"Mvalues/s ([0-9.]+)", text)[1])
    record(f"TSM blocks to arrays, {values}", float(speeds["decode"]), "M values/s", "Go tsm1 arrays", theirs, "target >= 2 x")
    record(f"the same, checksums verified, {values}", float(speeds["verify_and_decode"]), "M values/s", "Go, not verified", theirs)


def exports(engine, work, bin_folder, peers, rounds, values, million_values, record):
    """Whole programs, one core; the peer writes a line a field, Firn a line a row."""
    best = {}
    for _ in range(rounds):
        cases = {"parquet": [bin_folder / "firn", "tsm", "export", engine, "--threads", 1, "--format", "parquet", "-o", work / "out"],
                 "lines": [bin_folder / "firn", "tsm", "export", engine, "--threads", 1, "-o", work / "out.lp"]}
        if peers:
            cases["peer"] = [peers / "exportlp", "--engine-path", engine, "--bucket-id", BUCKET, "--output-path", work / "peer.lp"]
        for name, command in cases.items():
            took = processor_seconds(*command, env={**os.environ, "GOMAXPROCS": "1"})
            best[name] = min(best.get(name, took), took)
        shutil.rmtree(work / "out")
        for made in work.glob("*.lp"):
            made.unlink()
    record(f"TSM to Parquet, whole program, {values}", million_values / best["parquet"][0], "M values/s", target="target >= 20")
    record(f"TSM to line protocol, whole program, {values}", million_values / best["lines"][0], "M values/s",
           "influxd inspect export-lp", peers and million_values / best["peer"][0], "target >= 5 x")
    record(f"peak RSS of these, {values}", max(best["parquet"][1], best["lines"][1]), "MiB", target="target <= 256")


def peak_memory(engine, work, bin_folder, threads):
    """MiB of an export to Parquet with as many threads."""
    took = processor_seconds(bin_folder / "firn", "tsm", "export", engine, "--threads", threads, "--format", "parquet", "-o", work / "out")
    shutil.rmtree(work / "out")
    return took[1]


def measure(work, bin_folder, lines, rounds, record):
    server = influxdb_1x(work)
    if server is None:
        print("no TSM files: InfluxDB 1.x is out of reach", file=sys.stderr)
        return
    peers = storage_peers(work)
    for values in ("integer", "two-decimal", "double"):
        steps = lines // 100
        engine = write_engine(work, bin_folder, server, values, steps)
        files = sorted((engine / "data").rglob("*.tsm"))
        to_arrays(files, bin_folder, peers, 3 * rounds, values, record)
        exports(engine, work, bin_folder, peers, rounds, values, steps * 100 * 10 / 1e6, record)
    tenth = write_engine(work, bin_folder, server, "double", steps // 10)
    record("peak RSS of TSM to Parquet, double", peak_memory(engine, work, bin_folder, 2), "MiB", "a tenth of the data",
           peak_memory(tenth, work, bin_folder, 2), "target flat")


def main():
    bin_folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/bench") / "bin"

    def record(name, value, unit, peer="", peer_value=None, target=""):
        beside = f"{peer} {peer_value:,.1f}, {value / peer_value:.1f} x" if peer_value else ""
        print(f"| {name} | {value:,.2f} | {unit} | {beside} | {target} |", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), bin_folder, int(os.environ.get("LINES", "864000")), int(os.environ.get("ROUNDS", "3")), record)


if __name__ == "__main__":
    main()
