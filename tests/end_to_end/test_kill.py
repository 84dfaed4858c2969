"""kill -9 under load: no acknowledged row is lost, no row is there twice."""
import os
import random
import threading
import time

import pytest

import firn_process
from ledger import Ledger

KILLS = int(os.environ.get("FIRN_KILLS", "20"))


class Client(threading.Thread):
    """Sends bodies one after another; a body without an answer is sent again, byte for byte, until it has one."""

    def __init__(self, firn, ledger, number):
        super().__init__(daemon=True)
        self.firn, self.ledger, self.number = firn, ledger, number
        self.stopping = threading.Event()
        self.next_id = number * 10_000_000

    def run(self):
        while not self.stopping.is_set():
            content, lines = {}, []
            for _ in range(200):
                row_id, self.next_id = self.next_id, self.next_id + 1
                series, stamp, value = f"h{row_id % 7}", 1_700_000_000_000_000_000 + row_id * 1_000, row_id * 0.5
                content[row_id] = (series, stamp // 1_000, value)
                lines.append(f"load,host={series},client=c{self.number} id={row_id}i,v={value} {stamp}")
            body = "\n".join(lines).encode()
            self.ledger.unanswered.update(content)
            while not self.stopping.is_set():
                try:
                    status, _, _ = self.firn.request("POST", "/api/v2/write?bucket=b", body, timeout=10)
                except OSError:
                    time.sleep(0.05)
                    continue
                if status == 204:
                    self.ledger.acknowledged.update(content)
                    for row_id in content:
                        del self.ledger.unanswered[row_id]
                    break
                time.sleep(0.1)


def table_rows(folder):
    for row in firn_process.rows(folder, "load"):
        yield row["id"], row["host"], int(row["time"].timestamp() * 1_000_000 + 0.5), row["v"]


def test_no_row_is_lost_or_doubled_by_kills(firn):
    instance = firn().start()
    ledger = Ledger()
    clients = [Client(instance, ledger, number) for number in range(1, 4)]
    for client in clients:
        client.start()
    chance = random.Random(20)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.1, 1.5))
        instance.kill()
        instance.start()
    for client in clients:
        client.stopping.set()
    for client in clients:
        client.join(30)
    instance.stop()
    assert len(ledger.acknowledged) > 1_000
    assert ledger.problems(table_rows(instance.folder)) == []


@pytest.mark.parametrize("planted, word", [
    (lambda rows: rows[1:], "lost"),
    (lambda rows: rows + rows[:1], "twice"),
    (lambda rows: [(rows[0][0], *rows[1][1:]), (rows[1][0], *rows[0][1:]), *rows[2:]], "is"),
])
def test_verifier_finds_planted_faults(planted, word):
    content = {i: (f"h{i}", i, i * 0.5) for i in range(10)}
    ledger = Ledger(acknowledged=dict(content))
    rows = [(i, *c) for i, c in content.items()]
    assert ledger.problems(rows) == []
    assert any(word in problem for problem in ledger.problems(planted(rows)))
