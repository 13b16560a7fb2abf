"""How many requests and evaluations one client may have, whatever its cookies."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.web.security.clients import block_of
from app.web.security.floods import GUESSES_PER_MINUTE, Rate, RateLimiter, a_minute
from app.web.security.shared import SharedRecords
from app.web.services import services_of
from tests.support.asking import ADDRESS, JSON
from tests.support.building import SetClock
from tests.support.queue_steps import Steps


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def limiter(tmp_path: Path, clock: SetClock) -> RateLimiter:
    return RateLimiter(tmp_path / "limits" / "requests", clock.clocks.steady)


# --- buckets ----------------------------------------------------------------------------------------


def test_a_client_may_go_on_once_its_bucket_fills_again(limiter: RateLimiter, clock: SetClock) -> None:
    rate = Rate(2, 0.5)
    assert [limiter.take(1, rate) for _ in range(3)] == [0.0, 0.0, 2.0]
    assert limiter.take(2, rate) == 0.0
    clock.steady_seconds += 2.0
    assert limiter.take(1, rate) == 0.0
    assert limiter.take(1, rate) > 0.0


def test_several_are_taken_all_or_none(limiter: RateLimiter) -> None:
    rate = Rate(10, 2.0)
    assert limiter.take(1, rate, 8) == 0.0
    assert limiter.take(1, rate, 4) == 1.0
    assert limiter.take(1, rate, 2) == 0.0


def test_a_bucket_never_holds_more_than_a_burst(limiter: RateLimiter, clock: SetClock) -> None:
    rate = Rate(2, 0.5)
    limiter.take(1, rate)
    clock.steady_seconds += 1_000.0
    assert [limiter.take(1, rate) > 0 for _ in range(3)] == [False, False, True]


def test_it_tells_how_long_a_partly_filled_bucket_takes(limiter: RateLimiter, clock: SetClock) -> None:
    rate = Rate(1, 0.5)
    limiter.take(1, rate)
    clock.steady_seconds += 1.0
    assert limiter.take(1, rate) == 1.0


def test_two_processes_have_one_bucket(tmp_path: Path, limiter: RateLimiter, clock: SetClock) -> None:
    other = RateLimiter(tmp_path / "limits" / "requests", clock.clocks.steady)
    taken = [each.take(7, Rate(5, 0.1)) == 0.0 for each in (limiter, other) * 4]
    assert taken == [True] * 5 + [False] * 3


def test_a_clock_that_begins_anew_leaves_no_bucket_empty_for_long(limiter: RateLimiter, clock: SetClock) -> None:
    rate = Rate(2, 1.0)
    assert [limiter.take(1, rate) for _ in range(2)] == [0.0, 0.0]
    clock.steady_seconds = 1.0
    assert limiter.take(1, rate) == 1.0
    clock.steady_seconds = 2.0
    assert limiter.take(1, rate) == 0.0


@pytest.mark.parametrize("damage", [b"", b"\xff" * 4_000_000, b"text\n" * 1_000], ids=["empty", "ones", "text"])
def test_a_damaged_file_stops_nobody_for_long(tmp_path: Path, clock: SetClock, damage: bytes) -> None:
    path = tmp_path / "requests"
    path.write_bytes(damage)
    limiter, rate = RateLimiter(path, clock.clocks.steady), a_minute(60)
    for key in (1, 2**64 - 1):
        assert limiter.take(key, rate) <= 1.0
        clock.steady_seconds += 1.0
        assert limiter.take(key, rate) == 0.0


def test_a_file_that_is_cut_short_while_it_is_in_use_stops_nobody(tmp_path: Path, limiter: RateLimiter) -> None:
    limiter.take(1, Rate(1, 1.0))
    os.truncate(tmp_path / "limits" / "requests", 0)
    assert limiter.take(1, Rate(1, 1.0)) == 0.0


def test_a_folder_that_cannot_be_written_lets_a_process_count_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "limits").write_text("a file where the folder should be")
    limiter = RateLimiter(tmp_path / "limits" / "requests")
    assert [limiter.take(1, Rate(2, 0.01)) > 0 for _ in range(3)] == [False, False, True]
    assert len(caplog.records) == 1


def test_the_client_that_was_idle_longest_gives_way(tmp_path: Path, clock: SetClock) -> None:
    records = SharedRecords(
        tmp_path / "records", payload_bytes=1, sets=1, ways=2, patience_seconds=1.0, clock=clock.clocks.steady
    )
    for key in (1, 2, 3):
        clock.steady_seconds += 1.0
        with records.held(key) as record:
            assert record.payload == b"\0"
            record.payload = bytes([key])
    kept = {}
    for key in (3, 2):
        with records.held(key) as record:
            kept[key] = record.payload
    assert kept == {3: b"\3", 2: b"\2"}


def test_a_process_that_dies_with_a_record_in_hand_leaves_no_lock(tmp_path: Path) -> None:
    records = SharedRecords(tmp_path / "records", payload_bytes=8, sets=1, ways=1, patience_seconds=60.0)
    ready, tell = os.pipe()
    child = os.fork()
    if not child:
        with SharedRecords(tmp_path / "records", payload_bytes=8, sets=1, ways=1, patience_seconds=60.0).held(1):
            os.write(tell, b"held")
            os.kill(os.getpid(), 9)
    os.read(ready, 4)
    os.waitpid(child, 0)
    began = time.monotonic()
    with records.held(1) as record:
        assert record.payload == bytes(8)
    assert time.monotonic() - began < 5.0
    os.close(ready)
    os.close(tell)


# --- clients ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
        ("x" * 5_000, "x" * 64),
    ],
)
def test_a_client_is_the_block_that_one_line_has(address: str, block: str) -> None:
    assert block_of(address) == block


Made = Callable[..., Flask]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Give a function that makes the application with some settings."""
    return lambda **settings: create_app(Config(data_dir=tmp_path / "var", **settings))


def statuses(app: Flask, path: str, senders: list[str], method: str = "GET") -> list[int]:
    """Return what each sender gets, each time without a cookie."""
    client = app.test_client(use_cookies=False)
    return [
        client.open(path, method=method, buffered=True, environ_overrides={"REMOTE_ADDR": sender}).status_code
        for sender in senders
    ]


def test_a_flood_from_one_block_holds_up_nobody_else(made: Made) -> None:
    app = made(client_changes_per_minute=2)
    senders = ["2001:db8::1", "2001:db8::2", "2001:db8::3", "2001:db8:0:1::1", "192.0.2.2"]
    assert statuses(app, "/job/x/cancel", senders, "POST") == [404, 404, 429, 404, 404]


@pytest.mark.parametrize(
    "path", ["/", "/suggest?address=bul", "/s/x", "/s/x.csv", "/compare?s=x&s=y", "/where", "/api"]
)
def test_pages_are_counted_too(made: Made, path: str) -> None:
    app = made(client_reads_per_minute=2)
    assert 429 not in statuses(app, path, ["192.0.2.1"] * 2)
    assert statuses(app, path, ["192.0.2.1", "192.0.2.2"])[0] == 429
    assert statuses(app, "/job/x/cancel", ["192.0.2.1"], "POST") == [404]


@pytest.mark.parametrize("path", ["/healthz", "/static/doorstep.css", "/job/x", "/job/x/progress"])
def test_who_watches_is_not_counted(made: Made, path: str) -> None:
    assert 429 not in statuses(made(client_reads_per_minute=1), path, ["192.0.2.1"] * 5)


# --- live jobs --------------------------------------------------------------------------------------


def submit_from(app: Flask, sender: str, number: int) -> int:
    """Send an address as a browser that drops its cookie; return the status."""
    fields = {"address": f"{ADDRESS} {number}"}
    new = app.test_client(use_cookies=False)
    return new.post("/", data=fields, headers=JSON, environ_overrides={"REMOTE_ADDR": sender}).status_code


def test_a_client_without_cookies_has_a_limit(made: Made) -> None:
    app = made(max_live_jobs_per_client=3)
    assert [submit_from(app, "2001:db8::1", number) for number in range(5)] == [202] * 3 + [429] * 2
    assert submit_from(app, "192.0.2.2", 9) == 202


def test_an_evaluation_that_ended_makes_room(made: Made, app: Flask, store: JobStore, steps: Steps) -> None:
    app = made(max_live_jobs_per_client=2)
    assert [submit_from(app, "192.0.2.1", number) for number in range(3)] == [202, 202, 429]
    store.cancel_job(store.list_jobs(Status.QUEUED)[0].job_id, None)
    assert [submit_from(app, "192.0.2.1", number) for number in range(2)] == [202, 429]


def test_an_evaluation_that_was_called_off_and_is_tried_again_counts(made: Made) -> None:
    app = made(max_live_jobs_per_client=1)
    client = app.test_client()
    job = client.post("/", data={"address": ADDRESS}).location
    client.post(f"{job}/cancel")
    assert submit_from(app, "127.0.0.1", 1) == 202
    assert client.post(f"{job}/retry").status_code == 429


def test_a_refused_evaluation_takes_no_room(made: Made) -> None:
    app = made(max_live_jobs_per_client=2, max_live_jobs=1)
    assert [submit_from(app, "192.0.2.1", number) for number in range(4)] == [202, 503, 503, 503]


def test_batches_without_cookies_have_a_limit_too(made: Made, app: Flask) -> None:
    app = made(max_live_jobs_per_client=20)
    client, table = app.test_client(use_cookies=False), {"addresses": "1 Main Street\n2 Main Street"}
    assert [client.post("/batch", data=table).status_code for _ in range(3)] == [303, 303, 429]
    store = services_of(app).store
    for job in store.list_jobs(Status.QUEUED, 100):
        store.cancel_job(job.job_id, None)
    assert client.post("/batch", data=table).status_code == 303


def test_no_limit_can_be_set(made: Made) -> None:
    app = made(max_live_jobs_per_client=0)
    assert {submit_from(app, "192.0.2.1", number) for number in range(60)} == {202}


# --- guesses ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("right", ["let-me-in", ""])
def test_guesses_at_the_operators_token_are_limited_and_noted(
    made: Made, right: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = made(operator_token=right).test_client()
    found = [client.get(f"/queue?token=guess-{number}").status_code for number in range(15)]
    assert found == [404] * GUESSES_PER_MINUTE + [429] * 5
    notes = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert notes == ["a wrong token was shown in place of an operators' one"] * GUESSES_PER_MINUTE
    # Whoever goes on must not learn that a guess was right.
    assert client.get("/queue", headers={"Authorization": f"Bearer {right or 'x'}"}).status_code == 429


def test_an_operator_who_is_known_is_not_held_up_by_guesses(client: FlaskClient) -> None:
    client.get("/queue?token=let-me-in")
    for _ in range(15):
        client.get("/queue", headers={"Authorization": "Bearer guess"})
    assert client.get("/queue").status_code == 200


def test_guesses_at_a_host_s_token_are_limited_and_noted(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    shown = {"Authorization": "Bearer doorstep_guess"}
    assert [client.get("/", headers=shown).status_code for _ in range(12)] == [401] * 10 + [429] * 2
    assert "doorstep_guess" not in caplog.text
    assert caplog.text.count("a wrong token was shown in place of a host's one") == 10
    assert client.get("/").status_code == 200
