"""What only some may use because of the ground that it lies in, and pools that are somebody's own."""

from __future__ import annotations

import pytest

from app.places import Kind
from tests.conftest import Opened
from tests.support.extracts import Tags, Town

SCHOOL = {"amenity": "school", "name": "Hill School"}
POOL = {"leisure": "swimming_pool"}


def names(around: Opened, ground: Tags, kind: Kind, tags: Tags) -> list[str]:
    """Return the places of a kind that a town has with one such thing within a ground and one outside of it."""
    town = Town()
    town.street()
    town.square(100, 20, 200, ground)
    town.node(150, 60, {**tags, "ref": "1"})
    town.node(400, 10, {**tags, "ref": "2"})
    return [place.tags["ref"] for place in around(town).nearest(kind)]


@pytest.mark.parametrize(
    ("kind", "tags", "found"),
    [
        (Kind.PITCH, {"leisure": "pitch"}, ["2"]),
        (Kind.PITCH, {"leisure": "pitch", "access": "yes"}, ["1", "2"]),
        (Kind.PLAYGROUND, {"leisure": "playground"}, ["2"]),
        (Kind.LIBRARY, {"amenity": "library"}, ["2"]),
        (Kind.LIBRARY, {"amenity": "library", "name": "Schul- und Gemeindebibliothek"}, ["1", "2"]),
        (Kind.CAFE, {"amenity": "cafe"}, ["2"]),
        (Kind.CAFE, {"amenity": "cafe", "name": "Corner Café"}, ["1", "2"]),
        (Kind.SPORTS_CENTRE, {"leisure": "sports_centre", "name": "Hill Leisure Centre"}, ["1", "2"]),
        (Kind.BUS_STOP, {"highway": "bus_stop"}, ["1", "2"]),
    ],
)
def test_what_a_school_has_for_itself_is_not_for_all(around: Opened, kind: Kind, tags: Tags, found: list[str]) -> None:
    assert names(around, SCHOOL, kind, tags) == found


@pytest.mark.parametrize("ground", [{"amenity": "prison"}, {"landuse": "military"}, {"tourism": "zoo"}])
def test_a_kiosk_in_a_closed_ground_is_not_for_all(around: Opened, ground: Tags) -> None:
    assert names(around, ground, Kind.CONVENIENCE, {"shop": "convenience"}) == ["2"]


def test_a_shop_in_a_closed_shopping_centre_is_closed(around: Opened) -> None:
    assert names(around, {"shop": "mall", "disused": "yes"}, Kind.CLOTHES, {"shop": "clothes"}) == ["2"]
    assert names(around, {"shop": "mall"}, Kind.CLOTHES, {"shop": "clothes"}) == ["1", "2"]


@pytest.mark.parametrize(
    ("side_m", "tags", "counts"),
    [
        (8, {}, False),
        (8, {"name": "Pool"}, False),
        (8, {"access": "customers"}, False),
        (8, {"name": "Hill Lido"}, True),
        (8, {"operator": "Town of Hill"}, True),
        (8, {"fee": "yes"}, True),
        (8, {"access": "yes"}, True),
        (8, {"access": "private", "name": "Hill Lido"}, False),
        (20, {}, False),
        (25, {}, True),
    ],
)
def test_a_pool_is_public_where_something_says_so(around: Opened, side_m: float, tags: Tags, counts: bool) -> None:
    town = Town()
    town.street()
    town.square(100, 20, side_m, {**POOL, **tags})
    assert bool(around(town).nearest(Kind.SWIMMING_POOL)) is counts


def test_the_pools_of_a_bath_count_and_paddling_pools_do_not(around: Opened) -> None:
    town = Town()
    town.street()
    town.square(100, 20, 100, {"leisure": "sports_centre", "name": "Hill Baths"})
    town.square(120, 40, 10, POOL)
    town.square(150, 40, 10, {**POOL, "swimming_pool": "wading"})
    assert len(around(town).nearest(Kind.SWIMMING_POOL)) == 1
