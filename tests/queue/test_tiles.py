"""Tiles in real workers: they give way to people, outlive kills, and are evaluated as the commands have it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.atlas.files import build_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.bulk.tiles import Tile, listing_of, unpacked
from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.queue.child import ChildRunner, production_command
from app.queue.jobs import NewJob, StageRecord, StageState, Status
from app.queue.runner import StageEnded, StageObserver
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion
from app.queue.store.runs import NewTile, Run
from app.queue.wake.datagrams import DatagramWakeUp
from app.queue.worker import Worker
from tests.queue.conftest import Site
from tests.support.building import create, open_at, wait_for
from tests.support.folders import SAMPLES

#: Addresses of Monaco in one tile: three parts.
ADDRESSES = 250
PARTS = 5


def slow_parts(listing: str, finished: object, observer: StageObserver) -> bytes:
    """Evaluate a tile of five slow parts, or a person's listing at once."""
    if not listing.startswith('{"tile"'):
        return b"{}"
    kept = list(finished)  # type: ignore[call-overload]
    for number in range(len(kept), PARTS):
        observer.began(f"part {number}")
        time.sleep(0.1)
        observer.goes_on()
        kept.append(b"%d" % number)
        observer.ended(StageEnded(StageRecord(f"part {number}", StageState.DONE, None), kept[-1]))
    return b",".join(kept)


def begin(store: JobStore, listing: str = '{"tile":{}}', tiles: int = 1, build: str = "b") -> Run:
    store.hold({"monaco": HeldRegion(build)})
    return store.begin_run("monaco", build, "{}", [NewTile(listing, ADDRESSES)] * tiles, "addresses of monaco")


def whole(store: JobStore, run: Run) -> bool:
    return store.progress_of(run).is_whole


def test_a_tile_gives_way_at_the_end_of_its_part_and_goes_on_later(site: Site) -> None:
    run = begin(site.store)
    site.start(slow_parts)
    wait_for(lambda: len(site.store.db.read("SELECT 1 FROM job_stages WHERE finding IS NOT NULL")) >= 1)
    job = create(site.store)
    site.wake_up.notify()
    wait_for(lambda: site.store.get_job(job.job_id).status is Status.DONE)
    assert not whole(site.store, run)
    wait_for(lambda: whole(site.store, run))
    (tile,) = site.store.tiles(run)
    assert tile.rows == b"0,1,2,3,4"
    events = site.store.db.read("SELECT why FROM job_events WHERE job_seq = 1 ORDER BY version")
    assert [row["why"] for row in events] == [
        *("created", "attempt 1", "handed back: jobs of people wait", "attempt 1", "rows stored"),
    ]


# --- with the evaluator's own process and a real region ---------------------------------------------------


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Monaco."""
    folder = tmp_path_factory.mktemp("data")
    import_region(RegionStore(folder / "regions"), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return folder


@pytest.fixture
def store(region: Path) -> Iterator[JobStore]:
    store = open_at(region, notify=DatagramWakeUp(region).notify)
    yield store
    store.db.close()
    for file in region.glob("doorstep.sqlite*"):
        file.unlink()


@pytest.fixture
def runner(region: Path) -> Iterator[ChildRunner]:
    runner = ChildRunner(production_command(Config(data_dir=region)), 120.0)
    yield runner
    runner.close()


@pytest.fixture
def worker(region: Path, store: JobStore, runner: ChildRunner) -> Iterator[Worker]:
    worker = Worker(store, runner, DatagramWakeUp(region), Config(data_dir=region))
    worker.start()
    yield worker
    worker.stop(20.0)


def monaco(store: JobStore, region: Path, count: int = ADDRESSES) -> Run:
    build = build_of(RegionStore(region / "regions").directory("monaco"))
    return begin(store, listing_of(Tile("monaco", build, 0, count)), build=build)


def kept(store: JobStore) -> int:
    return len(store.db.read("SELECT 1 FROM job_stages WHERE finding IS NOT NULL"))


def assert_every_address_once(store: JobStore, run: Run, count: int = ADDRESSES) -> None:
    (tile,) = store.tiles(run)
    assert tile.rows
    rows = unpacked(tile.rows)
    assert len(rows) == count
    assert len({(row[0], row[1], row[2]) for row in rows}) == count


def test_a_person_s_job_begins_in_the_same_process_within_a_part(
    region: Path, store: JobStore, worker: Worker, runner: ChildRunner
) -> None:
    run = monaco(store, region)
    wait_for(lambda: kept(store) >= 1, 60)
    evaluator = runner.pid
    listing = Listing("7 Rue des Roses, Monaco")
    job, _ = store.create_job(NewJob(listing.address, to_json(listing).decode(), listing.key(), "ann"))
    wait_for(lambda: store.get_job(job.job_id).status is Status.DONE, 60)
    assert not whole(store, run)
    wait_for(lambda: whole(store, run), 120)
    assert runner.pid == evaluator
    assert_every_address_once(store, run)
    done = store.get_job(job.job_id)
    assert done.result_snapshot_id
    assert store.get_snapshot(done.result_snapshot_id).address == listing.address


def test_a_killed_evaluator_costs_one_part(region: Path, store: JobStore, worker: Worker, runner: ChildRunner) -> None:
    run = monaco(store, region)
    wait_for(lambda: kept(store) >= 1, 60)
    assert runner.pid
    os.kill(runner.pid, signal.SIGKILL)
    wait_for(lambda: whole(store, run), 120)
    assert_every_address_once(store, run)
    (row,) = store.db.read("SELECT attempts, resumed FROM evaluation_jobs")
    assert (row["attempts"], row["resumed"]) == (2, 1)


def test_a_tile_that_is_called_off_ends_in_the_middle(region: Path, store: JobStore, worker: Worker) -> None:
    run = monaco(store, region)
    wait_for(lambda: kept(store) >= 1, 60)
    store.cancel_run(run.run_id)
    wait_for(lambda: store.progress_of(run).is_over, 30)
    (tile,) = store.tiles(run)
    assert (tile.status, tile.rows) == (Status.CANCELLED, None)


def test_a_stopped_worker_hands_its_tile_back(region: Path, store: JobStore, worker: Worker) -> None:
    run = monaco(store, region)
    wait_for(lambda: kept(store) >= 1, 60)
    worker.stop(30.0)
    progress = store.progress_of(run, 100)
    assert (progress.queued, progress.addresses_done >= 100) == (1, True)
    (row,) = store.db.read("SELECT attempts FROM evaluation_jobs")
    assert row["attempts"] == 0


def test_a_tile_of_another_build_fails_with_the_reason(region: Path, store: JobStore, worker: Worker) -> None:
    build = build_of(RegionStore(region / "regions").directory("monaco"))
    run = begin(store, listing_of(Tile("monaco", "0" * 16, 0, 5)), build=build)
    wait_for(lambda: store.progress_of(run).is_over, 60)
    (tile,) = store.tiles(run)
    assert tile.status is Status.FAILED
    assert "monaco was imported again" in tile.error
