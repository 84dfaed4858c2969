"""More than one process: on one state folder, on one table, and on copies of one another."""
import contextlib
import os
import shutil
import signal
import sqlite3
import time

import load
from firn_process import simple_config

ROUNDS = int(os.environ.get("FIRN_ZOMBIES", "2"))
SECONDS_OF_TWO_WRITERS = float(os.environ.get("FIRN_SECONDS", "5"))
# A name of its own makes the source the same one wherever it listens.
LISTENER = '[[inputs.influxdb_v2_listener]]\n  alias = "clients"\n  service_address = "127.0.0.1:@PORT@"\n'


def copy_of(firn, older, folder):
    """A Firn on a copy of another one's state folder and on the same warehouse, as a cloned machine would be."""
    newer = firn(folder=folder)
    shutil.copytree(older.folder / "state", newer.folder / "state")
    newer.config.write_text(older.config.read_text().replace(f"{older.folder}/state", f"{newer.folder}/state")
                            .replace(str(older.port), str(newer.port)))
    return newer


def pointer(instance, table="load"):
    with contextlib.closing(sqlite3.connect(f"file:{instance.folder}/lake/catalog.db?mode=ro", uri=True)) as database:
        query = "SELECT metadata_location FROM iceberg_tables WHERE table_name = ?"
        return database.execute(query, (table,)).fetchone()


def wait_for_commit(instance, seconds=30):
    before, end = pointer(instance), time.monotonic() + seconds
    while pointer(instance) == before:
        assert time.monotonic() < end, "nothing is committed"
        time.sleep(0.02)


def stop_for_a_while(instance):
    """Anywhere but inside the catalog's transaction: SQLite's lock would be held, and nobody could take over."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        instance.process.send_signal(signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(instance.process.pid, os.WUNTRACED)[1])  # the last thread answers nobody any more
        with contextlib.closing(sqlite3.connect(instance.folder / "lake/catalog.db", timeout=0)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
                return database.rollback()
            except sqlite3.OperationalError:
                instance.process.send_signal(signal.SIGCONT)
        time.sleep(0.05)
    raise AssertionError("the catalog is locked all the time")


def test_a_zombie_that_wakes_up_after_the_newer_has_committed_changes_nothing(firn, tmp_path):
    """Stopped anywhere, also inside a commit; its clients go to the newer one with what it has not answered."""
    for number in range(ROUNDS):
        older = firn(simple_config(inputs=LISTENER), tmp_path / f"older{number}").start()
        with load.Load(older) as clients:
            clients.wait_for(2_000 * (number + 1))
            stop_for_a_while(older)
            newer = copy_of(firn, older, tmp_path / f"newer{number}").start()
            clients.go_to(newer)
            clients.wait_for(2_000)
            wait_for_commit(older)
            older.process.send_signal(signal.SIGCONT)
            with contextlib.suppress(OSError):  # it may have ended
                older.request("POST", "/api/v2/write?bucket=b", "load,host=zombie id=-1i,v=0 1")
            assert older.process.wait(30) == 4, older.log.read_text()[-3000:]
            clients.wait_for(2_000)
        newer.stop()
        assert clients.problems(older.folder) == []


def test_a_zombie_that_wakes_up_before_its_copy_has_committed_loses_nothing(firn, tmp_path):
    """Both give the same sequences of one journal to other bodies, and both commit. The older ends when it finds that it was taken
    over; what it has acknowledged until then is written when it is started again."""
    for number in range(ROUNDS):
        older = firn(simple_config(inputs=LISTENER), tmp_path / f"older{number}").start()
        with load.Load(older) as clients:
            clients.wait_for(2_000 * (number + 1))
            stop_for_a_while(older)
            newer = copy_of(firn, older, tmp_path / f"newer{number}")
            # Else it would finish, and commit, what waits under the other's configuration before it begins.
            (newer.folder / "state/accepted.conf").unlink()
            newer.config.write_text(newer.config.read_text().replace('flush_interval = "1s"', 'flush_interval = "1h"'))
            newer.start()
            with load.Load(newer, first=10) as others:
                others.wait_for(2_000)
                older.process.send_signal(signal.SIGCONT)
                clients.wait_for(2_000)
                wait_for_commit(older)
                newer.stop()  # which commits
                assert older.process.wait(30) == 4, older.log.read_text()[-3000:]
                older.start()
                newer.start()
                clients.wait_for(2_000)
                others.wait_for(2_000)
        older.stop()
        newer.stop()
        clients.clients += others.clients
        assert clients.problems(older.folder) == []


def test_a_second_process_on_the_state_folder_is_refused_and_harms_nobody(firn):
    first = firn().start()
    with load.Load(first) as clients:
        second = first.run("run", "-c", first.config, check=False, seconds=30)
        assert second.returncode == 2 and str(first.process.pid) in second.stderr, second
        clients.wait_for(1_000)
    first.stop()
    assert clients.problems(first.folder) == []


def test_two_processes_write_to_one_table(firn, tmp_path):
    """Each with its own journal: every commit meets the other's, and both get through."""
    first = firn(simple_config().replace('"1s"', '"100ms"')).start()
    second = firn(first.config.read_text().replace(f"{first.folder}/state", f"{tmp_path}/second/state")
                  .replace(str(first.port), "@PORT@"), tmp_path / "second").start()
    with load.Load(first) as clients, load.Load(second, first=10) as others:
        end = time.monotonic() + SECONDS_OF_TWO_WRITERS
        while time.monotonic() < end:
            clients.wait_for(1_000)
            others.wait_for(1_000)
    first.stop()
    second.stop()
    clients.clients += others.clients
    assert clients.problems(first.folder) == []
