"""Wrong settings of live services stop each program at its start, in one sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.folders import ROOT
from tests.support.serving import free_port

WHY = "The setting DOORSTEP_CONTACT is wrong: DOORSTEP_LIVE=on needs it: the services want to know whom to write to."


@pytest.mark.parametrize(
    "command", [("gunicorn", "-c", "gunicorn_config.py"), ("flask", "worker"), ("flask", "sources", "check")]
)
def test_no_program_starts_without_a_contact(tmp_path: Path, command: tuple[str, ...]) -> None:
    settings = {"DOORSTEP_DATA_DIR": str(tmp_path), "DOORSTEP_LIVE": "on", "PORT": str(free_port())}
    run = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode != 0
    assert WHY in run.stderr
    assert "Traceback" not in run.stderr
