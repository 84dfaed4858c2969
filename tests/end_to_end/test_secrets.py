"""Secrets planted everywhere a configuration may hold one come out nowhere: no log at debug level, error, answer, command or file."""
import base64
import http.server
import os
import stat
import threading

import pytest

import firn_process
import servers

SECRETS = {name: f"canary-{name}-{os.urandom(6).hex()}" for name in (
    "listener_token", "basic_password", "shared_secret", "query_token", "url_password", "s3_key", "s3_secret", "s3_session", "env", "key_password")}


class Refusing(http.server.BaseHTTPRequestHandler):
    """An InfluxDB that lets nobody in."""

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = b'{"code":"unauthorized","message":"unauthorized access"}'
        self.send_response(401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


@pytest.fixture
def influx():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


QUERY = """  [[inputs.influxdb_v2.query]]
    bucket = "b"
    query = 'from(bucket: v.bucket) |> range(start: v.timeRangeStart, stop: v.timeRangeStop)'
"""


def config(influx, second_port, output):
    return f"""[agent]
  debug = true
  interval = "1s"
  flush_interval = "1s"
  state_directory = "@DIR@/state"
[[inputs.influxdb_v2_listener]]
  service_address = "127.0.0.1:@PORT@"
  token = "{SECRETS['listener_token']}"
[[inputs.influxdb_listener]]
  service_address = "127.0.0.1:{second_port}"
  basic_username = "somebody"
  basic_password = "{SECRETS['basic_password']}"
[[inputs.influxdb_listener]]
  service_address = "127.0.0.1:{firn_process.free_port()}"
  token_username = "somebody"
  token_shared_secret = "{SECRETS['shared_secret']}"
[[inputs.influxdb_v2]]
  urls = ["http://127.0.0.1:{influx}"]
  token = "{SECRETS['query_token']}"
  organization = "o"
{QUERY}[[inputs.influxdb_v2]]
  urls = ["http://somebody:{SECRETS['url_password']}@127.0.0.1:{influx}"]
  token = "${{FIRN_TEST_SECRET}}"
  organization = "o"
  alias = "by the environment"
{QUERY}[[outputs.iceberg]]
  catalog = "sqlite"
  uri = "@DIR@/lake/catalog.db"
  namespace = "metrics"
{output}"""


LOCAL = '  warehouse = "@DIR@/lake"\n'
ENVIRONMENT = {"FIRN_TEST_SECRET": SECRETS["env"]}


def leaks(text):
    """Names of the secrets that stand in the text, also as base64, as in an Authorization header."""
    encoded = {name: base64.b64encode(f"somebody:{secret}".encode()).decode() for name, secret in SECRETS.items()}
    return [name for name, secret in SECRETS.items() if secret in text or encoded[name] in text]


def files_that_leak(folder):
    """Secrets in anything that was written; the configuration and the copy of it that is kept are for their owner alone."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file() or path.name == "firn.conf":
            continue
        if path.name == "accepted.conf":
            assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0, "others can read the secrets of the configuration"
            continue
        found += [(path.name, name) for name in leaks(path.read_bytes().decode("latin-1"))]
    return found


def test_no_secret_comes_out_of_a_run(firn, influx):
    second = firn_process.free_port()
    instance = firn(config(influx, second, LOCAL)).start(env=ENVIRONMENT)
    good = {"Authorization": f"Token {SECRETS['listener_token']}"}
    told = [instance.request("POST", "/api/v2/write?bucket=b", "m v=1 1000", good)]
    told.append(instance.request("POST", "/api/v2/write?bucket=b", "m v=\nm v=2", good))
    told.append(instance.request("POST", f"/api/v2/write?bucket=b&token={SECRETS['listener_token']}x", "m v=1 1000"))
    told.append(instance.request("POST", "/api/v2/write?bucket=b", "m v=1 1000", {"Authorization": f"Token {SECRETS['listener_token']}x"}))
    told += [instance.request("GET", path, None, good) for path in ("/health", "/ping", "/ready", "/metrics", "/", "/api/v2/buckets")]
    for header in (f"Basic {base64.b64encode(('somebody:' + SECRETS['basic_password']).encode()).decode()}", "Basic broken", "Bearer x.y.z"):
        told.append(firn_process.request(second, "POST", "/write?db=x", "m v=1 1000", {"Authorization": header}))
    told.append(firn_process.request(second, "POST", f"/write?db=x&u=somebody&p={SECRETS['basic_password']}", "m v=1 1000"))
    assert [status for status, *_ in told[:4]] == [204, 400, 401, 401]
    instance.wait_log("unauthorized")
    instance.stop()
    assert leaks(str(told)) == []
    assert leaks(instance.log.read_text()) == []
    assert files_that_leak(instance.folder) == []


@pytest.mark.parametrize("arguments", [["run", "--check"], ["run", "--test"], ["state"], ["table", "list"], ["rejected", "list"], ["sql", "SELECT 1 FROM nothing"]],
                         ids=lambda arguments: " ".join(arguments[:2]))
def test_no_secret_comes_out_of_a_command(firn, influx, arguments, monkeypatch):
    monkeypatch.setenv("FIRN_TEST_SECRET", SECRETS["env"])
    instance = firn(config(influx, firn_process.free_port(), LOCAL))
    done = instance.run(*arguments, "-c", instance.config, check=False, seconds=60)
    assert leaks(done.stdout + done.stderr) == []
    assert files_that_leak(instance.folder) == []


def test_no_secret_comes_out_of_a_store_that_refuses_it(firn, influx, tmp_path):
    with servers.s3(tmp_path / "s3", "lake") as endpoint:
        output = (f'  warehouse = "s3://lake/w"\n  s3_endpoint = "{endpoint}"\n  s3_region = "us-east-1"\n  s3_path_style = true\n'
                  f'  s3_access_key = "{SECRETS["s3_key"]}"\n  s3_secret_key = "{SECRETS["s3_secret"]}"\n'
                  f'  s3_session_token = "{SECRETS["s3_session"]}"\n')
        instance = firn(config(influx, firn_process.free_port(), output))
        (instance.folder / "lake").mkdir()
        instance.start(env=ENVIRONMENT)
        instance.write("m v=1 1000", headers={"Authorization": f"Token {SECRETS['listener_token']}"})
        instance.wait_log("output iceberg-1")
        instance.process.terminate()
        instance.process.wait(60)
        log = instance.log.read_text()
        assert leaks(log) in ([], ["s3_key"]), "S3 names the key that it does not know; the secret that goes with it stays"
        assert files_that_leak(instance.folder / "state") == []


@pytest.mark.parametrize("line", [
    'token = ["{}"]', 'token = "{}', 'tokn = "{}"', 'token = "{}" "{}"', 'token = {}', 'basic_password = "{}"', 'token = "{}"\ntoken = "{}"',
    'tls_key = "/nowhere"\ntls_cert = "/nowhere"\ntls_key_pwd = "{}"',
])
def test_no_secret_comes_out_of_an_error_in_the_configuration(firn, line):
    secret = SECRETS["key_password"]
    listener = f'[[inputs.influxdb_v2_listener]]\n  service_address = "127.0.0.1:@PORT@"\n{line.replace("{}", secret)}\n'
    instance = firn(firn_process.simple_config(inputs=listener))
    done = instance.run("run", "-c", instance.config, check=False)
    assert done.returncode != 0
    assert leaks(done.stdout + done.stderr) == []
