"""The examples of clients, run as a person would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import Config
from app.queue import open_store
from tests.support.folders import ROOT
from tests.support.programs import ASKED_ABOUT, KNOWN
from tests.support.serving import Site

EXAMPLES = ROOT / "docs" / "examples"


def run(*command: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | settings
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )


def python(site: Site, address: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    # -I: nothing but the standard library can be imported.
    return run(sys.executable, "-I", "-S", str(EXAMPLES / "client.py"), site.url, address, folder=folder, **settings)


@pytest.mark.parametrize("address", [KNOWN, ASKED_ABOUT])
def test_the_client_prints_the_verdict(site: Site, tmp_path: Path, address: str) -> None:
    done = python(site, address, tmp_path)
    assert done.returncode == 0, done.stderr
    assert " of 100, " in done.stdout
    assert "Food shop: " in done.stdout
    assert f"{site.url}/s/" in done.stdout
    assert "OpenStreetMap contributors" in done.stdout
    assert ("do you mean?" in done.stdout) == (address == ASKED_ABOUT)


def test_the_client_shows_its_token(site: Site, tmp_path: Path, token: str) -> None:
    done = python(site, KNOWN, tmp_path, DOORSTEP_TOKEN=token)
    assert done.returncode == 0, done.stderr
    store = open_store(Config(data_dir=site.data_dir))
    owner = store.list_tokens()[0].owner
    assert store.snapshots_of(owner, 1)[0].snapshot_id in done.stdout
    store.db.close()


@pytest.mark.parametrize(
    ("address", "token", "said"),
    [
        ("", "", "Please check your input (invalid-listing): Type an address first"),
        (KNOWN, "doorstep_wrong", "Not recognised (wrong-token): This token is not known here"),
        ("51.5, -0.12", "", "No report (outside-regions): That point lies outside"),
    ],
)
def test_the_client_says_why_there_is_no_report(
    site: Site, tmp_path: Path, address: str, token: str, said: str
) -> None:
    done = python(site, address, tmp_path, DOORSTEP_TOKEN=token)
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize("address", [KNOWN, ASKED_ABOUT])
def test_the_script_saves_the_report(site: Site, tmp_path: Path, address: str) -> None:
    done = run("sh", str(EXAMPLES / "evaluate.sh"), site.url, address, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    saved = json.loads((tmp_path / "report.json").read_text())
    assert saved["url"] == done.stdout.strip()
    assert saved["report"]["verdict"]["score"] > 0


def test_the_script_says_why_there_is_no_report(site: Site, tmp_path: Path) -> None:
    done = run("sh", str(EXAMPLES / "evaluate.sh"), site.url, "51.5, -0.12", folder=tmp_path)
    assert done.returncode == 1
    assert "That point lies outside" in done.stderr
