"""One request to a live service, against a real server with every fault: what is raised, noted, kept and logged."""

from __future__ import annotations

import json
import logging
import socket
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.config import Config
from app.errors import (
    DoorstepError,
    ServiceBusy,
    ServiceDenied,
    ServiceResting,
    ServiceSpent,
    ServiceTrouble,
)
from app.queue.store import JobStore
from app.sources.live.asking.client import LONGEST_RETRY_SECONDS, Client, question_of
from app.sources.live.asking.ledger import Turn
from app.sources.live.asking.queries import Denied, Query, Tired
from app.sources.live.asking.sending import Fault
from app.version import program_version
from tests.sources.live.conftest import CONTACT
from tests.support.building import SetClock, open_at
from tests.support.live.faulty import GOOD, FaultyServer, faulty_server, own_certificate, read_good

ADDRESS = "12 Privet Drive, Little Whinging"
KEY = "AIza-this-is-the-key"


def query(way: str) -> Query:
    return Query(f"/{way}", (("q", ADDRESS),), about=ADDRESS)


def refused(asking: Client, server: FaultyServer, way: str, **changes: object) -> DoorstepError:
    with pytest.raises(DoorstepError) as refusal:
        asking.ask(server.service(**changes), query(way), read_good)
    return refusal.value


# --- a good answer ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["good", "gzipped"])
def test_a_good_answer_is_read(asking: Client, server: FaultyServer, way: str) -> None:
    answered = asking.ask(server.service(), query(way), read_good)
    assert (answered.value, answered.was_kept) == (GOOD.decode(), False)
    assert abs(answered.fetched_at - time.time()) < 5


def test_it_says_who_asks(asking: Client, server: FaultyServer) -> None:
    asking.ask(server.service(), query("good"), read_good)
    assert server.headers[0]["User-Agent"] == f"Doorstep/{program_version()} (+{CONTACT})"


def test_a_form_is_posted(asking: Client, server: FaultyServer) -> None:
    asking.ask(server.service(), Query("/good", form=(("data", "[out:json];"),)), read_good)
    assert server.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert server.paths == ["/good"]


def test_an_answer_that_was_fetched_is_never_asked_for_again(
    asking: Client, server: FaultyServer, config: Config, ledger: JobStore
) -> None:
    first = asking.ask(server.service(), query("good"), read_good)
    for client in (asking, Client(config, ledger)):
        again = client.ask(server.service(), query("good"), read_good)
        assert (again.value, again.was_kept) == (first.value, True)
        assert abs(again.fetched_at - first.fetched_at) < 1
    assert len(server.paths) == 1
    assert ledger.standing("faulty").requests_today == 1


def test_a_check_asks_anew(asking: Client, server: FaultyServer) -> None:
    asking.ask(server.service(), query("good"), read_good)
    assert not asking.ask_anew(server.service(), query("good"), read_good).was_kept
    assert len(server.paths) == 2


def test_what_may_not_be_kept_is_asked_for_again(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    for _ in range(2):
        asking.ask(server.service(keep_days=0.0), query("good"), read_good)
    assert len(server.paths) == 2
    assert not ledger.db.read("SELECT 1 FROM service_answers")


def test_a_body_that_was_dropped_is_fetched_again(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    asking.ask(server.service(), query("good"), read_good)
    ledger.drop_body("faulty", question_of(server.service(), query("good")))
    (row,) = ledger.db.read("SELECT size, fetched_at FROM service_answers")
    assert row["size"] == len(GOOD)
    assert not asking.ask(server.service(), query("good"), read_good).was_kept


def test_a_kept_answer_that_cannot_be_read_any_more_is_fetched_again(asking: Client, server: FaultyServer) -> None:
    asking.ask(server.service(), query("half"), bytes.decode)
    assert isinstance(refused(asking, server, "half"), ServiceTrouble)
    assert len(server.paths) == 2


def test_proxies_and_passwords_of_the_environment_are_not_used(
    asking: Client, server: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    asking.ask(server.service(), query("good"), read_good)
    assert "Authorization" not in server.headers[0]


# --- faults -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "fault"),
    [
        ("404", Fault.BAD_QUESTION),
        ("429", Fault.TOO_MANY),
        ("500", Fault.BROKEN),
        ("504", Fault.OVERLOADED),
        ("html", Fault.BAD_ANSWER),
        ("half", Fault.BAD_ANSWER),
        ("latin", Fault.BAD_ANSWER),
        ("not-gzip", Fault.BAD_ANSWER),
        ("brotli", Fault.BAD_ANSWER),
        ("too-short", Fault.CUT_OFF),
        ("cut-chunks", Fault.CUT_OFF),
        ("reset", Fault.CUT_OFF),
        ("endless", Fault.TOO_LARGE),
        ("bomb", Fault.TOO_LARGE),
        ("redirect", Fault.ELSEWHERE),
    ],
)
def test_a_fault_passes_and_is_told_in_our_words(
    asking: Client, server: FaultyServer, ledger: JobStore, way: str, fault: Fault
) -> None:
    error = refused(asking, server, way)
    assert isinstance(error, ServiceTrouble)
    assert error.message == f"The faulty server {fault.sentence}, so this evaluation waits and asks again."
    assert (error.passing, error.counts) == (True, True)
    assert len(server.paths) == 1, "nothing is tried twice"
    assert ledger.standing("faulty").last_fault == fault.value
    assert not ledger.db.read("SELECT 1 FROM service_answers")


@pytest.mark.parametrize("way", ["401", "403", "406"])
def test_who_is_refused_is_told_so_and_does_not_try_again(asking: Client, server: FaultyServer, way: str) -> None:
    error = refused(asking, server, way)
    assert isinstance(error, ServiceDenied)
    assert not error.passing


@pytest.mark.parametrize("way", ["silent", "drip", "drip-head"])
def test_no_answer_takes_longer_than_it_may(asking: Client, server: FaultyServer, way: str) -> None:
    began = time.monotonic()
    error = refused(asking, server, way, read_s=0.4)
    assert error.details["why"] == Fault.TIMEOUT.sentence
    assert time.monotonic() - began < 5


def test_another_host_is_never_asked(asking: Client, server: FaultyServer) -> None:
    with faulty_server() as other:
        server.elsewhere = f"{other.url}/good"
        assert refused(asking, server, "redirect").details["why"] == Fault.ELSEWHERE.sentence
        assert other.paths == []


def test_a_certificate_that_nobody_vouches_for_is_refused(asking: Client, tmp_path: Path) -> None:
    with faulty_server(own_certificate(tmp_path)) as server:
        assert refused(asking, server, "good").details["why"] == Fault.INSECURE.sentence
        assert server.paths == [], "the address is not sent"


def test_a_handshake_that_never_ends(asking: Client, server: FaultyServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}"
        assert refused(asking, server, "good", url=url, read_s=0.4).details["why"] == Fault.TIMEOUT.sentence


def test_nothing_that_listens(asking: Client) -> None:
    with faulty_server() as gone:
        pass
    assert refused(asking, gone, "good").details["why"] == Fault.UNREACHABLE.sentence


def test_a_name_that_there_is_not(asking: Client, server: FaultyServer) -> None:
    error = refused(asking, server, "good", url="http://no-such-host.invalid")
    assert error.details["why"] == Fault.UNREACHABLE.sentence


@pytest.mark.parametrize(("raised", "expected"), [(Tired, ServiceTrouble), (Denied, ServiceDenied)])
def test_the_body_may_say_it_too(
    asking: Client, server: FaultyServer, raised: type[Exception], expected: type[DoorstepError]
) -> None:
    def parse(_: bytes) -> str:
        raise raised("a text of theirs")

    with pytest.raises(expected) as refusal:
        asking.ask(server.service(), query("good"), parse)
    assert "theirs" not in str(refusal.value)


def test_brackets_without_end_are_no_answer(asking: Client, server: FaultyServer) -> None:
    with pytest.raises(ServiceTrouble):
        asking.ask(server.service(), query("deep"), json.loads)


def test_a_defect_of_ours_gives_the_turn_back(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    with pytest.raises(ZeroDivisionError):
        asking.ask(server.service(), query("good"), lambda _: 1 / 0)
    assert isinstance(ledger.take_turn(server.service(), b"another"), Turn)


# --- when to try again ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "least", "most"),
    [
        ("429", 30, 30),
        ("504", 30, 30),
        ("429-odd", 30, 30),
        ("429-in-70", 70, 70),
        ("429-date", 95, 100),
        ("429-in-an-hour", LONGEST_RETRY_SECONDS, LONGEST_RETRY_SECONDS),
    ],
)
def test_a_tired_service_is_left_alone(asking: Client, server: FaultyServer, way: str, least: int, most: int) -> None:
    error = refused(asking, server, way)
    assert error.retry_after_seconds is not None
    assert least <= error.retry_after_seconds <= most
    others = refused(asking, server, "good")
    assert isinstance(others, ServiceResting)
    assert not others.counts, "it was not asked"
    assert others.retry_after_seconds in (error.retry_after_seconds, error.retry_after_seconds - 1)
    assert len(server.paths) == 1


def test_a_long_rest_outlasts_what_the_queue_waits(server: FaultyServer, config: Config, tmp_path: Path) -> None:
    clock = SetClock(time.time(), 1_000.0)
    store = open_at(tmp_path, config, clock)
    asking = Client(config, store)
    refused(asking, server, "429-in-an-hour")
    clock.pass_seconds(3_590)
    assert isinstance(refused(asking, server, "good"), ServiceResting)
    clock.pass_seconds(20)
    assert asking.ask(server.service(), query("good"), read_good).value
    store.db.close()


def test_a_busy_service_is_waited_for_a_little(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    turn = ledger.take_turn(server.service(), b"somebody else's")
    assert isinstance(turn, Turn)
    error = refused(Client(Config(live_seconds_per_job=1), ledger), server, "good")
    assert isinstance(error, ServiceBusy)
    assert not error.counts
    assert error.retry_after_seconds in (6, 7)
    assert server.paths == []


def test_a_try_waits_only_so_long_in_all(server: FaultyServer, ledger: JobStore) -> None:
    asking = Client(Config(live_seconds_per_job=1), ledger)
    assert refused(asking, server, "silent", read_s=60.0).details["why"] == Fault.TIMEOUT.sentence
    assert refused(asking, server, "good").details["why"] == "could not be asked in the time that there was"
    assert len(server.paths) == 1


# --- budgets and the circuit ------------------------------------------------------------------------


def test_a_budget_of_requests_is_kept_to(server: FaultyServer, config: Config, tmp_path: Path) -> None:
    clock = SetClock(1_700_000_000.0)
    store = open_at(tmp_path, config, clock)
    asking = Client(config, store)
    for number in range(2):
        asking.ask(server.service(requests_per_day=2), Query("/good", (("n", str(number)),)), read_good)
    error = refused(asking, server, "good", requests_per_day=2)
    assert isinstance(error, ServiceSpent)
    assert error.message.startswith("The faulty server was asked as often today as this site may ask it.")
    assert asking.ask(server.service(requests_per_day=2), Query("/good", (("n", "0"),)), read_good).was_kept
    clock.pass_seconds(86_400)
    assert asking.ask(server.service(requests_per_day=2), query("good"), read_good).value
    assert store.standing("faulty").requests_today == 1
    store.db.close()


def test_a_budget_of_bytes_is_kept_to(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    asking.ask(server.service(bytes_per_day=10), query("good"), read_good)
    assert ledger.standing("faulty").bytes_today == len(GOOD)
    assert isinstance(refused(asking, server, "html", bytes_per_day=10), ServiceSpent)


@pytest.mark.parametrize(("way", "least"), [("too-short", len(GOOD)), ("drip", 2), ("endless", 1_000_000)])
def test_bytes_count_that_came_in_vain(
    asking: Client, server: FaultyServer, ledger: JobStore, way: str, least: int
) -> None:
    refused(asking, server, way, read_s=0.5)
    assert ledger.standing("faulty").bytes_today >= least


def test_faults_close_a_service_and_one_request_tries_it_again(
    server: FaultyServer, config: Config, tmp_path: Path
) -> None:
    clock = SetClock()
    store = open_at(tmp_path, config, clock)
    asking = Client(config, store)
    for _ in range(5):
        refused(asking, server, "500")
    closed = refused(asking, server, "good")
    assert isinstance(closed, ServiceTrouble)
    assert closed.details["why"] == "gave no proper answer several times in a row"
    assert closed.retry_after_seconds == LONGEST_RETRY_SECONDS
    assert len(server.paths) == 5
    clock.pass_seconds(301)
    refused(asking, server, "500")
    assert store.standing("faulty").closed_s == pytest.approx(300)
    clock.pass_seconds(301)
    assert asking.ask(server.service(), query("good"), read_good).value
    assert store.standing("faulty").faults_in_a_row == 0
    assert len(server.paths) == 7
    store.db.close()


def test_questions_that_are_not_taken_close_nothing(asking: Client, server: FaultyServer, ledger: JobStore) -> None:
    for _ in range(6):
        refused(asking, server, "404")
    assert ledger.standing("faulty").closed_s == 0
    assert len(server.paths) == 6


# --- what is told of it, and what is not ------------------------------------------------------------


def test_it_tells_what_is_waited_for(server: FaultyServer, config: Config, ledger: JobStore) -> None:
    told: list[tuple[str | None, bool]] = []
    asking = Client(config, ledger, lambda service, turn=False: told.append((service, turn)))
    asking.ask(server.service(), query("good"), read_good)
    assert told == [("faulty", False), (None, False)]
    told.clear()
    asking.ask(server.service(pause_s=0.3), query("gzipped"), read_good)
    asking.ask(server.service(pause_s=0.3), query("slow"), read_good)
    assert told == [("faulty", False), (None, False), ("faulty", True), ("faulty", False), (None, False)]
    told.clear()
    assert asking.ask(server.service(), query("good"), read_good).was_kept
    assert told == [], "nothing is waited for"


def test_a_fault_is_a_line_of_the_log(asking: Client, server: FaultyServer, caplog: pytest.LogCaptureFixture) -> None:
    refused(asking, server, "500")
    (record,) = caplog.records
    assert record.getMessage().startswith("live service faulty: server-error after ")


@pytest.mark.parametrize("way", ["good", "403", "500", "redirect", "too-short", "bomb", "reset", "drip", "bad-header"])
def test_neither_key_nor_address_is_told_anywhere(
    asking: Client, server: FaultyServer, ledger: JobStore, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service = server.service(key=KEY, read_s=0.5)
    texts = [repr(service)]
    try:
        asking.ask(service, replace(query(way), key_param="key"), read_good)
    except DoorstepError as error:
        texts += [str(error), repr(error.details), repr(error.__cause__), repr(error.__context__)]
    assert f"key={KEY}" in server.paths[0], "it was sent"
    texts += [record.getMessage() + str(record.exc_info) for record in caplog.records]
    rows = ledger.db.read("SELECT * FROM services") + ledger.db.read("SELECT * FROM service_answers")
    texts += [repr(tuple(row)) for row in rows]
    assert not [text for text in texts if KEY in text or "Privet" in text]


def test_without_care_the_key_would_be_in_the_log(
    asking: Client, server: FaultyServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("urllib3"), "level", logging.NOTSET)
    logging.getLogger("urllib3").manager._clear_cache()  # type: ignore[attr-defined]
    caplog.set_level(logging.DEBUG)
    asking.ask(server.service(key=KEY), replace(query("good"), key_param="key"), read_good)
    assert KEY in caplog.text
    logging.getLogger("urllib3").manager._clear_cache()  # type: ignore[attr-defined]
