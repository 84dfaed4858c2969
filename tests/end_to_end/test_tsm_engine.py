"""Folders that InfluxDB 2.7's storage engine writes, by random writes, deletes and snapshots (bench/go/tsmengine): what
`firn tsm export` makes of them is what the engine's cursors answer, cell by cell. Unsigned integers and bytes that are no
UTF-8 among them. Skipped without Go and its module proxy."""
import json
import os
import struct
import subprocess

import pyarrow.parquet
import pytest

import influxdb_2x
import line_protocol
from firn_process import FIRN

SEEDS = [int(seed) for seed in os.environ.get("FIRN_TSM_SEEDS", "1 2 3 4").split()]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The program that writes such folders."""
    return influxdb_2x.built("tsmengine", tmp_path_factory.mktemp("engine"))


def answer_of(engine, seed, folder):
    """(measurement, tags, field, time) → (type, value); floats by their bits, strings by their bytes."""
    done = subprocess.run([engine, str(seed), folder], capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr
    cells = {}
    for text in done.stdout.splitlines():
        measurement, tags, field, time, kind, value = json.loads(text)
        cells[measurement, tuple(map(tuple, tags)), field, time] = kind, value
    return cells


def text_of(kind, value):
    if kind == "f":
        return f"{struct.unpack('<Q', struct.pack('<d', value))[0]:x}"
    if kind == "s":
        return value.encode("utf-8", "surrogateescape").hex()
    return str(value).lower()


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_engine_wrote_is_read_as_it_answers(tmp_path, engine, seed):
    theirs = answer_of(engine, seed, tmp_path)
    export = subprocess.run([FIRN, "tsm", "export", tmp_path], capture_output=True, timeout=120)
    assert export.returncode == 0, export.stderr.decode()[-2000:]
    ours = {}
    for measurement, tags, fields, time in line_protocol.rows(export.stdout.decode("utf-8", "surrogateescape")):
        for field, (kind, value) in fields.items():
            ours[measurement, tags, field, time] = kind, text_of(kind, value)
    differ = [(key, ours.get(key), theirs.get(key)) for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)]
    assert not differ, f"{len(differ)} of {len(theirs)} cells differ, as {sorted(differ, key=str)[:5]}"
    verified = subprocess.run([FIRN, "tsm", "verify", tmp_path], capture_output=True, text=True, timeout=120)
    assert verified.returncode == 0, verified.stdout[-2000:]
    written = subprocess.run([FIRN, "tsm", "export", tmp_path, "--format", "parquet", "-o", tmp_path / "out"], capture_output=True, text=True,
                             timeout=120)
    assert written.returncode == 0, written.stderr
    files = [pyarrow.parquet.ParquetFile(path) for path in (tmp_path / "out").rglob("*.parquet")]
    assert sum(file.metadata.num_rows for file in files) == len({key[:2] + key[3:] for key in theirs})
    print(f"{len(theirs)} cells agree")
