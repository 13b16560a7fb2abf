"""Doorstep as it is run, with one sample region, for the programs that ask it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from app.config import Config
from app.queue import open_store
from tests.support.folders import ROOT, SAMPLES
from tests.support.serving import Site, serve


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("site")
    environment = os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)}
    extract = str(SAMPLES / "helsinki.osm.pbf")
    command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", extract, "--name", "helsinki"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    settings = {
        "DOORSTEP_OPERATOR_TOKEN": "OPERATOR-TOKEN",
        "DOORSTEP_MAX_LIVE_JOBS_PER_OWNER": "1000",
        "DOORSTEP_MAX_LIVE_JOBS_PER_CLIENT": "0",
        "DOORSTEP_CLIENT_CHANGES_PER_MINUTE": "100000",
        "DOORSTEP_CLIENT_READS_PER_MINUTE": "100000",
    }
    with serve(data_dir, "-c", "gunicorn_config.py", "app:create_app()", **settings) as served:
        yield served


@pytest.fixture(scope="session")
def token(site: Site) -> str:
    """A token of a host that may send as much as it likes."""
    store = open_store(Config(data_dir=site.data_dir))
    secret = store.create_token("tests", 10_000, 1_000_000)
    store.db.close()
    return secret
