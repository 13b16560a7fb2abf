"""Tags to kinds: what counts, and beside it what does not."""

from __future__ import annotations

import pytest

from app.atlas.importing.tags.classify import display_name, kept_tags, kinds_of
from app.atlas.importing.tags.hazards import voltage_v
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
        {"public_transport": "platform", "train": "yes"},
        {"aeroway": "aerodrome"},
        {"aeroway": "aerodrome", "iata": "XXX", "aerodrome:type": "military"},
        {"aeroway": "helipad"},
        {"place": "suburb"},
    ],
)
def test_it_leaves_out_what_is_no_place_for_the_public(tags: dict[str, str]) -> None:
    assert kinds_of(tags) == ()


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "fuel"}, Kind.FUEL_STATION),
        ({"highway": "motorway_link"}, Kind.MOTORWAY),
        ({"highway": "trunk"}, Kind.TRUNK_ROAD),
        ({"highway": "residential"}, Kind.OTHER_ROAD),
        ({"railway": "rail", "usage": "main"}, Kind.RAILWAY),
        ({"power": "line"}, Kind.POWER_LINE),
        ({"power": "line", "voltage": "110000;380000"}, Kind.POWER_LINE),
        ({"landuse": "landfill"}, Kind.LANDFILL),
        ({"landuse": "quarry"}, Kind.QUARRY),
        ({"man_made": "wastewater_plant"}, Kind.WASTEWATER_PLANT),
        ({"landuse": "industrial", "industrial": "refinery"}, Kind.HEAVY_INDUSTRY),
        ({"man_made": "works", "product": "steel"}, Kind.HEAVY_INDUSTRY),
        ({"power": "plant", "plant:source": "coal;biomass"}, Kind.HEAVY_INDUSTRY),
        ({"aeroway": "runway"}, Kind.RUNWAY),
        ({"waterway": "river"}, Kind.WATERCOURSE),
        ({"natural": "coastline"}, Kind.WATERCOURSE),
        ({"natural": "water", "water": "lake"}, Kind.WATERCOURSE),
    ],
)
def test_it_knows_hazards(tags: dict[str, str], kind: Kind) -> None:
    assert kinds_of(tags) == (kind,)


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway", "tunnel": "yes"},
        {"highway": "service"},
        {"highway": "footway"},
        {"railway": "rail", "service": "siding"},
        {"railway": "rail", "tunnel": "yes"},
        {"railway": "tram"},
        {"railway": "subway"},
        {"railway": "rail", "usage": "industrial"},
        {"power": "line", "voltage": "110000"},
        {"power": "minor_line"},
        {"power": "line", "location": "underground"},
        {"landuse": "industrial"},
        {"man_made": "works", "product": "beer"},
        {"power": "plant", "plant:source": "solar"},
        {"power": "substation"},
        {"waterway": "stream", "tunnel": "culvert"},
        {"waterway": "ditch"},
        {"natural": "water", "water": "pond"},
    ],
)
def test_it_calls_nothing_else_a_hazard(tags: dict[str, str]) -> None:
    assert kinds_of(tags) == ()


def test_tunnel_no_is_no_tunnel() -> None:
    assert kinds_of({"highway": "primary", "tunnel": "no"}) == (Kind.PRIMARY_ROAD,)


def test_a_voltage_without_a_number_is_unknown() -> None:
    assert voltage_v("high") is None


def test_it_names_a_road_by_its_number_and_a_shop_by_its_brand() -> None:
    assert display_name({"highway": "motorway", "ref": "A 8", "operator": "State"}) == "A 8"
    assert display_name({"shop": "supermarket", "brand": "Coop"}) == "Coop"


def test_it_keeps_only_tags_that_a_stage_reads() -> None:
    tags = {"amenity": "school", "isced:level": "1", "school:FR": "primaire", "phone": "123", "source": "survey"}
    assert kept_tags(tags) == {"amenity": "school", "isced:level": "1", "school:FR": "primaire"}


def test_a_hospital_without_emergencies_is_a_clinic() -> None:
    assert kinds_of({"amenity": "hospital", "emergency": "no", "healthcare": "hospital"}) == (Kind.CLINIC,)
    assert kinds_of({"amenity": "hospital", "emergency": "yes"}) == (Kind.HOSPITAL,)
    assert kinds_of({"amenity": "hospital"}) == (Kind.HOSPITAL,)
