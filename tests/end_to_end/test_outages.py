"""What Firn lives on goes away for a while, under load: the processor, the catalog, the store, the disk. Afterwards every
acknowledged row is there, once; and meanwhile nobody is refused who need not be."""
import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import load
import servers
from firn_process import simple_config

SECONDS = float(os.environ.get("FIRN_SECONDS", "8"))  # of an outage; minutes in the long form
PAUSE = 0.02 if SECONDS < 60 else 0.2                 # between a client's bodies: every row is looked at afterwards
MIB = 1 << 20
LIMIT = 64  # MiB
LITTLE_MEMORY = f'  memory_limit = "{LIMIT}MB"\n'  # so that an outage of seconds is longer than memory lasts


class Memory(threading.Thread):
    """Looks at a process ten times a second."""

    def __init__(self, instance):
        super().__init__(daemon=True)
        self.instance, self.seen, self.done = instance, [], threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()

    def run(self):
        while not self.done.wait(0.1):
            self.seen.append(self.instance.resident_bytes())

    def check(self):
        """What it was allowed to take beside the program itself, as much again for what is on its way, and in minutes no growth."""
        sizes = [size // MIB for size in self.seen]
        assert max(sizes) - sizes[0] < 2 * LIMIT, sizes
        if SECONDS >= 60:
            third = len(sizes) // 3
            assert max(sizes[2 * third:]) < max(sizes[third:2 * third]) + 16, sizes


def wait_drained(instance, seconds=120):
    """Stops it, which commits what it holds; the log tells whether anything was left."""
    instance.stop(seconds)
    assert instance.log.read_text().rstrip().splitlines()[-1].endswith("; 0 records left in the journal")


def test_a_process_that_is_stopped_for_a_while_goes_on(firn):
    instance = firn().start()
    with load.Load(instance, pause=PAUSE) as clients:
        clients.wait_for(2_000)
        instance.process.send_signal(signal.SIGSTOP)
        time.sleep(SECONDS)
        instance.process.send_signal(signal.SIGCONT)
        clients.wait_for(2_000)
    wait_drained(instance)
    assert clients.problems(instance.folder) == []


def test_a_catalog_that_somebody_locks_costs_nobody_an_answer(firn):
    instance = firn(simple_config(extra_agent=LITTLE_MEMORY)).start()
    with load.Load(instance, rows=1_000, pause=PAUSE) as clients, Memory(instance) as memory:
        clients.wait_for(10_000)
        with contextlib.closing(sqlite3.connect(instance.folder / "lake/catalog.db", timeout=30)) as catalog:
            catalog.execute("BEGIN EXCLUSIVE")
            time.sleep(SECONDS)
            before = clients.rows
            clients.wait_for(2_000)
            catalog.rollback()
        assert before > 10_000
    memory.check()
    assert set(clients.statuses) == {204}
    wait_drained(instance)
    assert clients.problems(instance.folder) == []


def test_a_store_that_is_gone_costs_nobody_an_answer(firn, tmp_path):
    with servers.s3(tmp_path / "s3", "lake") as endpoint:
        config = simple_config(warehouse="s3://lake/w", extra_agent=LITTLE_MEMORY,
                               extra_output=servers.s3_output(endpoint))
        instance = firn(config)
        (instance.folder / "lake").mkdir()
        instance.start()
        with load.Load(instance, rows=1_000, pause=PAUSE) as clients, Memory(instance) as memory:
            clients.wait_for(10_000)
            with servers.s3_gone(tmp_path / "s3", endpoint, "lake"):
                time.sleep(SECONDS)
                clients.wait_for(2_000)
        memory.check()
        assert set(clients.statuses) == {204}
        wait_drained(instance)
        assert clients.problems(instance.folder, servers.s3_properties(endpoint)) == []


@pytest.fixture
def small_disk(tmp_path):
    """Makes a file system of some MiB; skips where that is not allowed."""
    mounted = []

    def make(name, mebibytes):
        folder = tmp_path / name
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"cannot mount a small file system: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    yield make
    for folder in mounted:
        subprocess.run(["umount", "-l", folder], check=True)


def fill(folder):
    """Takes all the room there is; gives the file that holds it."""
    ballast = folder / "ballast"
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while True:
            file.write(bytes(64 << 10))
    return ballast


def test_a_warehouse_whose_disk_is_full_again_and_again_costs_nobody_an_answer(firn, small_disk):
    disk = small_disk("lake", 64)
    instance = firn().start()
    with load.Load(instance, pause=PAUSE) as clients:
        for _ in range(max(3, int(SECONDS / 10))):
            clients.wait_for(2_000)
            ballast = fill(disk)
            time.sleep(1.5)
            ballast.unlink()
    assert set(clients.statuses) == {204}
    log = instance.log.read_text()
    assert "No space left" in log or "disk is full" in log
    wait_drained(instance)
    assert clients.problems(instance.folder) == []


def test_a_journal_whose_disk_is_full_refuses_until_there_is_room(firn, small_disk):
    disk = small_disk("disk", 300)  # 256 MiB are left to others
    config = simple_config().replace('state_directory = "@DIR@/state"', f'state_directory = "{disk}/state"')
    instance = firn(config).start()
    with load.Load(instance, rows=1_000) as clients:
        for number in range(1, 4):
            clients.wait_for(2_000)
            ballast = fill(disk)
            end = time.monotonic() + 20
            while clients.statuses[503] < 3 * number:
                assert time.monotonic() < end, clients.statuses
                time.sleep(0.02)
            ballast.unlink()
        clients.wait_for(2_000)
    assert set(clients.statuses) == {204, 503}
    wait_drained(instance)
    assert clients.problems(instance.folder) == []


def test_a_journal_that_cannot_be_synced_ends_the_process_and_the_next_one_goes_on(firn, tmp_path):
    compiler = shutil.which("cc") or shutil.which("gcc-12")
    if compiler is None:
        pytest.skip("no C compiler")
    library, wish = tmp_path / "sync_fails.so", tmp_path / "fail"
    source = pathlib.Path(__file__).with_name("sync_fails.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    faulty = {"LD_PRELOAD": str(library), "FIRN_SYNC_FAILS": str(wish)}
    instance = firn().start(env=faulty)
    with load.Load(instance) as clients:
        for _ in range(3):
            clients.wait_for(1_000)
            wish.touch()
            assert instance.process.wait(30) == 2
            wish.unlink()
            instance.start(env=faulty)
        clients.wait_for(1_000)
    assert "Input/output error" in instance.log.read_text()
    wait_drained(instance)
    assert clients.problems(instance.folder) == []
