"""Other engines beside Firn, the short form: PyIceberg and DuckDB read and write. The whole one, with Spark: `make interop`."""
import contextlib
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


WHOLE = os.environ.get("FIRN_SPARK") == "1"
TABLES = [(place, kind) for place in ("v2", "v3", "s3") for kind in lakes.KINDS
          if WHOLE or place == "v2" or kind == "compact"]  # the short form leaves out what differs in little


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """The endpoint of a warm session, or None where FIRN_SPARK is not 1."""
    if not WHOLE:
        yield None
        return
    with servers.running("spark.sh", tmp_path_factory.mktemp("spark")) as endpoint:
        yield endpoint


def made(lake):
    """The lake for a test; what still runs at the end is killed."""
    yield lake
    if lake.instance.process and lake.instance.process.poll() is None:
        lake.instance.kill()


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Gives, for "v2", "v3" and "s3", a lake in which the truth is written, and the truth."""
    lakes_told = {}
    with contextlib.ExitStack() as stack:
        def tell(place):
            if place not in lakes_told:
                folder, endpoint = tmp_path_factory.mktemp(place), None
                if place == "s3":
                    endpoint = stack.enter_context(servers.s3(tmp_path_factory.mktemp("server"), "lake"))
                lake = lakes.make(folder, 3 if place == "v3" else 2, endpoint, catalog_name=f"firn_{place}")
                lakes_told[place] = lake, checks.write_truth(lake, [kind for at, kind in TABLES if at == place])
            return lakes_told[place]
        yield tell


@pytest.mark.parametrize("place, table", TABLES)
def test_readers_agree_with_the_truth(told, place, table, spark):
    lake, expected = told(place)
    readers = [PyIceberg(lake), DuckDb(lake)] + ([Spark(lake, spark)] if spark else [])
    assert [problem for reader in readers for problem in checks.reader_problems(reader, table, expected)] == []


@pytest.mark.parametrize("name, where", checks.FILTERS_NOT_SPOKEN)
def test_a_filter_that_a_reader_cannot_speak(told, name, where):
    lake, _ = told("v2")
    assert name == "PyIceberg"
    with pytest.raises(Exception, match="Expected end of text"):
        PyIceberg(lake).count("compatible", where)
    print(f"{name} cannot: WHERE {where} ({checks.FILTERS_NOT_SPOKEN[name, where]})")


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


@pytest.mark.parametrize("version", [2, 3])
def test_spark_writes_and_firn_goes_on(tmp_path, spark, version):
    if spark is None:
        pytest.skip("Spark runs in the whole form only: make interop")
    lake = lakes.make(tmp_path / "spark", version, catalog_name=f"firn_spark{version}")
    lake.instance.start()
    for lake in made(lake):
        checks.spark_writes(checks.SharedTable(lake, "w"), Spark(lake, spark), PyIceberg(lake), DuckDb(lake))
        lake.instance.stop()


def test_duckdb_writes_through_a_rest_catalog_and_firn_goes_on(shared_lake, tmp_path):
    if not WHOLE:
        pytest.skip("a REST catalog on Firn's file runs in the whole form only: make interop")
    catalog = [f"uri=jdbc:sqlite:{shared_lake.catalog_file}", "catalog.name=firn_shared", f"warehouse={shared_lake.warehouse}"]
    with servers.running("rest-catalog.sh", tmp_path / "rest", *catalog) as endpoint:
        checks.duckdb_writes(checks.SharedTable(shared_lake, "w"), DuckDb(shared_lake), PyIceberg(shared_lake), endpoint)
    shared_lake.instance.stop()


def test_the_comparison_finds_planted_faults():
    rows = [truth.row(i) for i in range(20)]
    assert truth.differences(rows, rows) == []
    assert "lost" in truth.differences(rows[1:], rows)[0]
    assert "twice" in truth.differences(rows + rows[:1], rows)[0]
    assert "never written" in truth.differences(rows, rows[1:])[0]
    assert "is -0.0, not 0.0" in truth.differences([{"id": 1, "f": -0.0}], [{"id": 1, "f": 0.0}])[0]
