"""Two at once, in threads with a start at the same moment and in processes: what one looks at, another is changing."""

# ruff: noqa: B023 - every function that is made in a loop has been called before the loop goes on
from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from app.config import Config
from app.errors import (
    DoorstepError,
    IdempotencyKeyReused,
    JobNotFound,
    ListFull,
    NotOnList,
    QueueFull,
    QueueUnavailable,
    SnapshotNotFound,
    TokenNameTaken,
    TooManyBatches,
    TooManyJobs,
    TransitionRefused,
)
from app.queue.jobs import Once, Picture, Status
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from app.queue.store.lists import MOST_ENTRIES, Mark, Sharing
from tests.support.building import WIDE, assert_all_ended, assert_whole, create, new_job, of_a_dead_process, open_at
from tests.support.crashing import TRANSITIONS
from tests.support.folders import ROOT

#: How often each race is run: most of them are lost by one in ten where nothing guards against them.
ROUNDS = 12


@pytest.fixture
def site(tmp_path: Path) -> Iterator[JobStore]:
    """A store whose clocks go, with wide limits."""
    store = open_at(tmp_path, WIDE)
    yield store
    assert_whole(store)
    store.db.close()


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make all calls at the same moment, each in a thread of its own; return what came, a refusal as its class."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except DoorstepError as refusal:
            return type(refusal)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def reported(store: JobStore, owner: str = "ann") -> str:
    """A stored report; its id."""
    create(store, owner=owner)
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, b"report")
    assert snapshot_id
    return snapshot_id


def lines(owner: str, *keys: str) -> list[NewLine]:
    return [NewLine(number, key, new_job(owner, key=key)) for number, key in enumerate(keys, 1)]


# --- limits ---


def test_an_owner_gets_no_more_than_the_limit(site: JobStore) -> None:
    site.config = Config(max_live_jobs_per_owner=3)
    answers = at_once(*(lambda: site.create_job(new_job()) for _ in range(8)))
    assert answers.count(TooManyJobs) == 5
    assert site.stats().queued == 3


def test_asking_again_counts_like_a_new_job(site: JobStore) -> None:
    ended = [create(site) for _ in range(8)]
    for job in ended:
        site.cancel_job(job.job_id, None)
    site.config = Config(max_live_jobs_per_owner=3)
    answers = at_once(*(lambda job=job: site.retry_job(job.job_id, None) for job in ended))
    assert answers.count(TooManyJobs) == 5
    assert site.stats().queued == 3


def test_the_whole_line_is_no_longer_than_the_limit(tmp_path: Path) -> None:
    """From half of it on; below, a count of a second ago will do, as nobody sends thousands at once."""
    hosts = [open_at(tmp_path, Config(max_live_jobs=40)) for _ in range(4)]
    for number in range(30):
        create(hosts[0], owner=f"earlier {number}")
    answers = at_once(
        *(lambda host=host, n=n: host.create_job(new_job(owner=f"owner {n}")) for n, host in enumerate(hosts * 4))
    )
    assert answers.count(QueueFull) == 6
    assert hosts[0].stats().queued == 40
    for host in hosts:
        host.db.close()


def test_an_owner_has_one_live_batch(site: JobStore) -> None:
    for number in range(ROUNDS):
        answers = at_once(
            *(lambda n=n: site.create_batch(f"owner {number}", lines(f"owner {number}", f"{n}")) for n in range(4))
        )
        assert answers.count(TooManyBatches) == 3


# --- the same twice ---


def test_a_double_click_makes_one_job(site: JobStore) -> None:
    for number in range(ROUNDS):
        answers = at_once(*(lambda: site.create_job(new_job(key=f"key {number}")) for _ in range(4)))
        assert len({job.job_id for job, _ in answers}) == 1
        assert sorted(is_new for _, is_new in answers) == [False] * 3 + [True]


def test_a_listing_sent_while_its_job_is_called_off_is_one_of_both(site: JobStore) -> None:
    for number in range(ROUNDS):
        job, _ = site.create_job(new_job(key=f"key {number}"))
        claim = site.claim_next_job("w")
        assert claim
        again, cancelled = at_once(
            lambda: site.create_job(new_job(key=f"key {number}")), lambda: site.cancel_job(job.job_id, "ann")
        )
        assert cancelled.cancel_requested
        assert again[1] == (again[0].job_id != job.job_id)
        site.finish_cancel(claim)
        for each in site.list_jobs(Status.QUEUED):
            site.cancel_job(each.job_id, None)


def test_a_request_under_one_key_counts_once(site: JobStore) -> None:
    for number in range(ROUNDS):
        once = Once(f"key {number}", "request")
        calls = [(lambda: site.create_job(_once(once))) for _ in range(3)]
        other = Once(f"key {number}", "another request")
        answers = at_once(*calls, lambda: site.create_job(_once(other)))
        made = [answer for answer in answers if answer is not IdempotencyKeyReused]
        assert len({job.job_id for job, _ in made}) == 1
        assert sum(is_new for _, is_new in made) == 1
        assert len(made) in (1, 3)


def _once(once: Once) -> Any:
    new = new_job()
    return type(new)(new.address, new.listing, new.listing_key, new.owner, new.priority, once=once)


def test_a_batch_under_one_key_is_made_once(site: JobStore) -> None:
    for number in range(ROUNDS):
        once = Once(f"key {number}", "request")
        owner = f"owner {number}"
        answers = at_once(*(lambda: site.create_batch(owner, lines(owner, "a", "b"), once=once) for _ in range(3)))
        assert len(set(answers)) == 1


def test_a_token_s_name_is_given_once(site: JobStore) -> None:
    for number in range(ROUNDS):
        answers = at_once(*(lambda: site.create_token(f"agency {number}", 5, 60) for _ in range(4)))
        assert answers.count(TokenNameTaken) == 3
        secret = next(answer for answer in answers if answer is not TokenNameTaken)
        used = at_once(*(lambda: site.token_with(secret) for _ in range(4)))
        assert {token.name for token in used} == {f"agency {number}"}


# --- batches ---


def test_a_batch_called_off_while_it_is_sent_is_whole_or_called_off(site: JobStore) -> None:
    for number in range(ROUNDS):
        owner = f"owner {number}"
        first = site.create_batch(owner, lines(owner, "a", "b", "c", "d"))
        for _ in range(2):
            site.claim_next_job("w")
        at_once(
            lambda: site.cancel_batch(first, None),
            lambda: site.create_batch(owner, lines(owner, "d", "c", "b", "a")),
            lambda: site.cancel_batch(first, owner),
            lambda: [site.cancel_job(line.job.job_id, None) for line in site.get_batch(first).lines if line.job],
        )
        jobs = [line.job for line in site.get_batch(first).lines if line.job]
        assert len(jobs) == 4
        assert all(job.cancel_requested for job in jobs)
        assert {job.status for job in jobs} <= {Status.CANCELLED, Status.RUNNING}
        _end_all(site)


def _end_all(store: JobStore) -> None:
    for batch in {store.batch_of(job.job_id, job.owner) for job in store.list_jobs(None) if not job.status.ended}:
        if batch:
            store.cancel_batch(batch, None)
    with store.db.write(durable=False) as connection:  # their workers are gone
        connection.execute("UPDATE evaluation_jobs SET lease_until = 0 WHERE status = 'running'")
    store.recover_stale()


def test_a_job_that_a_batch_takes_over_is_not_cleared_away_before(site: JobStore) -> None:
    for number in range(ROUNDS):
        owner = f"owner {number}"
        job, _ = site.create_job(new_job(owner, key="twin"))
        _, batch_id, _ = at_once(
            lambda: site.cancel_job(job.job_id, owner),
            lambda: site.create_batch(owner, [NewLine(1, "twin", new_job(owner, key="twin"))]),
            lambda: site.prune(0),
        )
        assert isinstance(batch_id, str)
        assert_whole(site)
        _end_all(site)
        site.prune(0)


def test_a_batch_goes_with_its_last_jobs_whoever_deletes_them(site: JobStore) -> None:
    for number in range(ROUNDS):
        refused = NewLine(3, "", None, "Type an address first.")
        site.create_batch(f"owner {number}", [*lines(f"owner {number}", "a", "b"), refused])
        reports = []
        while claim := site.claim_next_job("w"):
            reports.append(site.complete_job(claim, b"report"))
        at_once(*(lambda report=report: site.delete_snapshot(report or "", None) for report in reports))
        assert not site.db.read("SELECT 1 FROM batches UNION ALL SELECT 1 FROM batch_lines")


# --- a job's way ---


def test_two_answers_to_one_question(site: JobStore) -> None:
    for number in range(ROUNDS):
        job = create(site, owner=f"owner {number}")
        claim = site.claim_next_job("w")
        assert claim
        site.ask_job(claim, "which one?")
        answers = at_once(
            lambda: site.answer_job(job.job_id, job.owner, lambda _: "one"),
            lambda: site.answer_job(job.job_id, job.owner, lambda _: "two"),
            lambda: site.cancel_job(job.job_id, job.owner),
        )
        assert answers[2].status is Status.CANCELLED
        now = site.get_job(job.job_id)
        whys = [event.why for event in site.events(job.job_id)]
        assert now.status is Status.CANCELLED
        assert sum("answer" in why for why in whys) <= 1


def test_a_lost_job_is_taken_once(site: JobStore, tmp_path: Path) -> None:
    hosts = [open_at(tmp_path, WIDE) for _ in range(3)]
    for number in range(ROUNDS):
        job = create(site, owner=f"owner {number}")
        site._process = of_a_dead_process()
        claim = site.claim_next_job("w")
        assert claim
        site._process = None
        recovered = at_once(*(host.recover_stale for host in hosts), lambda: site.heartbeat(claim))
        # A sweep passes by a row that the heartbeat just holds, and waits not long for its turn: the next one comes.
        taken = [one for one in recovered[:3] if one is not QueueUnavailable]
        assert sum(taken) + hosts[0].recover_stale() == 1
        assert [event.why for event in site.events(job.job_id)].count("its worker was gone") == 1
        assert site.complete_job(claim, b"late") is None
        site.cancel_job(job.job_id, None)
    for host in hosts:
        host.db.close()


def test_it_ends_as_one_of_what_happens_at_once(site: JobStore) -> None:
    for number in range(ROUNDS):
        job = create(site, owner=f"owner {number}")
        claim = site.claim_next_job("w")
        assert claim
        done, cancelled, gave_up = at_once(
            lambda: site.complete_job(claim, b"report"),
            lambda: site.cancel_job(job.job_id, None),
            lambda: site.give_up(claim, "its worker was gone"),
        )
        now = site.get_job(job.job_id)
        assert bool(done) == (now.status is Status.DONE)
        assert not (done and gave_up)
        assert cancelled is TransitionRefused or cancelled.job_id == job.job_id
        events = site.events(job.job_id)
        assert [event.from_status for event in events[1:]] == [event.to_status for event in events[:-1]]
        if not now.status.ended:
            site.cancel_job(job.job_id, None)
    assert_all_ended(site)


# --- lists, and what is deleted ---


def test_a_list_that_several_people_change_at_once_keeps_all_that_they_did(site: JobStore) -> None:
    reports = [reported(site) for _ in range(6)]
    at_once(*(lambda report=report: site.add_to_list("ann", [report]) for report in reports))
    link = site.share_list("ann", Sharing.TOGETHER)
    names = [f"person {number}" for number in range(4)]
    at_once(*(lambda name=name: site.give_name(name, link, name) for name in names))
    at_once(
        *(lambda name=name: site.say(name, link, reports[0], mark=Mark.YES) for name in names),
        *(lambda report=report: site.move_entry("ann", report, up=True) for report in reports),
    )
    shortlist = site.shortlist("ann")
    assert shortlist
    assert {entry.snapshot.snapshot_id for entry in shortlist.entries} == set(reports)
    places = [row["place"] for row in site.db.read("SELECT place FROM list_entries")]
    assert sorted(places) == [1, 2, 3, 4, 5, 6]
    said = {entry.snapshot.snapshot_id: len(entry.opinions) for entry in shortlist.entries}
    assert said[reports[0]] == 4


def test_a_list_has_no_more_entries_than_it_may(site: JobStore) -> None:
    reports = [reported(site) for _ in range(MOST_ENTRIES + 4)]
    site.add_to_list("ann", reports[: MOST_ENTRIES - 2])
    answers = at_once(*(lambda r=r: site.add_to_list("ann", [r]) for r in reports[MOST_ENTRIES - 2 :]))
    assert answers.count(ListFull) == 4
    assert site.shortlist_size("ann") == MOST_ENTRIES


def test_a_report_that_goes_takes_with_it_what_is_just_said_of_it(site: JobStore) -> None:
    for number in range(ROUNDS):
        report, other = reported(site), reported(site)
        site.add_to_list("bob", [report, other])
        link = site.share_list("bob", Sharing.TOGETHER)
        answers = at_once(
            lambda: site.delete_snapshot(report, None),
            lambda: site.say("bob", None, report, note="4 Privet Drive"),
            lambda: site.add_to_list(f"visitor {number}", [report]),
            lambda: site.keep_pictures(report, [Picture("map.svg", b"4 Privet Drive")]),
            lambda: site.adopt_list(link, f"visitor {number}"),
        )
        assert answers[0] is None
        assert answers[1] in (None, NotOnList)
        assert answers[2] in (0, SnapshotNotFound)
        assert_whole(site)


def test_a_report_that_was_just_put_on_a_list_stays(site: JobStore) -> None:
    for number in range(ROUNDS):
        report = reported(site)
        listed, _ = at_once(
            lambda: site.add_to_list(f"visitor {number}", [report]), lambda: site.prune_reports(over_bytes=0)
        )
        there = bool(site.db.read("SELECT 1 FROM snapshots WHERE snapshot_id = :id", {"id": report}))
        assert there == (listed == 0)
        assert listed in (0, SnapshotNotFound)


def test_a_report_deleted_while_its_address_is_evaluated_again(site: JobStore) -> None:
    for _ in range(ROUNDS):
        report = reported(site)
        job, _ = site.create_job(_again(report))
        claim = site.claim_next_job("w")
        assert claim
        deleted, newer = at_once(lambda: site.delete_snapshot(report, "ann"), lambda: site.complete_job(claim, b"new"))
        assert deleted is None
        assert site.get_snapshot(newer).report == b"new"
        assert site.get_job(job.job_id).again_of == report
        with pytest.raises(SnapshotNotFound):
            site.get_snapshot(report)


def _again(report: str) -> Any:
    new = new_job()
    return type(new)(new.address, new.listing, new.listing_key, new.owner, new.priority, again_of=report)


def test_two_that_delete_the_same_report(site: JobStore) -> None:
    for _ in range(ROUNDS):
        report = reported(site)
        answers = at_once(*(lambda: site.delete_snapshot(report, None) for _ in range(3)))
        assert Counter(answers) == {None: 1, SnapshotNotFound: 2}


def test_a_job_asked_for_again_while_it_is_cleared_away(site: JobStore) -> None:
    for number in range(ROUNDS):
        job = create(site, owner=f"owner {number}")
        site.cancel_job(job.job_id, None)
        again, _ = at_once(lambda: site.retry_job(job.job_id, None), lambda: site.prune(0))
        if again is JobNotFound:
            continue
        assert again.status is Status.QUEUED
        site.cancel_job(again.job_id, None)


PRUNE = """
import sys
from pathlib import Path
from tests.support.building import open_at
store = open_at(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.read()
print(store.prune(0), store.prune_reports(over_bytes=0))
"""


def processes(script: str, *arguments: Sequence[str]) -> list[str]:
    """Run a script in processes that begin at the same moment; return what each said."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script, *each],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for each in arguments
    ]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in running:
        assert process.stdin
        process.stdin.close()
        process.stdin = None
    said = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * len(running)
    return said


def test_two_processes_clear_everything_away_once(site: JobStore, tmp_path: Path) -> None:
    for number in range(150):
        reported(site, owner=f"owner {number}")
    said = processes(PRUNE, *([str(tmp_path)] for _ in range(2)))
    jobs, reports = (sum(int(line.split()[place]) for line in said) for place in (0, 1))
    assert (jobs, reports) == (150, 150)
    assert site.totals().done == 150
    assert not site.db.read("SELECT 1 FROM evaluation_jobs UNION ALL SELECT 1 FROM snapshots")


SEND = """
import sys
from pathlib import Path
from app.config import Config
from app.errors import DoorstepError
from tests.support.building import new_job, open_at
store = open_at(Path(sys.argv[1]), Config(max_live_jobs_per_owner=5, max_live_jobs=12))
store.stats()
print("ready", flush=True)
sys.stdin.read()
for number in range(30):
    try:
        print(store.create_job(new_job(f"owner {number % 4}", key=f"key {number}"))[0].job_id)
    except DoorstepError as refusal:
        print(refusal.code)
"""


def test_four_processes_that_send_the_same_keep_to_all_limits(site: JobStore, tmp_path: Path) -> None:
    said = processes(SEND, *([str(tmp_path)] for _ in range(4)))
    made = {line for text in said for line in text.split()} - {"too-many-jobs", "queue-full"}
    assert site.stats().queued == len(made) == 12
    owned = site.db.read("SELECT count(*) AS jobs FROM evaluation_jobs GROUP BY owner")
    assert max(row["jobs"] for row in owned) <= 5


# --- who waits for whom ---


def test_nobody_needs_a_second_connection_in_the_middle_of_a_change(tmp_path: Path, dialect: str) -> None:
    """Where those who wait for a turn hold all connections, whoever has it would get no other."""
    for number, (name, (before, transition)) in enumerate(TRANSITIONS.items()):
        if name == "make the tables":
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        store = open_at(folder, patience=2.0)
        if dialect == "postgres":
            store.db._most_connections = 1
        transition(store, before(store))
        store.db.close()
