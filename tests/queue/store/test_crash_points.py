"""A kill between any two statements of a transition: it has happened as a whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.building import assert_all_ended, assert_whole, open_at, tuples
from tests.support.crashing import TRANSITIONS

#: What is the same in every run: no ids, no times.
SIGNATURE = """
SELECT (SELECT group_concat(status || attempts || cancel_requested || kept_stages || version || coalesce(waits_for, '')
           || (turn_seconds > 0)) FROM evaluation_jobs),
       (SELECT group_concat(to_status || why) FROM job_events),
       (SELECT group_concat(stage || state || (finding IS NULL)) FROM job_stages),
       (SELECT count(*) FROM snapshots), (SELECT count(*) FROM pictures),
       (SELECT count(*) FROM batches), (SELECT count(*) FROM batch_lines), (SELECT count(*) FROM lists),
       (SELECT count(*) FROM list_people), (SELECT group_concat(person_id || is_owner) FROM list_visitors),
       (SELECT group_concat(list_id || place) FROM list_entries), (SELECT group_concat(mark) FROM list_opinions)
"""


def finish_all(store: JobStore) -> None:
    """Do what a surviving worker does."""
    store.recover_stale()
    with store.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET run_after = 0")
    for job in store.list_jobs(Status.ASKING):
        store.answer_job(job.job_id, job.owner, lambda asked: asked.listing)
    while claim := store.claim_next_job("survivor"):
        if store.cancel_wanted(claim):
            store.finish_cancel(claim)
        else:
            store.complete_job(claim, b"report")


@pytest.mark.parametrize("name", TRANSITIONS)
def test_a_transition_is_whole_wherever_it_is_killed(tmp_path: Path, name: str) -> None:
    subprocess.run([sys.executable, "-m", "tests.support.crashing", str(tmp_path), name], check=True)
    folders = sorted(tmp_path.iterdir())
    stores = [open_at(folder) for folder in folders]
    killed_before = [(folder / "killed-before").read_text() for folder in folders[:-1]]
    assert any(sql.startswith("COMMIT") for sql in killed_before)
    signatures = [tuples(store.db.read(SIGNATURE)) for store in stores]
    assert {str(signature) for signature in signatures} <= {str(signatures[0]), str(signatures[-1])}
    for store in stores:
        assert_whole(store)
        finish_all(store)
        assert_all_ended(store)
        store.db.close()
