"""Real clients, unchanged: what each of them wrote is in the table, exactly."""
import datetime
import gzip
import os
import pathlib
import shutil
import subprocess
import time

import pytest

import servers
from firn_process import rows, simple_config

BOTH = ('[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n  token = "client-token"\n'
        '[[inputs.influxdb_listener]]\n  service_address = "127.0.0.1:@PORT@"\n')
START = 1_700_000_000_000_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
COUNT = 5_000


@pytest.fixture
def instance(firn):
    return firn(simple_config(inputs=BOTH)).start()


def nanoseconds(row):
    delta = row["time"] - EPOCH
    micros = (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
    return micros * 1_000 + (row.get("time_nanos") or 0)


def sample(i):
    """A row as a client is given it: tag, float, integer, boolean, text with what needs escapes, time."""
    return f"host {i % 7}, Zürich=ö", i * 0.1, i - 2_500, i % 3 == 0, f'say "{i}" \\ 🌲', START + i * 1_000_000_007


def check(instance, table, count=COUNT):
    """The table holds sample(0 … count - 1), each once."""
    instance.stop()
    found = sorted(rows(instance.folder, table), key=nanoseconds)
    assert len(found) == count
    for i, row in enumerate(found):
        assert (row["host"], row["f"], row["i"], row["b"], row["s"], nanoseconds(row)) == sample(i), i


def point(client_module, table, i):
    host, f, whole, b, s, stamp = sample(i)
    return (client_module.Point(table).tag("host", host).field("f", f).field("i", whole).field("b", b).field("s", s)
            .time(stamp, client_module.WritePrecision.NS))


def line(table, i):
    host, f, whole, b, s, stamp = sample(i)
    host = host.replace(" ", "\\ ").replace(",", "\\,").replace("=", "\\=")
    s = s.replace("\\", "\\\\").replace('"', '\\"')
    return f'{table},host={host} f={f},i={whole}i,b={str(b).lower()},s="{s}" {stamp}'


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "gzip"])
def test_influxdb_client_writes_at_once(instance, compressed):
    import influxdb_client
    from influxdb_client.client.write_api import SYNCHRONOUS
    with influxdb_client.InfluxDBClient(f"http://127.0.0.1:{instance.port}", token="client-token", org="o",
                                        enable_gzip=compressed) as client:
        assert client.ping()
        writer = client.write_api(write_options=SYNCHRONOUS)
        for first in range(0, COUNT, 1_000):
            writer.write(bucket="b", record=[point(influxdb_client, "sync", i) for i in range(first, first + 1_000)])
    check(instance, "sync")


def test_influxdb_client_writes_batches_in_the_background(instance):
    import influxdb_client
    failures = []
    with influxdb_client.InfluxDBClient(f"http://127.0.0.1:{instance.port}", token="client-token", org="o",
                                        enable_gzip=True) as client:
        options = influxdb_client.WriteOptions(batch_size=700, flush_interval=200)
        with client.write_api(write_options=options, error_callback=lambda *arguments: failures.append(arguments)) as writer:
            for i in range(COUNT):
                writer.write(bucket="b", record=point(influxdb_client, "batches", i))
    assert failures == []
    check(instance, "batches")


def test_influxdb_client_is_told_what_is_wrong(instance):
    import influxdb_client
    from influxdb_client.client.write_api import SYNCHRONOUS
    from influxdb_client.rest import ApiException
    for token, record, status in (("wrong", "m v=1 1", 401), ("client-token", "m v=", 400)):
        with influxdb_client.InfluxDBClient(f"http://127.0.0.1:{instance.port}", token=token, org="o") as client:
            with pytest.raises(ApiException) as error:
                client.write_api(write_options=SYNCHRONOUS).write(bucket="b", record=record)
            assert error.value.status == status


@pytest.mark.parametrize("direct", [False, True], ids=["api v2", "api v3"])
def test_influxdb3_python_writes(instance, direct):
    import influxdb_client_3
    from influxdb_client_3 import SYNCHRONOUS, InfluxDBClient3, write_client_options
    options = SYNCHRONOUS
    if direct:  # no_sync is what makes this client use /api/v3/write_lp
        from influxdb_client_3 import WriteOptions, WriteType
        options = WriteOptions(write_type=WriteType.synchronous, no_sync=True)
    client = InfluxDBClient3(host=f"http://127.0.0.1:{instance.port}", token="client-token", database="d",
                             write_client_options=write_client_options(write_options=options))
    for first in range(0, COUNT, 1_000):
        numbers = range(first, first + 1_000)
        if first % 2_000:
            client.write("\n".join(line("three", i) for i in numbers), write_precision="ns")
        else:
            client.write([point(influxdb_client_3, "three", i) for i in numbers], write_precision="ns")
    client.close()
    check(instance, "three")


@pytest.mark.parametrize("compressed", [False, True], ids=["plain", "compressed"])
def test_the_influx_shell_imports(instance, compressed):
    shell = shutil.which("influx")
    if shell is None:
        pytest.skip("Debian's influxdb-client is not installed")
    text = "\n".join(["# DDL", "CREATE DATABASE imported", "# DML", "# CONTEXT-DATABASE: imported",
                      "# CONTEXT-RETENTION-POLICY: autogen", *(line("shell", i) for i in range(COUNT)), ""]).encode()
    export = instance.folder / "export"
    export.write_bytes(gzip.compress(text) if compressed else text)
    done = subprocess.run([shell, "-host", "127.0.0.1", "-port", str(instance.port), "-import", "-path", export, "-precision", "ns",
                           *(["-compressed"] if compressed else [])], capture_output=True, text=True, timeout=120)
    assert f"Processed {COUNT} inserts" in done.stdout + done.stderr and "Failed 0 inserts" in done.stdout + done.stderr, done
    check(instance, "shell")


def telegraf():
    given = os.environ.get("FIRN_TELEGRAF")
    for path in [given] if given else sorted(servers.CACHE.glob("telegraf*/telegraf")):
        if pathlib.Path(path).is_file():
            return path
    pytest.skip("no Telegraf: set FIRN_TELEGRAF, or build one with tests/end_to_end/build-telegraf")


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
@pytest.mark.parametrize("output", [
    '[[outputs.influxdb]]\n  urls = ["http://127.0.0.1:@PORT@"]\n  database = "telegraf"\n  content_encoding = "@ENCODING@"\n',
    '[[outputs.influxdb_v2]]\n  urls = ["http://127.0.0.1:@PORT@"]\n  token = "client-token"\n  organization = "o"\n'
    '  bucket = "b"\n  content_encoding = "@ENCODING@"\n',
], ids=["influxdb", "influxdb_v2"])
def test_telegraf_writes(instance, output, encoding):
    """Telegraf finds nobody at first, and sends what it kept when Firn is there."""
    program = telegraf()
    folder = instance.folder
    metrics, log = folder / "metrics.lp", folder / "telegraf.log"
    metrics.write_text("".join(line("tg", i) + "\n" for i in range(COUNT)))
    config = folder / "telegraf.conf"
    config.write_text(f"""[agent]
  interval = "4s"
  round_interval = false
  flush_interval = "200ms"
  metric_batch_size = 700
  metric_buffer_limit = {COUNT}
  omit_hostname = true
  precision = "1ns"
[[inputs.file]]
  files = ["{folder}/metrics.l*"]
  data_format = "influx"
""" + output.replace("@PORT@", str(instance.port)).replace("@ENCODING@", encoding))
    instance.kill()
    with open(log, "wb") as log_file:
        running = subprocess.Popen([program, "--config", config], stdout=log_file, stderr=log_file)
    try:
        wait_until(lambda: "connection refused" in log.read_text())  # it has read the metrics, and keeps them
        metrics.unlink()
        instance.start()
        wait_until(lambda: len(rows_or_none(folder)) >= COUNT)
    finally:
        running.terminate()
        running.wait(30)
    check(instance, "tg")


def wait_until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.2)


def rows_or_none(folder):
    from pyiceberg.exceptions import NoSuchNamespaceError, NoSuchTableError
    try:
        return rows(folder, "tg")
    except (NoSuchTableError, NoSuchNamespaceError):
        return []
