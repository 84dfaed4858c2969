"""The root folder and a backup that InfluxDB 2.7's own code writes (bench/go/tsmserver): names of organizations and buckets,
times of shards, and which the server has deleted, out of a real influxd.bolt; archives and manifest of a real backup.
Skipped without Go and its module proxy."""
import datetime
import json
import subprocess

import pytest

import influxdb_2x
import line_protocol
from firn_process import FIRN

WEEK = 7 * 24 * 3600 * 10**9


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The folder with `root` and `backup`, and the rows in it: organization, bucket, time, value, shard, deleted."""
    folder = tmp_path_factory.mktemp("server")
    program = influxdb_2x.built("tsmserver", folder)
    done = subprocess.run([program, folder / "root", folder / "backup"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return folder, [json.loads(row) for row in done.stdout.splitlines()]


def tsm(*arguments):
    done = subprocess.run([FIRN, "tsm", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done


def exported(path):
    done = tsm("export", path)
    return sorted((time, fields["v"][1]) for _, _, fields, time in line_protocol.rows(done.stdout)), done.stderr


def rfc3339(time):
    return datetime.datetime.fromtimestamp(time // 10**9, datetime.timezone.utc).isoformat().replace("+00:00", "Z")


def test_shards_have_the_names_and_times_that_the_bolt_file_gives_them(written):
    folder, rows = written
    shards = [json.loads(line) for line in tsm("inspect", "--json", folder / "root").stdout.splitlines()]
    assert sorted((s["organization"], s["database"], s["shard"], s["from"], s["deleted"]) for s in shards) == sorted(
        (organization, bucket, str(shard), rfc3339(time), deleted) for organization, bucket, time, _, shard, deleted in rows)


def test_what_the_server_has_deleted_is_not_exported_unless_it_is_named(written):
    folder, rows = written
    cells, told = exported(folder / "root")
    assert cells == sorted((time, value) for _, _, time, value, _, deleted in rows if not deleted)
    [(time, value, shard)] = [(time, value, shard) for _, _, time, value, shard, deleted in rows if deleted]
    assert f"with space/autogen/{shard}: the server has deleted this shard" in told
    [place] = (folder / "root/engine/data").glob(f"*/autogen/{shard}")
    assert f"name {place} to have it" in told and exported(place)[0] == [(time, value)]


def test_a_backup_has_every_row_and_its_names(written):
    folder, rows = written
    assert exported(folder / "backup")[0] == sorted((time, value) for _, _, time, value, _, _ in rows)
    shards = [json.loads(line) for line in tsm("inspect", "--json", folder / "backup").stdout.splitlines()]
    assert sorted((s["organization"], s["database"], s["shard"]) for s in shards) == sorted(
        (organization, bucket, str(shard)) for organization, bucket, _, _, shard, _ in rows)
