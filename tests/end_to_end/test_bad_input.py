"""Hostile and broken input over the wire: the right status, bounded memory, good lines kept where Telegraf keeps them."""
import gzip
import os
import socket

import pytest

from firn_process import rows, simple_config

BOTH = ('[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n  token = "secret-token-1"\n  max_body_size = "4MB"\n'
        '[[inputs.influxdb_listener]]\n  service_address = "127.0.0.1:@PORT@"\n')
TOKEN = {"Authorization": "Token secret-token-1"}


@pytest.fixture
def instance(firn):
    running = firn(simple_config(inputs=BOTH)).start()
    yield running
    if running.process.poll() is None:
        running.stop()


def test_v1_keeps_good_lines_v2_keeps_none(instance):
    body = "good v=1 1000\nbad\ngood v=2 2000"
    assert instance.request("POST", "/write?db=x", body)[0] == 400
    assert instance.request("POST", "/api/v2/write?bucket=b", body, TOKEN)[0] == 400
    instance.stop()
    assert sorted(row["v"] for row in rows(instance.folder, "good")) == [1, 2]


@pytest.mark.parametrize("path, body, headers, status", [
    ("/api/v2/write?bucket=b", b"m v=1 1", {}, 401),
    ("/api/v2/write?bucket=b", b"m v=1 1", {"Authorization": "Token wrong"}, 401),
    ("/api/v2/write?bucket=b", b"m v=1 1\n" * 600_000, TOKEN, 413),
    ("/api/v2/write?bucket=b", b"not gzip", {**TOKEN, "Content-Encoding": "gzip"}, 400),
    ("/api/v2/write?bucket=b", gzip.compress(b"m v=1 1\n" * 20_000_000, 9), {**TOKEN, "Content-Encoding": "gzip"}, 413),
    ("/api/v2/write?bucket=b", gzip.compress(gzip.compress(b"m v=1 1\n" * 20_000_000, 9), 9), {**TOKEN, "Content-Encoding": "gzip"}, 400),
    ("/api/v2/write?bucket=b", gzip.compress(b"m v=1 1")[:-4] + b"\xff" * 4, {**TOKEN, "Content-Encoding": "gzip"}, 400),
    ("/api/v2/write?bucket=b", b"\x28\xb5\x2f\xfd" + os.urandom(1_000), {**TOKEN, "Content-Encoding": "zstd"}, 400),  # as sent, like Telegraf
    ("/api/v2/write?bucket=b", os.urandom(1 << 20), TOKEN, 400),
    ("/write", b"\x01" * 100_000, {}, 400),
    ("/write", b"\x00" * 100_000, {}, 204),  # a NUL before a line is blank, as in InfluxDB
    ("/nowhere", b"", TOKEN, 404),
], ids=["no token", "wrong token", "too large", "bad gzip", "bomb", "nested bomb", "false size", "other encoding", "garbage", "control bytes", "blank", "no such path"])
def test_bad_requests_get_the_right_status(instance, path, body, headers, status):
    before = instance.resident_bytes()
    try:
        answered = instance.request("POST", path, body, headers)[0]
    except (BrokenPipeError, ConnectionResetError):
        answered = 413  # the server answered before the body was sent, and closed
    assert answered == status
    assert instance.resident_bytes() - before < 128 << 20
    assert instance.request("GET", "/health")[0] == 200


def test_a_client_that_drips_or_dies_harms_nobody(instance):
    for fragment in (b"POST /write?db=x HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nm v=1", b"GARBAGE\r\n\r\n", b"POST / HT"):
        with socket.create_connection(("127.0.0.1", instance.port)) as client:
            client.sendall(fragment)
    assert instance.request("POST", "/write?db=x", "alive v=1 1000")[0] == 204


def test_a_full_journal_says_503_and_loses_nothing(firn):
    agent = '  journal_limit = "4MB"\n'
    config = simple_config(extra_agent=agent).replace('flush_interval = "1s"', 'flush_interval = "1h"')
    instance = firn(config).start()
    accepted, status = 0, 204
    for number in range(2_000):
        text = os.urandom(12_000).hex()
        status, headers, _ = instance.request("POST", "/api/v2/write?bucket=b", f'j s="{text}",n={number}i {number}')
        if status != 204:
            break
        accepted += 1
    assert status == 503 and "Retry-After" in headers and accepted > 10
    instance.stop()
    assert sorted(row["n"] for row in rows(instance.folder, "j")) == list(range(accepted))
