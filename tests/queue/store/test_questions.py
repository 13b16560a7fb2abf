"""Jobs that ask: what a worker, the owner, others and the clock may do to them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import Config
from app.errors import InvalidListing, JobNotFound, NotYours, QueueFull, TransitionRefused
from app.queue.jobs import Claim, Failure, Job, Status
from app.queue.store import JobStore
from tests.support.building import SetClock, create, ended, new_job, open_at
from tests.support.dialects import sqlite_alone

QUESTION = '{"about": "London"}'
HOUR = 3_600.0


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("box:1:1")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    return claim


def asking(store: JobStore, owner: str = "ann") -> Job:
    """A job that asks its owner something."""
    job = create(store, owner=owner)
    assert store.ask_job(claimed(store), QUESTION)
    return store.get_job(job.job_id)


def saying(listing: str) -> Callable[[Job], str]:
    """Answer with this listing."""
    return lambda job: listing


def answer(store: JobStore, job: Job, listing: str = '{"answers": 1}', owner: str = "ann") -> Job:
    return store.answer_job(job.job_id, owner, saying(listing), job.version)


# --- a worker asks ---


def test_it_asks_and_counts_no_attempt(store: JobStore) -> None:
    job = asking(store)
    assert (job.status, job.question, job.attempts, job.worker) == (Status.ASKING, QUESTION, 0, None)
    assert (job.error, job.completed_at, job.current_stage) == (None, None, None)


def test_no_step_stays_at_work_while_it_asks(store: JobStore) -> None:
    assert store.stages(asking(store).job_id) == ()


def test_a_later_step_that_asks_keeps_those_before(store: JobStore) -> None:
    job = create(store)
    claim = claimed(store)
    store.update_job_stage(claim, "schools", ended("geocode").record, b"here")
    store.ask_job(claim, QUESTION)
    assert [stage.stage for stage in store.stages(job.job_id)] == ["geocode"]
    assert store.get_job(job.job_id).current_stage == "geocode"
    assert store.checkpoints(job.job_id) == (b"here",)


def test_a_lost_claim_asks_nothing(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    zombie = claimed(store)
    clock.pass_seconds(15)
    store.recover_stale()
    before = store.get_job(job.job_id)
    assert not store.ask_job(zombie, QUESTION)
    assert store.get_job(job.job_id) == before


def test_a_job_that_was_called_off_asks_nothing(store: JobStore) -> None:
    job = create(store)
    claim = claimed(store)
    store.cancel_job(job.job_id, "ann")
    assert store.ask_job(claim, QUESTION)
    assert store.get_job(job.job_id).status is Status.CANCELLED


# --- while it asks ---


def test_nobody_claims_a_job_that_asks(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.pass_seconds(60)
    assert store.claim_next_job("w") is None
    assert store.recover_stale() == 0
    assert store.get_job(job.job_id) == job


def test_it_stands_in_nobodys_way(store: JobStore) -> None:
    asking(store)
    other = create(store)
    assert store.position(other) == 0
    assert store.stats().oldest_queued_seconds == 0
    assert claimed(store).job_id == other.job_id


def test_it_counts_in_no_limit(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs_per_owner=1, max_live_jobs=1))
    asking(store)
    asking(store)
    assert create(store).status is Status.QUEUED
    store.db.close()


def test_the_same_listing_gives_the_job_that_asks(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    store.ask_job(claimed(store), QUESTION)
    again, new = store.create_job(new_job(key="same"))
    assert (again.job_id, again.status, new) == (first.job_id, Status.ASKING, False)


def test_asking_for_a_twin_again_gives_the_job_that_asks(store: JobStore) -> None:
    first, _ = store.create_job(new_job(key="same"))
    store.cancel_job(first.job_id, "ann")
    second, _ = store.create_job(new_job(key="same"))
    store.ask_job(claimed(store), QUESTION)
    assert store.retry_job(first.job_id, "ann").job_id == second.job_id


def test_it_is_counted_apart(store: JobStore) -> None:
    asking(store)
    stats = store.stats()
    assert (stats.asking, stats.queued, stats.running, stats.failed, stats.cancelled) == (1, 0, 0, 0, 0)
    assert stats.finished_per_minute == 0
    assert [job.status for job in store.list_jobs(Status.ASKING)] == [Status.ASKING]


def test_it_is_cancelled_at_once(store: JobStore) -> None:
    job = asking(store)
    cancelled = store.cancel_job(job.job_id, "ann")
    assert (cancelled.status, cancelled.question, cancelled.version) == (Status.CANCELLED, None, job.version + 1)
    assert store.events(job.job_id)[-1].from_status is Status.ASKING


def test_it_cannot_be_asked_for_again_while_it_asks(store: JobStore) -> None:
    with pytest.raises(TransitionRefused, match="already asking"):
        store.retry_job(asking(store).job_id, "ann")


# --- its owner answers ---


def test_an_answer_goes_on_with_the_same_job(store: JobStore) -> None:
    job = asking(store)
    queued = answer(store, job)
    assert (queued.job_id, queued.status, queued.listing) == (job.job_id, Status.QUEUED, '{"answers": 1}')
    assert (queued.question, queued.asked_at, queued.version) == (None, None, job.version + 1)
    claim = claimed(store)
    assert (claim.job_id, claim.listing, claim.attempts) == (job.job_id, '{"answers": 1}', 1)
    assert store.complete_job(claim, b"report")


def test_an_answer_is_made_of_the_job_as_it_is(store: JobStore) -> None:
    job = asking(store)
    queued = store.answer_job(job.job_id, "ann", lambda found: f"{found.listing} and {found.question}")
    assert queued.listing == f"{job.listing} and {QUESTION}"


def test_an_answer_that_fits_no_choice_changes_nothing(store: JobStore) -> None:
    def refuse(job: Job) -> str:
        raise InvalidListing(field="choice", why="There is no such choice.")

    job = asking(store)
    with pytest.raises(InvalidListing):
        store.answer_job(job.job_id, "ann", refuse)
    assert store.get_job(job.job_id) == job


def test_the_history_tells_of_question_and_answer(store: JobStore) -> None:
    job = asking(store)
    answer(store, job)
    steps = [(event.to_status, event.why) for event in store.events(job.job_id)]
    assert steps[2:] == [(Status.ASKING, "asked which place was meant"), (Status.QUEUED, "answered by its owner")]


def test_only_its_owner_answers(store: JobStore) -> None:
    job = asking(store)
    with pytest.raises(NotYours):
        answer(store, job, owner="eve")
    assert store.get_job(job.job_id) == job


def test_what_does_not_exist_is_not_answered(store: JobStore) -> None:
    with pytest.raises(JobNotFound):
        store.answer_job("nothing", "ann", saying("{}"))


def test_a_second_tap_changes_nothing(store: JobStore) -> None:
    job = asking(store)
    first = answer(store, job, "the first")
    assert answer(store, job, "the second") == first
    store.complete_job(claimed(store), b"report")
    assert answer(store, job, "the third").status is Status.DONE


def test_a_second_tap_answers_no_later_question(store: JobStore) -> None:
    job = asking(store)
    answer(store, job, "the first")
    store.ask_job(claimed(store), "another question")
    again = answer(store, job, "meant for the first")
    assert (again.status, again.listing) == (Status.ASKING, "the first")


def test_an_answer_to_a_question_asked_before_it_was_cancelled_answers_none(store: JobStore) -> None:
    job = asking(store)
    store.cancel_job(job.job_id, "ann")
    store.retry_job(job.job_id, "ann")
    store.ask_job(claimed(store), "asked again")
    assert answer(store, job).question == "asked again"


def test_a_job_that_never_asked_is_not_answered(store: JobStore) -> None:
    with pytest.raises(TransitionRefused, match="already queued"):
        answer(store, create(store))


def test_a_job_that_was_cancelled_is_not_answered(store: JobStore) -> None:
    job = asking(store)
    store.cancel_job(job.job_id, "ann")
    with pytest.raises(TransitionRefused, match="already cancelled"):
        answer(store, job)


def test_it_queues_behind_those_who_wait(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.pass_seconds(1)
    other = create(store, owner="bob")
    clock.pass_seconds(1)
    answered = answer(store, job)
    assert store.position(answered) == 1
    assert answered.queued_at == clock.unix_seconds
    assert claimed(store).job_id == other.job_id


def test_a_clock_put_back_lets_no_answer_jump_the_queue(store: JobStore, clock: SetClock) -> None:
    other = create(store, owner="bob")
    held_back = claimed(store)
    job = asking(store)
    store.release_job(held_back)
    clock.unix_seconds -= HOUR
    answer(store, job)
    assert [claimed(store).job_id for _ in range(2)] == [other.job_id, job.job_id]


def test_an_answer_wakes_a_worker(tmp_path: Path) -> None:
    woken: list[int] = []
    store = open_at(tmp_path, notify=lambda: woken.append(1))
    job = asking(store)
    woken.clear()
    answer(store, job)
    answer(store, job)
    assert len(woken) == 1
    store.db.close()


def test_answers_count_in_the_limits_at_once(tmp_path: Path) -> None:
    store = open_at(tmp_path, Config(max_live_jobs=8))
    jobs = [asking(store, owner=f"owner {number}") for number in range(8)]
    create(store, owner="bob")
    for number, job in enumerate(jobs):
        answer(store, job, owner=f"owner {number}")
    with pytest.raises(QueueFull, match="9 evaluations are ahead"):
        create(store, owner="cy")
    store.db.close()


def test_an_answered_job_is_tried_as_often_as_any(store: JobStore) -> None:
    job = asking(store)
    answer(store, job)
    for _ in range(3):
        store.give_up(claimed(store), "gone")
    assert store.get_job(job.job_id).error_code == "evaluation-crashed"


def test_an_answer_is_kept_when_it_is_asked_for_again(store: JobStore) -> None:
    job = asking(store)
    answer(store, job, "with an answer")
    store.fail_job(claimed(store), Failure("too-bad", "It did not work out."), retry=False)
    assert store.retry_job(job.job_id, "ann").listing == "with an answer"


# --- nobody answers ---


def test_a_question_is_open_for_a_day(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    assert store.question_expires_at(job) == clock.unix_seconds + 24 * HOUR
    clock.pass_seconds(24 * HOUR - 1)
    assert store.expire_questions() == 0
    assert store.get_job(job.job_id) == job


def test_it_is_closed_with_an_honest_word(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.pass_seconds(24 * HOUR)
    assert store.expire_questions() == 1
    closed = store.get_job(job.job_id)
    assert (closed.status, closed.error_code, closed.cancel_requested) == (Status.CANCELLED, "question-expired", False)
    assert "nobody answered within 24 hours" in str(closed.error)
    assert store.events(job.job_id)[-1].why == "nobody answered"
    assert store.stats().failed == 0
    assert store.expire_questions() == 0


def test_how_long_is_a_setting(tmp_path: Path, clock: SetClock) -> None:
    store = open_at(tmp_path, Config(question_hours=1), clock)
    job = asking(store)
    clock.pass_seconds(HOUR)
    assert store.expire_questions() == 1
    assert "within 1 hour," in str(store.get_job(job.job_id).error)
    store.db.close()


def test_a_closed_question_is_not_answered(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.pass_seconds(24 * HOUR)
    store.expire_questions()
    with pytest.raises(TransitionRefused, match="already cancelled"):
        answer(store, job)


def test_it_asks_again_when_it_is_tried_again(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.pass_seconds(24 * HOUR)
    store.expire_questions()
    queued = store.retry_job(job.job_id, "ann")
    assert (queued.status, queued.error, queued.listing) == (Status.QUEUED, None, job.listing)
    store.ask_job(claimed(store), QUESTION)
    assert store.get_job(job.job_id).status is Status.ASKING


def test_a_clock_put_back_keeps_no_question_open_for_ever(store: JobStore, clock: SetClock) -> None:
    job = asking(store)
    clock.unix_seconds -= 1_000 * HOUR
    for _ in range(2):  # until two readings agree
        assert store.expire_questions() == 0
        assert store.get_job(job.job_id) == job
        clock.pass_seconds(HOUR)
    assert store.expire_questions() == 0
    renewed = store.get_job(job.job_id)
    assert renewed == job._replace(asked_at=clock.unix_seconds), "pages that show the question can still answer it"
    clock.pass_seconds(24 * HOUR)
    assert store.expire_questions() == 1


def test_an_answer_that_comes_first_is_not_lost(
    store: JobStore, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = asking(store)
    clock.pass_seconds(24 * HOUR)
    seen = store.db.read("SELECT seq FROM evaluation_jobs")
    answer(store, job)
    monkeypatch.setattr(store.db, "read", lambda sql, parameters=None: seen)
    assert store.expire_questions() == 0
    monkeypatch.undo()
    assert store.get_job(job.job_id).status is Status.QUEUED


# --- what open questions cost others ---


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_a_question_leaves_the_line(store: JobStore) -> None:
    for number in range(20):
        asking(store, owner=f"owner {number}")
    create(store)
    with store.db.write(durable=False) as connection:
        connection.execute("ANALYZE")  # counts what each index holds
    rows = store.db.read("SELECT stat FROM sqlite_stat1 WHERE idx = 'jobs_line'")
    assert str(rows[0]["stat"]).split()[0] == "1"


@sqlite_alone("PostgreSQL's plans: test_plans.py")
def test_nothing_that_happens_often_reads_all_jobs(store: JobStore) -> None:
    said: list[str] = []
    for levels in ((True, False), (False, True), (False, False)):
        store.db.connection(durable=levels[0], draining=levels[1]).set_trace_callback(said.append)
    job = create(store)
    store.position(job)
    store.stats()
    store.ask_job(claimed(store), QUESTION)
    store.recover_stale()
    store.expire_questions()
    looked = {sql for sql in said if "evaluation_jobs" in sql and not sql.lstrip().startswith("INSERT")}
    looked = {sql for sql in looked if "DESC LIMIT 1" not in sql and "queued_at < " not in sql}  # these end soon
    plans = [row["detail"] for sql in looked for row in store.db.read(f"EXPLAIN QUERY PLAN {sql}")]
    assert "SCAN evaluation_jobs USING COVERING INDEX jobs_line" in plans
    assert "SEARCH evaluation_jobs USING INDEX jobs_live (owner=?)" in plans
    few = {"SCAN region_builds", "SCAN CONSTANT ROW"}  # a row for each region of the site, and none at all
    assert not [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan and plan not in few]
