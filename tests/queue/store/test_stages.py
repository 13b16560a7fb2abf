"""Stages: advanced and checkpointed in one step, refused to whoever lost the claim."""

from __future__ import annotations

import pytest

from app.queue.jobs import Claim, StageRecord, StageState, Status
from app.queue.store import JobStore
from tests.support.building import create, ended


@pytest.fixture
def claim(store: JobStore) -> Claim:
    create(store)
    claim = store.claim_next_job("box:1:1")
    assert claim
    return claim


def advance(store: JobStore, claim: Claim, stage: str, after: str | None = None) -> bool:
    """Advance to a stage after another one that found something."""
    kept = ended(after, after.encode()) if after else None
    return store.update_job_stage(claim, stage, kept.record if kept else None, kept.finding if kept else None)


def test_it_names_the_stage(store: JobStore, claim: Claim) -> None:
    before = store.get_job(claim.job_id)
    assert advance(store, claim, "geocode")
    job = store.get_job(claim.job_id)
    assert (job.current_stage, job.version) == ("geocode", before.version + 1)
    assert store.stages(job.job_id) == (StageRecord("geocode", StageState.WORKING, None),)


def test_it_keeps_the_finding_of_the_stage_before(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "geocode")
    advance(store, claim, "schools", after="geocode")
    assert store.checkpoints(claim.job_id) == (b"geocode",)
    assert [stage.state for stage in store.stages(claim.job_id)] == [StageState.DONE, StageState.WORKING]


def test_it_keeps_why_a_stage_is_missing(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "schools")
    store.update_job_stage(claim, "green", ended("schools", reason="none mapped").record, b"nothing")
    first = store.stages(claim.job_id)[0]
    assert (first.state, first.reason, first.seconds) == (StageState.MISSING, "none mapped", 0.01)


def test_it_refuses_a_lost_claim(store: JobStore, claim: Claim) -> None:
    stale = claim._replace(token="another token")
    before = store.get_job(claim.job_id)
    assert not advance(store, stale, "geocode")
    assert store.get_job(claim.job_id) == before
    assert store.stages(claim.job_id) == ()


def test_completion_stores_the_snapshot(store: JobStore, claim: Claim) -> None:
    snapshot_id = store.complete_job(claim, b"report")
    assert snapshot_id
    job = store.get_job(claim.job_id)
    assert (job.status, job.result_snapshot_id, job.worker) == (Status.DONE, snapshot_id, None)
    assert store.get_snapshot(snapshot_id).report == b"report"


def test_completion_ends_the_last_stage(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "saving")
    store.complete_job(claim, b"report", ended("saving").record)
    assert store.stages(claim.job_id) == (StageRecord("saving", StageState.DONE, 0.01),)


def test_completion_lets_go_of_the_checkpoints(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "geocode")
    advance(store, claim, "saving", after="geocode")
    store.complete_job(claim, b"report")
    assert store.checkpoints(claim.job_id) == ()


def test_a_lost_claim_cannot_complete(store: JobStore, claim: Claim) -> None:
    store.release_job(claim)
    assert store.complete_job(claim, b"zombie") is None
    assert store.recent_snapshots("ann") == ()
    assert store.get_job(claim.job_id).status is Status.QUEUED


def test_a_job_is_completed_once(store: JobStore, claim: Claim) -> None:
    snapshot_id = store.complete_job(claim, b"first")
    assert snapshot_id
    assert store.complete_job(claim, b"second") == snapshot_id, "as told to whoever heard no answer"
    assert [snapshot.report for snapshot in store.recent_snapshots("ann")] == [b"first"]


def test_completion_claims_the_next_job(store: JobStore, claim: Claim) -> None:
    waiting = create(store)
    snapshot_id, following = store.complete_and_claim(claim, b"report", "box:1:1")
    assert snapshot_id
    assert following
    assert following.job_id == waiting.job_id


def test_a_lost_claim_claims_nothing(store: JobStore, claim: Claim) -> None:
    store.release_job(claim)
    assert store.complete_and_claim(claim, b"zombie", "box:1:1") == (None, None)
    assert store.stats().queued == 1


def test_checkpoints_come_in_the_order_of_the_stages(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "schools")
    advance(store, claim, "geocode", after="schools")
    advance(store, claim, "neighborhood", after="geocode")
    assert store.checkpoints(claim.job_id) == (b"schools", b"geocode")


def test_a_stage_that_begins_anew_has_taken_no_time_yet(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "geocode")
    advance(store, claim, "schools", after="geocode")
    advance(store, claim, "geocode")
    assert store.stages(claim.job_id)[0] == StageRecord("geocode", StageState.WORKING, None)


def test_a_stage_that_begins_anew_keeps_nothing_of_the_time_before(store: JobStore, claim: Claim) -> None:
    advance(store, claim, "schools")
    store.update_job_stage(claim, "green", ended("schools", reason="none mapped").record, b"nothing")
    advance(store, claim, "schools")
    assert store.stages(claim.job_id)[0].reason == ""
    assert store.checkpoints(claim.job_id) == ()
