"""The same promises with the warehouse in S3: written, restarted, killed; every cell is there, by two readers."""
import datetime
import json
import signal

import pytest

import servers
from firn_process import free_port, rows, simple_config
from ledger import Ledger

DAY = 86_400_000_000_000
START = 1_700_000_000_000_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory):
    with servers.s3(tmp_path_factory.mktemp("s3"), "lake") as address:
        yield address


@pytest.fixture
def instance(firn, endpoint, request):
    config = simple_config(warehouse=f"s3://lake/{request.node.name}", extra_output=servers.s3_output(endpoint))
    running = firn(config)
    (running.folder / "lake").mkdir()
    return running.start()


def micros(time):
    delta = time - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def body(ids):
    """Rows over three days, and what they must look like when read: (series, time in microseconds, value)."""
    content = {i: (f"h{i % 5}", (START + i % 3 * DAY + i * 1_000) // 1_000, i * 0.25) for i in ids}
    lines = "\n".join(f"s,host={host} id={i}i,v={value} {stamp * 1_000}" for i, (host, stamp, value) in content.items())
    return lines, content


def test_rows_survive_a_restart_and_a_kill(instance, endpoint):
    ledger = Ledger()
    for number in range(4):
        lines, content = body(range(number * 300, (number + 1) * 300))
        instance.write(lines)
        ledger.acknowledged.update(content)
        if number == 0:
            instance.stop()
            instance.start()
        if number in (1, 2):
            instance.kill()
            instance.start()
    instance.stop()
    found = rows(instance.folder, "s", servers.s3_properties(endpoint))
    assert ledger.problems((row["id"], row["host"], micros(row["time"]), row["v"]) for row in found) == []
    shown = instance.run("sql", "-c", instance.config, "--format", "json",
                         "SELECT id, host, epoch_us(time) AS t, v FROM metrics.s").stdout
    cells = (json.loads(line) for line in shown.splitlines())
    assert ledger.problems((row["id"], row["host"], row["t"], row["v"]) for row in cells) == []
    days = instance.run("sql", "-c", instance.config, "--format", "csv",
                        'SELECT count(*) AS n, sum(record_count) AS r FROM metrics."s$partitions"').stdout
    assert days.split() == ["n,r", "3,1200"]


def test_columns_added_later_and_every_type(instance, endpoint):
    instance.write('e,host=a f=1.5,i=9223372036854775807i,u=18446744073709551615u,b=true,s="Zürich 🌲" 1000')
    instance.stop()
    instance.start()
    instance.write('e,host=b,zone=z f=-0.25,i="word" 2000')
    instance.stop()
    first, second = sorted(rows(instance.folder, "e", servers.s3_properties(endpoint)), key=lambda row: row["host"])
    assert (first["f"], first["i"], int(first["u"]), first["b"], first["s"]) == (
        1.5, 9223372036854775807, 18446744073709551615, True, "Zürich 🌲")
    assert (first["zone"], first["i_string"]) == (None, None)
    assert (second["f"], second["i"], second["i_string"], second["zone"], second["s"]) == (-0.25, None, "word", "z", None)


def test_a_wrong_secret_is_told_and_loses_nothing(firn, endpoint):
    output = servers.s3_output(endpoint).replace(servers.S3_SECRET, "${S3_SECRET}")
    instance = firn(simple_config(warehouse="s3://lake/secret", extra_output=output))
    (instance.folder / "lake").mkdir()
    instance.start(env={"S3_SECRET": "wrong"})
    instance.write("w v=1i 1000")
    instance.wait_log("ACCESS_DENIED")
    instance.kill()
    instance.start(env={"S3_SECRET": servers.S3_SECRET})
    instance.stop()
    assert [row["v"] for row in rows(instance.folder, "w", servers.s3_properties(endpoint))] == [1]


def test_a_literal_secret_can_be_put_right_while_rows_wait(firn, endpoint):
    right = servers.s3_output(endpoint)
    instance = firn(simple_config(warehouse="s3://lake/literal", extra_output=right.replace(servers.S3_SECRET, "wrong")))
    (instance.folder / "lake").mkdir()
    instance.start()
    instance.write("w v=1i 1000")
    instance.wait_log("ACCESS_DENIED")
    instance.kill()
    instance.config.write_text(instance.config.read_text().replace('"wrong"', f'"{servers.S3_SECRET}"'))
    instance.start()
    instance.stop()
    assert "finished under the former one" in instance.log.read_text()
    assert [row["v"] for row in rows(instance.folder, "w", servers.s3_properties(endpoint))] == [1]


def test_a_stop_while_the_store_is_down_is_soon_over_and_loses_nothing(firn, endpoint):
    right = servers.s3_output(endpoint)
    instance = firn(simple_config(warehouse="s3://lake/down", extra_output=right.replace(endpoint, f"http://127.0.0.1:{free_port()}")))
    (instance.folder / "lake").mkdir()
    instance.start()
    instance.write("w v=1i 1000")
    instance.wait_log("cannot")
    instance.process.send_signal(signal.SIGTERM)
    assert instance.process.wait(60) == 2, "rows wait in the journal: it was not a clean end"
    instance.config.write_text(simple_config(warehouse="s3://lake/down", extra_output=right)
                               .replace("@PORT@", str(instance.port)).replace("@DIR@", str(instance.folder)))
    instance.start()
    instance.stop()
    assert [row["v"] for row in rows(instance.folder, "w", servers.s3_properties(endpoint))] == [1]
