"""What the panel says about a job in each state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.places import Question
from app.queue.jobs import Job, StageRecord, StageState, Status
from app.views.job import (
    NOBODY_WORKS,
    TICK_SECONDS,
    Estimate,
    JobView,
    Waiting,
    elapsed_seconds,
    estimate_from,
    panel_mark,
    steps_of,
)
from tests.support.questions import NEWPORTS, question

JOB = Job(
    job_id="abcdefghijklmnop",
    address="Bulevardi 12",
    listing='{"address": "Bulevardi 12"}',
    owner="me",
    status=Status.RUNNING,
    priority=0,
    current_stage="schools",
    result_snapshot_id=None,
    error=None,
    error_code=None,
    attempts=1,
    resumed=0,
    cancel_requested=False,
    run_after=0.0,
    created_at=1_000.0,
    started_at=1_004.0,
    completed_at=None,
    version=7,
)


def view(now: float = 1_006.0, records: tuple[StageRecord, ...] = (), **changes: object) -> JobView:
    """Build a view of a job, seen by its owner."""
    estimate = changes.pop("estimate", None)
    because = str(changes.pop("because", ""))
    waiting = {name: changes.pop(name) for name in ("position", "due_in_seconds", "nobody_works") if name in changes}
    job = JOB._replace(**changes)  # type: ignore[arg-type]
    return JobView(
        job=job,
        steps=steps_of(job, records),
        mark="",
        elapsed_seconds=elapsed_seconds(job, now),
        estimate=estimate,  # type: ignore[arg-type]
        requeue_reason=because,
        mine=True,
        **({"position": None} | waiting),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Step 1 of 14: Finding schools and childcare..."),
        ({"current_stage": None}, "Step 1 of 14."),
        ({"status": Status.QUEUED, "position": 0}, "Yours is next. It starts in a moment."),
        ({"status": Status.QUEUED, "position": 1}, "Waiting: 1 evaluation is ahead of yours."),
        ({"status": Status.QUEUED, "due_in_seconds": 31.0}, "That did not work out. Tried again in about 40 s."),
        (
            {"status": Status.QUEUED, "due_in_seconds": 31.0, "error": "Overpass did not answer."},
            "Overpass did not answer. Tried again in about 40 s.",
        ),
        (
            {"status": Status.QUEUED, "due_in_seconds": 171.0, "error": "Overpass rests.", "run_after": 1_177.0},
            "Overpass rests. Tried again in about 3 min, at 00:19 UTC.",
        ),
        ({"status": Status.QUEUED, "position": 0, "nobody_works": True}, NOBODY_WORKS),
        ({"status": Status.QUEUED, "position": 7}, "Waiting: 7 evaluations are ahead of yours."),
        ({"cancel_requested": True}, "Cancelling. It stops in a moment."),
        ({"status": Status.DONE}, "Your report is ready."),
        ({"status": Status.CANCELLED}, "This evaluation was cancelled."),
        ({"status": Status.FAILED}, "This evaluation stopped without a report."),
    ],
)
def test_it_says_how_the_job_stands(changes: dict[str, object], said: str) -> None:
    assert view(**changes).sentence == said


def asking(asked: Question, listing: Listing | None = None) -> JobView:
    """Build a view of a job that asks its owner something."""
    job = JOB._replace(
        status=Status.ASKING,
        current_stage=None,
        asked_at=1_006.0,
        listing=to_json(listing or Listing("Newport")).decode(),
    )
    return replace(view(), job=job, steps=steps_of(job, ()), question=asked, question_expires_at=9_000.0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (question(about="Newport"), "Which one did you mean?"),
        (question(NEWPORTS[0], about="Newport"), "Is this the place that you mean?"),
        (question(about="London"), "Which “London” did you mean?"),
        (question(NEWPORTS[0], about="London"), "Is this the “London” that you mean?"),
    ],
)
def test_it_asks_in_one_sentence(asked: Question, said: str) -> None:
    assert asking(asked, Listing("Newport", destinations=("London",))).sentence == said


def test_it_asks_nobody_but_the_owner() -> None:
    stranger = replace(asking(question()), mine=False)
    assert stranger.sentence == "This evaluation waits for an answer from whoever started it."
    assert not stranger.can_cancel


def test_a_question_stops_the_polling_and_shows_no_steps() -> None:
    asked = asking(question())
    assert (asked.live, asked.shows_steps, asked.can_cancel, asked.can_retry) == (False, False, True, False)
    assert asked.title == "Which one? - Bulevardi 12 - Doorstep"
    assert {step.state for step in asked.steps} == {"waiting"}
    assert view().shows_steps


def test_the_time_that_an_answer_took_is_not_counted() -> None:
    asked = JOB._replace(status=Status.ASKING, asked_at=1_006.0)
    assert elapsed_seconds(asked, 90_000.0) == 2
    answered = JOB._replace(status=Status.QUEUED, started_at=None, queued_at=90_000.0)
    assert elapsed_seconds(answered, 90_003.0) == 3
    assert panel_mark(asked, Waiting(), 1_006.0) == panel_mark(asked, Waiting(), 90_000.0)


def test_a_question_that_nobody_answered_is_no_failure() -> None:
    closed = view(status=Status.CANCELLED, error_code="question-expired", error="Nobody answered.")
    assert (closed.sentence, closed.shows_steps) == ("This evaluation was closed.", False)
    assert (closed.can_retry, closed.can_cancel) == (True, False)


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "1/14 Finding schools and childcare - Doorstep"),
        ({"status": Status.QUEUED}, "Waiting - Bulevardi 12 - Doorstep"),
        ({"status": Status.DONE}, "Ready - Bulevardi 12 - Doorstep"),
        ({"status": Status.FAILED}, "Stopped - Bulevardi 12 - Doorstep"),
    ],
)
def test_it_names_the_tab(changes: dict[str, object], title: str) -> None:
    assert view(**changes).title == title


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"attempts": 1}, ()),
        ({"attempts": 2, "because": "the worker died"}, ("second try, after: the worker died",)),
        (
            {"attempts": 1, "status": Status.QUEUED, "because": "a passing fault"},
            ("second try, after: a passing fault",),
        ),
        (
            {"attempts": 1, "status": Status.QUEUED, "because": "Said.", "error": "Said.", "due_in_seconds": 9.0},
            ("second try",),
        ),
        ({"resumed": 1}, ("went on where it was; finished steps were kept",)),
    ],
)
def test_it_says_which_try_it_is_and_why(changes: dict[str, object], said: tuple[str, ...]) -> None:
    assert view(**changes).notes[1:] == said


def test_it_says_when_it_takes_longer_than_usual_and_then_no_estimate() -> None:
    usual = Estimate(2.0, 8.0)
    assert (view(1_010.0, estimate=usual).slow, view(1_013.0, estimate=usual).slow) == (False, True)
    assert view(1_010.0, estimate=usual).notes == ("a few seconds so far", "usually 2 to 8 seconds")
    assert view(1_015.0, estimate=usual).notes == ("10 s so far",)


def test_it_never_calls_a_few_seconds_long() -> None:
    assert not view(1_008.0, estimate=Estimate(0.05, 0.1)).slow


@pytest.mark.parametrize(
    ("record", "state", "said"),
    [
        (StageRecord("geocode", StageState.DONE, 0.4), "done", "done in 0.4 s"),
        (
            StageRecord("geocode", StageState.MISSING, 0.4, "no stop is mapped"),
            "missing",
            "nothing found: no stop is mapped",
        ),
    ],
)
def test_it_says_how_a_step_ended(record: StageRecord, state: str, said: str) -> None:
    step = view(records=(record,)).steps[0]
    assert (step.state, step.state_text) == (state, said)


@pytest.mark.parametrize(
    ("status", "state"), [(Status.RUNNING, "working"), (Status.FAILED, "failed"), (Status.CANCELLED, "left")]
)
def test_it_says_where_it_stands_or_stopped(status: Status, state: str) -> None:
    assert next(step for step in view(status=status).steps if step.stage == "schools").state == state


def test_the_mark_changes_with_the_version_the_position_and_the_time() -> None:
    job = JOB._replace(status=Status.QUEUED)
    marks = {
        panel_mark(job, Waiting(1), 1_006.0),
        panel_mark(job, Waiting(2), 1_006.0),
        panel_mark(job, Waiting(None, 38.0), 1_006.0),
        panel_mark(job, Waiting(None, 28.0), 1_006.0),
        panel_mark(job, Waiting(1, nobody_works=True), 1_006.0),
        panel_mark(job._replace(version=8), Waiting(1), 1_006.0),
        panel_mark(job, Waiting(1), 1_006.0 + TICK_SECONDS),
    }
    assert len(marks) == 7
    assert panel_mark(job, Waiting(1), 1_006.0) == panel_mark(job, Waiting(1), 1_007.0)


def test_the_mark_of_an_ended_job_never_changes_again() -> None:
    job = JOB._replace(status=Status.DONE)
    assert panel_mark(job, Waiting(), 1_006.0) == panel_mark(job, Waiting(), 9_999.0)


def test_another_visitor_may_do_nothing() -> None:
    assert view().can_cancel
    assert not replace(view(), mine=False).can_cancel
    assert view(status=Status.FAILED).can_retry
    assert not replace(view(status=Status.FAILED), mine=False).can_retry


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.02, 0.3, "about a second"), (1, 4, "1 to 4 seconds"), (3, 3.2, "about 3 seconds"), (60, 240, "1 to 4 minutes")],
)
def test_an_estimate_is_a_range(low: float, high: float, said: str) -> None:
    assert Estimate(low, high).sentence == f"usually {said}"


def test_there_is_no_estimate_before_the_first_run() -> None:
    assert estimate_from({}) is None
    assert estimate_from({"geocode": (1, 2), "saving": (0.5, 1)}) == Estimate(1.5, 3)
