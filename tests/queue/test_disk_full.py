"""A real site on a small disk that runs full: an honest page, nothing lost, and it recovers by itself."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import create_app
from app.config import Config
from tests.support.building import assert_all_ended, create, open_at, wait_for
from tests.support.gunicorn_site import Gunicorn

MEGABYTE = 1_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 12 MB of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a file system here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(path: Path) -> None:
    """Take all the room that is left."""
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            os.fsync(file.fileno())


def test_it_says_so_loses_nothing_and_goes_on_by_itself(disk: Path) -> None:
    site = Gunicorn(disk, "slowly", least_free_mb="0")
    store = open_at(disk)
    client = create_app(Config(data_dir=disk, least_free_mb=1)).test_client()
    try:
        site.wait_until_up()
        jobs = [create(store, owner=str(number)).job_id for number in range(10)]
        fill(disk / "filler")
        refused = None
        for number in range(2_000):
            answer = client.post("/", data={"address": f"{number} High Street"}, headers={"Accept": "application/json"})
            if answer.status_code == 503:
                refused = answer
                break
            client.delete_cookie("doorstep")
        assert refused is not None
        assert (refused.headers["Retry-After"], "disk of this site is full" in refused.text) == ("60", True)
        assert "disk" in client.get("/readyz").text
        known = {job.job_id for job in store.list_jobs(None, 10_000)}
        assert known >= set(jobs)
        (disk / "filler").unlink()
        later = create(store, owner="later")
        wait_for(lambda: not store.stats().queued + store.stats().running, 60)
        assert {job.job_id for job in store.list_jobs(None, 10_000)} == known | {later.job_id}
        assert_all_ended(store)
        assert store.stats().failed == 0
    finally:
        site.kill()
        store.db.close()
