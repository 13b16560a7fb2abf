"""The geocoders are asked in their order, as few as possible; one in trouble is passed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from app.errors import DoorstepError, ServiceBusy, ServiceDenied, ServiceSpent, ServiceTrouble
from app.geo import distance_m
from app.places import Location, Precision, Question
from app.sources.live.asking.queries import Answered, Query, Value
from app.sources.live.geocoders.choosing import decided
from app.sources.live.geocoders.geocoding import LONGEST_TEXT, Geocoders, asked_text
from app.sources.live.services import Service
from tests.support.folders import SAMPLES
from tests.support.live.geocoders import census_stand_in, google_stand_in, nominatim_stand_in, photon_stand_in
from tests.support.live.mapped import Gazetteer, gazetteer
from tests.support.live.plain_client import PlainClient
from tests.support.live.standing_in import StandIn

MONACO = SAMPLES / "monaco.osm.pbf"
KEY = "a key for tests"


@pytest.fixture(scope="module")
def monaco() -> Gazetteer:
    return gazetteer(MONACO)


@pytest.fixture(scope="module")
def all_servers() -> Iterator[dict[str, StandIn]]:
    with ExitStack() as stack:
        yield {
            "nominatim": stack.enter_context(nominatim_stand_in(MONACO)),
            "photon": stack.enter_context(photon_stand_in(MONACO)),
            "census": stack.enter_context(census_stand_in()),
            "google": stack.enter_context(google_stand_in(KEY)),
        }


@pytest.fixture
def servers(all_servers: dict[str, StandIn]) -> dict[str, StandIn]:
    for server in all_servers.values():
        server.asked.clear()
        server.recover()
    return all_servers


class TroubledClient(PlainClient):
    """Raises what it is told for some services, as the paced client does; the others are asked."""

    def __init__(self, troubles: dict[str, DoorstepError]) -> None:
        super().__init__()
        self._troubles = troubles

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        if service.name in self._troubles:
            raise self._troubles[service.name]
        return super().ask(service, query, parse)


def geocoders(servers: dict[str, StandIn], *names: str, **troubles: DoorstepError) -> Geocoders:
    services = [
        Service(name, name.title(), "addresses", servers[name].url, "", 0.0, 10.0, 10**6, 1_000, 10**9,
                key=KEY if name == "google" else "")
        for name in names
    ]  # fmt: skip
    return Geocoders(services, TroubledClient(troubles))


def asked(servers: dict[str, StandIn]) -> dict[str, int]:
    return {name: len(server.asked) for name, server in servers.items() if server.asked}


# --- Monaco ---


@pytest.mark.parametrize("name", ["nominatim", "photon"])
def test_twenty_addresses_lie_where_the_map_has_them(name: str, servers: dict[str, StandIn], monaco: Gazetteer) -> None:
    houses = [each for each in monaco.all if each.kind == "house"]
    for each in houses[:: len(houses) // 20][:20]:
        text = f"{each.number} {each.street}, Monaco"
        found = decided(text, geocoders(servers, name).find(text), lambda lat, lon: "tile")
        assert isinstance(found, Location), found
        same = [other for other in houses if (other.street, other.number) == (each.street, each.number)]
        assert min(distance_m(found.lat, found.lon, other.lat, other.lon) for other in same) <= 50
        assert (found.precision, found.street) == (Precision.HOUSE, each.street)
    assert asked(servers) == {name: 20}


@pytest.mark.parametrize("name", ["nominatim", "photon"])
def test_a_point_has_the_address_of_the_house_there(name: str, servers: dict[str, StandIn], monaco: Gazetteer) -> None:
    each = next(each for each in monaco.all if each.kind == "house" and each.postcode)
    found = geocoders(servers, name).name_at(each.lat, each.lon, "43.7, 7.4")
    assert found == f"{each.number} {each.street}, {each.postcode} {each.city}"
    assert geocoders(servers, name).name_at(44.5, 7.4) == ""


def test_a_number_that_is_not_mapped_becomes_a_question(servers: dict[str, StandIn]) -> None:
    text = "9999 Rue Grimaldi, Monaco"
    found = decided(text, geocoders(servers, "nominatim").find(text), lambda lat, lon: "tile")
    assert isinstance(found, Question)
    assert [choice.location.label for choice in found.choices] == ["Rue Grimaldi, Monaco"]


# --- in which order, and how many ---


def test_the_first_that_finds_it_is_the_only_one_asked(servers: dict[str, StandIn]) -> None:
    assert geocoders(servers, "nominatim", "photon").find("6 Rue Grimaldi, Monaco")[0].service == "nominatim"
    assert asked(servers) == {"nominatim": 1}


def test_where_the_house_is_not_found_the_next_one_is_asked(servers: dict[str, StandIn]) -> None:
    found = geocoders(servers, "nominatim", "photon").find("9999 Rue Grimaldi, Monaco")
    assert found[0].service == "nominatim", "the next one knows no better"
    assert asked(servers) == {"nominatim": 1, "photon": 1}


def test_a_street_alone_needs_no_second_one(servers: dict[str, StandIn]) -> None:
    geocoders(servers, "nominatim", "photon").find("Rue Grimaldi, Monaco")
    assert asked(servers) == {"nominatim": 1}


def test_nothing_found_is_nothing(servers: dict[str, StandIn]) -> None:
    assert geocoders(servers, "nominatim", "photon").find("Qwertzuiop") == ()
    assert asked(servers) == {"nominatim": 1, "photon": 1}


def test_the_census_is_asked_about_the_us_alone(servers: dict[str, StandIn]) -> None:
    both = geocoders(servers, "census", "nominatim")
    assert both.find("6 Rue Grimaldi, Monaco")[0].service == "nominatim"
    assert asked(servers) == {"nominatim": 1}
    assert both.find("4600 Silver Hill Rd, Washington, DC 20233")[0].service == "census"
    assert asked(servers) == {"nominatim": 1, "census": 1}


def test_google_is_asked_with_its_key(servers: dict[str, StandIn]) -> None:
    google = geocoders(servers, "google")
    assert google.find("1600 Amphitheatre Pkwy, Mountain View")[0].precision is Precision.HOUSE
    assert google.name_at(37.42249, -122.08473) == "1600 Amphitheatre Pkwy, Mountain View 94043"
    assert servers["google"].asked[0].params["key"] == KEY


def test_one_address_in_two_states_becomes_a_question(servers: dict[str, StandIn]) -> None:
    found = decided("12 Main St", geocoders(servers, "google").find("12 Main St"), lambda lat, lon: "tile")
    assert isinstance(found, Question)
    assert len(found.choices) == 2


# --- in trouble ---

TROUBLE = ServiceTrouble(service="Nominatim", why="does not answer")
SPENT, DENIED = ServiceSpent(service="Photon"), ServiceDenied(service="Photon", why="no key")


def test_one_in_trouble_is_passed_over(servers: dict[str, StandIn]) -> None:
    for trouble in (TROUBLE, SPENT, DENIED):
        found = geocoders(servers, "nominatim", "photon", nominatim=trouble).find("6 Rue Grimaldi, Monaco")
        assert found[0].service == "photon"


def test_a_trouble_that_passes_is_raised_before_a_lasting_one(servers: dict[str, StandIn]) -> None:
    with pytest.raises(ServiceTrouble):
        geocoders(servers, "photon", "nominatim", photon=DENIED, nominatim=TROUBLE).find("Rue Grimaldi")
    with pytest.raises(ServiceDenied):
        geocoders(servers, "photon", photon=DENIED).find("Rue Grimaldi")


def test_what_one_in_trouble_may_know_is_not_called_unknown(servers: dict[str, StandIn]) -> None:
    with pytest.raises(ServiceTrouble):
        geocoders(servers, "nominatim", "photon", nominatim=TROUBLE).find("Qwertzuiop")
    assert geocoders(servers, "photon", "nominatim", photon=SPENT).find("Qwertzuiop") == ()


def test_whoever_waits_for_a_turn_does_not_ask_the_next_one(servers: dict[str, StandIn]) -> None:
    busy = ServiceBusy(service="Nominatim")
    with pytest.raises(ServiceBusy):
        geocoders(servers, "nominatim", "photon", nominatim=busy).find("6 Rue Grimaldi, Monaco")
    assert asked(servers) == {}


def test_a_point_needs_no_name(servers: dict[str, StandIn]) -> None:
    assert geocoders(servers, "nominatim", nominatim=TROUBLE).name_at(43.73, 7.42) == ""
    assert geocoders(servers, "census").name_at(43.73, 7.42) == ""


# --- the text ---


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("  6  rue Grimaldi,\n98000 Monaco ", "6 rue Grimaldi, 98000 Monaco"),
        ("6 Rue Grimaldi, Apt 4, Monaco", "6 rue grimaldi, monaco"),
        ("6 Rue Grimaldi, tel. +377 98 98 83 03", "6 rue grimaldi"),
        ("ул. Ленина 8", "ул. Ленина 8"),
        ("東京都江東区猿江1丁目4-2", "東京都江東区猿江1丁目4-2"),
        ("x" * 500, "x" * LONGEST_TEXT),
    ],
)
def test_what_is_sent_of_a_text(typed: str, sent: str) -> None:
    assert asked_text(typed) == sent


def test_an_empty_text_asks_nobody(servers: dict[str, StandIn]) -> None:
    assert geocoders(servers, "nominatim").find(" , ") == ()
    assert asked(servers) == {}
