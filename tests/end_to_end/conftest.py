import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import firn_process  # noqa: E402

SHARED = pathlib.Path(os.environ.get("FIRN_SHARED") or firn_process.ROOT.parent / "shared")


@pytest.fixture
def shared():
    if not SHARED.is_dir():
        pytest.skip("recorded cases are absent: set FIRN_SHARED")
    return SHARED


@pytest.fixture
def firn(tmp_path):
    """Makes a Firn in a folder of its own; what still runs at the end is killed."""
    made = []

    def make(config=None, folder=None):
        made.append(firn_process.Firn(folder or tmp_path, config or firn_process.simple_config()))
        return made[-1]

    yield make
    for process in made:
        if process.process and process.process.poll() is None:
            process.kill()
