"""A real Telegraf behind a proxy that loses answers. What it then sends again it cuts anew, with what has come meanwhile, so no body
is a copy of an earlier one: nothing may be lost, and equal points are all that may be there more than once."""
import collections
import contextlib
import http.server
import os
import random
import subprocess
import threading
import time

import firn_process
import test_clients
from firn_process import rows

PARTS = int(os.environ.get("FIRN_TELEGRAF_PARTS", "30"))  # a part each fifth of a second
PART_ROWS = 330
START = 1_700_000_000_000_000_000


class LossyProxy(http.server.ThreadingHTTPServer):
    """Hands requests on, and loses every second answer: the client sees a connection that breaks off."""

    daemon_threads = True

    def __init__(self, port):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target, self.losing = port, True
        self.chance = random.Random(31)
        self.taken, self.lost = [], []  # bodies that Firn has taken; those whose answer was lost
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def read_body(self):
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_POST(self):
        text = self.read_body()
        headers = {name: value for name, value in self.headers.items() if name in ("Authorization", "Content-Type", "Content-Encoding")}
        status, _, answer = firn_process.request(self.server.target, "POST", self.path, text, headers)
        if status == 204:
            self.server.taken.append(text)
        if self.server.losing and self.server.chance.random() < 0.5:
            self.server.lost.append(text)
            self.close_connection = True
            self.connection.close()
            return
        with contextlib.suppress(OSError):  # Telegraf waits no longer: lost as well
            self.send_response(status)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(b"" if status == 204 else answer)


def config(folder, port):
    """Telegraf reads each part once, one after another."""
    parts = "".join(f"""[[inputs.file]]
  files = ["{folder}/part{number}.lp"]
  data_format = "influx"
  interval = "1h"
  collection_offset = "{number * 200}ms"
""" for number in range(PARTS))
    return f"""[agent]
  round_interval = false
  flush_interval = "200ms"
  metric_batch_size = 700
  metric_buffer_limit = {PARTS * PART_ROWS}
  omit_hostname = true
  precision = "1ns"
[[outputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{port}"]
  token = "t"
  organization = "o"
  bucket = "b"
  content_encoding = "identity"
{parts}"""


def point(number):
    return f"h{number % 5}", START // 1_000 + number * 1_000, number


def test_nothing_is_lost_and_only_equal_points_are_doubled(firn):
    program = test_clients.telegraf()
    instance = firn().start()
    proxy = LossyProxy(instance.port)
    folder = instance.folder
    for part in range(PARTS):
        ids = range(part * PART_ROWS, (part + 1) * PART_ROWS)
        (folder / f"part{part}.lp").write_text("".join(f"tg,host=h{i % 5} id={i}i {START + i * 1_000_000}\n" for i in ids))
    (folder / "telegraf.conf").write_text(config(folder, proxy.server_port))
    with open(folder / "telegraf.log", "wb") as log:
        running = subprocess.Popen([program, "--config", folder / "telegraf.conf"], stdout=log, stderr=log)
    try:
        time.sleep(PARTS * 0.2 + 1)
        proxy.losing = False
        test_clients.wait_until(lambda: len(distinct(test_clients.rows_or_none(folder))) >= PARTS * PART_ROWS)
    finally:
        running.terminate()
        running.wait(30)
        proxy.shutdown()
    instance.stop()
    anew = [text for text in proxy.lost if text not in proxy.taken[proxy.taken.index(text) + 1:]]
    assert len(proxy.lost) > 5 and anew, "the proxy lost answers, and Telegraf cut its batches anew"
    stored = distinct(rows(folder, "tg"))
    assert set(stored) == {point(number) for number in range(PARTS * PART_ROWS)}
    print(f"{len(proxy.lost)} answers lost, {len(anew)} of their batches cut anew; {sum(stored.values()) - len(stored)} equal points")


def distinct(table):
    return collections.Counter((row["host"], int(row["time"].timestamp() * 1_000_000 + 0.5), row["id"]) for row in table)
