"""Nothing is thrown away by one reading of the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.queue.clocks import SettledClock
from app.queue.jobs import Failure
from app.queue.store import JobStore
from tests.queue.store.test_keys import ONCE, sent
from tests.support.building import SetClock, create, open_at

HOUR, DAY, YEAR = 3_600.0, 86_400.0, 365 * 86_400.0


@pytest.fixture
def settled(clock: SetClock) -> SettledClock:
    return SettledClock(clock.clocks)


def test_it_knows_nothing_in_its_first_hour(settled: SettledClock, clock: SetClock) -> None:
    clock.pass_seconds(HOUR - 1)
    assert settled.now() is None
    clock.pass_seconds(1)
    assert settled.now() == (clock.unix_seconds, clock.unix_seconds)


def test_a_clock_wrong_for_a_moment_moves_it_nowhere(settled: SettledClock, clock: SetClock) -> None:
    clock.pass_seconds(5 * HOUR)
    settled.now()
    for jump in (YEAR, -YEAR):
        clock.unix_seconds += jump
        found = settled.now()
        clock.unix_seconds -= jump
        assert found
        assert found.earliest <= clock.unix_seconds <= found.latest


def test_a_process_that_starts_in_such_a_moment_is_not_misled(clock: SetClock) -> None:
    clock.unix_seconds += YEAR
    settled = SettledClock(clock.clocks)
    assert settled.now() is None
    clock.unix_seconds -= YEAR
    clock.pass_seconds(HOUR)
    found = settled.now()
    assert found
    assert found.earliest == clock.unix_seconds


def test_a_clock_that_was_set_right_is_believed_after_two_hours(settled: SettledClock, clock: SetClock) -> None:
    clock.unix_seconds += YEAR
    for _ in range(3):
        clock.pass_seconds(HOUR)
        found = settled.now()
    assert found == (clock.unix_seconds, clock.unix_seconds)


def a_job_a_key_and_a_question(store: JobStore) -> None:
    store.create_job(sent())
    claim = store.claim_next_job("w")
    assert claim
    store.complete_job(claim, b"{}")
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.ask_job(claim, "{}")


def everything(store: JobStore) -> tuple[int, ...]:
    sql = "SELECT (SELECT count(*) FROM evaluation_jobs WHERE status IN ('done', 'asking')), "
    sql += "(SELECT count(*) FROM idempotency_keys), (SELECT count(*) FROM snapshots)"
    return tuple(store.db.read(sql)[0])


@pytest.mark.parametrize("jump", [YEAR, -YEAR])
@pytest.mark.parametrize("ran_for", [0.0, 30 * HOUR])
def test_a_year_more_for_a_moment_clears_nothing_away(
    store: JobStore, tmp_path: Path, clock: SetClock, jump: float, ran_for: float
) -> None:
    store.settled()
    clock.pass_seconds(ran_for)
    store.tidy()
    a_job_a_key_and_a_question(store)
    clock.unix_seconds += jump
    store.tidy()
    store.expire_questions()
    restarted = open_at(tmp_path, clock=clock)
    restarted.tidy()
    restarted.expire_questions()
    assert restarted.prune(1) == 0
    assert not restarted.create_job(sent(once=ONCE))[1]
    clock.unix_seconds -= jump
    assert everything(store) == (2, 1, 1)
    store.expire_questions()
    assert everything(store) == (2, 1, 1)
    restarted.db.close()


def test_a_command_goes_by_what_the_site_has_settled(store: JobStore, tmp_path: Path, clock: SetClock) -> None:
    create(store)
    claim = store.claim_next_job("w")
    assert claim
    store.fail_job(claim, Failure("x", "y"), retry=False)
    clock.pass_seconds(3 * DAY)
    store.tidy()
    command = open_at(tmp_path, clock=clock)
    assert (command.prune(4), command.prune(2)) == (0, 1)
    command.db.close()
