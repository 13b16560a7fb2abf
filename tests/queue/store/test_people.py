"""Cancelling, retrying, looking: what the owner may do, an operator too, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import JobNotFound, NotYours, TooManyJobs, TransitionRefused
from app.queue.jobs import Failure, Job, Status
from app.queue.store import JobStore
from app.queue.store.people import AHEAD
from tests.support.building import SetClock, create, ended, idle_beside, new_job, open_waking
from tests.support.dialects import sqlite_alone


def failed(store: JobStore) -> Job:
    """A job that failed after one stage."""
    job = create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    store.fail_job(claim, Failure("too-bad", "It did not work out."), retry=False)
    return store.get_job(job.job_id)


def test_a_queued_job_is_cancelled_at_once(store: JobStore) -> None:
    job = store.cancel_job(create(store).job_id, "ann")
    assert (job.status, job.version) == (Status.CANCELLED, 2)
    assert job.completed_at
    assert store.claim_next_job("w") is None


def test_a_running_job_is_asked_to_stop(store: JobStore) -> None:
    job = create(store)
    store.claim_next_job("w")
    running = store.get_job(job.job_id)
    asked = store.cancel_job(job.job_id, "ann")
    assert (asked.status, asked.cancel_requested) == (Status.RUNNING, True)
    assert asked.version > running.version, "pages that are open must show it"
    assert store.cancel_job(job.job_id, "ann") == asked


def test_an_ended_job_cannot_be_cancelled(store: JobStore) -> None:
    with pytest.raises(TransitionRefused, match="already failed"):
        store.cancel_job(failed(store).job_id, "ann")


def test_only_its_owner_may_cancel(store: JobStore) -> None:
    job = create(store)
    with pytest.raises(NotYours):
        store.cancel_job(job.job_id, "eve")
    assert store.get_job(job.job_id) == job


def test_an_operator_may_cancel(store: JobStore) -> None:
    job = create(store)
    assert store.cancel_job(job.job_id, None).status is Status.CANCELLED
    assert store.events(job.job_id)[-1].why == "called off by its operator"


def test_what_does_not_exist_cannot_be_cancelled(store: JobStore) -> None:
    with pytest.raises(JobNotFound):
        store.cancel_job("nothing", None)


def test_a_failed_job_is_queued_again_with_its_checkpoints(store: JobStore) -> None:
    job = failed(store)
    again = store.retry_job(job.job_id, "ann")
    assert (again.status, again.attempts, again.error, again.completed_at) == (Status.QUEUED, 0, None, None)
    assert store.checkpoints(job.job_id) == (b"here",)


def test_a_cancelled_job_is_queued_again(store: JobStore) -> None:
    job = create(store)
    store.cancel_job(job.job_id, "ann")
    assert not store.retry_job(job.job_id, "ann").cancel_requested
    claim = store.claim_next_job("w")
    assert claim
    assert store.complete_job(claim, b"report")


def test_it_queues_again_behind_those_who_wait(store: JobStore, clock: SetClock) -> None:
    job = failed(store)
    clock.pass_seconds(1)
    create(store, owner="bob")
    clock.pass_seconds(1)
    assert store.position(store.retry_job(job.job_id, "ann")) == 1


def test_a_live_job_cannot_be_asked_for_again(store: JobStore) -> None:
    with pytest.raises(TransitionRefused, match="already queued"):
        store.retry_job(create(store).job_id, "ann")


def test_only_its_owner_may_ask_again(store: JobStore) -> None:
    with pytest.raises(NotYours):
        store.retry_job(failed(store).job_id, "eve")


def test_asking_again_gives_the_live_twin(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    store.cancel_job(first.job_id, "ann")
    second, _ = store.create_job(new_job(key="same"))
    assert store.retry_job(first.job_id, "ann") == second


def test_asking_again_is_bound_by_the_limits(store: JobStore) -> None:
    first = store.cancel_job(create(store).job_id, "ann")
    for _ in range(10):
        create(store)
    with pytest.raises(TooManyJobs):
        store.retry_job(first.job_id, "ann")


def test_it_counts_those_ahead(store: JobStore) -> None:
    jobs = [create(store) for _ in range(4)]
    assert [store.position(job) for job in jobs] == [0, 1, 2, 3]
    store.claim_next_job("w")
    assert store.position(jobs[3]) == 2


def test_it_shows_an_owner_their_jobs_newest_first(store: JobStore) -> None:
    mine = [create(store).job_id for _ in range(3)]
    create(store, owner="bob")
    assert [job.job_id for job in store.recent_jobs("ann")] == mine[::-1]
    assert len(store.recent_jobs("ann", limit=2)) == 2


def test_asking_again_ends_the_wait_after_a_passing_failure(store: JobStore) -> None:
    job = create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.fail_job(claim, Failure("passing", "Try later."), retry=True)
    store.cancel_job(job.job_id, "ann")
    store.retry_job(job.job_id, "ann")
    assert store.claim_next_job("w")


@pytest.mark.parametrize(("who", "named"), [("ann", "owner"), (None, "operator")])
def test_the_history_tells_who_called_off_and_who_asked_again(store: JobStore, who: str | None, named: str) -> None:
    job = store.cancel_job(create(store).job_id, who)
    store.retry_job(job.job_id, who)
    whys = [event.why for event in store.events(job.job_id)]
    assert whys == ["created", f"called off by its {named}", f"asked for again by its {named}"]


def test_calling_off_and_asking_again_wake_a_worker(tmp_path: Path) -> None:
    store = open_waking(tmp_path)
    job = create(store)
    with idle_beside(store, tmp_path) as woken:
        for change in (store.cancel_job, store.retry_job):
            change(job.job_id, "ann")
            assert woken.wait(5)
            woken.clear()
    store.db.close()


def test_a_job_that_is_done_is_not_asked_for_again(store: JobStore) -> None:
    job = create(store)
    claim = store.claim_next_job("box:1:1")
    assert claim
    store.complete_job(claim, b"report")
    with pytest.raises(TransitionRefused):
        store.retry_job(job.job_id, "ann")
    assert store.get_job(job.job_id).status is Status.DONE


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_counting_those_ahead_reads_the_line_alone(store: JobStore) -> None:
    job = create(store)
    plan = [
        str(row["detail"])
        for row in store.db.read(f"EXPLAIN QUERY PLAN {AHEAD}", {"job_id": job.job_id, "now": 0.0, "latest": 0.0})
    ]
    assert plan[0] == "SEARCH evaluation_jobs USING COVERING INDEX jobs_line (turn<?)"
    assert not [step for step in plan if step.startswith("SCAN")]


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_ended_jobs_cost_a_poll_nothing(store: JobStore) -> None:
    job = create(store)
    steps = {ended: steps_of_a_look(store, job, ended) for ended in (0, 40_000)}
    assert steps[40_000] <= steps[0] + 1


def steps_of_a_look(store: JobStore, job: Job, ended: int) -> int:
    """Return how often SQLite's machine, which counts every ten steps, was heard while a job's place was looked up."""
    with store.db.write(durable=False) as connection:
        connection.execute(
            """
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :ended)
            INSERT INTO evaluation_jobs
                (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at,
                 completed_at)
            SELECT 'ended ' || n, '', '{}', 'ended ' || n, 'bob', 'failed', 0, n, 0, n, n, n
            FROM numbers WHERE :ended > 0
            """,
            {"ended": ended},
        )
    heard: list[int] = []
    connection = store.db.connection(durable=False)
    connection.set_progress_handler(lambda: heard.append(1), 10)
    assert store.position(job) == 0
    connection.set_progress_handler(None, 0)
    return len(heard)


def test_a_job_that_is_tried_again_later_is_ahead_of_nobody(store: JobStore, clock: SetClock) -> None:
    failing, other = create(store), create(store, owner="bob")
    claim = store.claim_next_job("w")
    assert claim
    store.fail_job(claim, Failure("passing", "Later."), retry=True)
    later = store.get_job(failing.job_id)
    assert store.position(other) == 0
    assert 2.5 <= store.due_in_seconds(later) <= 7.5
    clock.pass_seconds(8)
    assert store.due_in_seconds(later) == 0
    assert store.position(other) == 1
    clock.unix_seconds -= 1_000
    assert store.due_in_seconds(later) == 0, "the clock was put back, so it is due"
