"""Full rate for a long time: memory, descriptors and threads stay flat, and every row is counted.

In a run of seconds, memory is still on its way to its limit, so it is held against the limit alone; from a minute on, it has to be flat too.
"""
import json
import os
import pathlib
import time

import load
from firn_process import simple_config

SECONDS = float(os.environ.get("FIRN_ENDURANCE_SECONDS", "12"))
MIB = 1 << 20
LIMIT = 64 * MIB


def look(instance):
    process = pathlib.Path(f"/proc/{instance.process.pid}")
    return {"memory": instance.resident_bytes(), "descriptors": len(list((process / "fd").iterdir())),
            "threads": len(list((process / "task").iterdir()))}


def test_memory_descriptors_and_threads_stay_flat(firn):
    instance = firn(simple_config(extra_agent=f'  memory_limit = "{LIMIT // MIB}MB"\n')).start()
    idle = instance.resident_bytes()
    seen = []
    with load.Load(instance, rows=5_000) as clients:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            time.sleep(min(1.0, SECONDS / 20))
            seen.append(look(instance))
    instance.stop(300)
    middle = seen[len(seen) // 3:2 * len(seen) // 3]
    last = seen[2 * len(seen) // 3:]
    most = {name: (max(at[name] for at in middle), max(at[name] for at in last)) for name in seen[0]}
    print(f"{clients.rows} rows in {SECONDS:.0f} s; at most, in the second and the last third: {most}")
    assert max(most["memory"]) < idle + 2 * LIMIT
    if SECONDS >= 60:
        assert most["memory"][1] < max(most["memory"][0] * 1.05, most["memory"][0] + 16 * MIB)
    assert most["descriptors"][1] <= most["descriptors"][0] + 16
    assert most["threads"][1] <= most["threads"][0] + 2
    listed = json.loads(instance.run("table", "list", "--json", "-c", instance.config).stdout)
    unanswered = sum(len(client.unanswered or ()) for client in clients.clients)
    assert clients.rows <= listed[0]["rows"] <= clients.rows + unanswered
