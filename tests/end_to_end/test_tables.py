"""What was written over HTTP is in the tables, cell by cell, as other readers see it."""
import datetime
import decimal
import gzip
import json
import math

import pytest

import firn_process
from firn_process import rows, simple_config

UTC = datetime.timezone.utc
EXTREMES = [
    # line, column, value as PyIceberg gives it
    ("x f=1.7976931348623157e308 1", "f", 1.7976931348623157e308),
    ("x f=5e-324 2", "f", 5e-324),
    ("x f=-0 3", "f", -0.0),
    ("x i=9223372036854775807i 4", "i", 9223372036854775807),
    ("x i=-9223372036854775808i 5", "i", -9223372036854775808),
    ("x u=18446744073709551615u 6", "u", decimal.Decimal(18446744073709551615)),
    ("x b=t 7", "b", True),
    ("x b=FALSE 8", "b", False),
    ('x s="" 9', "s", ""),
    ('x s="Zürich \\"🌲\\" \\\\ \n zwei" 10', "s", 'Zürich "🌲" \\ \n zwei'),
]


@pytest.mark.parametrize("output", ["", '  encoding = "compact"\n', "  format_version = 3\n"], ids=["compatible", "compact", "v3"])
def test_every_type_arrives_exactly(firn, output):
    instance = firn(simple_config(extra_output=output)).start()
    instance.write("\n".join(line for line, _, _ in EXTREMES))
    instance.stop()
    table = sorted(rows(instance.folder, "x"), key=lambda row: (row["time"], row["time_nanos"]))
    assert len(table) == len(EXTREMES)
    for row, (line, column, value) in zip(table, EXTREMES):
        assert row[column] == value and type(row[column]) is type(value), line
        if isinstance(value, float):
            assert math.copysign(1, row[column]) == math.copysign(1, value), line
        others = {key for key in "fiubs" if key != column}
        assert all(row[key] is None for key in others), line


def test_times_keep_nanoseconds_before_and_after_1970(firn):
    instance = firn().start()
    times = [-1, 0, 1, 999, 1_000, -1_000_001, 1_700_000_000_123_456_789, 4_102_444_800_000_000_000]
    instance.write("\n".join(f"t v={i}i {time}" for i, time in enumerate(times)))
    instance.stop()
    epoch = datetime.datetime(1970, 1, 1, tzinfo=UTC)
    for row in rows(instance.folder, "t"):
        delta = row["time"] - epoch
        micros = (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
        assert micros * 1_000 + row["time_nanos"] == times[row["v"]]


def test_tags_are_columns_and_new_ones_are_added(firn):
    instance = firn().start()
    instance.write("cpu,host=a v=1 1000")
    instance.stop()
    instance.start()
    instance.write('cpu,host=b,region=x\\ y v=2,note="new" 2000')
    instance.stop()
    table = sorted(rows(instance.folder, "cpu"), key=lambda row: row["v"])
    assert [row["host"] for row in table] == ["a", "b"]
    assert [row["region"] for row in table] == [None, "x y"]
    assert [row["note"] for row in table] == [None, "new"]


def test_a_value_of_another_type_goes_to_a_second_column(firn):
    instance = firn().start()
    instance.write("m v=1i 1000")
    instance.write('m v="text" 2000')
    instance.write("m v=2.0 3000")
    instance.stop()
    table = sorted(rows(instance.folder, "m"), key=lambda row: row["time"])
    assert [row["v"] for row in table] == [1, None, 2]
    assert [row["v_string"] for row in table] == [None, "text", None]


def test_equal_points_of_a_commit_are_one_row_with_fields_merged(firn):
    instance = firn().start()
    instance.write("m,h=a v=1,w=5 1000\nm,h=a v=2 1000\nm,h=b v=3 1000")
    instance.stop()
    table = sorted(rows(instance.folder, "m"), key=lambda row: row["h"])
    assert [(row["h"], row["v"], row["w"]) for row in table] == [("a", 2.0, 5.0), ("b", 3.0, None)]


def test_duckdb_reads_the_same(firn):
    import duckdb
    import duckdb_extension_avro
    import duckdb_extension_iceberg
    import pathlib
    instance = firn().start()
    instance.write("\n".join(f"d,host=h{i % 3} v={i / 4},n={i}i {1_700_000_000_000_000_000 + i * 3_600_000_000_000}" for i in range(100)))
    instance.stop()
    connection = duckdb.connect()
    for module, name in ((duckdb_extension_avro, "avro"), (duckdb_extension_iceberg, "iceberg")):
        connection.execute(f"LOAD '{next(pathlib.Path(module.__path__[0]).rglob(name + '.duckdb_extension'))}'")
    metadata = firn_process.catalog(instance.folder).load_table("metrics.d").metadata_location
    count, total, low, high = connection.execute(
        f"SELECT count(*), sum(n), min(v), max(v) FROM iceberg_scan('{metadata}')").fetchone()
    assert (count, total, low, high) == (100, 4950, 0.0, 24.75)
    shown = instance.run("sql", "--warehouse", f"{instance.folder}/lake", "--format", "csv",
                         "SELECT count(*) AS n, sum(n) AS s FROM metrics.d WHERE host = 'h1'").stdout
    assert shown.split() == ["n,s", "33,1617"]


def test_gzip_v1_and_v3_endpoints_fill_the_same_table(firn):
    config = simple_config(inputs='[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n'
                                  '[[inputs.influxdb_listener]]\n  service_address = "127.0.0.1:@PORT@"\n')
    instance = firn(config).start()
    instance.write(gzip.compress(b"e v=1 1000"), headers={"Content-Encoding": "gzip"})
    instance.write("e v=2 2", path="/write?db=x&precision=u")
    instance.write("e v=3 3", path="/api/v3/write_lp?db=x&precision=microsecond")
    instance.stop()
    assert sorted((row["v"], row["time"].microsecond) for row in rows(instance.folder, "e")) == [(1, 1), (2, 2), (3, 3)]


def test_rename_and_a_second_output(firn):
    config = simple_config(extra_output="""
[[processors.rename]]
  [[processors.rename.replace]]
    field = "v"
    dest = "value"
[[outputs.file]]
  files = ["@DIR@/copy.lp"]
  data_format = "influx"
""")
    instance = firn(config).start()
    instance.write("r,h=a v=1.5 1000")
    instance.stop()
    assert rows(instance.folder, "r")[0]["value"] == 1.5
    assert (instance.folder / "copy.lp").read_text() == "r,h=a value=1.5 1000\n"


def test_rows_that_wait_are_finished_under_the_configuration_they_came_with(firn):
    rename = '[[processors.rename]]\n  [[processors.rename.replace]]\n    field = "v"\n    dest = "{}"\n'
    slow = simple_config().replace('flush_interval = "1s"', 'flush_interval = "1h"')
    instance = firn(slow + rename.format("old_name")).start()
    instance.write("c v=1 1000")
    instance.kill()
    instance.config.write_text(instance.config.read_text().replace("old_name", "new_name"))
    instance.start()
    instance.write("c v=2 2000")
    instance.stop()
    table = sorted(rows(instance.folder, "c"), key=lambda row: row["time"])
    assert [(row["old_name"], row["new_name"]) for row in table] == [(1, None), (None, 2)]


def test_a_lost_catalog_is_rebuilt_from_the_warehouse(firn):
    instance = firn().start()
    instance.write("k,h=a v=1 1000")
    instance.stop()
    (instance.folder / "lake/catalog.db").unlink()
    instance.run("catalog", "rebuild", f"{instance.folder}/lake")
    assert rows(instance.folder, "k")[0]["v"] == 1


def test_version_is_json_on_request(firn):
    assert "version" in json.loads(firn().run("version", "--json").stdout)
