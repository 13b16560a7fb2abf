"""SIGKILL at random moments to workers and evaluators of a real gunicorn: every job still ends once, and whole.

The short run is seeded; `CHAOS=kills,jobs,seed` makes a long one (`make chaos`).
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from app.errors import TransitionRefused
from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.building import WIDE, assert_all_ended, create, open_waking, wait_for
from tests.support.dialects import on_both
from tests.support.gunicorn_site import Gunicorn

pytestmark = on_both

KILLS, JOBS, SEED = (int(part) for part in os.environ.get("CHAOS", "15,60,1").split(","))
#: Jobs that wait at any time.
BACKLOG = 12
#: Stages of the evaluation that is killed: "slowly" in tests/support/evaluations.py.
STAGES = 5


def wait_for_work(store: JobStore, site: Gunicorn) -> None:
    """Wait a while for an evaluation to hit: on a busy machine all would be killed before they begin one."""
    deadline = time.monotonic() + 5.0
    while not (site.evaluators() and store.stats().running) and time.monotonic() < deadline:
        time.sleep(0.02)


def kill_one(site: Gunicorn, dice: random.Random) -> bool:
    """Kill a worker or an evaluator, whichever the dice choose among those that live."""
    living = sorted(site.workers() + site.evaluators())
    if not living:
        return False
    with suppress(ProcessLookupError):
        os.kill(dice.choice(living), signal.SIGKILL)
        return True
    return False


def feed(store: JobStore, dice: random.Random, made: int) -> int:
    """Keep some jobs waiting, and now and then call one off; return how many there are now."""
    while made < JOBS and store.stats().queued < BACKLOG:
        made += 1
        job = create(store, owner=f"owner {made}", priority=dice.randint(0, 1))
        if dice.random() < 0.05:
            with suppress(TransitionRefused):
                store.cancel_job(job.job_id, None)
    return made


@pytest.mark.slow
def test_no_kill_loses_or_doubles_a_job(tmp_path: Path) -> None:
    dice = random.Random(SEED)
    store = open_waking(tmp_path, WIDE)
    site = Gunicorn(tmp_path, "slowly", lease_seconds="3")
    site.wait_until_up()
    kills = made = 0
    try:
        while kills < KILLS or made < JOBS:
            made = feed(store, dice, made)
            if made < JOBS or kills < KILLS:
                time.sleep(dice.uniform(0.0, 0.3))
            if kills < KILLS:
                wait_for_work(store, site)
                kills += kill_one(site, dice)
        wait_for(lambda: not store.stats().queued + store.stats().running, 120)
    finally:
        site.kill()
    check(store, kills, made)
    store.db.close()


def check(store: JobStore, kills: int, made: int) -> None:
    """Check every job's end and its way there."""
    assert_all_ended(store)
    jobs = store.list_jobs(None, limit=1_000_000)
    assert len(jobs) == made
    done = [job.result_snapshot_id for job in jobs if job.result_snapshot_id]
    assert {store.picture(snapshot_id, "map.svg") for snapshot_id in done} == {b"a map"}
    assert {job.error_code for job in jobs if job.status is Status.FAILED} <= {"evaluation-crashed"}
    whys: Counter[str] = Counter()
    for job in jobs:
        events = store.events(job.job_id)
        assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
        assert job.attempts <= 3 + STAGES, "three in vain, and one for each stage that was kept"
        whys.update(event.why for event in events)
    assert whys["its worker was gone"] + whys["the evaluation's process died"] > 0, "no kill hit an evaluation"
    statuses = Counter(str(job.status) for job in jobs)
    resumed = sum(job.resumed for job in jobs)
    print(f"{kills} kills, {made} jobs: {dict(statuses)}, resumed {resumed} times; {dict(whys)}")
