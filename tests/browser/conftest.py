"""Real gunicorn on a free port, and a real Chromium in front of it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from app.config import Config
from app.queue import open_store
from app.queue.jobs import Status
from tests.support.folders import ROOT, SAMPLES
from tests.support.queue_steps import Steps
from tests.support.serving import Site, serve

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
#: Root needs --no-sandbox; the rest keeps Chromium from looking for the internet.
ARGUMENTS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
#: Where Debian's fonts-dejavu lie, the widest of the usual ones.
WIDE_FONTS = Path("/usr/share/fonts/truetype/dejavu")
TOKEN = "let-me-in"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here, and skip it plainly where there is no Chromium."""
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no Chromium was found on this machine"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Playwright switches the back/forward cache off, and the test of Back would then prove nothing.
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def wide_browser(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Launch a browser whose only fonts are wide ones."""
    if not WIDE_FONTS.is_dir():
        pytest.skip("DejaVu is not installed on this machine")
    folder = tmp_path_factory.mktemp("fonts")
    config = folder / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{WIDE_FONTS}</dir><cachedir>{folder}</cachedir></fontconfig>")
    environment = os.environ | {"FONTCONFIG_FILE": str(config)}
    launched = browser.browser_type.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=environment)
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve Doorstep as it is run, with both sample regions."""
    data_dir = tmp_path_factory.mktemp("site")
    environment = os.environ | {"DOORSTEP_DATA_DIR": str(data_dir)}
    for name in ("monaco", "helsinki"):
        extract = SAMPLES / f"{name}.osm.pbf"
        command = [sys.executable, "-m", "flask", "--app", "app", "region", "import", str(extract), "--name", name]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    with serve(data_dir, "-c", "gunicorn_config.py", "app:create_app()") as served:
        yield served


@pytest.fixture(scope="session")
def quiet_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the pages without a worker: the tests move the jobs themselves."""
    data_dir = tmp_path_factory.mktemp("quiet")
    pages = ("--workers", "2", "--threads", "8", "tests.support.failing_polls:application()")
    with serve(data_dir, *pages, DOORSTEP_OPERATOR_TOKEN=TOKEN) as served:
        yield served


@pytest.fixture
def steps(quiet_site: Site) -> Steps:
    """Move the jobs of the quiet site; what an earlier test left waiting is ended first."""
    store = open_store(Config(data_dir=quiet_site.data_dir))
    for job in store.list_jobs(Status.ASKING):
        store.cancel_job(job.job_id, None)
    while (claim := store.claim_next_job("clean-up")) is not None:
        store.finish_cancel(claim)
    return Steps(store)
