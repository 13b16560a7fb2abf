"""What is there on the day of the map, and what is closed, gone or not yet built."""

from __future__ import annotations

import pytest

from app.atlas.importing.tags.classify import kinds_of
from app.atlas.importing.tags.lifecycle import is_there_on
from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Town

SHOP = {"shop": "supermarket"}
DAY = "2024-05-06"


@pytest.mark.parametrize(
    "closed",
    [
        {"opening_hours": "off"},
        {"opening_hours": "closed"},
        {"opening_hours": 'closed "insolvent"'},
        {"opening_hours": "Mo-Su off"},
        {"opening_hours": "24/7 closed"},
        {"opening_hours": '"permanently closed"'},
        {"opening_hours": "Mo-Su off; PH off"},
        {"construction": "yes"},
        {"vacant": "yes"},
        {"operational_status": "closed"},
        {"operational_status": "out_of_service"},
        {"status": "abandoned"},
        {"status": "Temporarily closed"},
        {"building": "construction"},
        {"name": "Market (closed)"},
        {"name": "Market (closed 2019)"},
        {"name": "Market (permanently closed)"},
        {"name": "Old Market (historical)"},
        {"name": "Markt (geschlossen)"},
        {"name": "Marché [fermé]"},
        {"name": "Market - CLOSED"},
        {"name": "CLOSED - Market"},
    ],
)
def test_a_closed_place_is_none(closed: dict[str, str]) -> None:
    assert kinds_of({**SHOP, **closed}) == ()


@pytest.mark.parametrize(
    "open_",
    [
        {"opening_hours": "PH off"},
        {"opening_hours": "Mo-Fr 08:00-18:00; Sa,Su off"},
        {"opening_hours": "Nov-Mar off"},
        {"construction": "no"},
        {"operational_status": "operational"},
        {"status": "open"},
        {"name": "The Closed Door"},
        {"name": "Market (closed on Mondays)"},
        {"name": "Market (formerly Miller's)"},
        {"name": "Historical Market"},
        {"disused:shop": "bakery"},
        {"building": "retail"},
    ],
)
def test_an_open_place_counts(open_: dict[str, str]) -> None:
    assert kinds_of({**SHOP, **open_}) == (Kind.SUPERMARKET,)


@pytest.mark.parametrize(
    ("tags", "kinds"),
    [
        ({"healthcare": "doctor", "disused:amenity": "doctors"}, ()),
        ({"healthcare": "clinic", "was:amenity": "doctors"}, ()),
        ({"amenity": "gym", "disused:leisure": "fitness_centre"}, ()),
        ({"public_transport": "platform", "bus": "yes", "disused:highway": "bus_stop"}, ()),
        ({"amenity": "cafe", "disused:shop": "bakery"}, (Kind.CAFE,)),
        ({"amenity": "restaurant", "was:amenity": "restaurant"}, (Kind.RESTAURANT,)),
        ({"healthcare": "doctor", "disused:amenity": "bank"}, (Kind.DOCTOR,)),
    ],
)
def test_what_a_place_no_longer_is_by_one_key_it_is_by_no_other(tags: dict[str, str], kinds: tuple[Kind, ...]) -> None:
    assert kinds_of(tags) == kinds


def test_a_park_with_a_ruin_in_it_is_there() -> None:
    assert kinds_of({"leisure": "park", "historic": "castle", "ruins": "yes"}) == (Kind.PARK,)


@pytest.mark.parametrize(
    ("tags", "is_there"),
    [
        ({"end_date": "2020-03-01"}, False),
        ({"end_date": "2024-05-06"}, False),
        ({"end_date": "2024"}, False),
        ({"end_date": "1990..2005"}, False),
        ({"end_date": "unknown"}, False),
        ({"end_date": "2031-03-01"}, True),
        ({"end_date": "no"}, True),
        ({"opening_date": "2024-05-07"}, False),
        ({"opening_date": "2024-06"}, False),
        ({"opening_date": "2025"}, False),
        ({"opening_date": "2024-05-06"}, True),
        ({"start_date": "01.05.2031"}, False),
        ({"start_date": "2024"}, True),
        ({"start_date": "~1855"}, True),
        ({"start_date": "C19"}, True),
        ({}, True),
    ],
)
def test_dates_are_compared_with_the_day_of_the_map(tags: dict[str, str], is_there: bool) -> None:
    assert is_there_on(tags, DAY) is is_there


@pytest.mark.parametrize(
    ("tags", "is_there"),
    [({"end_date": "2031"}, False), ({"opening_date": "2001"}, False), ({"start_date": "2031"}, True), ({}, True)],
)
def test_without_a_day_an_end_has_come_and_an_opening_has_not(tags: dict[str, str], is_there: bool) -> None:
    assert is_there_on(tags, "") is is_there


def test_an_imported_shop_that_opens_after_the_day_of_the_map_is_left_out(around: Opened) -> None:
    town = Town()
    town.street()
    town.node(100, 5, {**SHOP, "name": "Now", "start_date": "2019"})
    town.node(200, 5, {**SHOP, "name": "Later", "opening_date": "2024-06-01"})
    town.square(300, 10, 20, {**SHOP, "name": "Before", "end_date": "2023"})
    assert [place.name for place in around(town).nearest(Kind.SUPERMARKET)] == ["Now"]
