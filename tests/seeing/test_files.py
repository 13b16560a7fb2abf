"""The folder in which processes count: what the dead counted stays, once, and nobody dies of a full disk."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.seeing import files
from tests.support.folders import ROOT

#: A process that counts some polls, and tells its name.
COUNTING = """
from app.seeing import files
from app.seeing.counts import POLLS
POLLS.labels("panel").inc({polls})
print(files.own_name())
"""
ADDING = """
from app.seeing import files
from prometheus_client.multiprocess import MultiProcessCollector
with files.gathered() as folder:
    for metric in MultiProcessCollector(None, str(folder)).collect():
        print(*(int(s.value) for s in metric.samples if s.labels.get("answer") == "panel"), end="")
"""


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "metrics"
    folder.mkdir()
    return folder


def run(code: str, shared: Path | None) -> str:
    environ = {**os.environ, "PYTHONPATH": str(ROOT), **({files.VARIABLE: str(shared)} if shared else {})}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, check=True, capture_output=True, text=True
    ).stdout.strip()


def names(shared: Path) -> set[str]:
    return {path.name for path in shared.glob("*.db")}


def test_what_the_dead_counted_is_counted_once(shared: Path) -> None:
    first, second = run(COUNTING.format(polls=2), shared), run(COUNTING.format(polls=3), shared)
    assert first != second
    assert f"counter_{second}.db" in names(shared)
    assert [run(ADDING, shared) for _ in range(3)] == ["5"] * 3
    assert not {name for name in names(shared) if first in name or second in name}
    run(COUNTING.format(polls=4), shared)
    assert run(ADDING, shared) == "9"


def test_a_process_that_starts_makes_room(shared: Path) -> None:
    dead = [run(COUNTING.format(polls=1), shared) for _ in range(3)]
    assert {path.name.removesuffix(".db").rpartition("_")[2] for path in shared.glob("counter_*")} == {dead[-1], "gone"}
    assert run(ADDING, shared) == "3"


def test_a_damaged_file_of_the_dead_is_no_obstacle(shared: Path) -> None:
    first, second = run(COUNTING.format(polls=2), shared), run(COUNTING.format(polls=3), shared)
    assert first != second
    damaged = shared / f"counter_{second}.db"
    damaged.write_bytes(b"\xff\xff\x00\x00" * 4_000)
    assert run(ADDING, shared) == "2"
    assert not damaged.exists()


def test_a_start_forgets_what_the_dead_counted(shared: Path) -> None:
    run(COUNTING.format(polls=2), shared)
    files.begin_anew(shared.parent)
    assert run(ADDING, shared) == ""


def test_a_start_leaves_the_living_their_files(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(files.VARIABLE, str(shared))
    files.reserve()  # this process
    run(COUNTING.format(polls=2), shared)
    files.begin_anew(shared.parent)
    assert run(ADDING, shared) == ""
    assert files.processes() == (os.getpid(),)


def test_every_file_has_its_room_on_the_disk(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(files.VARIABLE, str(shared))
    files.reserve()
    on_disk = {path.name.rpartition("_")[0]: path.stat().st_blocks * 512 for path in shared.glob("*.db")}
    assert on_disk.keys() == files.ROOM.keys()
    assert all(on_disk[kind] >= room for kind, room in files.ROOM.items())


def test_a_process_without_room_counts_for_itself(shared: Path) -> None:
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
    ignore = "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
    code = limit + ignore + COUNTING.format(polls=1) + "print(files.folder())"
    assert run(code, shared).endswith("None")


def test_all_that_can_be_counted_fits(shared: Path) -> None:
    fill = """
from app import create_app
from app.config import Config
from app.seeing import counts
from app.sources.live.asking.sending import Fault
from app.sources.live.services import _RULES
from app.web.measuring import METHODS, NO_ROUTE
for rule in [NO_ROUTE, *(rule.rule for rule in create_app(Config(secret_key="k" * 64)).url_map.iter_rules())]:
    counts.DURATIONS.labels(rule).observe(1)
    for method in (*METHODS, "other"):
        for status in "2345":
            counts.REQUESTS.labels(rule, method, f"{status}xx").inc()
for service in _RULES:
    counts.SERVICE_BYTES.labels(service).inc()
    counts.KEPT_ANSWERS.labels(service).inc()
    for outcome in ("answered", "defect", *Fault):
        counts.SERVICE_REQUESTS.labels(service, str(outcome)).observe(1)
"""
    run(fill, shared)
    sizes = {path.name.partition("_")[0]: path.stat().st_size for path in shared.glob("*.db")}
    assert sizes["counter"] == files.ROOM["counter"]
    assert sizes["histogram"] == files.ROOM["histogram"]
