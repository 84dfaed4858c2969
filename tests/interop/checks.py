"""What is asked of every reader, and what each writer does to a table of ours; used by the whole form and by the short one."""
import json
import time

import truth
from engines import EngineError
from lake import KINDS

# What a reader cannot do, and why. Each entry is tried, so that the list says no more than what is so.
NANOSECONDS = {
    "DuckDB": "timestamptz_ns is not a type that the iceberg extension 1.5.5 knows",
    "Spark": "Iceberg 1.12 for Spark 4.1 cannot convert timestamptz_ns to a type of Spark",
    "firn sql": "DuckDB has no type for nanoseconds in UTC; refused, so that no digit is lost",
}
FILTERS_NOT_SPOKEN = {
    ("PyIceberg", "f > 1e300"): "its filter language has no numbers with an exponent",
}


def write_truth(lake, kinds=tuple(KINDS), rows=250):
    """Three lives of the writer: the second adds columns, the third changes a type. Returns the rows of every table."""
    expected = []
    for life in range(3):
        cells = [truth.row(life * 1_000 + i) for i in range(rows)]
        lake.instance.start()
        for kind in kinds:
            lake.instance.write("\n".join(truth.line(kind, row) for row in cells))
        lake.instance.stop()
        expected += cells
    return expected


def reader_problems(engine, table, expected):
    """Everything in which what `engine` sees differs from the truth."""
    problems = []
    types = engine.types(table)
    if types != truth.COLUMNS:
        problems.append(f"types are {types}")
    problems += truth.differences(engine.rows(table), expected)
    for where, holds in truth.FILTERS:
        if (engine.name, where) in FILTERS_NOT_SPOKEN:
            continue
        wanted, found = sum(map(holds, expected)), engine.count(table, where)
        if wanted != found:
            problems.append(f"{where}: {found} rows, not {wanted}")
    if hasattr(engine, "aggregates"):
        wanted = truth.aggregates(expected)
        found = engine.aggregates(table, wanted)
        problems += [f"{label}: {found[label]!r}, not {value!r}" for label, value in wanted.items() if found[label] != value]
    return [f"{engine.name}, {table}: {problem}" for problem in problems]


def firn_rows(lake, table):
    """The table as `firn sql` gives it, in the same form as the engines' rows."""
    shown = lake.instance.run("sql", "-c", lake.instance.config, "--format", "json",
                              f"SELECT * REPLACE (epoch_us(time) AS time) FROM metrics.{table}").stdout
    return [json.loads(line) for line in shown.splitlines()]


def narrow(rows):
    """Rows reduced to what writers' tests compare: id -> (host, time, value, and the columns that others made)."""
    return {row["id"]: (row["host"], row["time"], row["v"], row.get("note"), row.get("extra")) for row in rows}


class SharedTable:
    """A table that Firn and others write in turn, and what it must hold."""

    def __init__(self, lake, name):
        self.lake, self.name, self.next_id = lake, name, 0
        self.expected = {}  # id -> (host, time in microseconds, value, note, extra)

    def numbers(self, count):
        first, self.next_id = self.next_id, self.next_id + count
        return range(first, self.next_id)

    def firn_writes(self, count=40, note=None, extra=None):
        """Acknowledged rows; they are committed with the next flush."""
        lines = []
        for i in self.numbers(count):
            stamp, host = truth.START // 1_000 + i % 3 * truth.DAY // 1_000 + i, f"h{i % 3}"
            fields = f"id={i}i,v={i / 4}" + (f',note="{note}"' if note else "") + (f",extra={extra}" if extra else "")
            lines.append(f"{self.name},host={host} {fields} {stamp * 1_000}")
            self.expected[i] = (host, stamp, i / 4, note, extra)
        self.lake.instance.write("\n".join(lines))

    def foreign(self, count=10):
        """Rows for another writer to append: (id, host, time, value)."""
        rows = [(i, "other", truth.START // 1_000 + i, float(i)) for i in self.numbers(count)]
        self.expected.update({i: (host, stamp, v, None, None) for i, host, stamp, v in rows})
        return rows

    def deleted(self, *ids):
        for i in ids:
            del self.expected[i]
        return ", ".join(map(str, ids))

    def committed(self, engine, seconds=30):
        """Waits until `engine` sees all that is expected; then every reader must agree."""
        end = time.monotonic() + seconds
        while (found := narrow(rows_so_far(engine, self.name))) != self.expected and time.monotonic() < end:
            time.sleep(0.2)
        assert self.problems(found) == []

    def problems(self, found):
        wrong = [f"row {i} lost" for i in self.expected.keys() - found.keys()]
        wrong += [f"row {i} too many" for i in found.keys() - self.expected.keys()]
        return wrong + [f"row {i} is {found[i]}, not {cells}" for i, cells in self.expected.items() if found.get(i, cells) != cells]

    def agreed(self, *readers):
        """Each reader and `firn sql` see the same; a reader sees each row once."""
        for engine in readers:
            rows = engine.rows(self.name)
            assert self.problems(narrow(rows)) == [] and len(rows) == len(self.expected), engine.name
        rows = firn_rows(self.lake, self.name)
        assert self.problems(narrow(rows)) == [] and len(rows) == len(self.expected), "firn sql"


def pyiceberg_appends(shared, engine, count=10):
    import pyarrow
    table = engine.table(shared.name)
    rows = shared.foreign(count)
    schema = table.schema().as_arrow()
    columns = {"id": [r[0] for r in rows], "host": [r[1] for r in rows], "time": [r[2] for r in rows], "v": [r[3] for r in rows]}
    arrays = [pyarrow.array(columns.get(field.name, [None] * len(rows)), pyarrow.int64()).cast(field.type) if field.name == "time"
              else pyarrow.array(columns.get(field.name, [None] * len(rows)), field.type) for field in schema]
    table.append(pyarrow.table(arrays, schema=schema))


def pyiceberg_writes(shared, engine, *readers):
    """Append, delete, add, rename and drop columns while Firn runs."""
    from pyiceberg.types import StringType
    shared.firn_writes()
    shared.committed(engine)
    pyiceberg_appends(shared, engine)
    engine.table(shared.name).delete(f"id in ({shared.deleted(1, 2, 41)})")
    shared.firn_writes()
    shared.committed(engine)
    with engine.table(shared.name).update_schema() as update:
        update.add_column("note", StringType())
    shared.firn_writes(note="taken over")
    shared.committed(engine)
    shared.agreed(engine, *readers)


def values(rows):
    return ", ".join(f"({i}, '{host}', timestamp_micros({stamp}), {v})" for i, host, stamp, v in rows)


def spark_inserts(shared, spark, count=10):
    spark.run(f"INSERT INTO {spark.source(shared.name)} (id, host, time, v) "
              f"SELECT * FROM VALUES {values(shared.foreign(count))} AS t(id, host, time, v)")


def spark_writes(shared, spark, *readers):
    """INSERT, DELETE both ways, ADD COLUMN, and maintenance, while Firn runs."""
    table, procedure = spark.source(shared.name), f"CALL {spark.catalog}.system"
    shared.firn_writes()
    shared.committed(readers[0])
    spark_inserts(shared, spark)
    spark.run(f"DELETE FROM {table} WHERE id IN ({shared.deleted(3, 44)})")
    shared.firn_writes()
    shared.committed(readers[0])
    spark.run(f"ALTER TABLE {table} SET TBLPROPERTIES ('write.delete.mode' = 'merge-on-read')")
    spark.run(f"DELETE FROM {table} WHERE id IN ({shared.deleted(4, 45, 55)})")
    spark.run(f"ALTER TABLE {table} ADD COLUMN extra double")
    shared.firn_writes(extra=2.5)
    shared.committed(readers[0])
    shared.agreed(spark, *readers)
    spark.run(f"{procedure}.rewrite_data_files(table => 'metrics.{shared.name}', options => map('rewrite-all', 'true'))")
    shared.firn_writes()
    shared.committed(readers[0])
    spark.run(f"{procedure}.expire_snapshots(table => 'metrics.{shared.name}', older_than => TIMESTAMP '2999-01-01 00:00:00', "
              "retain_last => 1)")
    shared.firn_writes(extra=0.5)
    shared.committed(readers[0])
    shared.agreed(spark, *readers)


def duckdb_writes(shared, duckdb, reader, endpoint):
    """DuckDB writes no SQLite catalog: a REST server on the same file lends it the tables."""
    shared.firn_writes()
    shared.committed(reader)
    duckdb.run(f"ATTACH '' AS rest (TYPE iceberg, ENDPOINT '{endpoint}', AUTHORIZATION_TYPE 'none')")
    rows = ", ".join(f"(make_timestamptz({stamp}), '{host}', {i}, {v})" for i, host, stamp, v in shared.foreign())
    insert = f"INSERT INTO rest.metrics.{shared.name} (time, host, id, v) VALUES {rows}"
    try:
        duckdb.run(insert)
        raise AssertionError("DuckDB writes sorted tables now: take the exception out of the list")
    except EngineError as error:
        assert "sorted iceberg table" in str(error)
    duckdb.run("SET unsafe_iceberg_ignore_sort_order = true")
    duckdb.run(insert)
    shared.firn_writes()
    shared.committed(reader)
    shared.agreed(reader, duckdb)


def renames_and_drops(lake, engine, table):
    """A renamed column is followed; a dropped one stays dropped."""
    instance = lake.instance
    instance.write(f"{table},host=a old=1.5,gone=7i,id=1i 1000000")
    wait_for(engine, table, 1)
    with engine.table(table).update_schema() as update:
        update.rename_column("old", "fresh")
        update.delete_column("gone")
    instance.write(f"{table},host=b old=2.5,gone=8i,id=2i 2000000")
    wait_for(engine, table, 2)
    found = sorted(engine.rows(table), key=lambda row: row["id"])
    assert [(row["host"], row["fresh"]) for row in found] == [("a", 1.5), ("b", 2.5)]
    assert set(found[0]) == {"time", "host", "fresh", "id"}


def rows_so_far(engine, table):
    """The table's rows; none before it is there."""
    from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
    try:
        return engine.rows(table)
    except (NoSuchTableError, NoSuchNamespaceError):
        return []


def wait_for(engine, table, count, seconds=30):
    end = time.monotonic() + seconds
    while len(rows_so_far(engine, table)) < count:
        assert time.monotonic() < end, f"{table} never has {count} rows"
        time.sleep(0.2)
