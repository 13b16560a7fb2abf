"""Stored reports: found by their link, deleted by their owner with all that was kept of the address."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import JobNotFound, NotYours, SnapshotNotFound
from app.queue.store import JobStore
from tests.support.building import assert_whole, create, new_job, refused_as_double


def done(store: JobStore, owner: str = "ann") -> str:
    """Finish a job and return its snapshot's id."""
    create(store, owner=owner)
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, b"report")
    assert snapshot_id
    return snapshot_id


def test_it_finds_a_snapshot(store: JobStore) -> None:
    snapshot = store.get_snapshot(done(store))
    assert (snapshot.report, snapshot.owner) == (b"report", "ann")
    assert store.get_job(snapshot.job_id).result_snapshot_id == snapshot.snapshot_id


def test_it_knows_which_report_was_evaluated_again(store: JobStore) -> None:
    first = done(store)
    assert store.get_snapshot(first).again_of is None
    job, _ = store.create_job(replace(new_job(), again_of=first))
    assert job.again_of == first
    claim = store.claim_next_job("w")
    assert claim
    second = store.complete_job(claim, b"newer report")
    assert second
    assert store.get_snapshot(second).again_of == first
    assert [snapshot.again_of for snapshot in store.recent_snapshots("ann")] == [first, None]


def test_it_refuses_an_unknown_snapshot(store: JobStore) -> None:
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot("nothing")


def test_its_owner_deletes_it_with_its_job(store: JobStore) -> None:
    snapshot = store.get_snapshot(done(store))
    store.delete_snapshot(snapshot.snapshot_id, "ann")
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(snapshot.snapshot_id)
    with pytest.raises(JobNotFound):
        store.get_job(snapshot.job_id)
    assert store.events(snapshot.job_id) == ()
    assert_whole(store)


def test_nobody_else_deletes_it(store: JobStore) -> None:
    snapshot_id = done(store)
    with pytest.raises(NotYours):
        store.delete_snapshot(snapshot_id, "eve")
    assert store.get_snapshot(snapshot_id)


def test_what_does_not_exist_cannot_be_deleted(store: JobStore) -> None:
    with pytest.raises(SnapshotNotFound):
        store.delete_snapshot("nothing", None)


def test_it_shows_an_owner_their_reports_newest_first(store: JobStore) -> None:
    mine = [done(store) for _ in range(3)]
    done(store, owner="bob")
    assert [snapshot.snapshot_id for snapshot in store.recent_snapshots("ann", limit=2)] == [mine[2], mine[1]]


def test_the_database_itself_refuses_a_second_snapshot_of_a_job(store: JobStore) -> None:
    done(store)
    again = """
        INSERT INTO snapshots
        SELECT job_seq, 'other', job_id, owner, address, created_at, report, again_of FROM snapshots
    """
    with refused_as_double(), store.db.write(durable=True) as connection:
        connection.execute(again)


def test_its_number_alone_neither_opens_nor_deletes_a_report(store: JobStore) -> None:
    snapshot_id = done(store)
    guess = f"{'0' * 32}-{snapshot_id.rpartition('-')[2]}"
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(guess)
    with pytest.raises(SnapshotNotFound):
        store.delete_snapshot(guess, "ann")
    assert store.get_snapshot(snapshot_id)


@pytest.mark.parametrize("number", ["", "9" * 30, "²"])
def test_an_id_with_an_impossible_number_is_not_found(store: JobStore, number: str) -> None:
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(f"{'0' * 32}-{number}")


def test_an_operator_deletes_it(store: JobStore) -> None:
    snapshot_id = done(store)
    store.delete_snapshot(snapshot_id, None)
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(snapshot_id)
