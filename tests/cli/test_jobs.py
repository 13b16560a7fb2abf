"""`flask jobs ...` and `flask worker`, as an operator runs them."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli.jobs import jobs_commands
from app.queue.jobs import Failure, Status
from app.queue.store import JobStore
from app.queue.store.tables import SCHEMA
from tests.support.building import aged, create, ended, open_at, wait_for


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> JobStore:
    """A store that the commands find through the environment."""
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    return open_at(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(jobs_commands, list(arguments))


def fail_one(store: JobStore) -> str:
    """A job that failed in its second stage."""
    create(store)
    claim = store.claim_next_job("box:1:1")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(claim, "schools", ended("geocode", reason="nothing mapped").record, b"here")
    store.fail_job(claim, Failure("too-bad", "It did not work out."), retry=False)
    return claim.job_id


def test_it_lists_jobs(site: JobStore) -> None:
    failed, waiting = fail_one(site), create(site).job_id
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == [waiting, failed]
    assert run("list", "--status", "failed").output.startswith(failed)
    assert len(run("list", "--limit", "1").output.splitlines()) == 1


def test_it_lists_and_counts_jobs_that_ask(site: JobStore) -> None:
    job = create(site)
    claim = site.claim_next_job("w")
    assert claim
    site.ask_job(claim, "{}")
    assert "  asking  " in run("list", "--status", "asking").output
    assert "asking     1" in run("stats").output
    assert "running -> asking" in run("show", job.job_id).output
    assert "  cancelled  " in run("cancel", job.job_id).output


def test_it_refuses_an_unknown_status(site: JobStore) -> None:
    assert run("list", "--status", "lost").exit_code == 2


def test_it_shows_a_job_with_its_history(site: JobStore) -> None:
    output = run("show", fail_one(site)).output
    for expected in ("It did not work out.", "geocode", "nothing mapped", "queued -> running", "box:1:1"):
        assert expected in output


def test_it_shows_a_stage_that_was_broken_off(site: JobStore) -> None:
    job = create(site)
    claim = site.claim_next_job("w")
    assert claim
    site.update_job_stage(claim, "geocode", None, None)
    assert "geocode          working" in run("show", job.job_id).output
    site.fail_job(claim, Failure("code", "It did not work out."), retry=False)
    assert "geocode          broken off" in run("show", job.job_id).output


def test_it_shows_what_a_job_waits_for(site: JobStore) -> None:
    job = create(site)
    claim = site.claim_next_job("w")
    assert claim
    site.note_wait(claim, "overpass")
    assert "\n  Asking OpenStreetMap's Overpass server for streets and places, 0 s\n" in run("show", job.job_id).output
    site.fail_job(claim, Failure("service-trouble", "It rests.", retry_after_seconds=240), retry=True)
    output = run("show", job.job_id).output
    assert "Overpass" not in output
    assert "\n  tried again in 4 min" in output


def test_it_says_so_where_there_is_no_such_job(site: JobStore) -> None:
    result = run("show", "nothing")
    assert result.exit_code == 1
    assert result.output == "Error: There is no job with this id, or it ended long ago and was cleared away.\n"


def test_it_queues_a_failed_job_again(site: JobStore) -> None:
    job_id = fail_one(site)
    assert run("retry", job_id).exit_code == 0
    assert site.get_job(job_id).status is Status.QUEUED


def test_it_refuses_to_queue_a_waiting_job_again(site: JobStore) -> None:
    result = run("retry", create(site).job_id)
    assert (result.exit_code, "already queued" in result.output) == (1, True)


def test_it_cancels_a_job(site: JobStore) -> None:
    job = create(site)
    assert "cancelled" in run("cancel", job.job_id).output
    assert site.get_job(job.job_id).status is Status.CANCELLED


def test_it_refuses_to_cancel_an_ended_job(site: JobStore) -> None:
    assert run("cancel", fail_one(site)).exit_code == 1


def test_it_clears_old_jobs_away(site: JobStore) -> None:
    fail_one(site)
    aged(site).tidy()
    assert run("prune").output == "0 jobs cleared away.\n"
    with site.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET completed_at = completed_at - 31 * 86400")
    assert run("prune").output == "1 job cleared away.\n"


def test_it_asks_before_it_clears_all_away(site: JobStore) -> None:
    fail_one(site)
    refused = run("prune", "--days", "0")
    assert (refused.exit_code, "every job that has ended" in refused.output) == (1, True)
    assert site.stats().failed == 1
    assert run("prune", "--days", "0", "--yes").output == "1 job cleared away.\n"


def test_it_clears_nothing_away_by_a_clock_that_nobody_has_checked(site: JobStore) -> None:
    fail_one(site)
    refused = run("prune", "--days", "0.01")
    assert (refused.exit_code, "has not run for an hour" in refused.output) == (1, True)


def test_mistyped_addresses_are_no_failures(site: JobStore) -> None:
    failed = fail_one(site)
    create(site)
    claim = site.claim_next_job("box:1:1")
    assert claim
    site.fail_job(claim, Failure("address-not-found", "Nothing like that is here."), retry=False)
    words = run("stats").output.split()
    assert (words[words.index("failed") + 1], words[words.index("mistyped") + 1]) == ("1", "1")
    lines = run("list", "--status", "failed", "--without-typing-errors").output.splitlines()
    assert [line.split()[0] for line in lines] == [failed]


def test_it_shows_figures(site: JobStore) -> None:
    fail_one(site)
    create(site)
    words = run("stats").output.split()
    assert words[words.index("queued") + 1] == "1"
    assert words[words.index("failed") + 1] == "1"


def test_a_damaged_database_is_one_sentence(site: JobStore, tmp_path: Path) -> None:
    (tmp_path / "doorstep.sqlite").write_bytes(b"my shopping list\n" * 100)
    result = run("stats")
    assert result.exit_code == 1
    assert "damaged" in result.output
    assert "Traceback" not in result.output


def test_a_database_of_a_newer_version_is_one_sentence(site: JobStore, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "doorstep.sqlite")) as newer:
        newer.execute(f"PRAGMA application_id = {SCHEMA.application_id}")
        newer.execute("PRAGMA user_version = 99")
        newer.execute("CREATE TABLE something_new (a)")
    before = (tmp_path / "doorstep.sqlite").read_bytes()
    result = run("stats")
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
    assert "is from a newer version of Doorstep: its tables are of version 99, and this one" in result.output
    assert (tmp_path / "doorstep.sqlite").read_bytes() == before


WORKER = """
from app.cli.worker import worker_command
worker_command()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_of_its_own_takes_jobs_until_it_is_stopped(site: JobStore, number: int) -> None:
    command = [sys.executable, "-c", WORKER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ)) as worker:
        assert worker.stdout
        try:
            assert "takes jobs" in worker.stdout.readline()
            job = create(site, listing='{"address": "nowhere"}')
            # Where no region is, an attempt lasts a few milliseconds: only its count is sure to be seen.
            wait_for(lambda: site.get_job(job.job_id).attempts == 1, seconds=20)
            worker.send_signal(number)
            assert worker.wait(20) == 0
        finally:
            worker.kill()
    assert site.get_job(job.job_id).status is Status.QUEUED
