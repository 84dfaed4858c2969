"""`firn tsm` as a person uses it: on a backup of a real 1.6.7 server, and on folders laid out like a server's."""
import json
import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

from firn_process import FIRN, ROOT

BACKUP = ROOT / "src/influx_files/testdata/backup_1_6_7"
BOLT = ROOT / "fuzz/corpus/bolt/bbolt_1_3_6.bolt"


def tsm(tmp_path, *arguments, code=0):
    (tmp_path / "tmp").mkdir(exist_ok=True)
    done = subprocess.run([FIRN, "tsm", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                          env={**os.environ, "TMPDIR": str(tmp_path / "tmp")})
    assert done.returncode == code, (arguments, done.returncode, done.stdout, done.stderr)
    return done


@pytest.fixture
def server(tmp_path):
    """The root of a 2.x server whose only bucket is `bucket 0` of `acme`, with one shard."""
    with tarfile.open(next(BACKUP.glob("*.s1.tar.gz"))) as archive:
        [member] = archive.getmembers()
        shard = tmp_path / "root/engine/data/0000000000000001/autogen/1"
        shard.mkdir(parents=True)
        (shard / pathlib.Path(member.name).name).write_bytes(archive.extractfile(member).read())
    shutil.copy(BOLT, tmp_path / "root/influxd.bolt")
    return tmp_path / "root"


def test_a_backup_is_exported_and_leaves_nothing_behind(tmp_path):
    lines = tsm(tmp_path, "export", BACKUP, "--to", "2025-01-01").stdout.splitlines()
    # Fields of a row may come in any order.
    assert sorted(tuple(sorted(line.replace(",n", " n").replace(",usage", " usage").split())) for line in lines) == [
        ("1600000000000000000", "cpu,host=a", "n=3i", "usage=1.5"),
        ("1600000010000000000", "cpu,host=b", "n=4i", "usage=2.5"),
        ("1700000000000000000", 'mem,host=a', 'text="hi"')]
    assert not list((tmp_path / "tmp").iterdir())


def test_a_backups_shards_have_names(tmp_path):
    shards = [json.loads(line) for line in tsm(tmp_path, "inspect", "--json", BACKUP).stdout.splitlines()]
    assert [(shard["database"], shard["retention_policy"], shard["shard"]) for shard in shards] == [
        ("demo", "autogen", "1"), ("demo", "autogen", "2"), ("demo", "short time", "3")]
    [manifest] = BACKUP.glob("*.manifest")
    assert "whole" in tsm(tmp_path, "verify", manifest).stdout


def test_a_damaged_backup_is_refused_by_name(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(BACKUP, copy)
    [archive] = copy.glob("*.s1.tar.gz")
    archive.write_bytes(archive.read_bytes()[:-20])
    assert archive.name in tsm(tmp_path, "export", copy, code=2).stderr
    assert not list((tmp_path / "tmp").iterdir())


def test_a_shard_is_described_for_people_and_for_programs(tmp_path, server):
    shard = json.loads(tsm(tmp_path, "inspect", "--json", server).stdout)
    assert (shard["organization"], shard["database"], shard["series"]) == ("acme", "bucket 0", 2)
    assert shard["measurements"]["cpu"]["fields"] == {"n": ["integer"], "usage": ["float"]}
    assert (shard["files"][0]["keys"], shard["files"][0]["values"]) == (4, 4)
    assert shard["damage_count"] == 0 and shard["conflicts"] == []
    text = tsm(tmp_path, "inspect", server).stdout
    assert "bucket 0/autogen/1 of acme" in text and "gorilla" in text


def test_every_path_into_a_server_is_understood(tmp_path, server):
    [file] = server.rglob("*.tsm")
    everything = sorted(tsm(tmp_path, "export", server).stdout.splitlines())
    assert len(everything) == 2
    path = file
    while path != server.parent:
        assert sorted(tsm(tmp_path, "export", path).stdout.splitlines()) == everything, path
        path = path.parent


def test_damage_is_told_with_its_place_and_the_rest_is_read(tmp_path, server):
    [file] = server.rglob("*.tsm")
    assert "whole" in tsm(tmp_path, "verify", server).stdout
    damaged = bytearray(file.read_bytes())
    damaged[12] ^= 1  # in the first block
    file.write_bytes(damaged)
    told = tsm(tmp_path, "verify", server, code=2).stdout
    assert "damaged in 1 place:" in told and f"{file}: byte 5: cpu,host=a#!~#n" in told
    export = tsm(tmp_path, "export", server, code=3)
    assert len(export.stdout.splitlines()) == 2 and "n=3i" not in export.stdout


def test_what_is_no_influxdb_is_refused(tmp_path):
    assert "no TSM files" in tsm(tmp_path, "inspect", tmp_path, code=2).stderr
    assert "firn:" in tsm(tmp_path, "export", tmp_path / "absent", code=2).stderr


def test_what_was_deleted_or_is_not_there_is_said(tmp_path, server):
    told = tsm(tmp_path, "export", server, "--measurement", "nothing*").stderr
    assert "1 shard, 0 series, 0 rows" in told and "no such values" in told


def test_exports_never_overwrite(tmp_path, server):
    tsm(tmp_path, "export", server, "-o", tmp_path / "all.lp")
    before = (tmp_path / "all.lp").read_bytes()
    assert "is there already" in tsm(tmp_path, "export", server, "-o", tmp_path / "all.lp", code=2).stderr
    tsm(tmp_path, "export", server, "-o", "/dev/null")  # a device is no file to protect
    assert (tmp_path / "all.lp").read_bytes() == before
