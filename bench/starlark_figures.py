#!/usr/bin/env python3
"""bench/starlark by Firn, starlark-go and (the loop) CPython in turn: bench/starlark_figures.py [BUILD_FOLDER]

Environment: ROUNDS (5; each program takes its best).
"""
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
BENCH = ROOT / "bench"


def figures(*command, **options):
    text = subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, **options).stdout
    return {name: (float(value), unit) for name, unit, value in re.findall(r"^(\w+) (\w+) ([0-9.]+)$", text, re.M)}


def starlark_go(work, rounds):
    """What starlark-go takes; None where Go or its modules are out of reach."""
    peer = work / "starlark-go"
    if not shutil.which("go"):
        return None
    if subprocess.run(["go", "build", "-o", peer, "."], cwd=BENCH / "go_starlark", capture_output=True).returncode:
        return None
    return figures(peer, BENCH / "starlark", rounds, env={**os.environ, "GOMAXPROCS": "1"})


def measure(work, bin_folder, rounds, record):
    theirs = starlark_go(work, rounds)
    ours = figures(bin_folder / "firn_bench_starlark", BENCH / "starlark", rounds)
    python = figures(sys.executable, BENCH / "starlark/loop.py")["loop"][0]
    ratios = []
    for name, (value, unit) in ours.items():
        record(f"Starlark, {name}", value, unit, "starlark-go", theirs and theirs[name][0], less_is_better=True)
        if theirs and name != "call":
            ratios.append(theirs[name][0] / value)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        record(f"Starlark, geometric mean of {len(ratios)} scripts", mean, "x", target="target >= 3 x")
        record("Starlark, least of them", min(ratios), "x", target="target >= 1.5 x")
    record("Starlark, loop", ours["loop"][0], "ms", "CPython", python, "target >= 1 x", less_is_better=True)


def main():
    bin_folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/bench") / "bin"

    def record(name, value, unit, peer="", peer_value=None, target="", less_is_better=True):
        beside = f"{peer} {peer_value:,.2f}, {peer_value / value:.1f} x" if peer_value else ""
        print(f"| {name} | {value:,.2f} | {unit} | {beside} | {target} |", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        measure(pathlib.Path(folder), bin_folder.resolve(), os.environ.get("ROUNDS", "5"), record)


if __name__ == "__main__":
    main()
