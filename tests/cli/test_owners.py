"""A command that runs as root beside a service that does not: everything it makes belongs to the service."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import flask
from tests.support.folders import ROOT

SERVICE = 65_534

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files for others")


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty folder of the service's, where everybody may go."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        folder = Path(name) / "var"
        folder.mkdir()
        os.chown(folder, SERVICE, SERVICE)
        yield folder


def strangers(folder: Path) -> list[str]:
    return [str(path) for path in folder.rglob("*") if path.lstat().st_uid != SERVICE]


WAIT_TO_WRITE = """
import sys
from pathlib import Path
from app.queue.wake.datagrams import DatagramWakeUp
from tests.support.building import create, open_at
folder = Path(sys.argv[1])
store, wake_up = open_at(folder), DatagramWakeUp(folder)
wake_up.subscribe()
create(store)
with open_at(folder).db.write(durable=True):  # so that somebody has to wait, and holds up the sign
    try:
        open_at(folder, patience=0.01).say_at_work("root")
    except Exception:
        pass
"""

WRITE_AS_SERVICE = """
import os, sys
from pathlib import Path
from tests.support.building import create, open_at
os.setegid(65534)
os.seteuid(65534)
create(open_at(Path(sys.argv[1])), owner="service")
"""


def test_a_first_command_as_root_leaves_nothing_of_its_own(data_dir: Path) -> None:
    assert flask(data_dir, "jobs", "stats").returncode == 0
    for script in (WAIT_TO_WRITE, WRITE_AS_SERVICE):
        subprocess.run([sys.executable, "-c", script, str(data_dir)], check=True, cwd=ROOT)
        assert strangers(data_dir) == []
    backup = data_dir / "backup"
    assert flask(data_dir, "backup", str(backup)).returncode == 0
    assert flask(data_dir, "restore", str(backup)).returncode == 0
    assert strangers(data_dir) == []
    subprocess.run([sys.executable, "-c", WRITE_AS_SERVICE, str(data_dir)], check=True, cwd=ROOT)


def test_it_says_first_whose_the_files_are(data_dir: Path) -> None:
    told = flask(data_dir, "jobs", "stats").stderr
    assert told.startswith(f"Note: {data_dir} belongs to nobody, and this command runs as root.")


def test_whom_the_owner_lets_write_may_go_on(data_dir: Path) -> None:
    data_dir.chmod(0o777)
    told = as_somebody(data_dir)
    assert (told.returncode, told.stderr) == (0, "")


AS_SOMEBODY = """
import os, sys
from app.cli.jobs import jobs_commands
os.seteuid(12345)
jobs_commands(["stats"])
"""


def test_somebody_else_is_told_and_writes_nothing(data_dir: Path) -> None:
    told = as_somebody(data_dir)
    assert told.returncode == 1
    assert told.stderr == f"Error: {data_dir} belongs to nobody. Run this command as that user.\n"
    assert not list(data_dir.iterdir())


def as_somebody(data_dir: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY],
        cwd=ROOT,
        env=os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
