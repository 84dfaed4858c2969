"""kill -9 under load: no acknowledged row is lost, no row is there twice."""
import os
import random
import time

import pyarrow
import pytest

import load

KILLS = int(os.environ.get("FIRN_KILLS", "20"))
KILLS_IN_COMMITS = int(os.environ.get("FIRN_KILLS_IN_COMMITS", "4"))


def test_no_row_is_lost_or_doubled_by_kills(firn):
    instance = firn().start()
    chance = random.Random(20)
    with load.Load(instance) as clients:
        for _ in range(KILLS):
            time.sleep(chance.uniform(0.05, 0.8))
            instance.kill()
            instance.start()
        clients.wait_for(1)
    instance.stop()
    assert clients.rows > 1_000
    assert clients.problems(instance.folder) == []


def metadata_files(instance):
    return len(list(instance.folder.glob("lake/metrics/load/metadata/*")))


def test_no_row_is_lost_or_doubled_by_kills_in_the_middle_of_a_commit(firn):
    """Killed a moment after the first file of a commit has appeared: before, in and after the swap of the pointer."""
    instance = firn().start()
    chance = random.Random(30)
    with load.Load(instance) as clients:
        for _ in range(KILLS_IN_COMMITS):
            clients.wait_for(1)
            before, end = metadata_files(instance), time.monotonic() + 30
            while metadata_files(instance) <= before:
                assert time.monotonic() < end, "no commit begins"
            time.sleep(chance.uniform(0, 0.008))
            instance.kill()
            instance.start()
        clients.wait_for(1)
    instance.stop()
    assert clients.problems(instance.folder) == []


@pytest.mark.parametrize("planted, word", [
    (lambda rows: rows[1:], "lost"),
    (lambda rows: rows + rows[:1], "more than once"),
    (lambda rows: [{**rows[0], "v": rows[1]["v"]}, {**rows[1], "v": rows[0]["v"]}, *rows[2:]], "is {"),
    (lambda rows: [{**rows[0], "id": 99, "host": "h1", "v": 49.5, "time": load.START // 1_000 + 99}, *rows], "at most 10 were sent"),
], ids=["gap", "duplicate", "swap", "invention"])
def test_verifier_finds_planted_faults(planted, word):
    def table(rows):
        schema = pyarrow.schema({"id": pyarrow.int64(), "host": pyarrow.string(), "v": pyarrow.float64(), "time": pyarrow.timestamp("us")})
        return pyarrow.Table.from_pylist(rows, schema)
    rows = [{"id": i, "host": f"h{i % 7}", "v": i * 0.5, "time": load.START // 1_000 + i} for i in range(10)]
    assert load.problems(table(rows), [range(10)]) == []
    assert any(word in problem for problem in load.problems(table(planted(rows)), [range(10)]))
