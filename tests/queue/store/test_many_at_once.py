"""Many at once: processes that claim, tabs that submit."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from app.errors import TooManyJobs
from app.queue.jobs import NewJob
from app.queue.store import JobStore
from tests.support.building import WIDE, assert_all_ended, assert_whole, create, new_job, open_at

CLAIM_ALL = """
import sys
from pathlib import Path
from tests.support.building import open_at
store = open_at(Path(sys.argv[1]))
sys.stdin.read()
claim = store.claim_next_job(sys.argv[2])
while claim:
    print(claim.job_id)
    if int(sys.argv[2]) % 2:
        assert store.complete_job(claim, b"report")
        claim = store.claim_next_job(sys.argv[2])
    else:
        done, claim = store.complete_and_claim(claim, b"report", sys.argv[2])
        assert done
"""


@pytest.mark.parametrize("processes", [2, 4])
def test_no_job_is_claimed_twice_among_10_000(tmp_path: Path, processes: int) -> None:
    store = open_at(tmp_path, WIDE)
    with ThreadPoolExecutor(1) as pool:
        created = list(pool.map(lambda n: create(store, owner=str(n)).job_id, range(10_000)))
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", CLAIM_ALL, str(tmp_path), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for worker in workers:
        assert worker.stdin
        worker.stdin.close()
        worker.stdin = None
    with ThreadPoolExecutor(processes) as pool:
        claimed = [line for out, _ in pool.map(lambda worker: worker.communicate(), workers) for line in out.split()]
    assert [worker.returncode for worker in workers] == [0] * processes
    assert Counter(claimed) == Counter(created)
    assert store.stats().done == 10_000
    assert_all_ended(store)
    store.db.close()


def at_once(store: JobStore, jobs: list[NewJob]) -> list[object]:
    """Submit every job from a thread of its own at the same moment; return ids and refusals."""
    barrier = Barrier(len(jobs))

    def submit(new: NewJob) -> object:
        barrier.wait()
        try:
            return store.create_job(new)[0].job_id
        except TooManyJobs as refusal:
            return refusal.code

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(submit, jobs))


def test_50_tabs_with_the_same_listing_share_one_job(store: JobStore) -> None:
    answers = at_once(store, [new_job(key="same") for _ in range(50)])
    assert len(set(answers)) == 1
    assert store.stats().queued == 1
    assert_whole(store)


def test_50_tabs_of_50_people_get_50_jobs(store: JobStore) -> None:
    answers = at_once(store, [new_job(owner=f"owner {n}", key="same") for n in range(50)])
    assert len(set(answers)) == 50
    assert store.stats().queued == 50
    assert_whole(store)


def test_50_tabs_of_one_person_get_no_more_than_the_limit(store: JobStore) -> None:
    answers = at_once(store, [new_job() for _ in range(50)])
    assert Counter(answer == "too-many-jobs" for answer in answers) == {True: 40, False: 10}
    assert store.stats().queued == 10
    assert_whole(store)
