"""Jobs whose worker is lost: found by the lease, or at once when its process is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.queue import process
from app.queue.jobs import Claim, Status
from app.queue.store import JobStore
from tests.support.building import SetClock, create, open_at


def claimed(store: JobStore) -> Claim:
    claim = store.claim_next_job("box:1:1")
    assert claim
    return claim


def test_a_job_is_left_alone_within_its_lease(store: JobStore, clock: SetClock) -> None:
    create(store)
    claimed(store)
    clock.pass_seconds(14.9)
    assert store.recover_stale() == 0


def test_a_job_is_claimable_after_its_lease(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    lost = claimed(store)
    clock.pass_seconds(15)
    assert store.recover_stale() == 1
    again = claimed(store)
    assert (again.job_id, again.attempts) == (job.job_id, 2)
    assert not store.heartbeat(lost)


def test_the_zombie_writes_nothing(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    zombie = claimed(store)
    clock.pass_seconds(15)
    store.recover_stale()
    owner = claimed(store)
    before = store.get_job(job.job_id)
    assert not store.update_job_stage(zombie, "geocode", None, None)
    assert store.complete_job(zombie, b"zombie") is None
    assert not store.release_job(zombie)
    assert store.get_job(job.job_id) == before
    assert store.complete_job(owner, b"report")


def test_after_too_many_losses_it_fails_with_a_reason(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    for _ in range(3):
        claimed(store)
        clock.pass_seconds(15)
        assert store.recover_stale() == 1
    assert store.get_job(job.job_id).error_code == "evaluation-crashed"
    assert store.claim_next_job("w") is None


def test_it_says_why_in_the_history(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    claimed(store)
    clock.pass_seconds(15)
    store.recover_stale()
    assert store.events(job.job_id)[-1].why == "its worker sent no heartbeat in time"


CLAIM_AND_DIE = """
import os, signal, sys
from pathlib import Path
from tests.support.building import open_at
store = open_at(Path(sys.argv[1]))
assert store.claim_next_job("dead:1:1")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_job_of_a_killed_process_is_claimable_at_once(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    job = create(store)
    subprocess.run([sys.executable, "-c", CLAIM_AND_DIE, str(tmp_path)], check=False)
    assert store.get_job(job.job_id).status is Status.RUNNING
    assert store.recover_stale() == 1
    assert store.events(job.job_id)[-1].why == "its worker was gone"
    assert claimed(store).attempts == 2
    store.db.close()


def test_the_job_of_a_living_process_is_left_alone(tmp_path: Path) -> None:
    mine, other = open_at(tmp_path), open_at(tmp_path)
    other._process = process.identity(1)
    create(mine)
    claimed(other)
    assert mine.recover_stale() == 0
    mine.db.close()
    other.db.close()


@pytest.mark.parametrize(
    ("change", "gone"),
    [
        (lambda boot, space, pid, started: (boot, space, pid, started), False),
        (lambda boot, space, pid, started: (boot, space, pid, str(int(started) + 1)), True),
        (lambda boot, space, pid, started: (boot, space, "4194305", started), True),
        (lambda boot, space, pid, started: ("another-boot", space, pid, started), True),
        (lambda boot, space, pid, started: (boot, "1", "4194305", started), False),
        (lambda boot, space, pid, started: ("", "", "", ""), False),
    ],
    ids=["itself", "its id used again", "no such process", "before a restart", "another container", "unknown"],
)
def test_it_judges_whether_a_process_is_gone(change, gone: bool) -> None:  # type: ignore[no-untyped-def]
    parts = process.identity().split("/")
    assert process.is_gone("/".join(change(*parts)).strip("/")) is gone


def test_a_zombie_process_counts_as_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    name = process.identity(child.pid)
    assert not process.is_gone(name)
    child.kill()
    child_state = Path(f"/proc/{child.pid}/stat")
    while child_state.read_text().rpartition(")")[2].split()[0] != "Z":
        pass
    assert process.is_gone(name)
    child.communicate()


def test_every_job_that_goes_back_to_the_queue_wakes_a_worker(tmp_path: Path, clock: SetClock) -> None:
    woken: list[int] = []
    store = open_at(tmp_path, clock=clock, notify=lambda: woken.append(1))
    create(store)
    for put_back in (store.release_job, lambda claim: store.give_up(claim, "its worker's thread died")):
        claim = claimed(store)
        woken.clear()
        assert put_back(claim)
        assert woken
    claimed(store)
    clock.pass_seconds(15)
    woken.clear()
    store.recover_stale()
    assert woken
    woken.clear()
    store.recover_stale()
    assert not woken


def test_it_began_when_it_was_last_claimed(store: JobStore, clock: SetClock) -> None:
    job = create(store)
    store.release_job(claimed(store))
    clock.pass_seconds(2 * 86_400)  # the site was down
    claimed(store)
    assert store.get_job(job.job_id).started_at == clock.unix_seconds
