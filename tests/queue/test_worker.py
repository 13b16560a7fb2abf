"""The worker's thread: it runs jobs to their end, and stops, resumes, loses and hands them back as promised."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence

import pytest

from app.config import Config
from app.errors import NoRegions
from app.queue.child import ChildRunner
from app.queue.jobs import Job, StageState, Status
from app.queue.process import identity
from app.queue.runner import Evaluate, EvaluatorUnavailable, NeedsAnswer, StageObserver
from tests.queue.conftest import Site
from tests.support.building import (
    aged,
    assert_all_ended,
    create,
    ended,
    open_at,
    stages_of,
    wait_for,
    wait_for_status,
)
from tests.support.dialects import sqlite_alone
from tests.support.evaluations import EVALUATIONS


def child(name: str = "by_listing", stage_timeout_seconds: float = 30.0) -> ChildRunner:
    return ChildRunner((sys.executable, "-m", "tests.support.evaluations", name), stage_timeout_seconds)


class Gate:
    """An evaluation that waits in its second stage until it is let through."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.open = threading.Event()
        self.finished: list[Sequence[bytes]] = []

    def __call__(self, listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        self.finished.append(finished)
        if not finished:
            progress.began("geocode")
            progress.ended(ended("geocode", b"here"))
        progress.began("schools")
        self.reached.set()
        self.open.wait(10)
        progress.ended(ended("schools", b"found"))
        progress.began("saving")
        return b"report"


def test_it_evaluates_what_is_queued_before_and_after_its_start(site: Site) -> None:
    before = create(site.store)
    site.start(stages_of(3))
    after = create(site.store)
    for job in (before, after):
        assert wait_for_status(site.store, job, Status.DONE).result_snapshot_id
        assert [stage.state for stage in site.store.stages(job.job_id)] == [StageState.DONE] * 3
    assert_all_ended(site.store)


def test_it_starts_without_polling(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.queue.worker.POLL_SECONDS", 600.0)
    site.start(stages_of(1))
    time.sleep(0.1)
    wait_for_status(site.store, create(site.store), Status.DONE)


def test_it_tells_a_failure_in_plain_words(site: Site) -> None:
    site.start(child())
    job = create(site.store, listing='"refusing"')
    failed = wait_for_status(site.store, job, Status.FAILED)
    assert failed.error_code == "address-not-found"
    assert "covers Monaco" in str(failed.error)


@pytest.mark.parametrize("runner", [EVALUATIONS["by_listing"], child()], ids=["in its thread", "in a process"])
def test_it_asks_and_goes_on_with_the_answer(site: Site, runner: Evaluate | ChildRunner) -> None:
    site.start(runner)
    job = create(site.store, listing='"asking"')
    asking = wait_for_status(site.store, job, Status.ASKING)
    assert (asking.question, asking.attempts, asking.error) == ('{"about": "London"}', 0, None)
    assert site.store.stages(job.job_id) == ()
    other = create(site.store, listing='"well"')
    wait_for_status(site.store, other, Status.DONE)
    site.store.answer_job(job.job_id, "ann", lambda found: '"well"')
    done = wait_for_status(site.store, job, Status.DONE)
    assert (done.job_id, done.attempts) == (job.job_id, 1)


def test_a_job_called_off_while_it_is_evaluated_asks_nothing(site: Site) -> None:
    gate = threading.Event()

    def ask_late(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        gate.wait(10)
        raise NeedsAnswer("{}")

    site.start(ask_late)
    job = create(site.store)
    wait_for_status(site.store, job, Status.RUNNING)
    site.store.cancel_job(job.job_id, "ann")
    gate.set()
    assert wait_for_status(site.store, job, Status.CANCELLED).question is None


def test_its_watch_closes_questions_that_nobody_answered(site: Site) -> None:
    job = create(site.store)
    claim = site.store.claim_next_job("w")
    assert claim
    site.store.ask_job(claim, "{}")
    with site.store.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET asked_at = asked_at - 86401")
    aged(site.store)
    site.start(stages_of(1))
    assert wait_for_status(site.store, job, Status.CANCELLED).error_code == "question-expired"


def test_it_tries_a_passing_failure_again(site: Site) -> None:
    def no_data(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        raise NoRegions

    site.start(no_data)
    job = create(site.store)
    wait_for(lambda: site.store.get_job(job.job_id).error_code == "no-regions")
    assert site.store.get_job(job.job_id).status is Status.QUEUED


def test_it_ends_a_job_that_keeps_killing_the_evaluator(site: Site) -> None:
    site.start(child())
    bad, good = create(site.store, listing='"crashing"'), create(site.store, listing='"well"')
    failed = wait_for_status(site.store, bad, Status.FAILED, seconds=40)
    # The first try kept the first stage, so it was not in vain.
    assert (failed.error_code, failed.attempts) == ("evaluation-crashed", 4)
    assert "3 times in a row" in (failed.error or "")
    wait_for_status(site.store, good, Status.DONE)


def test_jobs_wait_while_no_evaluator_can_start(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    worker = site.start(child("no_such_evaluation"))
    job = create(site.store)
    wait_for(lambda: site.store.somebody_works(), 20)
    wait_for(lambda: worker.health().cannot_start, 20)
    wait_for(lambda: not site.store.somebody_works(), 20)
    assert site.store.get_job(job.job_id) == job
    assert worker.health().alive
    assert caplog.text.count("the evaluator cannot be started") == 1
    assert "Traceback" not in caplog.text


def test_a_job_that_no_evaluator_could_take_goes_back_uncounted(site: Site) -> None:
    refused = threading.Event()

    def unavailable_once(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        if refused.is_set():
            return b"report"
        refused.set()
        raise EvaluatorUnavailable

    site.start(unavailable_once)
    assert wait_for_status(site.store, create(site.store), Status.DONE).attempts == 1


def test_a_hanging_stage_is_stopped_and_tried_again(site: Site) -> None:
    site.start(child(stage_timeout_seconds=0.5))
    job = create(site.store, listing='"hanging_in_native_code"')
    wait_for(lambda: site.store.get_job(job.job_id).error_code == "stage-timeout")
    waiting = site.store.get_job(job.job_id)
    assert (waiting.status, waiting.attempts) == (Status.QUEUED, 1)


@pytest.mark.timed
def test_a_busy_evaluation_cannot_starve_the_heartbeat(site: Site) -> None:
    site.start(child(), lease=0.6)
    site.store.config = Config(lease_seconds=0.6)
    job = create(site.store, listing='"hanging_in_native_code"')
    wait_for_status(site.store, job, Status.RUNNING)
    other = open_at(site.folder)
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline:
        assert other.recover_stale() == 0
        time.sleep(0.05)
    assert site.store.get_job(job.job_id).attempts == 1
    site.store.cancel_job(job.job_id, None)
    wait_for_status(site.store, job, Status.CANCELLED)
    other.db.close()


def test_a_running_job_is_cancelled_in_the_middle_of_a_stage(site: Site) -> None:
    site.start(child())
    job = create(site.store, listing='"busy"')
    wait_for(lambda: site.store.get_job(job.job_id).current_stage == "schools")
    site.store.cancel_job(job.job_id, "ann")
    wait_for_status(site.store, job, Status.CANCELLED)


def test_a_job_that_asks_a_silent_server_is_cancelled_at_once(site: Site) -> None:
    runner = child()
    site.start(runner)
    job = create(site.store, listing='"forking"')
    wait_for(lambda: site.store.get_job(job.job_id).waits_for == "overpass")
    evaluator, fork = runner.pid, int(site.store.checkpoints(job.job_id)[0])
    asked_at = time.monotonic()
    site.store.cancel_job(job.job_id, "ann")
    wait_for_status(site.store, job, Status.CANCELLED)
    assert time.monotonic() - asked_at < 5.0, "by far not as long as the server is silent"
    wait_for(lambda: not identity(evaluator) and not identity(fork))
    wait_for_status(site.store, create(site.store, listing='"well"'), Status.DONE)
    assert runner.pid != evaluator


def test_it_says_what_a_job_waits_for_until_the_stage_ends(site: Site) -> None:
    site.start(child())
    job = create(site.store, listing='"asking_services"')
    for service, turn in (("nominatim", False), ("overpass", True), ("overpass", False)):
        wait_for(lambda: said(site, job) == (service, turn))  # noqa: B023
    assert abs(time.time() - (site.store.get_job(job.job_id).waits_since or 0)) < 5
    done = wait_for_status(site.store, job, Status.DONE)
    assert (done.waits_for, done.waits_since, done.waits_turn) == (None, None, False)


def said(site: Site, job: Job) -> tuple[str | None, bool]:
    found = site.store.get_job(job.job_id)
    return found.waits_for, found.waits_turn


def test_a_job_at_a_resting_service_waits_until_the_time_it_named(site: Site) -> None:
    site.start(child())
    job = create(site.store, listing='"at_a_resting_service"')
    wait_for(lambda: site.store.get_job(job.job_id).error_code == "service-trouble")
    waiting = site.store.get_job(job.job_id)
    assert (waiting.status, waiting.attempts) == (Status.QUEUED, 1)
    assert 85 < waiting.run_after - time.time() <= 90 * 1.2
    assert site.store.checkpoints(job.job_id) == (b"here",)


def test_jobs_that_wait_for_their_turn_hold_up_no_other(site: Site) -> None:
    waiting = [create(site.store, owner=f"{number}", listing='"at_a_busy_service"') for number in range(30)]
    site.start(child())
    last = create(site.store, listing='"well"')
    wait_for_status(site.store, last, Status.DONE)
    found = [site.store.get_job(job.job_id) for job in waiting]
    found = [job for job in found if job.status is not Status.RUNNING]
    assert len(found) >= 29, "one may be tried again already"
    assert {(job.status, job.attempts, job.error_code) for job in found} == {(Status.QUEUED, 0, "service-busy")}


def test_a_worker_that_stops_hands_back_at_once_what_only_waits_for_its_turn(site: Site) -> None:
    worker = site.start(child())
    job = create(site.store, listing='"waiting_for_its_turn"')
    wait_for(lambda: said(site, job) == ("overpass", True))
    began = time.monotonic()
    worker.stop(60.0)
    assert time.monotonic() - began < 30.0, "it did not wait for the end of the stage"
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts, back.run_after, back.waits_for) == (Status.QUEUED, 0, 0.0, None)
    assert site.store.checkpoints(job.job_id) == (b"here",)


def test_a_worker_that_stops_waits_for_an_answer_as_long_as_it_may(site: Site) -> None:
    worker = site.start(child())
    job = create(site.store, listing='"asking_a_silent_server"')
    wait_for(lambda: said(site, job) == ("overpass", False))
    began = time.monotonic()
    worker.stop(2.0)
    assert time.monotonic() - began >= 1.5, "an answer under way is not thrown away at once"
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts, back.waits_for) == (Status.QUEUED, 0, None)


@pytest.mark.parametrize("runner", [EVALUATIONS["by_listing"], child()], ids=["in its thread", "in a process"])
def test_a_worker_that_stops_asks_nothing_new(site: Site, runner: Evaluate | ChildRunner) -> None:
    worker = site.start(runner)
    job = create(site.store, listing='"asking_services"')
    wait_for(lambda: said(site, job) == ("nominatim", False))
    worker.stop(10.0)
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts, back.waits_for) == (Status.QUEUED, 0, None)


def test_a_worker_that_stops_hands_back_what_has_its_answer(site: Site) -> None:
    worker = site.start(child())
    job = create(site.store, listing='"computing_on_an_answer"')
    wait_for(lambda: said(site, job) == ("overpass", False))
    began = time.monotonic()
    worker.stop(60.0)
    assert time.monotonic() - began < 30.0, "it did not wait for the end of the stage"
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts, back.waits_for) == (Status.QUEUED, 0, None)


def test_stopping_leaves_the_time_of_a_job_that_waits_as_it_is(site: Site) -> None:
    worker = site.start(child())
    job = create(site.store, listing='"at_a_resting_service"')
    wait_for(lambda: site.store.get_job(job.job_id).error_code == "service-trouble")
    before = site.store.get_job(job.job_id)
    worker.stop(5.0)
    assert site.store.get_job(job.job_id) == before


def test_a_running_job_is_cancelled_at_the_next_stage(site: Site) -> None:
    gate = Gate()
    site.start(gate)
    job = create(site.store)
    assert gate.reached.wait(5)
    site.store.cancel_job(job.job_id, "ann")
    gate.open.set()
    wait_for_status(site.store, job, Status.CANCELLED)


def test_stopping_hands_the_job_back_after_its_stage(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    job = create(site.store)
    assert gate.reached.wait(5)
    threading.Timer(0.2, gate.open.set).start()
    worker.stop(5.0)
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts) == (Status.QUEUED, 0)
    assert site.store.checkpoints(job.job_id) == (b"here", b"found")


def test_the_next_worker_goes_on_where_it_was(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    job = create(site.store)
    assert gate.reached.wait(5)
    threading.Timer(0.1, gate.open.set).start()
    worker.stop(5.0)
    site.start(gate)
    assert wait_for_status(site.store, job, Status.DONE).resumed == 1
    assert gate.finished == [(), (b"here", b"found")]


def test_stopping_in_time_even_in_the_middle_of_a_stage(site: Site) -> None:
    worker = site.start(child())
    job = create(site.store, listing='"hanging_in_native_code"')
    wait_for(lambda: site.store.get_job(job.job_id).current_stage == "schools")
    worker.stop(1.0)
    back = site.store.get_job(job.job_id)
    assert (back.status, back.attempts) == (Status.QUEUED, 0)
    assert site.store.checkpoints(job.job_id) == (b"here",)


def test_a_job_called_off_while_its_worker_stops_is_cancelled(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    job = create(site.store)
    assert gate.reached.wait(5)
    worker.ask_to_stop()
    site.store.cancel_job(job.job_id, "ann")
    gate.open.set()
    worker.stop(5.0)
    assert site.store.get_job(job.job_id).status is Status.CANCELLED


def test_a_stopping_worker_takes_nothing_new(site: Site) -> None:
    worker = site.start(stages_of(1))
    worker.stop(2.0)
    job = create(site.store)
    time.sleep(0.1)
    assert site.store.get_job(job.job_id).status is Status.QUEUED
    assert not worker.health().alive


def test_a_lost_claim_ends_the_evaluation(site: Site) -> None:
    site.start(child(), lease=0.6)
    job = create(site.store, listing='"busy"')
    wait_for(lambda: site.store.get_job(job.job_id).current_stage == "schools")
    with site.store.db.write(durable=True) as connection:
        later = site.store.clocks.steady() + 600
        connection.execute(
            "UPDATE evaluation_jobs SET claim_token = 'of another', lease_until = :later", {"later": later}
        )
    good = create(site.store, listing='"well"')
    wait_for_status(site.store, good, Status.DONE)
    assert site.store.get_job(job.job_id).status is Status.RUNNING


def test_its_health_names_the_job(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    assert worker.health().job_id is None
    job = create(site.store)
    assert gate.reached.wait(5)
    health = worker.health()
    assert (health.alive, health.job_id, health.restarts) == (True, job.job_id, 0)
    assert site.store.get_job(job.job_id).worker == health.name
    gate.open.set()


@sqlite_alone("one writer at a time; of a server that is away: tests/db/postgres")
def test_a_job_whose_end_cannot_be_written_for_longer_than_the_lease_keeps_its_owner(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    impatient = open_at(site.folder, Config(lease_seconds=0.5), patience=0.05)
    begun, locked = threading.Event(), threading.Event()

    def slowly(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        begun.set()
        locked.wait(10)
        return b"report"

    site.start(slowly, store=impatient, lease=0.5)
    job = create(site.store)
    assert begun.wait(5)
    with site.store.db.write(durable=True):
        locked.set()
        time.sleep(2.0)
    assert wait_for_status(site.store, job, Status.DONE).attempts == 1
    assert caplog.text.count("writing fails") == 1
    assert caplog.text.count("writing works again") == 1


def test_a_job_whose_stage_cannot_be_stopped_is_handed_back_all_the_same(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    job = create(site.store)
    assert gate.reached.wait(5)
    worker.stop(0.2)
    back = site.store.get_job(job.job_id)
    gate.open.set()
    assert (back.status, back.attempts) == (Status.QUEUED, 0)


def test_a_worker_asked_to_stop_no_longer_counts_as_alive(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    create(site.store)
    assert gate.reached.wait(5)
    worker.ask_to_stop()
    assert not worker.health().alive
    gate.open.set()


def test_a_worker_that_stops_while_it_completes_a_job_takes_no_other(site: Site) -> None:
    begun, let_go = threading.Event(), threading.Event()

    def last_stage(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
        begun.set()
        let_go.wait(10)
        return b"report"

    first, second = create(site.store), create(site.store)
    worker = site.start(last_stage)
    assert begun.wait(5)
    worker.ask_to_stop()
    let_go.set()
    worker.stop(5.0)
    assert site.store.get_job(first.job_id).status is Status.DONE
    assert [event.why for event in site.store.events(second.job_id)] == ["created"]


def test_stopping_an_attempt_that_is_over_leaves_the_next_one_alone(site: Site) -> None:
    gate = Gate()
    worker = site.start(gate)
    first = create(site.store)
    assert gate.reached.wait(5)
    over = worker.attempt
    assert over
    gate.open.set()
    wait_for_status(site.store, first, Status.DONE)
    gate.reached.clear()
    gate.open.clear()
    second = create(site.store)
    assert gate.reached.wait(5)
    worker.interrupt(over)
    gate.open.set()
    wait_for_status(site.store, second, Status.DONE)
    assert len(gate.finished) == 2


def test_the_lease_of_a_long_stage_is_renewed(site: Site) -> None:
    site.store.config = Config(lease_seconds=1.5)
    gate = Gate()
    site.start(gate, lease=1.5)
    job = create(site.store)
    assert gate.reached.wait(5)

    def lease_until() -> float:
        return site.store.db.read("SELECT coalesce(lease_until, 0) FROM evaluation_jobs")[0][0]  # type: ignore[no-any-return]

    first = lease_until()
    wait_for(lambda: lease_until() > first)
    gate.open.set()
    assert wait_for_status(site.store, job, Status.DONE).attempts == 1
