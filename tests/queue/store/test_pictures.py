"""The pictures of a report: stored in one transaction with it, found by its link, deleted with it by whatever code."""

from __future__ import annotations

import pytest

from app.errors import SnapshotNotFound
from app.queue.jobs import Picture
from app.queue.store import JobStore
from app.queue.store.base import new_snapshot_id, seq_in
from tests.support.building import create, tuples

MAP = Picture("map.svg", b"a map")
PHONE = Picture("map-phone.svg", b"a small map")


def done(store: JobStore, *pictures: Picture) -> str:
    """Finish a job with pictures and return its snapshot's id."""
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, b"report", None, pictures)
    assert snapshot_id
    return snapshot_id


def test_it_finds_a_picture_by_the_link_of_its_report(store: JobStore) -> None:
    snapshot_id = done(store, MAP, PHONE)
    assert store.picture(snapshot_id, "map.svg") == b"a map"
    assert store.picture_names(snapshot_id) == {"map.svg", "map-phone.svg"}


def test_nobody_finds_it_who_has_only_guessed_the_number(store: JobStore) -> None:
    guessed = new_snapshot_id(seq_in(done(store, MAP)))
    assert store.picture(guessed, "map.svg") is None
    assert store.picture_names(guessed) == frozenset()
    store.keep_pictures(guessed, (PHONE,))
    assert tuples(store.db.read("SELECT name FROM pictures")) == [("map.svg",)]


def test_a_report_of_before_gets_its_pictures_later(store: JobStore) -> None:
    snapshot_id = done(store)
    assert store.picture(snapshot_id, "map.svg") is None
    store.keep_pictures(snapshot_id, (MAP,))
    assert store.picture(snapshot_id, "map.svg") == b"a map"


def test_what_is_kept_stays_as_it_is(store: JobStore) -> None:
    snapshot_id = done(store, MAP)
    store.keep_pictures(snapshot_id, (Picture("map.svg", b"another"), PHONE))
    assert store.picture(snapshot_id, "map.svg") == b"a map"
    assert store.picture(snapshot_id, "map-phone.svg") == b"a small map"


def test_they_go_with_the_report(store: JobStore) -> None:
    kept, deleted = done(store, MAP), done(store, MAP, PHONE)
    store.delete_snapshot(deleted, "ann")
    with pytest.raises(SnapshotNotFound):
        store.get_snapshot(deleted)
    assert tuples(store.db.read("SELECT job_seq, name FROM pictures")) == [(seq_in(kept), "map.svg")]
    store.keep_pictures(deleted, (MAP,))
    assert store.picture(deleted, "map.svg") is None


def test_they_stay_when_jobs_are_cleared_away(store: JobStore) -> None:
    snapshot_id = done(store, MAP)
    assert store.prune(0) == 1
    assert store.picture(snapshot_id, "map.svg") == b"a map"


def test_a_worker_that_lost_its_claim_stores_none(store: JobStore) -> None:
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    assert store.release_job(claim)
    assert store.complete_job(claim, b"report", None, (MAP,)) is None
    assert not store.db.read("SELECT 1 FROM pictures")


def test_the_next_job_comes_with_the_same_transaction(store: JobStore) -> None:
    create(store)
    following = create(store)
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id, another = store.complete_and_claim(claim, b"report", "w", None, (MAP,))
    assert another
    assert another.job_id == following.job_id
    assert store.picture(str(snapshot_id), "map.svg") == b"a map"
