"""Starting with wrong settings: one sentence that names the setting, and an exit code that says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.folders import ROOT
from tests.support.serving import free_port

GUNICORN = ("-m", "gunicorn", "-c", "gunicorn_config.py", "app:create_app()")
FLASK = ("-m", "flask", "--app", "app", "jobs", "stats")


def said(command: tuple[str, ...], folder: Path, **settings: str) -> str:
    """Return what a command says before it ends with a failure."""
    environ = os.environ | {"DOORSTEP_DATA_DIR": str(folder)} | settings
    ended = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode not in (0, None)
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "nowhere:80"),
        ("PORT", "abc"),
        ("WEB_CONCURRENCY", "0"),
        ("DOORSTEP_MAX_ATTEMPTS", "x"),
        ("DOORSTEP_X", ""),
    ],
)
def test_gunicorn_says_in_one_line_which_setting_is_wrong(name: str, value: str, tmp_path: Path) -> None:
    (line,) = said(GUNICORN, tmp_path, **{name: value}).splitlines()
    assert line.startswith(f"The setting {name} is wrong: ")


def test_gunicorn_says_that_the_data_folder_cannot_be_written(tmp_path: Path) -> None:
    log = said(GUNICORN, tmp_path, DOORSTEP_DATA_DIR="/proc/here", PORT=str(free_port()), WEB_CONCURRENCY="1")
    assert "The setting DOORSTEP_DATA_DIR is wrong: the cookie key cannot be kept" in log


def test_gunicorn_refuses_what_its_worker_cannot_do(tmp_path: Path) -> None:
    assert "put a proxy in front" in said((*GUNICORN, "--certfile", "README.md", "--keyfile", "README.md"), tmp_path)


@pytest.mark.parametrize(("name", "value"), [("DOORSTEP_MAX_ATTEMPTS", "x"), ("DOORSTEP_DATA_DIR", "/proc/here")])
def test_commands_say_in_one_line_which_setting_is_wrong(name: str, value: str, tmp_path: Path) -> None:
    (line,) = said(FLASK, tmp_path, **{name: value}).splitlines()
    assert line.startswith(f"Error: The setting {name} is wrong: ")
