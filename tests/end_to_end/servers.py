"""Servers of others that tests need, started by the scripts in $FIRN_SHARED/servers; a test is skipped where one cannot be had."""
import contextlib
import os
import pathlib
import subprocess

import pytest

import firn_process

SHARED = pathlib.Path(os.environ.get("FIRN_SHARED") or firn_process.ROOT.parent / "shared")
CACHE = pathlib.Path(os.environ.get("FIRN_CACHE") or pathlib.Path.home() / ".cache/firn-servers")
S3_KEY, S3_SECRET, S3_REGION = "firn", "firnsecret", "us-east-1"


@contextlib.contextmanager
def running(script, folder, *arguments, seconds=600, env=None):
    """Runs a server for the length of the block; yields its endpoint. Skips the test where it does not start."""
    path = SHARED / "servers" / script
    if not path.is_file():
        pytest.skip(f"{script} is absent: set FIRN_SHARED")
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "FIRN_CACHE": str(CACHE), **(env or {})}
    try:
        started = subprocess.run([path, "start", folder, str(firn_process.free_port()), *arguments], env=environment, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=seconds)
        if started.returncode != 0:
            pytest.skip(f"{script} does not start here: {(started.stderr or '').strip()[-200:]}")
        yield started.stdout.strip().splitlines()[-1]
    except subprocess.TimeoutExpired:
        pytest.skip(f"{script} does not start within {seconds} s")
    finally:
        subprocess.run([path, "stop", folder], env=environment, timeout=60, check=False)


def s3(folder, *buckets):
    """versitygw: real signatures; an object is a file under FOLDER/data/BUCKET."""
    return running("s3.sh", folder, *buckets)


@contextlib.contextmanager
def s3_gone(folder, endpoint, *buckets):
    """Ends the server for the length of the block and starts it again, with what it held, where it was."""
    script = SHARED / "servers/s3.sh"
    environment = {**os.environ, "FIRN_CACHE": str(CACHE)}
    subprocess.run([script, "stop", folder], env=environment, timeout=60, check=True)
    try:
        yield
    finally:
        subprocess.run([script, "start", folder, endpoint.rpartition(":")[2], *buckets], env=environment, timeout=60,
                       stdout=subprocess.DEVNULL, check=True)


def s3_output(endpoint):
    """Options of `[[outputs.iceberg]]` for that server."""
    return (f'  s3_endpoint = "{endpoint}"\n  s3_region = "{S3_REGION}"\n  s3_access_key = "{S3_KEY}"\n'
            f'  s3_secret_key = "{S3_SECRET}"\n  s3_path_style = true\n')


def s3_properties(endpoint):
    """The same for PyIceberg."""
    return {"s3.endpoint": endpoint, "s3.region": S3_REGION, "s3.access-key-id": S3_KEY, "s3.secret-access-key": S3_SECRET,
            "s3.path-style-access": "true"}
