"""Turns at the write lock: whoever waits is let in, however hard a worker writes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.db.sqlite.write_lock import WaitingSign
from tests.support.building import WIDE, create, open_at


def test_the_sign_is_seen_by_others_only(tmp_path: Path) -> None:
    mine, other = WaitingSign(tmp_path / "db"), WaitingSign(tmp_path / "db")
    assert not other.is_up()
    assert mine.raise_()
    assert other.is_up()
    mine.lower()
    assert not other.is_up()
    mine.close()
    other.close()


def test_the_kernel_takes_down_the_sign_of_the_dead(tmp_path: Path) -> None:
    mine, dead = WaitingSign(tmp_path / "db"), WaitingSign(tmp_path / "db")
    dead.raise_()
    assert mine.is_up()
    dead.close()
    assert not mine.is_up()
    mine.close()


DRAIN = """
import sys
from pathlib import Path
from tests.support.building import open_at
store = open_at(Path(sys.argv[1]))
claim = store.claim_next_job("drain")
print("draining", flush=True)
while claim:
    claim = store.complete_and_claim(claim, b"report", "drain")[1]
"""


@pytest.mark.timed
def test_submissions_are_quick_while_a_worker_drains_flat_out(tmp_path: Path) -> None:
    store = open_at(tmp_path, WIDE)
    with store.db.write(durable=False) as connection:
        connection.executemany(
            "INSERT INTO evaluation_jobs (job_id, address, listing, listing_key, owner, status, priority, turn,"
            " run_after, created_at, queued_at) VALUES (?1, '', '', ?1, '', 'queued', 0, 0, 0, 0, 0)",
            [(f"job {n}",) for n in range(20_000)],
        )
    times = []
    with subprocess.Popen([sys.executable, "-c", DRAIN, str(tmp_path)], stdout=subprocess.PIPE) as worker:
        assert worker.stdout
        worker.stdout.readline()
        for number in range(300):
            started = time.perf_counter()
            create(store, owner=str(number))
            times.append(time.perf_counter() - started)
            time.sleep(0.001)
        assert worker.poll() is None, "the worker should still have been draining"
        worker.kill()
    # Some 2 ms by `bench.queue` on a quiet machine; a busy one gets more.
    assert sorted(times)[int(len(times) * 0.99)] < 0.1
    store.db.close()
