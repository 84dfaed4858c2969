"""The guide's configurations, as they stand there; and what the program says to a wrong one."""
import os
import subprocess

import pytest

import firn_process

OUTPUT = '[[outputs.iceberg]]\n  warehouse = "lake"\n  catalog = "sqlite"\n  uri = "lake/catalog.db"\n  namespace = "metrics"\n'
ENVIRONMENT = {"INFLUXDB_TOKEN": "secret-of-the-query", "TELEGRAF_LISTENER_TOKEN": "secret-of-the-listener"}


def check(folder, *configs):
    arguments = [part for config in configs for part in ("-c", config)]
    return subprocess.run([firn_process.FIRN, "run", *arguments, "--check"], cwd=folder, capture_output=True, text=True,
                          timeout=60, env={**os.environ, **ENVIRONMENT})


@pytest.fixture
def output(tmp_path):
    path = tmp_path / "output.conf"
    path.write_text(OUTPUT)
    return path


def test_the_flux_queries_are_checked_against_the_windows(shared, tmp_path, output):
    done = check(tmp_path, shared / "guide/conf/method_a_influxdb_v2.conf", output)
    assert done.returncode == 0, done.stderr
    assert "configuration is valid: 1 inputs, 0 processors, 1 outputs" in done.stdout
    assert "secret" not in done.stdout + done.stderr


def test_two_listeners_share_a_port(shared, tmp_path, output):
    done = check(tmp_path, shared / "guide/conf/method_d_listeners.conf", output)
    assert done.returncode == 0, done.stderr
    assert "inputs.influxdb_listener: ok" in done.stdout and "inputs.influxdb_v2_listener: ok" in done.stdout
    assert "secret" not in done.stdout + done.stderr


def test_rename_goes_with_listeners(shared, tmp_path, output):
    conf = shared / "guide/conf"
    done = check(tmp_path, conf / "method_d_listeners.conf", conf / "processor_rename.conf", output)
    assert done.returncode == 0, done.stderr
    assert "1 processors" in done.stdout


def test_the_guides_listeners_and_names_fill_the_guides_tables(shared, tmp_path, firn):
    conf = shared / "guide/conf"
    text = (conf / "method_d_listeners.conf").read_text().replace('":8186"', '"127.0.0.1:@PORT@"')
    instance = firn(firn_process.simple_config(inputs=text + (conf / "processor_rename.conf").read_text()))
    instance.start(env=ENVIRONMENT)
    token = {"Authorization": f"Token {ENVIRONMENT['TELEGRAF_LISTENER_TOKEN']}"}
    assert instance.request("POST", "/api/v2/write?bucket=b", b"cpu v=1 1")[0] == 401
    instance.write("cpu,host=a usage_idle=98.5,usage_user=1.5 1000", headers=token)
    instance.write("memory,host=a used=1i 2000", path="/write?db=old")
    instance.stop()
    (row,) = firn_process.rows(tmp_path, "server_cpu_metrics")
    assert (row["hostname"], row["cpu_idle_percent"], row["cpu_user_percent"]) == ("a", 98.5, 1.5)
    (row,) = firn_process.rows(tmp_path, "server_memory_metrics")
    assert (row["hostname"], row["source_db"], row["used"]) == ("a", "old", 1)


def test_a_configuration_without_an_output_or_input_says_so(shared, tmp_path, output):
    done = check(tmp_path, shared / "guide/conf/method_d_listeners.conf")
    assert done.returncode == 1 and "no outputs" in done.stderr
    done = check(tmp_path, output)
    assert done.returncode == 1 and "no inputs" in done.stderr


@pytest.mark.parametrize("wrong, place, words", [
    ("  service_adress = \":8186\"", "2:3", ["service_adress", "service_address"]),
    ("  max_body_size = \"50XB\"", "2:", ["max_body_size", "50XB"]),
    ("  max_body_size = true", "2:", ["max_body_size"]),
    ("  namepass = \"cpu\"", "2:", ["namepass", "list of strings"]),
    ("  service_address = ", "2:", []),
])
def test_an_error_names_its_place_and_the_nearest_word(tmp_path, output, wrong, place, words):
    (tmp_path / "wrong.conf").write_text(f"[[inputs.influxdb_listener]]\n{wrong}\n")
    done = check(tmp_path, "wrong.conf", output)
    assert done.returncode == 1
    assert f"wrong.conf:{place}" in done.stderr, done.stderr
    for word in words:
        assert word in done.stderr, done.stderr


def test_an_unknown_plugin_suggests_the_nearest(tmp_path, output):
    (tmp_path / "wrong.conf").write_text("\n[[inputs.influxdb_v2_listner]]\n")
    done = check(tmp_path, "wrong.conf", output)
    assert done.returncode == 1
    assert "wrong.conf:2:1" in done.stderr and "did you mean inputs.influxdb_v2_listener?" in done.stderr


def test_all_errors_are_told_at_once(tmp_path, output):
    (tmp_path / "wrong.conf").write_text("[agent]\n  flush_intervall = \"1s\"\n[[inputs.file]]\n  file = [\"a\"]\n[[inputs.nosuch]]\n")
    said = check(tmp_path, "wrong.conf", output).stderr
    for place in ("wrong.conf:2:3", "wrong.conf:4:3", "wrong.conf:5:1"):
        assert place in said, said
