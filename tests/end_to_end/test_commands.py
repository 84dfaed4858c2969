"""The commands beside `run`, as a person uses them: each on tables that Firn wrote, judged by PyIceberg."""
import json
import pathlib
import shutil
import sqlite3
import subprocess

import pytest

from firn_process import catalog, rows, simple_config


@pytest.fixture
def lake(firn):
    """A stopped Firn whose table `c` has five snapshots of two rows each; every one in a day of its own."""
    instance = firn(simple_config().replace('"1s"', '"1h"'))
    for number in range(5):
        instance.start()
        instance.write(f"c,host=a v={number}i {number * 86_400_000_000_000}\nc,host=b v={number}i {number * 86_400_000_000_000}")
        instance.stop()
    return instance


def table(lake, *arguments, check=True):
    return lake.run("table", *arguments, "-c", lake.config, check=check)


def metadata_of(lake):
    return catalog(lake.folder).load_table("metrics.c").metadata_location


def test_tables_are_listed_and_shown_for_people_and_for_programs(lake):
    listed = json.loads(table(lake, "list", "--json").stdout)
    assert [(entry["table"], entry["rows"], entry["files"]) for entry in listed] == [("metrics.c", 10, 5)]
    assert "metrics.c" in table(lake, "list").stdout
    shown = json.loads(table(lake, "show", "metrics.c", "--json").stdout)
    assert [column["name"] for column in shown["columns"]] == ["time", "host", "v"]
    assert "day(time)" in table(lake, "show", "metrics.c").stdout
    history = json.loads(table(lake, "history", "metrics.c", "--json").stdout)
    assert [entry["snapshot_id"] for entry in history] == [
        entry.snapshot_id for entry in catalog(lake.folder).load_table("metrics.c").history()]
    files = json.loads(table(lake, "files", "metrics.c", "--json").stdout)
    assert sum(entry["record_count"] for entry in files) == 10
    assert all(pathlib.Path(entry["path"].removeprefix("file://")).is_file() for entry in files)


def test_a_table_that_is_not_there_is_named_with_what_is(lake):
    refused = table(lake, "show", "metrics.cc", check=False)
    assert refused.returncode == 2 and "metrics.cc" in refused.stderr


def test_a_dropped_table_is_registered_again(lake):
    metadata = metadata_of(lake)
    table(lake, "drop", "metrics.c", "--yes")
    assert json.loads(table(lake, "list", "--json").stdout) == []
    table(lake, "register", "metrics.c", metadata)
    assert len(rows(lake.folder, "c")) == 10
    lake.start()
    lake.write("c,host=a v=9i 1000")
    lake.stop()
    assert len(rows(lake.folder, "c")) == 11, "and Firn goes on with it"


def test_a_purged_table_leaves_no_files(lake):
    table(lake, "drop", "metrics.c", "--purge", "--yes")
    left = [path for path in (lake.folder / "lake").rglob("*") if path.is_file() and not path.name.startswith("catalog.db")]
    assert left == []


def test_expired_snapshots_go_with_the_files_that_only_they_need(lake):
    dry = table(lake, "expire", "metrics.c", "--older-than", "0s", "--retain-last", "2", "--dry-run").stdout
    assert "3" in dry and len(catalog(lake.folder).load_table("metrics.c").snapshots()) == 5
    lists = lambda: {path.name for path in (lake.folder / "lake/metrics").rglob("snap-*.avro")}
    before = lists()
    table(lake, "expire", "metrics.c", "--older-than", "0s", "--retain-last", "2")
    assert len(catalog(lake.folder).load_table("metrics.c").snapshots()) == 2
    assert len(lists()) == 2 and lists() < before
    assert len(rows(lake.folder, "c")) == 10


def test_a_copied_warehouse_is_relocated(lake, tmp_path):
    old, new = lake.folder / "lake", tmp_path / "moved" / "lake"
    shutil.copytree(old, new)
    shutil.rmtree(old)
    where = ["--warehouse", new, "--path-map", f"{old}={new}"]
    lake.run("table", "relocate", "metrics.c", "--from", f"{old}/", "--to", new, *where)
    assert len(rows(tmp_path / "moved", "c")) == 10, "PyIceberg knows of no map"
    counted = lake.run("sql", "--warehouse", new, "--format", "csv", "SELECT count(*) AS n FROM metrics.c").stdout
    assert counted.split() == ["n", "10"]


def test_a_lost_catalog_is_rebuilt(lake):
    for file in (lake.folder / "lake").glob("catalog.db*"):
        file.unlink()
    lake.run("catalog", "rebuild", lake.folder / "lake", "-c", lake.config)
    assert len(rows(lake.folder, "c")) == 10
    with sqlite3.connect(lake.folder / "lake/catalog.db") as database:
        assert database.execute("SELECT count(*) FROM iceberg_tables").fetchone() == (1,)


def test_the_journal_shows_what_waits_and_tells_of_damage(firn):
    instance = firn(simple_config().replace('"1s"', '"1h"')).start()
    instance.write("j v=1i 1000")
    instance.write("j v=2i 2000")
    instance.kill()
    folder = instance.folder / "state/journal"
    segments = [json.loads(line) for line in instance.run("journal", "list", folder, "--json").stdout.splitlines()]
    assert len(segments) == 1
    assert "j v=2i 2000" in instance.run("journal", "show", folder, "--payloads").stdout
    assert instance.run("journal", "verify", folder).returncode == 0
    segment = next(path for path in folder.iterdir() if path.stat().st_size > 100)
    bytes_now = bytearray(segment.read_bytes())
    at = bytes_now.index(b"j v=1i")
    bytes_now[at] ^= 1
    segment.write_bytes(bytes_now)
    damaged = instance.run("journal", "verify", folder, check=False)
    assert damaged.returncode == 2 and segment.name in damaged.stdout + damaged.stderr


def test_parse_shows_points_and_errors(firn, tmp_path):
    instance = firn()
    body = tmp_path / "body.lp"
    body.write_text("m,host=a v=1i,f=1.5 1\nbad\nm v=t,s=\"x\" 2\n")
    shown = instance.run("parse", "--precision", "s", body).stdout.splitlines()
    first, error, last = (json.loads(line) for line in shown)
    assert first == {"name": "m", "tags": {"host": "a"}, "time": 1_000_000_000,
                     "fields": {"v": {"type": "integer", "value": 1}, "f": {"type": "float", "value": 1.5}}}
    assert (error["line"], error["column"]) == (2, 4) and error["message"]
    assert last["fields"]["s"]["value"] == "x" and last["time"] == 2_000_000_000
    assert instance.run("parse", "--strict", body, check=False).returncode == 3
    assert "rows 2" in instance.run("parse", "--stats", body).stdout.replace(":", "")


@pytest.mark.parametrize("line, message", [
    (["tabel"], "firn: no command 'tabel'; did you mean 'table'? (try --help)"),
    (["table", "lst"], "firn table: no command 'lst'; did you mean 'list'? (try --help)"),
    (["sql", "--warehous", "x", "SELECT 1"], "firn sql: no option '--warehous'; did you mean '--warehouse'? (try --help)"),
    (["state", "-c", "x", "--jsn"], "firn state: no option '--jsn'; did you mean '--json'? (try --help)"),
    (["table", "show"], "firn table show: table is required (try --help)"),
])
def test_a_mistyped_word_is_told_with_the_nearest_one(firn, line, message):
    told = firn(simple_config()).run(*line, check=False)
    assert (told.returncode, told.stderr.strip()) == (1, message)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_a_script_of_that_shell(firn, shell):
    script = firn().run("completion", shell).stdout
    assert "relocate" in script and "retain-last" in script
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell} here")
    assert subprocess.run([program, "-n"], input=script, text=True, capture_output=True).returncode == 0
