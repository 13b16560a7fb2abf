"""An import that is killed takes its helpers with it, leaves nothing broken, and needs no second request."""

from __future__ import annotations

import multiprocessing
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.forked import beside
from app.atlas.regions import RegionStore
from app.config import Config
from app.queue.process import PROC
from tests.support.building import wait_for
from tests.support.folders import ROOT, SAMPLES
from tests.support.live.making_tiles import tiles_in
from tests.support.live.overpass import OverpassStandIn, overpass_stand_in

LAT, LON = 43.735, 7.425

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")


@pytest.fixture(scope="module")
def server() -> Iterator[OverpassStandIn]:
    with overpass_stand_in(SAMPLES / "monaco.osm.pbf") as server:
        yield server


def children_of(pid: int) -> list[int]:
    """Return the processes that another one started."""
    try:
        return [int(child) for child in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except FileNotFoundError:
        return []


def runs(pid: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


#: A process with a helper that says it has begun, and then neither sends nor receives anything for a minute.
BUSY = """
import sys, time
from pathlib import Path
from app.atlas.importing.forked import beside
def work(pipe):
    Path(sys.argv[1]).touch()
    time.sleep(60)
with beside(work):
    time.sleep(60)
"""


def test_a_busy_helper_ends_with_its_process(tmp_path: Path) -> None:
    importing = subprocess.Popen([sys.executable, "-c", BUSY, str(tmp_path / "begun")], cwd=ROOT)
    try:
        wait_for((tmp_path / "begun").exists, 60)
        (helper,) = children_of(importing.pid)
    finally:
        importing.kill()
        importing.wait()
    wait_for(lambda: not runs(helper), 20)


def test_its_helpers_end_with_it_and_the_next_makes_the_tile(server: OverpassStandIn, tmp_path: Path) -> None:
    asked = len(server.asked)
    program = [sys.executable, "-m", "tests.support.live.making_tiles"]
    making = subprocess.Popen([*program, str(tmp_path), server.url, str(LAT), str(LON)], cwd=ROOT)
    seen: list[int] = []

    def has_two_helpers() -> bool:
        seen[:] = children_of(making.pid)
        return len(seen) >= 2

    try:
        wait_for(has_two_helpers, 60)
    finally:
        making.kill()
        making.wait()
    wait_for(lambda: not any(map(runs, seen)), 5)
    name = tiles_in(tmp_path, server.url).ready(LAT, LON)
    assert Atlas(name, RegionStore(Config(data_dir=tmp_path).tiles_dir).directory(name)).meta.places > 500
    assert len(server.asked) == asked + 1


def _sleep(pipe: Connection) -> None:
    time.sleep(60)


def test_a_helper_of_a_process_that_ignores_sigterm_ends_with_a_failed_import() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with pytest.raises(ZeroDivisionError), beside(_sleep):
            raise ZeroDivisionError
        assert not multiprocessing.active_children()
    finally:
        signal.signal(signal.SIGTERM, before)
