"""The ledger of live services: turns, clocks that jump, holders that are gone, and what is deleted with a job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Config
from app.queue.jobs import NewJob
from app.queue.process import identity
from app.queue.store import JobStore
from app.queue.store.services import TURN_RESERVE_SECONDS
from app.sources.live.asking.ledger import Ended, NotYet, Standing, ToKeep, Turn, Why, digest_about
from app.sources.live.services import Service, all_of, services_in
from tests.support.building import SetClock, aged, assert_whole, of_a_dead_process, open_at
from tests.support.dialects import postgres_alone

ADDRESS = "4 Privet Drive, Little Whinging"
DAY = 86_400.0
QUESTION = b"a question's hash"


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: SetClock) -> Iterator[JobStore]:
    store = open_at(tmp_path, clock=clock)
    yield store
    store.db.close()


@pytest.fixture
def nominatim() -> Service:
    (found,) = all_of(
        services_in(Config(live="on", contact="a@b.example", geocoders="nominatim", overpass="off", extras=""))
    )
    return found


def good(about: bytes = b"", *, question: bytes = QUESTION, pause_s: float = 1.0, days: float = 30) -> Ended:
    return Ended("", 100, pause_s, answer=ToKeep(question, about, b"the body", days * DAY))


def take(ledger: JobStore, service: Service, question: bytes = b"some other question") -> Turn:
    turn = ledger.take_turn(service, question)
    assert isinstance(turn, Turn)
    return turn


def why_not(ledger: JobStore, service: Service, question: bytes = b"some other question") -> NotYet:
    wait = ledger.take_turn(service, question)
    assert isinstance(wait, NotYet)
    return wait


def fetch(ledger: JobStore, service: Service, about: str, question: bytes) -> None:
    ledger.end_turn(take(ledger, service, question), good(digest_about(about), question=question, pause_s=0))


# --- turns ------------------------------------------------------------------------------------------


def test_one_has_the_turn_at_a_time(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    turn = take(ledger, nominatim)
    clock.pass_seconds(5)
    assert why_not(ledger, nominatim).why is Why.BUSY
    ledger.end_turn(turn, good(pause_s=1))
    assert why_not(ledger, nominatim) == NotYet(Why.BUSY, pytest.approx(1))
    clock.pass_seconds(1)
    take(ledger, nominatim)


def test_a_turn_ends_with_its_time(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    late = take(ledger, nominatim)
    clock.pass_seconds(nominatim.read_s + 21)
    take(ledger, nominatim)
    ledger.end_turn(late, good())
    assert why_not(ledger, nominatim).why is Why.BUSY, "the late one gives back nobody else's turn"
    assert ledger.kept_answer("nominatim", QUESTION), "but its answer is kept"


def test_a_turn_of_an_earlier_boot_is_over(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    take(ledger, nominatim)
    clock.unix_seconds += 60
    clock.steady_seconds = 3.0
    take(ledger, nominatim)


def test_one_who_is_gone_has_no_turn(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger._process = of_a_dead_process()
    take(ledger, nominatim)
    ledger._process = identity()
    clock.pass_seconds(1.2)
    take(ledger, nominatim)
    clock.pass_seconds(1.2)
    assert why_not(ledger, nominatim).why is Why.BUSY, "this one lives"


@postgres_alone("with SQLite whoever wrote before this boot was on this machine")
def test_of_another_host_the_time_alone_decides(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger._process = "another-boot/1/2/3"
    take(ledger, nominatim)
    ledger._process = identity()
    clock.pass_seconds(1.2)
    assert why_not(ledger, nominatim).why is Why.BUSY
    clock.pass_seconds(nominatim.read_s + TURN_RESERVE_SECONDS)
    take(ledger, nominatim)


def test_the_pause_of_one_who_is_gone_is_kept(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger._process = of_a_dead_process()
    take(ledger, nominatim)
    assert why_not(ledger, nominatim) == NotYet(Why.BUSY, pytest.approx(1.1))


def test_a_clock_that_is_put_back_delays_nothing(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim), Ended("too-many", 0, 3_000, rests=True))
    assert why_not(ledger, nominatim) == NotYet(Why.RESTING, pytest.approx(3_000))
    clock.unix_seconds -= 40 * DAY
    take(ledger, nominatim)


def test_no_rest_is_longer_than_a_day(ledger: JobStore, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim), Ended("too-many", 0, 1e12, rests=True))
    assert why_not(ledger, nominatim).seconds == pytest.approx(DAY)


def test_one_question_is_not_asked_twice(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim, QUESTION), good(pause_s=0))
    assert why_not(ledger, nominatim, QUESTION) == NotYet(Why.BUSY, 0.0)
    assert isinstance(ledger.take_turn(nominatim, QUESTION, anew=True), Turn)


def test_one_waits_where_it_is(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    take(ledger, nominatim)
    token = ledger.take_place("nominatim", 10)
    assert token
    assert not ledger.take_place("nominatim", 10)
    ledger.leave_place("nominatim", "another's")
    assert not ledger.take_place("nominatim", 10)
    ledger.leave_place("nominatim", token)
    assert ledger.take_place("nominatim", 10)
    clock.pass_seconds(11)
    assert ledger.take_place("nominatim", 10), "nobody waits for longer"


def test_one_who_is_gone_waits_no_more(ledger: JobStore, nominatim: Service) -> None:
    take(ledger, nominatim)
    ledger._process = of_a_dead_process()
    assert ledger.take_place("nominatim", 10)
    assert ledger.take_place("nominatim", 10)


def test_services_do_not_wait_for_each_other(ledger: JobStore) -> None:
    config = Config(live="on", contact="a@b.example")
    assert len({take(ledger, service).token for service in all_of(services_in(config))}) == 4


def test_nothing_is_known_of_a_service_that_was_never_asked(ledger: JobStore) -> None:
    assert ledger.standing("nominatim") == Standing("nominatim")


def test_it_notes_what_came_of_it(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim), Ended("timeout", 7, 0.0))
    ledger.end_turn(take(ledger, nominatim), good(pause_s=0))
    standing = ledger.standing("nominatim")
    assert (standing.requests_today, standing.bytes_today, standing.faults_in_a_row) == (2, 107, 0)
    assert (standing.last_fault, standing.last_success_at) == ("timeout", clock.unix_seconds)


# --- answers ----------------------------------------------------------------------------------------


def test_an_answer_is_kept_for_its_days(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim, QUESTION), good(days=30))
    kept = ledger.kept_answer("nominatim", QUESTION)
    assert kept
    assert (kept.body, kept.fetched_at) == (b"the body", clock.unix_seconds)
    clock.pass_seconds(31 * DAY)
    assert ledger.kept_answer("nominatim", QUESTION) is None
    take(ledger, nominatim, QUESTION)


def test_old_answers_are_tidied_away(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim, b"old"), good(question=b"old", pause_s=0, days=1))
    ledger.end_turn(take(ledger, nominatim, b"new"), good(question=b"new", pause_s=0, days=30))
    clock.pass_seconds(2 * DAY)
    aged(ledger).tidy()
    assert [row["question"] for row in ledger.db.read("SELECT question FROM service_answers")] == [b"new"]


def test_an_hour_with_a_wrong_clock_tidies_nothing_away(ledger: JobStore, clock: SetClock, nominatim: Service) -> None:
    ledger.end_turn(take(ledger, nominatim, QUESTION), good())
    aged(ledger)
    clock.unix_seconds += 400 * DAY
    ledger.tidy()
    assert ledger.db.read("SELECT 1 FROM service_answers")


def test_with_a_job_goes_what_was_answered_about_it(ledger: JobStore, nominatim: Service) -> None:
    listing = f'{{"address": "{ADDRESS}", "destinations": ["King\'s Cross", "Diagon Alley"]}}'
    ledger.create_job(NewJob(ADDRESS, listing, "key", "ann"))
    texts = (f"  {ADDRESS.upper()} ", "king's cross", "Hogwarts", "")
    for text in texts:
        fetch(ledger, nominatim, text, text.encode())
    claim = ledger.claim_next_job("w")
    assert claim
    snapshot_id = ledger.complete_job(claim, b"{}")
    assert snapshot_id
    assert len(ledger.db.read("SELECT 1 FROM service_answers")) == 4
    ledger.delete_snapshot(snapshot_id, "ann")
    left = [row["question"] for row in ledger.db.read("SELECT question FROM service_answers ORDER BY question")]
    assert left == [b"", b"Hogwarts"], "others' answers, and those about no address, stay"
    assert_whole(ledger)


def test_with_a_job_that_is_cleared_away_too(ledger: JobStore, nominatim: Service) -> None:
    job, _ = ledger.create_job(NewJob(ADDRESS, "no JSON", "key", "ann"))
    fetch(ledger, nominatim, ADDRESS, b"1")
    ledger.cancel_job(job.job_id, "ann")
    assert ledger.prune(0) == 1
    assert not ledger.db.read("SELECT 1 FROM service_answers")


def test_no_text_is_in_the_file(ledger: JobStore, nominatim: Service) -> None:
    fetch(ledger, nominatim, ADDRESS, b"hash")
    rows = ledger.db.read("SELECT * FROM services") + ledger.db.read("SELECT * FROM service_answers")
    assert "Privet" not in repr([tuple(row) for row in rows])


def test_all_answers_can_be_cleared(ledger: JobStore, nominatim: Service) -> None:
    fetch(ledger, nominatim, ADDRESS, b"1")
    fetch(ledger, nominatim, ADDRESS, b"2")
    assert ledger.clear_answers() == 2
    assert ledger.kept_answer("nominatim", b"1") is None
