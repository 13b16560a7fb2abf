"""How long reports are kept, how much room they take, and what is left of one that was deleted: nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from app.cli.reports import reports_commands
from app.config import Config
from app.errors import SiteFull
from app.pipeline.report import to_json
from app.pipeline.sharing import without_ratings
from app.queue.jobs import Once, Picture
from app.queue.store import JobStore
from app.queue.store.batches import NewLine
from app.queue.store.lists import Sharing
from app.sources.extras import Extras
from tests.support import postgres
from tests.support.building import SetClock, all_rows, assert_whole, create, ended, new_job, open_at
from tests.support.dialects import sqlite_alone
from tests.support.others import ALL, reported

DAY = 86_400.0
#: Reports that no database makes smaller.
random_bytes = Random(1).randbytes
ADDRESS = "4 Privet Drive, Little Whinging"


def finish(store: JobStore, report: bytes = b"{}", owner: str = "ann") -> str:
    """Store one report and return its id."""
    store.create_job(new_job(owner))
    claim = store.claim_next_job("w")
    assert claim
    snapshot_id = store.complete_job(claim, report)
    assert snapshot_id
    return snapshot_id


def kept(store: JobStore) -> list[str]:
    return [row["snapshot_id"] for row in store.db.read("SELECT snapshot_id FROM snapshots ORDER BY job_seq")]


def test_reports_are_kept_for_ever_unless_told_otherwise(store: JobStore, clock: SetClock) -> None:
    old = finish(store)
    clock.pass_seconds(20 * 365 * DAY)
    store.tidy()
    assert kept(store) == [old]


def test_old_reports_go_where_the_setting_says_so(tmp_path: Path, clock: SetClock) -> None:
    store = open_at(tmp_path, Config(snapshot_retention_days=30, max_live_jobs_per_owner=1_000), clock)
    for number in range(250):
        finish(store, owner=str(number))
    listed = finish(store)
    store.add_to_list("bob", [listed])
    clock.pass_seconds(31 * DAY)
    fresh = finish(store)
    store.tidy()
    assert kept(store) == [listed, fresh]
    assert_whole(store)
    store.db.close()


def test_the_oldest_go_until_the_rest_fits(store: JobStore) -> None:
    reports = [finish(store, random_bytes(50_000)) for _ in range(300)]
    store.add_to_list("bob", [reports[0]])
    used = store.db.used_bytes()
    deleted = store.prune_reports(over_bytes=used * 0.7)
    assert 0 < deleted < 250
    assert store.db.used_bytes() <= used * 0.7
    assert kept(store) == [reports[0], *reports[deleted + 1 :]]
    assert store.prune_reports(over_bytes=used) == 0


def test_a_full_site_takes_nothing_new_and_loses_nothing(tmp_path: Path) -> None:
    store = open_at(tmp_path)
    empty = store.db.used_bytes()
    store.config = Config(max_database_gb=(empty + 1_000_000) / 1e9)
    while store.db.used_bytes() <= empty + 1_000_000:
        finish(store, random_bytes(50_000))
    store._room_seen_at = float("-inf")
    with pytest.raises(SiteFull) as refusal:
        create(store)
    assert refusal.value.retry_after_seconds == 3_600
    assert 10 < len(kept(store)) < 30
    with pytest.raises(SiteFull):
        store.create_batch("ann", [NewLine(1, "1 main", new_job())])
    with pytest.raises(SiteFull):
        store.check_room()
    store.check()
    store.prune_reports(over_bytes=empty + 500_000)
    create(store)
    store.db.close()


def test_the_command_asks_and_says_what_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOORSTEP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DOORSTEP_DATABASE_URL", postgres.url_for(tmp_path))
    store = open_at(tmp_path)
    finish(store)
    run = CliRunner().invoke
    assert run(reports_commands, ["prune"]).exit_code == 2
    assert "not run for an hour" in run(reports_commands, ["prune", "--older-than", "1", "--yes"]).output
    assert run(reports_commands, ["prune", "--over", "0"], input="n\n").exit_code == 1
    assert len(kept(store)) == 1
    said = run(reports_commands, ["prune", "--over", "0", "--yes"]).output
    assert re.fullmatch(r"1 report deleted; 0\.0[01] GB in use\.\n", said)
    assert not kept(store)
    store.db.close()


def everywhere(store: JobStore) -> str:
    """A report of an address that is in every table that can hold it; return its id."""
    said = f'{{"address": "{ADDRESS}"}}'
    new = replace(new_job("ann", said, key=ADDRESS), address=ADDRESS, once=Once("a-key", "a-request"))
    store.create_job(new)
    claim = store.claim_next_job("w")
    assert claim
    store.ask_job(claim, said)
    store.answer_job(claim.job_id, "ann", lambda _: said)
    claim = store.claim_next_job("w")
    assert claim
    store.update_job_stage(claim, "geocode", None, None)
    store.update_job_stage(
        claim, "schools", ended("geocode", reason=f"nothing at {ADDRESS}").record, said.encode() * 99
    )
    batch = store.create_batch("ann", [NewLine(1, ADDRESS, new), NewLine(2, "elsewhere", None, "no", "{}")])
    assert store.get_batch(batch).lines[0].job
    snapshot_id = store.complete_job(claim, said.encode() * 200, pictures=(Picture("map.svg", said.encode() * 50),))
    assert snapshot_id
    store.add_to_list("ann", [snapshot_id])
    store.add_to_list("bob", [snapshot_id])
    link = store.share_list("ann", Sharing.TOGETHER)
    store.give_name("cy", link, "Cy")
    store.say("cy", link, snapshot_id, note=f"I like {ADDRESS}")
    return snapshot_id


def holding(store: JobStore) -> set[str]:
    """Return the tables with the address in any column."""
    return {table for table, rows in all_rows(store).items() if any(_holds(row) for row in rows)}


def _holds(row: object) -> bool:
    return any(ADDRESS in (value.decode() if isinstance(value, bytes) else str(value)) for value in row)  # type: ignore[attr-defined]


@pytest.mark.parametrize("pruned", [False, True], ids=["with its job", "after its job was cleared away"])
def test_deleting_a_report_leaves_its_address_nowhere(store: JobStore, tmp_path: Path, pruned: bool) -> None:
    other = finish(store)
    snapshot_id = everywhere(store)
    tables = {"evaluation_jobs", "job_stages", "snapshots", "pictures", "batch_lines", "list_opinions"}
    assert holding(store) == tables
    if pruned:
        store.prune(0)
    store.delete_snapshot(snapshot_id, "ann")
    assert holding(store) == set()
    assert kept(store) == [other]
    store.tidy()
    store.db.close()
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    assert not [path.name for path in files if ADDRESS.encode() in path.read_bytes()]


@pytest.mark.parametrize(("hours", "is_kept"), [(23, True), (25, False)])
def test_ratings_are_taken_out_of_a_report_after_their_day(
    tmp_path: Path, clock: SetClock, dialect: str, hours: float, is_kept: bool
) -> None:
    store = open_at(tmp_path, Config(google_key="secret"), clock)
    rated, plain = finish(store, to_json(reported(ALL))), finish(store, to_json(reported(Extras())), "bob")
    clock.pass_seconds(hours * 3_600)
    store.tidy()
    report = reported(ALL)
    assert store.get_snapshot(rated).report == to_json(report if is_kept else without_ratings(report))
    assert store.get_snapshot(plain).report == to_json(reported(Extras()))
    if dialect == "sqlite":  # of what a server has on its disk nothing is promised
        names = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
        assert (b"Good Caf" in names) is is_kept
    store.db.close()


@sqlite_alone("a server's log is its own: docs/security.md says what becomes of deleted text there")
def test_the_log_forgets_it_within_the_hour(store: JobStore) -> None:
    store.delete_snapshot(everywhere(store), "ann")
    log = store.db.path.with_name(store.db.path.name + "-wal")
    assert ADDRESS.encode() in log.read_bytes()
    store.tidy()
    assert ADDRESS.encode() not in log.read_bytes() + store.db.path.read_bytes()
