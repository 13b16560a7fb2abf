"""Tags to kinds: what counts, and beside it what does not."""

from __future__ import annotations

import pytest

from app.atlas.importing.tags.classify import display_name, kept_tags, kinds_of
from app.atlas.importing.tags.layers import map_name
from app.places import Kind


@pytest.mark.parametrize(
    ("tags", "kinds"),
    [
        ({"shop": "supermarket"}, (Kind.SUPERMARKET,)),
        ({"shop": "bakery", "amenity": "cafe"}, (Kind.BAKERY, Kind.CAFE)),
        ({"shop": "bicycle"}, (Kind.OTHER_SHOP,)),
        ({"shop": "books;gift"}, (Kind.GIFT, Kind.BOOKSHOP)),
        ({"amenity": "doctors"}, (Kind.DOCTOR,)),
        ({"healthcare": "clinic"}, (Kind.CLINIC,)),
        ({"tourism": "museum"}, (Kind.MUSEUM,)),
        ({"leisure": "park"}, (Kind.PARK,)),
        ({"landuse": "recreation_ground"}, (Kind.PARK,)),
        ({"leisure": "garden", "name": "Botanical Garden"}, (Kind.GARDEN,)),
        ({"leisure": "swimming_pool", "access": "public"}, (Kind.SWIMMING_POOL,)),
        ({"highway": "bus_stop"}, (Kind.BUS_STOP,)),
        ({"public_transport": "platform", "tram": "yes"}, (Kind.TRAM_STOP,)),
        ({"public_transport": "station", "train": "yes"}, (Kind.RAIL_STATION,)),
        ({"public_transport": "platform", "bus": "yes"}, (Kind.BUS_STOP,)),
        ({"railway": "station"}, (Kind.RAIL_STATION,)),
        ({"railway": "station", "station": "subway"}, (Kind.SUBWAY_STATION,)),
        ({"railway": "station", "station": "light_rail"}, (Kind.TRAM_STOP,)),
        ({"railway": "halt", "funicular": "yes"}, (Kind.CABLE_CAR_STATION,)),
        ({"railway": "station", "train": "yes", "subway": "construction"}, (Kind.RAIL_STATION,)),
        ({"aeroway": "aerodrome", "iata": "NCE"}, (Kind.AIRPORT,)),
        ({"place": "city"}, (Kind.CITY_CENTRE,)),
    ],
)
def test_it_knows_places(tags: dict[str, str], kinds: tuple[Kind, ...]) -> None:
    assert kinds_of(tags) == kinds


@pytest.mark.parametrize(
    "tags",
    [
        {"shop": "vacant"},
        {"shop": "supermarket", "disused": "yes"},
        {"disused:shop": "supermarket"},
        {"amenity": "bench"},
        {"leisure": "garden"},
        {"leisure": "garden", "name": "Ours", "garden:type": "residential"},
        {"leisure": "park", "access": "private"},
        {"leisure": "playground", "access": "no"},
        {"leisure": "swimming_pool", "access": "private", "name": "Pool"},
        {"railway": "station", "station": "miniature"},
        {"railway": "station", "station": "subway", "subway": "construction"},
        {"public_transport": "platform", "train": "yes"},
        {"aeroway": "aerodrome"},
        {"aeroway": "aerodrome", "iata": "XXX", "aerodrome:type": "military"},
        {"aeroway": "helipad"},
        {"place": "suburb"},
    ],
)
def test_it_leaves_out_what_is_no_place_for_the_public(tags: dict[str, str]) -> None:
    assert kinds_of(tags) == ()


def test_it_names_a_road_by_its_number_and_a_shop_by_its_brand() -> None:
    assert display_name({"highway": "motorway", "ref": "A 8", "operator": "State"}) == "A 8"
    assert (
        display_name({"highway": "motorway", "ref": "7;15"})
        == map_name({"highway": "motorway", "ref": "7; 15"})
        == "7/15"
    )
    assert display_name({"shop": "supermarket", "brand": "Coop"}) == "Coop"


def test_it_keeps_only_tags_that_a_stage_reads() -> None:
    tags = {"amenity": "school", "isced:level": "1", "school:FR": "primaire", "phone": "123", "source": "survey"}
    assert kept_tags(tags) == {"amenity": "school", "isced:level": "1", "school:FR": "primaire"}


def test_a_hospital_without_emergencies_is_a_clinic() -> None:
    assert kinds_of({"amenity": "hospital", "emergency": "no", "healthcare": "hospital"}) == (Kind.CLINIC,)
    assert kinds_of({"amenity": "hospital", "emergency": "yes"}) == (Kind.HOSPITAL,)
    assert kinds_of({"amenity": "hospital"}) == (Kind.HOSPITAL,)
