"""What a host tells of its regions, and how it fetches what it lacks beside its work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import pytest
import requests

from app.atlas.files import build_of
from app.atlas.held import HeldBuilds
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.published.builds import publish
from app.atlas.published.folder import FolderStore
from app.atlas.regions import BUILDS, LINGER_SECONDS, RegionStore
from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.queue import open_store
from app.queue.hosting import Hosting, host_name
from app.queue.jobs import NewJob, Status
from app.queue.store import JobStore
from tests.support.building import new_job, wait_for, wait_for_status
from tests.support.extracts import small_town
from tests.support.folders import ROOT
from tests.support.serving import serve

#: How long a busy machine may take for what takes a second.
PATIENCE_SECONDS = 90.0
ADDRESS = "3 Main Street, Smallville"


@pytest.fixture(scope="module")
def towns() -> Iterator[RegionStore]:
    """Builds of a town to put in place: "first" and "second"."""
    path = Path(mkdtemp())
    regions = RegionStore(path / "regions")
    for number, name in enumerate(("first", "second")):
        town = small_town()
        town.node(300, 5 + number, {"amenity": "cafe"})
        import_region(regions, name, RegionInput(town.write(path / "town.osm.pbf"), title="Smallville"))
    yield regions
    shutil.rmtree(path)


class Folder:
    """A data folder whose site has a region store."""

    def __init__(self, path: Path, towns: RegionStore) -> None:
        self.path, self._towns = path, towns
        (path / "store").mkdir()
        self.config = Config(data_dir=path / "var", region_store=str(path / "store"), least_free_mb=0)
        self.regions = RegionStore(self.config.regions_dir)
        self.store = open_store(self.config)

    def import_town(self, which: str) -> str:
        """Put a town in place as an import does; return its build."""
        with self.regions.new_build("town") as folder:
            shutil.copytree(self._towns.directory(which), folder, dirs_exist_ok=True)
        return build_of(self.regions.directory("town"))

    def publish(self, which: str) -> str:
        """Publish a town from another host; return its build."""
        other = RegionStore(self.path / f"other-{which}")
        with other.new_build("town") as folder:
            shutil.copytree(self._towns.directory(which), folder, dirs_exist_ok=True)
        build = publish(FolderStore(self.path / "store"), other, "town")
        self.store.publish_build("town", build)
        return build

    def folders(self) -> set[str]:
        """Return the folders of builds."""
        return {each.name for each in (self.config.regions_dir / BUILDS).iterdir() if each.is_dir()}


@pytest.fixture
def folder(tmp_path: Path, towns: RegionStore) -> Iterator[Folder]:
    folder = Folder(tmp_path, towns)
    yield folder
    folder.store.db.close()


@pytest.fixture
def hosting(folder: Folder) -> Hosting:
    return Hosting(folder.store, folder.config, lambda: True)


# --- what a host is ---


def test_a_host_keeps_its_name(tmp_path: Path) -> None:
    names = []
    threads = [threading.Thread(target=lambda: names.append(host_name(tmp_path / "var"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 1
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["host-id"]


def test_two_data_folders_of_one_machine_are_two_hosts(tmp_path: Path) -> None:
    assert host_name(tmp_path / "one") != host_name(tmp_path / "two")


# --- what it holds ---


def test_it_holds_what_is_whole(folder: Folder) -> None:
    build, held = folder.import_town("first"), HeldBuilds(folder.regions)
    told = held.now()["town"]
    assert (told.build, told.title, told.data_date, told.others) == (build, "Smallville", "2024-05-06", ())
    array = folder.regions.directory("town") / "covered.npy"
    whole = array.read_bytes()
    array.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert held.now() == {}
    assert held.damaged == {folder.regions.directory("town")}
    array.write_bytes(whole)
    assert held.now()["town"].build == build


def test_it_does_not_hold_what_this_version_cannot_read(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.import_town("first")
    monkeypatch.setattr("app.atlas.atlas.FORMAT_VERSION", 1)
    held = HeldBuilds(folder.regions)
    assert held.now() == {}
    assert not held.damaged


def test_it_holds_the_build_before_beside_the_current_one(folder: Folder, hosting: Hosting) -> None:
    first = folder.publish("first")
    hosting._look_after()
    second = folder.publish("second")
    hosting._look_after()
    told = HeldBuilds(folder.regions).now()["town"]
    assert (told.build, told.others) == (second, (first,))


# --- what it fetches ---


def test_it_fetches_what_is_published_and_what_jobs_need(folder: Folder, hosting: Hosting) -> None:
    first, second = folder.publish("first"), folder.publish("second")
    hosting._look_after()
    assert folder.folders() == {f"town.{second}"}
    plain = new_job()
    folder.store.create_job(NewJob(plain.address, "{}", plain.listing_key, "ann", needs=f"town@{first}"))
    hosting._look_after()
    assert folder.folders() == {f"town.{first}", f"town.{second}"}
    assert folder.regions.current_build("town") == second


def test_one_process_of_a_host_fetches(folder: Folder, hosting: Hosting) -> None:
    folder.publish("first")
    with folder.regions.fetching() as is_ours:
        assert is_ours
        hosting._look_after()
        assert folder.regions.names() == ()
    hosting._look_after()
    assert folder.regions.names() == ("town",)


def test_it_leaves_alone_what_was_imported_here_and_not_published(
    folder: Folder, hosting: Hosting, caplog: pytest.LogCaptureFixture
) -> None:
    own = folder.import_town("first")
    published = folder.publish("second")
    for _ in range(2):
        hosting._look_after()
    assert folder.regions.current_build("town") == own
    assert caplog.text.count("the region town was imported on this host and not published") == 1
    folder.regions.note_published("town")
    hosting._look_after()
    assert folder.regions.current_build("town") == published


def test_it_mends_what_it_fetched(folder: Folder, hosting: Hosting) -> None:
    build = folder.publish("first")
    hosting._look_after()
    (folder.regions.directory("town") / "covered.npy").write_bytes(b"odd")
    hosting._tell()
    assert folder.store.hosts()[0].regions == {}
    hosting._look_after()
    hosting._tell()
    assert folder.store.hosts()[0].regions["town"].build == build


def test_one_build_that_cannot_be_fetched_keeps_no_other_back(
    folder: Folder, hosting: Hosting, caplog: pytest.LogCaptureFixture
) -> None:
    folder.store.publish_build("a-town", "f" * 16)
    folder.publish("first")
    with pytest.raises(Exception, match="does not hold the build ffffffffffffffff of the region a-town"):
        hosting._look_after()
    assert folder.regions.names() == ("town",)


def test_it_lets_go_of_what_is_published_no_longer(folder: Folder, hosting: Hosting) -> None:
    build = folder.publish("first")
    hosting._look_after()
    folder.store.publish_build("other", "f" * 16)
    folder.store.unpublish_region("town")
    for _ in range(2):
        with pytest.raises(Exception, match="other"):
            hosting._look_after()
    assert folder.regions.names() == ()
    assert folder.folders() == {f"town.{build}"}, "an evaluation may still read it"
    age(folder)
    with pytest.raises(Exception, match="other"):
        hosting._look_after()
    assert folder.folders() == set()


def age(folder: Folder) -> None:
    """Let an hour pass since the builds were current."""
    for path in (folder.config.regions_dir / BUILDS).iterdir():
        then = path.stat().st_mtime - LINGER_SECONDS - 1
        os.utime(path, (then, then))


def test_an_empty_catalogue_takes_no_region_away(folder: Folder, hosting: Hosting) -> None:
    folder.publish("first")
    hosting._look_after()
    folder.store.unpublish_region("town")
    hosting._look_after()
    assert folder.regions.names() == ("town",)


def test_builds_that_nobody_needs_go(folder: Folder, hosting: Hosting) -> None:
    first = folder.publish("first")
    hosting._look_after()
    second = folder.publish("second")
    hosting._look_after()
    folder.store.publish_build("town", first)
    folder.store.publish_build("town", second)
    age(folder)
    hosting._look_after()
    assert folder.folders() == {f"town.{first}", f"town.{second}"}, "the one before does too"
    folder.store.unpublish_region("town")
    folder.store.publish_build("town", second)
    hosting._look_after()
    assert folder.folders() == {f"town.{second}"}


def test_an_import_leaves_what_jobs_may_need(folder: Folder, hosting: Hosting) -> None:
    build = folder.publish("first")
    hosting._look_after()
    folder.import_town("second")
    folder.import_town("second")
    assert build in folder.regions.builds("town")


# --- as a process ---


@contextmanager
def flask_worker(folder: Folder) -> Iterator[subprocess.Popen[bytes]]:
    """Run `flask worker` until the block ends."""
    environment = {
        "DOORSTEP_DATA_DIR": str(folder.config.data_dir),
        "DOORSTEP_REGION_STORE": folder.config.region_store,
    }
    with (folder.path / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "app", "worker"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def ask(store: JobStore, needs: str = "") -> Callable[[Status], None]:
    """Ask about an address; return what waits for its end."""
    plain, listing = new_job(), to_json(Listing(ADDRESS)).decode()
    job, _ = store.create_job(NewJob(ADDRESS, listing, plain.listing_key, "ann", needs=needs))
    return lambda status: wait_for_status(store, job, status, seconds=PATIENCE_SECONDS) and None


def test_a_worker_fetches_what_its_host_lacks_and_evaluates_on_it(folder: Folder) -> None:
    build = folder.publish("first")
    becomes = ask(folder.store)
    with flask_worker(folder) as worker:
        becomes(Status.DONE)
        (host,) = folder.store.hosts()
        assert (host.name, host.build("town")) == (host_name(folder.config.data_dir), build)
        worker.terminate()
        assert worker.wait(PATIENCE_SECONDS) == 0


def test_two_workers_of_a_host_are_one_host_and_one_is_killed_while_it_fetches(folder: Folder) -> None:
    build = folder.publish("first")
    part = folder.config.regions_dir / BUILDS / f"town.{build}.part"
    with flask_worker(folder) as first:
        wait_for(part.exists, PATIENCE_SECONDS)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    with flask_worker(folder), flask_worker(folder):
        ask(folder.store)(Status.DONE)
        assert len(folder.store.hosts()) == 1
    assert not part.exists()
    assert (folder.path / "worker.log").read_text().count("fetched the region town") <= 2
    assert set(folder.regions.builds("town")) == {build}


def test_a_job_that_needs_a_build_runs_on_it(folder: Folder) -> None:
    first, second = folder.publish("first"), folder.publish("second")
    becomes, becomes_of_first = ask(folder.store), ask(folder.store, f"town@{first}")
    with flask_worker(folder):
        becomes(Status.DONE)
        becomes_of_first(Status.DONE)
    with closing(sqlite3.connect(folder.config.database_path)) as database:
        reports = [json.loads(row[0]) for row in database.execute("SELECT report FROM snapshots ORDER BY job_seq")]
    assert len(reports) == 2
    assert folder.regions.current_build("town") == second
    assert reports[0]["location"] == reports[1]["location"]


def test_a_web_host_without_workers_has_the_regions_and_leaves_the_jobs_to_others(folder: Folder) -> None:
    build = folder.publish("first")
    folder.config.data_dir.mkdir(exist_ok=True)
    settings = {"DOORSTEP_WORKER": "off", "DOORSTEP_REGION_STORE": folder.config.region_store}
    with serve(folder.config.data_dir, "-c", "gunicorn_config.py", "app:create_app()", **settings) as site:
        wait_for(lambda: folder.regions.names() == ("town",), PATIENCE_SECONDS)
        becomes = ask(folder.store)
        assert folder.store.hosts() == (), "what takes no jobs tells nothing"
        assert not folder.store.workers_at_work()
        wait_for(lambda: "Main Street" in requests.get(f"{site.url}/suggest?address=main", timeout=30).text, 30.0)
        assert requests.get(f"{site.url}/readyz", timeout=30).text.startswith("Nobody works on the queue.")
        with flask_worker(folder):
            becomes(Status.DONE)
            answer = requests.get(f"{site.url}/readyz", timeout=30)
            assert (answer.status_code, answer.text.splitlines()[0]) == (200, "ready")
            assert f"town {build} (data of 2024-05-06)" in answer.text
