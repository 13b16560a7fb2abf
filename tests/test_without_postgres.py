"""Where PostgreSQL cannot be had its tests are skipped, and the run says so loudly, however it is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import postgres
from tests.support.folders import ROOT


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_the_run_says_what_it_left_out(tmp_path: Path, processes: tuple[str, ...]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *processes, "tests/queue/store/test_pictures.py"],
        cwd=ROOT,
        env=os.environ | {postgres.PROGRAMS: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
    ends = ran.stdout[ran.stdout.index("NOT TESTED") :]
    assert postgres.MISSING in ends
    assert " passed" in ran.stdout
    assert " skipped" in ran.stdout


def test_no_such_words_where_it_is_there() -> None:
    if postgres.programs() is None:
        pytest.skip(postgres.MISSING)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/queue/store/test_pictures.py"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "NOT TESTED" not in ran.stdout
