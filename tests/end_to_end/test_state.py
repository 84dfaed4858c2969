"""What Firn remembers, and what it could not take, as the commands show it."""
import json
import shutil

from firn_process import rows, simple_config

ALIASED = '[[inputs.file]]\n  alias = "{}"\n  files = ["@DIR@/*.lp"]\n'
LISTENER = '[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n'


def test_state_lists_positions_and_adopts_them_under_another_name(firn):
    config = simple_config(inputs=ALIASED.format("old-name"))
    instance = firn(config)
    (instance.folder / "a.lp").write_text("s v=1 1000\n")
    instance.run("run", "-c", instance.config, "--once")
    shown = json.loads(instance.run("state", "-c", instance.config, "--json").stdout)
    assert {(entry["where"], entry["source"]) for entry in shown} >= {("output", "old-name"), ("table", "old-name")}
    instance.config.write_text(instance.config.read_text().replace("old-name", "new-name"))
    instance.run("state", "adopt", "old-name", "new-name", "-c", instance.config)
    instance.run("run", "-c", instance.config, "--once")
    assert len(rows(instance.folder, "s")) == 1
    shown = json.loads(instance.run("state", "-c", instance.config, "--json").stdout)
    assert {entry["source"] for entry in shown} == {"new-name"}


def test_rejected_rows_are_listed_and_sent_again(firn):
    config = simple_config(inputs=LISTENER, extra_output='  time_range = ["2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"]\n')
    instance = firn(config).start()
    instance.write("j,h=a v=1.5 1000\nj,h=a v=2 1700000000000000000")
    instance.stop()
    assert [row["v"] for row in rows(instance.folder, "j")] == [2]
    listed = instance.run("rejected", "list", "-c", instance.config, "--format", "json").stdout.splitlines()
    assert len(listed) == 1
    entry = json.loads(listed[0])
    assert "1.5" in entry["payload"] and entry["reason"]
    instance.config.write_text("\n".join(line for line in instance.config.read_text().splitlines() if "time_range" not in line))
    instance.start()
    url = f"http://127.0.0.1:{instance.port}/api/v2/write?bucket=b"
    answer = instance.run("rejected", "retry", "-c", instance.config, "--url", url).stdout
    assert answer.startswith("1 rejected rows sent again")
    instance.stop()
    assert sorted(row["v"] for row in rows(instance.folder, "j")) == [1.5, 2]


def test_a_process_whose_copy_has_taken_over_stops_for_good(firn, tmp_path):
    older = firn().start()
    older.write("t,h=a v=1i 1000")
    older.wait_log("rows taken")
    newer = firn(folder=tmp_path / "copy")
    shutil.copytree(older.folder / "state", newer.folder / "state")
    newer.config.write_text(older.config.read_text().replace(f"{older.folder}/state", f"{newer.folder}/state")
                            .replace(str(older.port), str(newer.port)))
    newer.start()
    newer.write("t,h=b v=2i 2000")
    newer.stop()
    older.write("t,h=c v=3i 3000")
    assert older.process.wait(60) == 4, older.log.read_text()
    assert "another process has taken over" in older.log.read_text()
    assert sorted(row["v"] for row in rows(older.folder, "t")) == [1, 2]
    assert "t,h=c v=3i" in older.run("journal", "show", "state/journal", "--payloads").stdout, "what was acknowledged is still there"
