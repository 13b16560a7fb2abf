"""Two web processes, 20 submissions a second and 500 watchers, while a process is killed every half a minute.

Meanwhile a region is imported again, twice, the site reloaded once, saved once and restored once. The run of
`make test` takes a minute of load; `make soak` 20 of them, or `make soak SOAK=300`.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.soak.books import Books
from tests.soak.gauges import Gauges
from tests.soak.people import Senders, watch
from tests.soak.site import Site
from tests.soak.trouble import Plan, Trouble
from tests.support.building import assert_all_ended, assert_whole, open_at, tuples, wait_for
from tests.support.gunicorn_site import children

pytestmark = [pytest.mark.soak, pytest.mark.slow]

SECONDS = float(os.environ.get("SOAK", "60"))
SUBMISSIONS_PER_SECOND, WATCHERS = 20.0, 500
#: What waits when the last submission has been sent must be done by then (seconds).
DRAIN_SECONDS = 120.0
#: A kept connection that nobody uses is closed by the server within this time (seconds).
IDLE_SECONDS = 12.0
#: How long after a kill or the reload a connection may turn out to be broken (seconds).
AFTERMATH_SECONDS = 5.0
MOST_WAL_BYTES = 64 * 1024 * 1024
#: Of memory and open files; a build of a region that stays open is more. A process that is half a minute old is not
#: warm yet: its threads still open what they have not needed before.
MOST_GROWTH = 0.10 if SECONDS >= 300 else 0.20
#: What ends as failed without anything having gone wrong: what people typed is not in any region.
TYPED = {"address-not-found", "outside-regions", "no-home-here"}


@dataclass(frozen=True, slots=True)
class Run:
    """One run that is over."""

    site: Site
    books: Books
    gauges: Gauges
    plan: Plan
    trouble: Trouble
    #: The web process that has lived from the reload to the end, and its evaluator.
    survivors: tuple[int, ...]
    exit_code: int


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Start the site, let everybody at it, wait until all is done, and stop it."""
    folder = tmp_path_factory.mktemp("soak")
    restored = tmp_path_factory.mktemp("restored")
    site, books = Site(folder), Books()
    plan = Plan(SECONDS)
    trouble = Trouble(site, books, plan, restored / "saved.sqlite", restored)
    gauges = Gauges(site)
    try:
        asyncio.run(everybody(site, books, gauges, plan, trouble))
        survivors = drain(site, gauges)
        run = Run(site, books, gauges, plan, trouble, survivors, site.stop())
    finally:
        left = site.processes()
        site.kill()
    assert left == []
    print_figures(run)
    return run


async def everybody(site: Site, books: Books, gauges: Gauges, plan: Plan, trouble: Trouble) -> None:
    """Let people send and watch while trouble comes, until the time is over."""
    end = plan.at(1.0)
    senders = Senders(site.port, books, random.Random(1))
    async with asyncio.TaskGroup() as group:
        group.create_task(senders.run(SUBMISSIONS_PER_SECOND, end))
        group.create_task(gauges.run(end))
        group.create_task(trouble.run())
        for number in range(WATCHERS):
            group.create_task(watch(site.port, number, books, end))


def drain(site: Site, gauges: Gauges) -> tuple[int, ...]:
    """Wait until nothing waits and nobody is connected, and read the gauges once more; return who has lived longest."""
    store = open_at(site.folder)
    wait_for(lambda: not store.stats().queued + store.stats().running, DRAIN_SECONDS)
    for job in store.list_jobs(Status.ASKING, limit=1_000):
        store.cancel_job(job.job_id, None)
    store.db.close()
    time.sleep(IDLE_SECONDS)
    gauges.read()
    elder = site.workers()[0]
    return (elder, *children(elder))


@pytest.fixture(scope="module")
def store(run: Run) -> Iterator[JobStore]:
    """The database as the site has left it."""
    store = open_at(run.site.folder)
    yield store
    store.db.close()


def test_no_job_is_lost(run: Run, store: JobStore) -> None:
    assert_all_ended(store)
    jobs = {job.job_id for job in store.list_jobs(None, limit=1_000_000)}
    assert run.books.accepted <= jobs
    assert len(jobs - run.books.accepted) <= run.books.unknown
    assert len(run.books.accepted) > SECONDS


def test_no_job_is_doubled(store: JobStore) -> None:
    twins = "SELECT owner, listing_key FROM evaluation_jobs GROUP BY owner, listing_key HAVING count(*) > 1"
    assert tuples(store.db.read(twins)) == []
    done_twice = "SELECT job_seq FROM job_events WHERE to_status = 'done' GROUP BY job_seq HAVING count(*) > 1"
    assert tuples(store.db.read(done_twice)) == []


def test_nothing_failed_but_what_people_mistyped(store: JobStore) -> None:
    failed = Counter(job.error_code for job in store.list_jobs(Status.FAILED, limit=1_000_000))
    assert failed.keys() <= TYPED
    assert failed


def test_every_answer_was_right_or_an_honest_refusal(run: Run) -> None:
    assert run.books.wrong == []
    assert {"cancel", "retry", "report"} <= run.books.acts.keys()


def test_connections_break_only_where_a_process_was_killed(run: Run) -> None:
    late = [
        f"{what} after {at - run.plan.began:.1f} s"
        for at, what in run.books.broken
        if not any(0 <= at - moment <= AFTERMATH_SECONDS for moment in run.trouble.moments)
    ]
    assert late == [], "\n".join(late)
    assert run.trouble.kills > 0


def test_everything_was_done_meanwhile(run: Run) -> None:
    assert sorted(run.trouble.done) == ["back_up_and_restore", "reload", "update", "update"]


def test_memory_does_not_grow(run: Run) -> None:
    for pid in run.survivors:
        if run.gauges.readings[pid][0].at <= run.plan.settled:
            assert run.gauges.growth(pid, run.plan.settled) < MOST_GROWTH


def test_no_file_stays_open(run: Run) -> None:
    elder = run.survivors[0]
    held = run.gauges.last(elder)
    assert held.nameless == ()
    assert held.files <= (1 + MOST_GROWTH) * run.gauges.most_files(elder, run.plan.settled)
    assert held.sockets <= WATCHERS / 10


def test_the_log_of_the_database_stays_small(run: Run) -> None:
    assert 0 < run.gauges.most_wal_bytes < MOST_WAL_BYTES


def test_nothing_outlives_its_parent(run: Run) -> None:
    assert run.gauges.orphans == set()
    assert run.exit_code == 0


def test_what_was_restored_is_whole(run: Run) -> None:
    restored = open_at(run.trouble.restored)
    try:
        assert_whole(restored)
        assert run.trouble.promised <= {job.job_id for job in restored.list_jobs(None, limit=1_000_000)}
        assert len(run.trouble.promised) > SECONDS / 2
    finally:
        restored.db.close()


def print_figures(run: Run) -> None:
    """Print what docs/reliability.md says."""
    books, gauges = run.books, run.gauges
    print(f"\n{SECONDS:.0f} s: {len(books.accepted):,} accepted, {books.statuses}, {dict(books.acts)}")
    print(f"{len(books.poll_seconds):,} polls, p50 {books.poll_ms(50):.0f} ms, p99 {books.poll_ms(99):.0f} ms")
    print(f"{run.trouble.kills} kills, {len(books.broken)} connections broken, {books.sent_again} sent again, ", end="")
    print(f"{books.unknown} without an answer; log of the database at most {gauges.most_wal_bytes / 1e6:.1f} MB")
    for pid in run.survivors:
        print(f"process {pid}: {told_of(run, pid)}")


def told_of(run: Run, pid: int) -> str:
    """Return how a process stood when it was warm and at the end."""
    gauges, plan = run.gauges, run.plan
    lived = gauges.readings[pid][-1].at - gauges.readings[pid][0].at
    settled, growth = gauges.own_kb(pid, plan.settled) / 1e3, gauges.growth(pid, plan.settled)
    files, held = gauges.most_files(pid, plan.settled), gauges.last(pid)
    open_files = f"{files} -> {held.files} files, {held.sockets} sockets, {len(held.nameless)} of files that are gone"
    return f"seen for {lived:.0f} s, {settled:.1f} -> {settled * (1 + growth):.1f} MB, {open_files}"
