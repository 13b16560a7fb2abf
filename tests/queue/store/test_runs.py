"""Runs in the store: made once, gone on with, called off, forgotten; and no one's reports meanwhile."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.config import Config
from app.errors import JobNotFound, QueueFull, RunNotFound, RunUnderWay, SnapshotNotFound, TooManyJobs
from app.queue.jobs import Claim, Failure, Status
from app.queue.store import JobStore
from app.queue.store.people import BATCH_PRIORITY, RUN_OWNER
from app.queue.store.runs import NewTile, Run
from tests.support.building import SetClock, aged, create, ended, new_job, open_at, tuples

TILES = [NewTile(f'{{"tile":{{"first":{number}}}}}', 10 + number) for number in range(3)]


def begin(store: JobStore, build: str = "b1", options: str = "{}") -> Run:
    store.held = " town@b1  town@b2 "  # as a host that has both builds says
    return store.begin_run("town", build, options, TILES, "addresses of town")


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("w")
    assert claim
    return claim


def finish(store: JobStore, rows: bytes = b"rows") -> Claim:
    claim = claimed(store)
    assert store.complete_job(claim, rows)
    return claim


def statuses(store: JobStore, run: Run) -> list[Status]:
    return [tile.status for tile in store.tiles(run)]


def test_a_run_is_made_once_for_a_build_and_its_options(store: JobStore) -> None:
    run = begin(store)
    assert (run.tiles, run.addresses) == (3, 33)
    assert begin(store) == run
    assert begin(store, build="b2").run_id != run.run_id
    assert begin(store, options='{"a":1}').run_id != run.run_id
    assert len(tuples(store.db.read("SELECT job_seq FROM run_tiles"))) == 9
    assert {row["needs"] for row in store.db.read("SELECT needs FROM evaluation_jobs")} == {"town@b1", "town@b2"}


def test_the_newest_run_of_a_region_is_found(store: JobStore, clock: SetClock) -> None:
    first = begin(store)
    clock.pass_seconds(5)
    second = begin(store, build="b2")
    assert store.find_run("town", "{}") == second
    assert store.find_run("town", "{}", "b1") == first
    with pytest.raises(RunNotFound):
        store.find_run("elsewhere", "{}")


def test_tiles_are_done_in_order_and_their_rows_kept(store: JobStore) -> None:
    run = begin(store)
    for number in range(3):
        assert finish(store, b"rows %d" % number).listing == TILES[number].listing
    assert [tile.rows for tile in store.tiles(run)] == [b"rows 0", b"rows 1", b"rows 2"]
    progress = store.progress_of(run)
    assert (progress.is_over, progress.is_whole, progress.addresses_done) == (True, True, 33)


def test_parts_of_a_tile_under_way_count(store: JobStore) -> None:
    run = begin(store)
    claim = claimed(store)
    store.update_job_stage(claim, "addresses 1 to 4", None, None)
    store.update_job_stage(claim, "addresses 5 to 8", ended("addresses 1 to 4").record, b"four")
    progress = store.progress_of(run, part_addresses=4)
    assert (progress.running, progress.queued, progress.addresses_done) == (1, 2, 4)


def test_a_tile_goes_behind_every_job_of_a_person(store: JobStore, clock: SetClock) -> None:
    begin(store)
    clock.pass_seconds(86_400 * 30)
    batch = create(store, owner="bob", priority=BATCH_PRIORITY)
    own = create(store)
    assert [claimed(store).job_id for _ in range(2)] == [own.job_id, batch.job_id]
    assert claimed(store).owner == RUN_OWNER


def test_a_tile_gives_way_only_to_people_who_wait_now(store: JobStore, clock: SetClock) -> None:
    begin(store)
    claim = claimed(store)
    assert not store.others_first(claim)  # two tiles wait
    job = create(store)
    assert store.others_first(claim)
    held = claimed(store)
    assert held.job_id == job.job_id
    store.fail_job(held, Failure("busy", "Later.", retry_after_seconds=60.0), retry=True)
    assert not store.others_first(claim)  # it is not due
    clock.pass_seconds(90)
    assert store.others_first(claim)


def test_giving_way_is_no_try(store: JobStore) -> None:
    begin(store)
    for _ in range(5):
        assert store.release_job(claimed(store), "handed back: jobs of people wait")
    assert claimed(store).attempts == 1


def test_tiles_leave_the_line_to_people(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs=2, max_live_jobs_per_owner=5))
    begin(store)
    claimed(store)
    create(store)
    create(store)
    with pytest.raises(QueueFull):
        create(store)


def test_tiles_are_in_no_figure_of_people_s_jobs(store: JobStore, clock: SetClock) -> None:
    before = store.stats()
    begin(store)
    clock.pass_seconds(10)
    finish(store)
    failed = claimed(store)
    store.fail_job(failed, Failure("x", "It broke."), retry=False)
    claimed(store)
    assert store.stats() == before
    create(store)
    clock.pass_seconds(3)
    assert store.stats() == replace(before, queued=1, oldest_queued_seconds=3.0, created_per_minute=0.2)


def test_durations_are_estimated_from_people_s_jobs_however_many_tiles_came_since(store: JobStore) -> None:
    create(store)
    claim = claimed(store)
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", replace(ended("geocode").record, seconds=2.0), b"found")
    many = [NewTile("{}", 1)] * 300
    store.begin_run("town", "b", "{}", many, "addresses")
    assert store.stage_seconds() == {"geocode": (2.0, 2.0)}


def test_tiles_are_in_no_total(store: JobStore) -> None:
    nothing = store.totals()
    run = begin(store)
    finish(store)
    store.fail_job(claimed(store), Failure("slow", "Later."), retry=True)
    store.cancel_run(run.run_id)
    assert store.totals() == nothing
    store.forget_run(run)
    assert store.totals() == nothing
    create(store)
    assert store.totals() == replace(nothing, created=1)


def test_parts_are_in_no_total_of_stages(store: JobStore) -> None:
    begin(store)
    claim = claimed(store)
    store.update_job_stage(claim, "addresses 1 to 4", None, None)
    part = replace(ended("addresses 1 to 4").record, seconds=None)
    store.update_job_stage(claim, "addresses 5 to 8", part, b"four")
    assert store.totals().stages == {}
    assert store.stage_seconds() == {}


def test_a_tile_is_nobody_s_job_and_its_rows_are_no_report(store: JobStore) -> None:
    begin(store)
    claim = finish(store)
    (row,) = store.db.read("SELECT result_snapshot_id FROM evaluation_jobs WHERE status = 'done'")
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(row["result_snapshot_id"])
    for ask in (store.get_job, lambda i: store.cancel_job(i, None), lambda i: store.retry_job(i, None)):
        with pytest.raises(JobNotFound):
            ask(claim.job_id)
    assert store.list_jobs(None) == ()
    assert store.recent_snapshots(RUN_OWNER) == ()
    assert store.snapshots_of(RUN_OWNER, 10) == ()
    assert tuples(store.db.read("SELECT count(*) FROM snapshots")) == [(0,)]


def test_a_failed_tile_is_not_among_the_last_failures(store: JobStore) -> None:
    run = begin(store)
    store.fail_job(claimed(store), Failure("x", "It broke."), retry=False)
    assert store.last_failures(5, apart_from=frozenset()) == ()
    tile = next(store.tiles(run))
    assert (tile.status, tile.error, tile.rows) == (Status.FAILED, "It broke.", None)


def test_a_run_is_called_off_and_gone_on_with(store: JobStore) -> None:
    run = begin(store)
    finish(store)
    running = claimed(store)
    assert store.cancel_run(run.run_id) == 2
    assert statuses(store, run) == [Status.DONE, Status.RUNNING, Status.CANCELLED]
    assert store.cancel_wanted(running)
    store.finish_cancel(running)
    assert store.progress_of(run).is_over
    assert store.cancel_run(run.run_id) == 0
    assert begin(store) == run
    assert statuses(store, run) == [Status.DONE, Status.QUEUED, Status.QUEUED]
    with pytest.raises(RunNotFound):
        store.cancel_run("nothing")


def test_a_tile_that_is_being_called_off_is_not_queued_a_second_time(store: JobStore) -> None:
    run = begin(store)
    claimed(store)
    store.cancel_run(run.run_id)
    begin(store)
    assert statuses(store, run) == [Status.RUNNING, Status.QUEUED, Status.QUEUED]


def test_a_failed_tile_is_tried_again_with_what_it_kept(store: JobStore) -> None:
    run = begin(store)
    claim = claimed(store)
    store.update_job_stage(claim, "a", None, None)
    store.update_job_stage(claim, "b", ended("a").record, b"kept")
    store.fail_job(claim, Failure("x", "It broke."), retry=False)
    begin(store)
    assert statuses(store, run) == [Status.QUEUED] * 3
    assert store.checkpoints(claim.job_id) == (b"kept",)


def test_a_run_that_was_half_made_is_made_whole(store: JobStore) -> None:
    run = begin(store)
    with store.db.write(durable=True) as connection:
        connection.execute("DELETE FROM run_tiles WHERE number = 2")
        connection.execute("DELETE FROM evaluation_jobs WHERE seq = 3")
    begin(store)
    assert statuses(store, run) == [Status.QUEUED] * 3


def test_late_writes_of_a_lost_claim_store_nothing(store: JobStore, clock: SetClock) -> None:
    run = begin(store)
    lost = claimed(store)
    clock.pass_seconds(60)
    assert store.recover_stale() == 1
    mine = claimed(store)
    assert mine.job_id == lost.job_id
    assert store.complete_job(lost, b"late") is None
    assert store.complete_job(mine, b"mine")
    assert next(store.tiles(run)).rows == b"mine"
    assert tuples(store.db.read("SELECT count(*) FROM tile_rows")) == [(1,)]


def test_a_run_is_forgotten_as_a_whole(store: JobStore) -> None:
    run, other = begin(store), begin(store, build="b2")
    with pytest.raises(RunUnderWay):
        store.forget_run(run)
    store.cancel_run(run.run_id)
    store.forget_run(run)
    with pytest.raises(RunNotFound):
        store.get_run(run.run_id)
    assert store.get_run(other.run_id) == other
    for table, left in (("run_tiles", 3), ("evaluation_jobs", 3), ("tile_rows", 0), ("runs", 1)):
        assert tuples(store.db.read(f"SELECT count(*) FROM {table}")) == [(left,)]


def test_a_run_is_cleared_away_when_its_last_tile_is_old(store: JobStore, clock: SetClock) -> None:
    store = aged(store)
    run = begin(store)
    finish(store)
    clock.pass_seconds(86_400 * 40)
    finish(store)
    store = aged(store)
    assert store.prune(30) == 0  # the first tile's rows are still wanted
    finish(store)
    clock.pass_seconds(86_400 * 40)
    store = aged(store)
    assert store.prune(30) == 3
    with pytest.raises(RunNotFound):
        store.get_run(run.run_id)
    assert tuples(store.db.read("SELECT count(*) FROM tile_rows")) == [(0,)]


def test_clearing_all_away_leaves_a_run_under_way(store: JobStore) -> None:
    run = begin(store)
    finish(store)
    assert store.prune(0) == 0
    assert next(store.tiles(run)).rows == b"rows"


def test_people_s_limits_hold_beside_a_run(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=1))
    begin(store)
    store.create_job(new_job())
    with pytest.raises(TooManyJobs):
        store.create_job(new_job())
