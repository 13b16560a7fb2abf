"""SIGKILL to all workers in the middle of a batch: no line is lost or done twice, and a single job still goes first."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

from app.queue.jobs import Status
from app.queue.store.batches import NewLine
from app.queue.wake.datagrams import DatagramWakeUp
from tests.support.building import WIDE, assert_all_ended, create, new_job, open_at, tuples, wait_for
from tests.support.gunicorn_site import Gunicorn

LINES = 24


def test_a_batch_survives_the_death_of_all_workers(tmp_path: Path) -> None:
    store = open_at(tmp_path, WIDE, notify=DatagramWakeUp(tmp_path).notify)
    site = Gunicorn(tmp_path, "slowly", lease_seconds="3")
    site.wait_until_up()
    try:
        bad = NewLine(LINES + 1, "", None, "Type an address first.")
        batch_id = store.create_batch("ann", [*(NewLine(n, f"{n} Main", new_job()) for n in range(1, LINES + 1)), bad])
        wait_for(lambda: store.stats().done >= 4 and store.stats().running > 0, 20)
        for pid in site.workers() + site.evaluators():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert store.stats().queued > 0, "the batch was over before the kill"
        single = create(store, owner="bob")
        wait_for(lambda: not store.stats().queued + store.stats().running, 60)
    finally:
        site.kill()
    assert_all_ended(store)
    lines = store.get_batch(batch_id).lines
    assert [line.number for line in lines] == list(range(1, LINES + 2))
    jobs = [line.job for line in lines if line.job]
    assert [job.status for job in jobs] == [Status.DONE] * LINES
    assert len({job.result_snapshot_id for job in jobs}) == LINES
    assert lines[-1].why == "Type an address first."
    # What was queued when the single job came waited for it.
    last_begun = "SELECT max(started_at) FROM evaluation_jobs WHERE priority < 0"
    assert tuples(store.db.read(last_begun))[0][0] > (store.get_job(single.job_id).started_at or 0)
    store.db.close()
