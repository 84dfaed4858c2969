"""Clients that write without end, and the verifier of what they wrote. A row is a function of its number, so that of millions only
ranges of numbers are kept."""
import collections
import threading
import time

import pyarrow
import pyarrow.compute as compute

import firn_process

START = 1_700_000_000_000_000_000
HOSTS = [f"h{number}" for number in range(7)]
SPAN = 1_000_000_000  # numbers of one client


def body(first, count, table="load"):
    return "\n".join(f"{table},host=h{i % 7} id={i}i,v={i * 0.5} {START + i * 1_000}" for i in range(first, first + count)).encode()


class Client(threading.Thread):
    """Sends bodies one after another; a body without a yes is sent again, byte for byte, until it has one."""

    def __init__(self, port, number, rows, pause):
        super().__init__(daemon=True)
        self.port, self.number, self.rows, self.pause = port, number, rows, pause
        self.next = number * SPAN
        self.acknowledged = range(self.next, self.next)  # must be stored
        self.unanswered = None                           # may be
        self.asked = None  # the port of the request under way
        self.statuses = collections.Counter()
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self.unanswered = range(self.next, self.next + self.rows)
            self.next += self.rows
            text = body(self.unanswered.start, self.rows)
            while not self.stopping.is_set() and not self.send(text):
                time.sleep(0.05)
            time.sleep(self.pause)

    def send(self, text):
        self.asked = self.port
        try:
            status, _, _ = firn_process.request(self.asked, "POST", "/api/v2/write?bucket=b", text, timeout=5)
        except OSError:
            status = None  # refused, broken or lost
        self.asked = None
        self.statuses[status] += 1
        if status != 204:
            return False
        self.acknowledged = range(self.acknowledged.start, self.unanswered.stop)
        self.unanswered = None
        return True


class Load:
    """Several clients for the length of a `with` block; `first` keeps the numbers of two loads apart."""

    def __init__(self, instance, clients=3, rows=200, pause=0.0, first=1):
        self.clients = [Client(instance.port, number, rows, pause) for number in range(first, first + clients)]

    def __enter__(self):
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.join(30)

    def go_to(self, instance):
        """Sends to another process from now on, and returns when no client waits for the former one any more."""
        for client in self.clients:
            client.port = instance.port
        while any(client.asked not in (None, instance.port) for client in self.clients):
            time.sleep(0.02)

    @property
    def rows(self):
        return sum(len(client.acknowledged) for client in self.clients)

    @property
    def statuses(self):
        return sum((client.statuses for client in self.clients), collections.Counter())

    def wait_for(self, rows, seconds=60):
        """Until so many more rows are acknowledged."""
        wanted, end = self.rows + rows, time.monotonic() + seconds
        while self.rows < wanted:
            assert time.monotonic() < end, f"{self.rows} rows are acknowledged, not {wanted}: {self.statuses}"
            time.sleep(0.02)

    def problems(self, folder, properties=None):
        """What is wrong with the table, as PyIceberg reads it. Empty = exact."""
        table = firn_process.catalog(folder, properties).load_table("metrics.load").scan().to_arrow()
        open_ranges = [client.unanswered for client in self.clients if client.unanswered is not None]
        return problems(table, [client.acknowledged for client in self.clients], open_ranges)


def problems(table, acknowledged, unanswered=()):
    """Compares rows (columns id, host, v, time) with ranges of numbers."""
    found = [f"row {row['id']} is {row}" for row in changed(table).slice(0, 5).to_pylist()]
    counts = compute.value_counts(table["id"])
    numbers, counts = counts.field("values"), counts.field("counts")
    for number in numbers.filter(compute.greater(counts, 1))[:5]:
        found.append(f"row {number} is there more than once")
    missing, owed = 0, 0
    for part in acknowledged:
        expected = pyarrow.array(part, pyarrow.int64())
        lost = expected.filter(compute.invert(compute.is_in(expected, numbers)))
        found += [f"row {lost[0]} and {len(lost) - 1} behind it are lost"] if len(lost) > 0 and missing == 0 else []
        missing, owed = missing + len(lost), owed + len(part)
    maybe = sum(compute.sum(compute.is_in(pyarrow.array(part, pyarrow.int64()), numbers)).as_py() for part in unanswered)
    if len(numbers) > owed - missing + maybe:
        found.append(f"{len(numbers)} different rows are there, at most {owed - missing + maybe} were sent")
    return found


def changed(table):
    """Rows that are not what their number says."""
    ids = table["id"]
    series = compute.subtract(ids, compute.multiply(compute.divide(ids, len(HOSTS)), len(HOSTS)))
    whole = compute.equal(table["host"], pyarrow.array(HOSTS).take(series))
    whole = compute.and_(whole, compute.equal(table["v"], compute.multiply(ids.cast(pyarrow.float64()), 0.5)))
    whole = compute.and_(whole, compute.equal(table["time"].cast(pyarrow.int64()), compute.add(ids, START // 1_000)))
    return table.filter(compute.invert(compute.fill_null(whole, False)))
