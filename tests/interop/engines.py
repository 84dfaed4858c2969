"""Other people's readers and writers of Iceberg tables, each behind the same few calls.

rows(table) gives dicts whose cells have one form everywhere: times in microseconds, decimals as integers, the rest as Python has them.
"""
import json
import pathlib
import urllib.error
import urllib.request

NAMESPACE = "metrics"


class EngineError(Exception):
    """What an engine says when it cannot do what it was asked."""


class PyIceberg:
    name = "PyIceberg"

    def __init__(self, lake):
        from pyiceberg.catalog.sql import SqlCatalog
        self.catalog = SqlCatalog(lake.catalog_name, uri=f"sqlite:///{lake.catalog_file}", warehouse=lake.warehouse, **lake.s3_properties)

    def table(self, name):
        return self.catalog.load_table(f"{NAMESPACE}.{name}")

    def types(self, name):
        return {field.name: str(field.field_type) for field in self.table(name).schema().fields}

    def rows(self, name, where=None):
        import pyarrow
        scan = self.table(name).scan(row_filter=self.spell(where)) if where else self.table(name).scan()
        data = scan.to_arrow()
        for index, field in enumerate(data.schema):
            if pyarrow.types.is_timestamp(field.type):
                data = data.set_column(index, field.name, data.column(index).cast(pyarrow.int64()))
            elif pyarrow.types.is_decimal(field.type):
                data = data.set_column(index, field.name, pyarrow.array(
                    [None if cell is None else int(cell) for cell in data.column(index).to_pylist()], pyarrow.decimal128(38, 0)))
        return [{key: int(cell) if type(cell).__name__ == "Decimal" else cell for key, cell in row.items()}
                for row in data.to_pylist()]

    def count(self, name, where):
        return self.table(name).scan(row_filter=self.spell(where)).to_arrow().num_rows

    @staticmethod
    def spell(where):
        before, *rest = where.split("@")
        return where if not rest else f"{before}'{rest[0]}T00:00:00+00:00'{rest[1]}"


class Sql:
    """What the SQL engines share; a subclass says how it runs a statement and spells times."""
    word = {}

    def rows(self, name, where=None):
        columns = list(self.types(name))
        chosen = ", ".join(f"{self.micros}({c}) AS {c}" if c == "time" else c for c in columns)
        statement = f"SELECT {chosen} FROM {self.source(name)}" + (f" WHERE {self.spell(where)}" if where else "")
        return [{column: self.cell(column, cell) for column, cell in zip(columns, row)} for row in self.run(statement)]

    def count(self, name, where):
        return self.run(f"SELECT count(*) FROM {self.source(name)} WHERE {self.spell(where)}")[0][0]

    @staticmethod
    def cell(column, cell):
        return int(cell) if column == "u" and cell is not None else cell

    def aggregates(self, name, wanted):
        """The figures named in `wanted` (see truth.aggregates), computed by the engine in one statement."""
        def column(c):
            return f"{self.micros}(time)" if c == "time" else c
        parts = []
        for label in wanted:
            name_of, _, what = label.partition(" ")
            parts.append({"rows": "count(*)", "distinct ids": "count(DISTINCT id)"}.get(label) or
                         {"set": "count({})", "least": "min({})", "greatest": "max({})", "sum": "sum({})"}[what]
                         .format(column(name_of)))
        found = self.run(f"SELECT {', '.join(parts)} FROM {self.source(name)}")[0]
        return {label: self.cell(label.split()[0], cell) for label, cell in zip(wanted, found)}

    def types(self, name):
        return {row[0]: self.word.get(row[1].lower(), row[1].lower()) for row in self.described(name)}


class DuckDb(Sql):
    name = "DuckDB"
    micros = "epoch_us"
    word = {"varchar": "string", "bigint": "long", "integer": "int", "timestamp with time zone": "timestamptz",
            "decimal(20,0)": "decimal(20, 0)"}

    def __init__(self, lake):
        import duckdb
        import duckdb_extension_avro
        import duckdb_extension_httpfs
        import duckdb_extension_iceberg
        self.locate = PyIceberg(lake).table  # DuckDB reads no SQLite catalog: it is given the metadata file
        self.connection = duckdb.connect()
        self.connection.execute("SET TimeZone = 'UTC'")
        for module, name in ((duckdb_extension_avro, "avro"), (duckdb_extension_iceberg, "iceberg"), (duckdb_extension_httpfs, "httpfs")):
            self.connection.execute(f"LOAD '{next(pathlib.Path(module.__path__[0]).rglob(name + '.duckdb_extension'))}'")
        if lake.s3_properties:
            address = lake.s3_properties["s3.endpoint"].removeprefix("http://")
            self.connection.execute(
                f"CREATE SECRET s (TYPE s3, KEY_ID '{lake.s3_properties['s3.access-key-id']}', SECRET "
                f"'{lake.s3_properties['s3.secret-access-key']}', ENDPOINT '{address}', URL_STYLE 'path', USE_SSL false, REGION 'us-east-1')")

    def source(self, name):
        return f"iceberg_scan('{self.locate(name).metadata_location.removeprefix('file://')}')"

    def run(self, statement):
        import duckdb
        try:
            return self.connection.execute(statement).fetchall()
        except duckdb.Error as error:
            raise EngineError(str(error)) from error

    def described(self, name):
        return self.run(f"DESCRIBE SELECT * FROM {self.source(name)}")

    @staticmethod
    def spell(where):
        before, *rest = where.split("@")
        return where if not rest else f"{before}TIMESTAMPTZ '{rest[0]} 00:00:00+00'{rest[1]}"


class Spark(Sql):
    """A warm Spark session behind HTTP, with a JDBC catalog on Firn's SQLite file."""
    name = "Spark"
    micros = "unix_micros"
    word = {"bigint": "long", "timestamp": "timestamptz", "decimal(20,0)": "decimal(20, 0)"}

    def __init__(self, lake, endpoint):
        self.endpoint, self.catalog = endpoint, lake.catalog_name
        settings = {"": "org.apache.iceberg.spark.SparkCatalog", ".type": "jdbc", ".uri": f"jdbc:sqlite:{lake.catalog_file}",
                    ".warehouse": lake.warehouse, ".jdbc.schema-version": "V1", ".cache-enabled": "false"}
        if lake.s3_properties:
            settings |= {f".{key}": value for key, value in lake.s3_properties.items() if key != "s3.region"}
            settings |= {".io-impl": "org.apache.iceberg.aws.s3.S3FileIO", ".client.region": lake.s3_properties["s3.region"]}
        self.post("/conf", "\n".join(f"spark.sql.catalog.{self.catalog}{key}={value}" for key, value in settings.items()))

    def post(self, path, body):
        request = urllib.request.Request(self.endpoint + path, body.encode())
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise EngineError(json.loads(error.read())["error"]) from error

    def source(self, name):
        return f"{self.catalog}.{NAMESPACE}.{name}"

    def run(self, statement):
        return self.post("/", statement)["rows"]

    def described(self, name):
        described = self.run(f"DESCRIBE {self.source(name)}")
        names = [row[0] for row in described]
        return described[:names.index("")] if "" in names else described

    @staticmethod
    def spell(where):
        before, *rest = where.split("@")
        return where if not rest else f"{before}TIMESTAMP '{rest[0]} 00:00:00'{rest[1]}"
