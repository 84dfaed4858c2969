"""An InfluxDB 2 of ours answers by the window that it is asked for, with faults; every row arrives once all the same."""
import calendar
import collections
import csv
import gzip
import http.server
import io
import json
import random
import re
import threading
import time

import pytest

from firn_process import rows, simple_config

SECOND = 1_000_000_000
STEP = SECOND // 10  # between the points of the data set; a point's id is its number since 1970
RECORDED_DAY = 1_704_067_200 * SECOND  # 2024-01-01, which the recorded answers are about
HEAD = ("#datatype,string,long,dateTime:RFC3339,string,string,long\r\n#group,false,false,false,true,true,false\r\n"
        "#default,_result,,,,,\r\n,result,table,_time,_measurement,host,id\r\n")
ERROR_TABLE = ("\r\n#datatype,string,string\r\n#group,true,true\r\n#default,,\r\n,error,reference\r\n"
               ",the storage went away,897\r\n")


def parse_time(text):
    whole, fraction = re.fullmatch(r"([^.Z]+)(?:\.(\d+))?Z", text).groups()
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) * SECOND + int((fraction or "").ljust(9, "0"))


def format_time(stamp):
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(stamp // SECOND))
    return f"{whole}.{stamp % SECOND:09d}Z"


class Influx(http.server.ThreadingHTTPServer):
    """Holds a point each tenth of a second, for ever; it is there `late` ns after its time."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.faults = collections.deque()  # each spoils one answer
        self.spoilt = collections.Counter()
        self.late = 0
        self.stragglers = 0   # ns by which every seventh point comes later than the others
        self.recorded = None  # the bytes of a recorded answer, instead of the data set
        self.windows = []     # (start, stop) of good answers
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, start, stop):
        if self.recorded is not None:
            return self.recorded if start == RECORDED_DAY else b"\r\n"
        there = time.time_ns() - self.late
        lines = [f",,0,{format_time(k * STEP)},cpu,h{k % 3},{k}\r\n"
                 for k in range(-(-start // STEP), -(-stop // STEP))
                 if k * STEP <= there - (self.stragglers if k % 7 == 0 else 0)]
        return (HEAD + "".join(lines) + "\r\n").encode() if lines else b"\r\n"

    def asked_until(self):
        return max((stop for _, stop in self.windows), default=0)


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        window = {entry["key"]["name"]: entry["value"].get("value")
                  for entry in asked["extern"]["body"][0]["assignment"]["init"]["properties"]}
        start, stop = parse_time(window["timeRangeStart"]), parse_time(window["timeRangeStop"])
        good = parse_time(asked["now"]) == stop and self.path.startswith("/api/v2/query")
        if not good:
            return self.send(400, b'{"code":"invalid","message":"now is not the window\'s end"}')
        fault = self.server.faults.popleft() if self.server.faults else None
        self.server.spoilt[fault] += 1
        body = self.server.answer(start, stop)
        if fault == "503":
            return self.send(503, b'{"code":"unavailable","message":"busy"}', {"Retry-After": "1"})
        if fault == "cut":
            return self.cut(body)
        if fault == "error table":
            return self.send(200, body[:-2] + ERROR_TABLE.encode() + b"\r\n")
        headers = {}
        if fault == "gzip":
            body, headers = gzip.compress(body), {"Content-Encoding": "gzip"}
        self.send(200, body, headers)
        self.server.windows.append((start, stop))

    def send(self, status, body, headers=None):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "text/csv; charset=utf-8")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + 100))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2])
        self.close_connection = True


@pytest.fixture
def influx():
    server = Influx()
    yield server
    server.shutdown()
    server.server_close()


def flux_config(influx, options, extra_output=""):
    return simple_config(inputs=f"""[[inputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{influx.server_port}"]
  token = "t"
  organization = "o"
  interval = "1s"
{options}
  [[inputs.influxdb_v2.query]]
    bucket = "b"
    query = 'from(bucket: v.bucket) |> range(start: v.timeRangeStart, stop: v.timeRangeStop)'
""", extra_output=extra_output)


def run(instance):
    instance.start(wait=False)
    running = instance.log.read_text().count("running: ") + 1

    def is_running():
        return instance.log.read_text().count("running: ") >= running or instance.process.poll() is not None
    wait(is_running, "the program runs")
    return instance


def wait(condition, what, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"it never comes that {what}"
        time.sleep(0.02)


def wait_asked(influx, until):
    # A window counts only once its answer was read to the end: surely when the next one was answered too.
    wait(lambda: influx.asked_until() > until, f"windows up to {format_time(until)} were asked for")


def check_ids(ids, first, until):
    """Exactly the points from `first` on, at least up to `until`, each once."""
    ids = sorted(ids)
    assert ids, "nothing arrived"
    assert ids == list(range(ids[0], ids[-1] + 1)), "points are lost or there twice"
    assert ids[0] * STEP == first
    assert ids[-1] * STEP >= until - STEP


def back(seconds):
    return (time.time_ns() // SECOND - seconds) * SECOND


def test_every_row_once_through_faults_kills_and_downtime(firn, influx):
    first = back(20)
    chance = random.Random(7)
    influx.faults.extend(["gzip", "503", None, "cut", "error table", None])
    instance = firn(flux_config(influx, f'  delay = "0s"\n  start = "{format_time(first)}"'))
    for _ in range(4):
        run(instance)
        target = back(1)
        wait_asked(influx, target)
        influx.faults.extend(chance.sample(["gzip", "503", "cut", "error table"], 2))
        time.sleep(chance.uniform(0.2, 1.2))
        instance.kill()
        time.sleep(2.5)  # several windows pass meanwhile
    run(instance)
    target = back(1)
    wait_asked(influx, target)
    instance.stop()
    for fault in ("503", "cut", "error table", "gzip"):
        assert influx.spoilt[fault] > 0
    table = rows(instance.folder, "cpu")
    check_ids([row["id"] for row in table], first, target)
    assert all(row["host"] == f"h{row['id'] % 3}" for row in table)


def test_data_that_is_late_within_the_delay_is_not_missed(firn, influx):
    influx.late = SECOND
    first = back(5)
    instance = run(firn(flux_config(influx, f'  delay = "2s"\n  start = "{format_time(first)}"')))
    target = back(-3)
    wait_asked(influx, target)
    instance.stop()
    check_ids([row["id"] for row in rows(instance.folder, "cpu")], first, target)


def test_overlap_takes_stragglers_once_through_kills(firn, influx):
    influx.stragglers = 2 * SECOND
    first = back(10)
    instance = firn(flux_config(influx, f'  delay = "0s"\n  overlap = "4s"\n  start = "{format_time(first)}"'))
    for _ in range(3):
        run(instance)
        wait_asked(influx, back(-2))
        instance.kill()
        time.sleep(1.5)
    run(instance)
    target = back(0)
    wait_asked(influx, target + 4 * SECOND)  # those of the last second have come, and were asked for again
    instance.stop()
    check_ids([row["id"] for row in rows(instance.folder, "cpu") if row["id"] * STEP < target], first, target)


def test_overlap_needs_an_output_that_knows_its_rows(firn, influx):
    config = flux_config(influx, '  overlap = "1h"', '[[outputs.file]]\n  files = ["stdout"]\n')
    instance = firn(config)
    refused = instance.run("run", "--check", "-c", instance.config, check=False)
    assert refused.returncode == 1 and "overlap needs outputs that know which rows they hold" in refused.stderr


@pytest.mark.parametrize("table, bucket, word", [
    ("all", "b", "{{.Name}}"), ("{{.Name}}", "another", "{{.Database}}"), ("{{.Database}}_{{.Name}}", "another", "")])
def test_overlap_needs_tables_of_one_measurement_and_bucket(firn, influx, table, bucket, word):
    config = flux_config(influx, '  overlap = "1h"', f'  table = "{table}"\n')
    again = f"  [[inputs.influxdb_v2.query]]\n    bucket = \"{bucket}\"\n    query = 'from(bucket: v.bucket) |> last()'\n"
    instance = firn(config.replace("[[outputs.iceberg]]", again + "[[outputs.iceberg]]"))
    done = instance.run("run", "--check", "-c", instance.config, check=False)
    assert done.returncode == (1 if word else 0), done.stderr
    assert word in done.stderr


def test_two_outputs_have_every_row_also_after_a_kill(firn, influx):
    first = back(10)
    second = '[[outputs.file]]\n  files = ["@DIR@/copy.lp"]\n  influx_sort_fields = true\n'
    instance = firn(flux_config(influx, f'  delay = "0s"\n  start = "{format_time(first)}"', second))
    influx.faults.extend([None, "cut", "error table"])
    run(instance)
    wait_asked(influx, back(1))
    instance.kill()
    run(instance)
    target = back(0)
    wait_asked(influx, target)
    instance.stop()
    check_ids([row["id"] for row in rows(instance.folder, "cpu")], first, target)
    copied = re.findall(r"id=(\d+)i", (instance.folder / "copy.lp").read_text())
    check_ids({int(number) for number in copied}, first, target)  # a file is at least once


@pytest.mark.parametrize("case, measurement, fields, tags", [
    ("pivot_rowkey_time", "weather", ["cnt", "hum", "note", "ok", "temp"], ["city", "station"]),
    ("raw_cpu_one_series", "cpu", ["usage_idle"], ["cpu", "host"]),
])
def test_a_recorded_answer_is_a_table(firn, influx, shared, case, measurement, fields, tags):
    influx.recorded = (shared / "fixtures/influxdb2/flux" / case / "response.body").read_bytes()
    config = flux_config(influx, f'  delay = "0s"\n  start = "{format_time(RECORDED_DAY)}"')
    instance = firn(config.replace('interval = "1s"\n  delay', 'interval = "720h"\n  delay'))
    instance.run("run", "-c", instance.config, "--once")
    table = rows(instance.folder, measurement)
    answer = recorded_rows(influx.recorded.decode(), fields)
    assert len(table) == len(answer) > 0
    for row in table:
        stamp = calendar.timegm(row["time"].utctimetuple()) * SECOND + row["time"].microsecond * 1_000
        key = (stamp + (row.get("time_nanos") or 0), *(row[tag] for tag in tags))
        wanted = answer[key]
        for field in fields:
            assert as_text(row[field]) == wanted[field], (key, field)
    asked = len(influx.windows)
    instance.run("run", "-c", instance.config, "--once")
    assert len(influx.windows) == asked, "no window is asked for twice"


def as_text(value):
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


def recorded_rows(text, fields):
    """{(time, city, station) or (time, cpu, host): {field: text}} of an annotated CSV, by Python's own reader."""
    found, head = {}, None
    for cells in csv.reader(io.StringIO(text)):
        if not cells or cells[0].startswith("#"):
            head = None
        elif head is None:
            head = cells
        else:
            row = dict(zip(head, cells))
            values = {row["_field"]: row["_value"]} if "_field" in row else {field: row[field] for field in fields}
            tags = [row[name] for name in head if name in ("city", "station", "cpu", "host")]
            values = {name: f"{float(value):g}" if name in ("temp", "usage_idle") and value else value
                      for name, value in values.items()}
            found.setdefault((parse_time(row["_time"]), *tags), {}).update(values)
    return found
