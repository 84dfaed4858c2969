"""Clients that mean harm, over real sockets: the right status, bounded memory and time, and the others are served."""
import contextlib
import resource
import selectors
import socket
import time

import pytest

from firn_process import rows, simple_config
from test_clients import wait_until

LISTENERS = ('[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n  max_body_size = "4MB"\n  read_timeout = "2s"\n'
             '[[inputs.influxdb_listener]]\n  service_address = "127.0.0.1:@PORT@"\n  max_body_size = "4MB"\n  read_timeout = "2s"\n')
HEAD = b"POST /api/v2/write?bucket=b HTTP/1.1\r\nHost: x\r\n"
MIB = 1 << 20


@pytest.fixture
def instance(firn):
    running = firn(simple_config(inputs=LISTENERS)).start()
    running.write("warm v=1 1000")
    yield running
    if running.process.poll() is None:
        running.stop()


@contextlib.contextmanager
def bounded(instance, mebibytes):
    """The block costs no more memory than this at any time, and the next client is served."""
    before = instance.resident_bytes()
    yield
    grown = instance.resident_bytes("VmHWM") - before
    assert grown < mebibytes * MIB, f"{grown // MIB} MiB more"
    instance.write("alive v=1 1000")


def open_sockets(port, count, text):
    """As many connections as the server lets in, each with `text` sent."""
    opened = []
    for _ in range(count):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", port))
        opened.append(client)
        if len(opened) % 500 == 0:
            time.sleep(0.05)  # so that the queue of the listening socket does not overflow
    for client in opened:
        with contextlib.suppress(OSError):
            client.sendall(text)
    return opened


def answers(sockets, seconds):
    """What each has been told until it was closed: a list of bytes; b"" where it was closed without a word, None where it is open."""
    told = {client: b"" for client in sockets}
    waiting = selectors.DefaultSelector()
    for client in sockets:
        waiting.register(client, selectors.EVENT_READ)
    end = time.monotonic() + seconds
    while waiting.get_map() and time.monotonic() < end:
        for key, _ in waiting.select(0.1):
            try:
                piece = key.fileobj.recv(4096)
            except OSError:
                piece = b""
            told[key.fileobj] += piece
            if not piece:
                waiting.unregister(key.fileobj)
    still_open = {key.fileobj for key in waiting.get_map().values()}
    for client in sockets:
        client.close()
    return [None if client in still_open else text for client, text in told.items()]


def test_ten_thousand_connections_are_refused_or_time_out(instance):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 12_000:
        pytest.skip(f"only {hard} descriptors are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 12_000), hard))
    try:
        with bounded(instance, 96):
            sockets = open_sockets(instance.port, 10_000, HEAD + b"Content-Length: 100\r\n\r\nm v=")
            told = answers(sockets, 20)
            assert None not in told, "every connection ends"
            assert sum(text.startswith(b"HTTP/1.1 503 ") for text in told) > 1_000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_process_without_descriptors_serves_again_when_there_are_some(firn):
    instance = firn(simple_config(inputs=LISTENERS)).start()
    resource.prlimit(instance.process.pid, resource.RLIMIT_NOFILE, (200, 200))
    with bounded(instance, 32):
        sockets = open_sockets(instance.port, 400, HEAD)
        time.sleep(1)
        told = answers(sockets, 20)
        assert None not in told
    instance.stop()
    assert len(rows(instance.folder, "alive")) == 1


def drip(port, pieces, pause):
    """Sends one piece after another until all are sent or the server ends it; gives its answer and the seconds that it took."""
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        with contextlib.suppress(OSError):
            for piece in pieces:
                client.sendall(piece)
                time.sleep(pause)
        told = b""
        with contextlib.suppress(OSError):
            while piece := client.recv(65_536):
                told += piece
    return told, time.monotonic() - started


@pytest.mark.parametrize("pieces", [
    [HEAD[i:i + 1] for i in range(len(HEAD))],
    [HEAD + b"Content-Length: 1000\r\n\r\n", *[b"m v=1 1\n"] * 100],
    [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"8\r\nm v=1 1\n\r\n"] * 100],
], ids=["head", "body", "chunks"])
def test_a_request_that_drips_is_ended_in_time(instance, pieces):
    with bounded(instance, 32):
        told, seconds = drip(instance.port, pieces, 0.2)
    assert seconds < 8 and not told.startswith(b"HTTP/1.1 2")


def test_a_line_of_a_gigabyte_is_refused_before_it_is_read(instance):
    with bounded(instance, 64):
        told, _ = drip(instance.port, [HEAD + b"Content-Length: 1073741824\r\n\r\n", *[b"m,t=" + b"x" * MIB] * 8], 0)
        assert told.startswith(b"HTTP/1.1 413 "), told[:100]
        piece = b"%x\r\n" % MIB + b"x" * MIB + b"\r\n"
        told, seconds = drip(instance.port, [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 1_024], 0)
        assert told.startswith(b"HTTP/1.1 413 ") or not told and seconds < 10


@pytest.mark.parametrize("text, statuses", [
    (b"Content-Length: -1\r\n\r\nm v=1 1", {400}),
    (b"Content-Length: 18446744073709551616\r\n\r\nm v=1 1", {400, 413}),
    (b"Content-Length: 7\r\nContent-Length: 8\r\n\r\nm v=1 1", {400}),
    (b"Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\nm v=1 1", {400}),
    (b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nm v=1 1", {400, 413}),
    (b"Transfer-Encoding: chunked\r\n\r\n7fffffff\r\nm v=1 1", {400, 413, None}),
    (b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nm v=1 1", {400}),
    (b"Content-Length: 100\r\n\r\nm v=1 1", {None}),
], ids=["negative", "beyond 64 bits", "two lengths", "length and chunks", "chunk beyond 64 bits", "chunk of 2 GiB", "no number", "too long"])
def test_a_length_that_lies_stores_nothing(instance, text, statuses):
    with bounded(instance, 32):
        told, seconds = drip(instance.port, [HEAD + text], 0)
    assert (int(told.split()[1]) if told else None) in statuses and seconds < 8
    instance.stop()
    assert not (instance.folder / "lake/metrics/m").exists()


def test_what_stands_behind_a_body_is_a_request_of_its_own(instance):
    text = HEAD + b"Content-Length: 7\r\n\r\nm v=1 1m v=2 2\nm v=3 3\r\n\r\n"
    told, _ = drip(instance.port, [text], 0)
    assert told.startswith(b"HTTP/1.1 204 ") and b"HTTP/1.1 400 " in told
    instance.stop()
    assert [row["v"] for row in rows(instance.folder, "m")] == [1]


@pytest.mark.parametrize("text, status", [
    ("wide," + ",".join(f"t{i}=x" for i in range(10_000)) + " v=1 1000", 400),  # more tags than a line may have
    ("wide v=1," + ",".join(f"f{i}=1" for i in range(10_000)) + " 1000", 204),
    ("\n".join(f"wide,t{i}=x v=1 {i}" for i in range(10_000)), 204),
    ("\n".join(f"wide f{i}=1 {i}" for i in range(10_000)), 204),
], ids=["tags of a line", "fields of a line", "tags of a body", "fields of a body"])
def test_ten_thousand_names_cost_a_bounded_amount_and_what_no_table_takes_is_kept(instance, text, status):
    with bounded(instance, 200):
        started = time.monotonic()
        assert instance.request("POST", "/api/v2/write?bucket=b", text)[0] == status
        assert time.monotonic() - started < 5
        wait_until(lambda: status == 400 or list(instance.folder.glob("lake/metrics/wide/metadata/snap-*")))
    instance.stop(120)
    assert status == 400 or rows(instance.folder, "firn_rejected")
