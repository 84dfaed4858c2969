"""Programs made of InfluxDB 2.7's own code (bench/go)."""
import os
import shutil
import subprocess

import pytest

from firn_process import ROOT


def built(name, folder):
    """The program bench/go/NAME, built into `folder`; skips where there is no Go or its modules are out of reach."""
    if not shutil.which("go"):
        pytest.skip("no Go")
    environment = {**os.environ, "PKG_CONFIG": str(ROOT / "bench/go/pkg-config"), "CGO_LDFLAGS_ALLOW": ".*"}
    done = subprocess.run(["go", "build", "-o", f"{folder}/", f"./{name}"], cwd=ROOT / "bench/go", env=environment, capture_output=True,
                          text=True)
    if done.returncode != 0:
        pytest.skip(f"bench/go/{name} cannot be built: {done.stderr[-200:]}")
    return folder / name
