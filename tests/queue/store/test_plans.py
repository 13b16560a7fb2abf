"""What PostgreSQL reads for what happens often: entries of an index, however many jobs have ended.

SQLite's plans are beside what they are plans of (`EXPLAIN QUERY PLAN` in this folder).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from app.queue.store import JobStore
from app.queue.store.attempts import NEXT_DUE
from app.queue.store.people import AHEAD, OWN_SNAPSHOTS
from app.queue.store.tries import WAITING
from tests.queue.store.test_batches import batch_of
from tests.support import postgres
from tests.support.building import create
from tests.support.crashing import hear
from tests.support.dialects import postgres_alone

pytestmark = postgres_alone("SQLite's plans are beside what they are plans of")

ENDED = 20_000


def plan_of(store: JobStore, sql: str, parameters: dict[str, object]) -> list[dict[str, Any]]:
    """Return the steps of a plan that read a table or an index, as they were carried out."""
    with store.db.write(durable=False) as connection:
        (row,) = connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters).fetchall()
    plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
    return [step for step in _steps(plan[0]["Plan"]) if "Scan" in step["Node Type"]]


def _steps(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    for inner in step.get("Plans", ()):
        yield from _steps(inner)


def rows_read(steps: list[dict[str, Any]]) -> float:
    """Return how many rows the steps looked at, those that they passed over too."""
    return sum(
        (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * max(step["Actual Loops"], 1) for step in steps
    )


@pytest.fixture
def full(store: JobStore, tmp_path: Path) -> JobStore:
    """A store with 20,000 ended jobs, and a few that have not ended."""
    with store.db.write(durable=False) as connection:
        connection.execute(
            """
            INSERT INTO evaluation_jobs
                (job_id, address, listing, listing_key, owner, status, priority, turn, run_after, created_at, queued_at,
                 completed_at)
            SELECT 'ended ' || n, '', '{}', 'ended ' || n, 'owner ' || n % 1000, 'failed', 0, n, 0, n, n, n
            FROM generate_series(1, :ended) AS n
            """,
            {"ended": ENDED},
        )
    for number in range(5):
        create(store, owner=f"owner {number}")
    batch_of(store, 5)
    with psycopg.connect(postgres.url_for(tmp_path), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # as the server does by itself
    return store


SOON = {"now": 2e9, "latest": 2e9 + 600}


def test_a_claim_reads_one_entry_of_the_line(full: JobStore) -> None:
    steps = plan_of(full, NEXT_DUE, {**SOON, "held": "", "from_turn": -math.inf, "from_seq": 0})
    (step,) = [step for step in steps if step.get("Relation Name") != "region_builds"]
    assert step["Index Name"] == "jobs_line"
    assert rows_read([step]) == 1


def test_the_place_in_the_line_is_counted_by_the_line(full: JobStore) -> None:
    (last,) = full.db.read("SELECT job_id FROM evaluation_jobs WHERE completed_at IS NULL ORDER BY seq DESC LIMIT 1")
    steps = plan_of(full, AHEAD, {**SOON, "job_id": last["job_id"]})
    assert {step["Index Name"] for step in steps} == {"jobs_line", "evaluation_jobs_job_id_key"}
    assert rows_read(steps) <= 12


def test_those_that_wait_are_counted_by_the_line(full: JobStore) -> None:
    assert rows_read(plan_of(full, WAITING, SOON)) <= 10


def test_an_owner_s_reports_are_read_by_their_index(full: JobStore) -> None:
    (step,) = plan_of(full, OWN_SNAPSHOTS, {"owner": "ann", "before": 9, "limit": 5})
    assert step.get("Index Name", "") in {"snapshots_by_owner", "snapshots_pkey", ""}
    assert rows_read([step]) == 0


def test_nothing_that_happens_often_reads_ended_jobs(full: JobStore) -> None:
    said: list[tuple[str, Any]] = []
    quiet = hear(lambda _, sql, parameters: said.append((sql, parameters)))
    try:
        job = create(full)  # counts the owner's live jobs, all live jobs, and looks for a twin
        full.position(job)
        claim = full.claim_next_job("w")
        assert claim
        full.heartbeat(claim)
        full.update_job_stage(claim, "geocode", None, None)
        full.ask_job(claim, "{}")
        full.answer_job(claim.job_id, claim.owner, lambda asked: asked.listing)
        again = full.claim_next_job("w")
        assert again
        assert full.complete_and_claim(again, b"report", "w")[1]
        full.recover_stale()
        full.expire_questions()
        full.cancel_job(job.job_id, None)
        full.recent_jobs("owner 1")
        full.recent_snapshots("owner 1")
    finally:
        quiet()
    looked = {
        sql: parameters
        for sql, parameters in said
        if "evaluation_jobs" in sql and sql.lstrip().startswith(("SELECT", "UPDATE", "WITH"))
    }
    assert len(looked) > 15
    for sql, parameters in looked.items():
        steps = _explained(full, sql, {**parameters, "job_id": "another"} if "INSERT INTO eval" in sql else parameters)
        assert not [step for step in steps if step["Node Type"] == "Seq Scan" and _is_of_jobs(step)], sql
        assert rows_read(steps) < 50, sql


def _is_of_jobs(step: dict[str, Any]) -> bool:
    return bool(step["Relation Name"] == "evaluation_jobs")


def _explained(store: JobStore, sql: str, parameters: Any) -> list[dict[str, Any]]:
    """Explain what psycopg was told; it is carried out once more, and undone."""
    with store.db.write(durable=False) as connection:
        cursor = connection._connection.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", parameters)
        plan = cursor.fetchone()[0]
        connection._connection.execute("ROLLBACK")
        connection._connection.execute("BEGIN")
    return [step for step in _steps(plan[0]["Plan"]) if "Scan" in step["Node Type"]]


def test_counting_all_jobs_reads_indexes_alone(full: JobStore) -> None:
    """Ended jobs are counted too, so their index is read, and not their rows."""
    said: list[tuple[str, Any]] = []
    quiet = hear(lambda _, sql, parameters: said.append((sql, parameters)))
    full.stats()
    quiet()
    full.db.read("SELECT 1")
    steps = [step for sql, parameters in said if "GROUP BY" in sql for step in _explained(full, sql, parameters)]
    whole = {step["Relation Name"] for step in steps if step["Node Type"] == "Seq Scan"}
    assert whole <= {"run_tiles"}, "there are no tiles, so their table is read to see that"
    assert "jobs_ended" in {step.get("Index Name") for step in steps}
