"""Other engines beside Firn, the short form: PyIceberg and DuckDB read and write. The whole one, with Spark: `make interop`."""
import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import checks  # noqa: E402
import lake as lakes  # noqa: E402
import servers  # noqa: E402
import truth  # noqa: E402
from engines import DuckDb, EngineError, PyIceberg, Spark  # noqa: E402


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """The endpoint of a warm session, or None where FIRN_SPARK is not 1."""
    if os.environ.get("FIRN_SPARK") != "1":
        yield None
        return
    with servers.running("spark.sh", tmp_path_factory.mktemp("spark")) as endpoint:
        yield endpoint


def made(lake):
    """The lake for a module's tests; what still runs at the end is killed."""
    yield lake
    if lake.instance.process and lake.instance.process.poll() is None:
        lake.instance.kill()


@pytest.fixture(scope="module", params=["v2", "v3", "s3"])
def told(request, tmp_path_factory):
    """A lake in which the truth is written, and the truth."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "s3":
        with servers.s3(tmp_path_factory.mktemp("server"), "lake") as endpoint:
            lake = lakes.make(folder, 2, endpoint, catalog_name="firn_s3")
            yield lake, checks.write_truth(lake)
        return
    lake = lakes.make(folder, int(request.param[1]), catalog_name={"v2": "firn", "v3": "firn_v3"}[request.param])
    yield lake, checks.write_truth(lake)


@pytest.mark.parametrize("table", lakes.KINDS)
def test_readers_agree_with_the_truth(told, table, spark):
    lake, expected = told
    readers = [PyIceberg(lake), DuckDb(lake)] + ([Spark(lake, spark)] if spark else [])
    assert [problem for reader in readers for problem in checks.reader_problems(reader, table, expected)] == []


def test_what_a_reader_cannot_do_is_as_listed(told, tmp_path, spark):
    lake, _ = told
    for (name, where), reason in checks.FILTERS_NOT_SPOKEN.items():
        assert name == "PyIceberg"
        with pytest.raises(Exception):
            PyIceberg(lake).count("compatible", where)
        print(f"{name} cannot: WHERE {where} ({reason})")


def test_nanosecond_times_are_read_by_pyiceberg_alone(tmp_path, spark):
    lake = lakes.make(tmp_path / "ns", 3, extra='  time_precision = "ns"\n', catalog_name="firn_ns")
    lake.instance.start()
    lake.instance.write("n v=1 1700000000123456789")
    lake.instance.stop()
    assert PyIceberg(lake).rows("n") == [{"time": 1700000000123456789, "v": 1.0}]
    refused = lake.instance.run("sql", "-c", lake.instance.config, "SELECT time FROM metrics.n", check=False)
    assert refused.returncode == 2 and "timestamptz_ns cannot be read" in refused.stderr
    for reader in [DuckDb(lake)] + ([Spark(lake, spark)] if spark else []):
        with pytest.raises(EngineError, match="timestamptz_ns"):
            reader.run(f"SELECT count(*) FROM {reader.source('n')}")
        print(f"{reader.name} cannot: nanosecond times ({checks.NANOSECONDS[reader.name]})")


@pytest.fixture
def shared_lake(tmp_path):
    lake = lakes.make(tmp_path / "shared", 2, catalog_name="firn_shared")
    lake.instance.start()
    yield from made(lake)


def test_pyiceberg_writes_and_firn_goes_on(shared_lake):
    engine = PyIceberg(shared_lake)
    checks.pyiceberg_writes(checks.SharedTable(shared_lake, "w"), engine, DuckDb(shared_lake))
    shared_lake.instance.stop()


def test_renamed_and_dropped_columns_are_respected(shared_lake):
    checks.renames_and_drops(shared_lake, PyIceberg(shared_lake), "r")
    shared_lake.instance.stop()


def test_the_comparison_finds_planted_faults():
    rows = [truth.row(i) for i in range(20)]
    assert truth.differences(rows, rows) == []
    assert "lost" in truth.differences(rows[1:], rows)[0]
    assert "twice" in truth.differences(rows + rows[:1], rows)[0]
    assert "never written" in truth.differences(rows, rows[1:])[0]
    assert "is -0.0, not 0.0" in truth.differences([{"id": 1, "f": -0.0}], [{"id": 1, "f": 0.0}])[0]
