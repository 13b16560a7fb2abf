"""All that others say of an address, asked of real servers on loopback, well and not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from app.errors import ServiceBusy, ServiceSpent
from app.places import Location, Precision
from app.sources.extras import About, Extras, FloodHazard
from app.sources.live.asking.queries import Answered, Query, Value
from app.sources.live.extras.extras import LiveExtras
from app.sources.live.services import Service
from tests.support.live.extras import (
    GOOGLE_KEY,
    WALKSCORE_KEY,
    OneTry,
    Params,
    StandIn,
    fema_reply,
    google_place,
    google_reply,
    served,
    services,
    walkscore_reply,
    zone,
)

HOUSTON = Location(29.7604, -95.3698, "1 Main Street, Houston", Precision.HOUSE, "")
MONACO = Location(43.7384, 7.4246, "7 Rue des Roses, Monaco", Precision.HOUSE, "")
ALL = (About.WALK, About.RATINGS, About.FLOOD)


class Others:
    """The three of them, on loopback."""

    def __init__(self) -> None:
        self.walkscore = StandIn(walkscore_reply(71, 55, 0))
        self.google = StandIn(google_reply(google_place("Good Café", 4.5, 120, "cafe")))
        self.fema = StandIn(fema_reply(zone("AE", None, "T")))

    @property
    def asked(self) -> list[int]:
        """How often each was asked."""
        return [len(each.asked) for each in (self.walkscore, self.google, self.fema)]

    def extras(self, patience_s: float = 10.0) -> LiveExtras:
        """Ask all of them, once each."""
        return LiveExtras(services(self.walkscore, self.google, self.fema), OneTry(), patience_s=patience_s)


@pytest.fixture
def others() -> Iterator[Others]:
    found = Others()
    with served(found.walkscore, found.google, found.fema):
        yield found


def why(extras: Extras) -> dict[About, str]:
    return {missing.about: missing.why for missing in extras.missing}


def test_it_asks_each_once_and_gives_what_they_say(others: Others) -> None:
    found = others.extras().around(HOUSTON)
    assert [(score.about.value, score.value) for score in found.scores] == [("walk", 71), ("transit", 55), ("bike", 0)]
    assert found.ratings
    assert [place.name for place in found.ratings.places] == ["Good Café"]
    assert found.flood
    assert (found.flood.zone, found.flood.hazard) == ("AE", FloodHazard.SPECIAL)
    assert found.missing == ()
    assert others.asked == [1, 1, 1]


def test_what_has_begun_is_not_asked_again(others: Others) -> None:
    extras = others.extras()
    extras.begin(HOUSTON)
    extras.begin(HOUSTON)
    assert extras.around(HOUSTON).flood
    assert others.asked == [1, 1, 1]


def test_an_address_that_the_map_puts_a_few_steps_away_is_the_same(others: Others) -> None:
    extras = others.extras()
    extras.begin(HOUSTON)
    assert extras.around(replace(HOUSTON, lat=HOUSTON.lat + 0.0001)).flood
    assert others.asked == [1, 1, 1]


def test_another_address_is_asked_about_for_itself(others: Others) -> None:
    extras = others.extras()
    extras.begin(HOUSTON)
    extras.around(Location(29.8, -95.4, "2 Main Street, Houston", Precision.HOUSE, ""))
    assert {params["lat"] for _, params in others.walkscore.asked} == {"29.76040", "29.80000"}


def test_fema_is_not_asked_about_another_country(others: Others) -> None:
    found = others.extras().around(MONACO)
    assert others.asked == [1, 1, 0]
    assert About.FLOOD not in why(found)
    assert others.extras().around(HOUSTON, "mx").flood is None


def test_without_services_nothing_is_asked() -> None:
    client = OneTry()
    assert LiveExtras(services(), client).around(HOUSTON) == Extras()
    assert client.plain.asked == []


@pytest.mark.parametrize("fault", ["html", "cut", "reset"])
def test_a_service_that_fails_is_missing_and_nobody_else(others: Others, fault: str) -> None:
    others.walkscore.fault = fault
    found = others.extras().around(HOUSTON)
    assert list(why(found)) == [About.WALK]
    assert why(found)[About.WALK].startswith("Walk Score ")
    assert found.ratings
    assert found.flood


def test_all_of_them_may_fail(others: Others) -> None:
    for each in (others.walkscore, others.google, others.fema):
        each.fault = "html"
    found = others.extras().around(HOUSTON)
    assert why(found) == {
        About.WALK: "Walk Score answered in a form that cannot be read.",
        About.RATINGS: "Google Places answered in a form that cannot be read.",
        About.FLOOD: "FEMA's flood map answered in a form that cannot be read.",
    }


def test_an_evaluation_does_not_hang_on_a_slow_one(others: Others) -> None:
    others.google.fault = "slow"
    began = time.monotonic()
    found = others.extras(patience_s=1.0).around(HOUSTON)
    assert why(found) == {About.RATINGS: "Google Places did not answer in time."}
    assert time.monotonic() - began < 2.5


def test_they_are_asked_at_the_same_time() -> None:
    """None of them answers before all three are asked."""
    together = threading.Barrier(3, timeout=10)

    class Waits(OneTry):
        def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
            together.wait()
            return super().ask(service, query, parse)

    found = Others()
    with served(found.walkscore, found.google, found.fema):
        asked = services(found.walkscore, found.google, found.fema)
        assert LiveExtras(asked, Waits()).around(HOUSTON).missing == ()


def echoing(reply: Callable[[str, Params], Any], *, broken: bool) -> Callable[[str, Params], Any]:
    """Return a service that says what it was asked, the key too, wherever it may; or that says it and refuses."""

    def echo(path: str, params: Params) -> Any:
        said = {
            "error_message": str(params),
            "ws_link": f"https://www.walkscore.com/?{params}",
            "html_attributions": [],
        }
        return {"status": str(params), **said} if broken else {**reply(path, params), **said}

    return echo


@pytest.mark.parametrize("broken", [False, True])
def test_no_key_stands_in_what_is_said_or_logged(
    others: Others, broken: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    others.walkscore.reply = echoing(others.walkscore.reply, broken=broken)
    others.google.reply = echoing(others.google.reply, broken=broken)
    found = others.extras().around(HOUSTON)
    assert bool(why(found)) is broken
    assert WALKSCORE_KEY in str(others.walkscore.asked)
    own = [record.getMessage() for record in caplog.records if record.name.startswith("app")]
    assert not [key for key in (WALKSCORE_KEY, GOOGLE_KEY) if key in repr(found) + str(own)]


def test_a_wrong_key_is_a_refusal(others: Others) -> None:
    others.walkscore.reply = lambda *_: {"status": 40}
    others.google.reply = lambda *_: {"status": "REQUEST_DENIED", "results": [], "error_message": GOOGLE_KEY}
    found = why(others.extras().around(HOUSTON))
    assert found == {
        About.WALK: "Walk Score refuses to answer this site.",
        About.RATINGS: "Google Places refuses to answer this site.",
    }


class Refuses(OneTry):
    """A client that raises first, and asks after so many times."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__()
        self.error, self.times = error, times

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        if service.name == "fema" and self.times:
            self.times -= 1
            raise self.error
        return super().ask(service, query, parse)


def test_it_waits_for_its_turn(others: Others) -> None:
    busy = ServiceBusy(service="FEMA", retry_after_seconds=1)
    extras = LiveExtras(services(fema=others.fema), Refuses(busy, 1), patience_s=10)
    assert extras.around(HOUSTON).flood


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ServiceBusy(service="FEMA", retry_after_seconds=60), "could not be asked in the time that there was"),
        (ServiceSpent(service="FEMA"), "was asked as often today as this site may ask it"),
        (ZeroDivisionError(), "could not be asked, for a fault on our side"),
    ],
)
def test_it_says_why_there_was_no_answer(others: Others, error: Exception, words: str) -> None:
    extras = LiveExtras(services(fema=others.fema), Refuses(error, 1_000), patience_s=5)
    assert why(extras.around(HOUSTON)) == {About.FLOOD: f"FEMA's flood map {words}."}
