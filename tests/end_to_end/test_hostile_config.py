"""Configurations that nobody would write: refused with file, line and column, in bounded time and memory (fault 53)."""
import resource
import subprocess
import time

import pytest

import firn_process

LISTENER = '[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:0"\n'
OUTPUT = '[[outputs.file]]\n  files = ["stdout"]\n'
MIB = 1 << 20


def check(path, environment=None):
    """`run --check` with 2 GiB of address space; (exit code, what it said, seconds)."""
    started = time.monotonic()
    done = subprocess.run([firn_process.FIRN, "run", "--check", "-c", path], capture_output=True, text=True, timeout=60, env=environment,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30)))
    return done.returncode, done.stdout + done.stderr, time.monotonic() - started


@pytest.mark.parametrize("text, place", [
    ("a = " + "[" * 100_000, "1:"),
    ("a = " + "[" * 100_000 + "]" * 100_000, "1:"),
    ("a = " + "{b=" * 100_000 + "1" + "}" * 100_000, "1:"),
    ("[" + ".".join(["a"] * 100_000) + "]\nb = 1", "1:"),
    (".".join(f"k{i}" for i in range(100_000)) + " = 1", "1:"),
    ("[agent]\n  debug = true\n  debug = false\n", "3:"),
    ("[agent]\n  debug = true\n[agent]\n  quiet = true\n", "3:"),
    ("[agent]\n  interval = \"" + "9" * MIB + "h\"\n", "2:"),
    ("[agent]\n  memory_limit = 99999999999999999999999999\n", "2:"),
    ("[agent]\n  interval = \"\xff\xfe\"\n", "2:"),
    ("[agent]\n  state_directory = \"a\\u0000b\"\n  nothing = 1\n", "3:"),
    ("[agent]\n  state_directory = \"${FIRN_TEST_MISSING:?is needed}\"\n", "2:"),
], ids=["open arrays", "nested arrays", "nested tables", "a long table name", "a long key", "a key twice", "a table twice", "a long duration",
        "a large number", "no UTF-8", "a NUL", "a missing variable"])
def test_it_is_refused_with_its_place(tmp_path, text, place):
    path = tmp_path / "hostile.conf"
    path.write_bytes((text + "\n" + LISTENER + OUTPUT).encode("latin-1"))
    code, said, seconds = check(path)
    assert code == 1, said[-500:]
    assert f"hostile.conf:{place}" in said, said[-500:]
    assert len(said) < 2 * len(text) + 1_000 and seconds < 20


def test_ten_thousand_plugins_are_checked_in_time(tmp_path):
    path = tmp_path / "large.conf"
    path.write_text("".join(LISTENER.replace(":0", f":{number % 60_000 + 1}") for number in range(10_000)) + OUTPUT + "# " + "x" * (32 * MIB))
    code, said, seconds = check(path)
    assert code == 0 and "10000 inputs" in said and seconds < 30
