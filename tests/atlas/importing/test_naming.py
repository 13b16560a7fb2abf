"""What things are called, by their tags; and that one mapped twice is one."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.build.columns import LocalityRow
from app.atlas.importing.addressing.named import Thing, one_each
from app.atlas.importing.tags.naming import locality_row, named_kind
from tests.support.extracts import lat_lon


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ("place=suburb", "suburb"),
        ("railway=station", "railway station"),
        ("railway=station station=subway", "metro station"),
        ("railway=station subway=yes train=yes", "railway station"),
        ("public_transport=station train=yes", "railway station"),
        ("public_transport=platform tram=yes", "tram stop"),
        ("highway=bus_stop public_transport=platform", "bus stop"),
        ("amenity=bus_station public_transport=station", "bus station"),
        ("aerialway=station", "cable car station"),
        ("aeroway=aerodrome iata=YVR", "airport"),
        ("aeroway=aerodrome military=airfield", "place"),
        ("amenity=hospital building=hospital healthcare=hospital", "hospital"),
        ("amenity=restaurant tourism=hotel", "hotel"),
        ("shop=mall building=retail", "shopping centre"),
        ("shop=books;no", "shop"),
        ("amenity=pharmacy shop=chemist", "pharmacy"),
        ("leisure=park", "park"),
        ("boundary=national_park", "nature reserve"),
        ("amenity=parking", "place"),
        ("historic=castle tourism=attraction", "landmark"),
        ("natural=water water=lake", "water"),
        ("office=lawyer building=yes", "office"),
        ("building=church", "place of worship"),
        ("building=yes", "building"),
    ],
)
def test_it_has_a_word_for(tags: str, kind: str) -> None:
    assert named_kind(tags_of(tags)) == kind


@pytest.mark.parametrize(
    "tags",
    [
        "highway=residential",
        "place=country",
        "place=plot",
        "amenity=bench",
        "shop=vacant",
        "disused:shop=books",
        "amenity=pub disused=yes",
        "railway=construction construction=station",
        "building=construction",
        "natural=water water=river",
        "historic=memorial memorial=stolperstein",
        "tourism=information",
        "boundary=administrative",
        "building=no",
        "public_transport=stop_position",
    ],
)
def test_it_has_no_word_for(tags: str) -> None:
    assert named_kind(tags_of(tags)) == ""


def tags_of(text: str) -> dict[str, str]:
    """Return tags written as key=value with spaces between."""
    return dict(tag.split("=") for tag in text.split())


def row_of(tags: dict[str, str]) -> LocalityRow:
    row = locality_row(tags, 48.0, 9.0)
    assert row is not None
    return row


def test_a_thing_has_all_its_names_and_its_own_address() -> None:
    place = {"addr:street": "High Street", "addr:housenumber": "7", "addr:city": "Newport", "addr:postcode": "NP20 1FX"}
    names = {"name": "Hospital", "name:cy": "Ysbyty", "old_name": "Infirmary;Workhouse", "name:etymology": "Latin"}
    row = row_of({"amenity": "hospital", "brand": "NHS", **names, **place})
    assert (row.name, row.alt_names) == ("Hospital", ("Ysbyty", "Infirmary", "Workhouse"))
    assert row[5:] == ("High Street", "7", "Newport", "NP20 1FX")


@pytest.mark.parametrize(
    ("tags", "name", "others"),
    [
        ({"shop": "books", "name:fr": "Livres", "name:de": "Bücher"}, "Bücher", ("Livres",)),
        ({"shop": "books", "brand": "Foyles"}, "Foyles", ()),
        ({"railway": "station", "name": "Newport", "ref": "NWP"}, "Newport", ("NWP",)),
        ({"public_transport": "platform", "train": "yes", "name": "Newport", "ref": "1a"}, "Newport", ()),
        ({"railway": "station", "name": "Newport", "ref": "12", "old_name": "7"}, "Newport", ()),
        ({"aeroway": "aerodrome", "name": "Cardiff", "iata": "CWL", "icao": "EGFF"}, "Cardiff", ("CWL", "EGFF")),
        ({"highway": "bus_stop", "name": "Ringland (N-bound)", "ref": "1"}, "Ringland", ("Ringland (N-bound)",)),
        ({"building": "house", "addr:housename": "Rose Cottage"}, "Rose Cottage", ()),
        ({"amenity": "pub", "name": "The Swan", "addr:housename": "Swan House"}, "The Swan", ("Swan House",)),
    ],
)
def test_it_is_known_by(tags: dict[str, str], name: str, others: tuple[str, ...]) -> None:
    assert row_of(tags)[:2] == (name, others)


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "hospital"},
        {"amenity": "hospital", "ref": "7"},
        {"highway": "residential", "name": "Elm Road"},
        {"highway": "bus_stop", "name": "61424"},
        {"building": "yes", "name": "12"},
        {"building": "house", "addr:housename": "12"},
        {"building": "house", "addr:housename": "Flat 2"},
        {"building": "house", "addr:housename": "Rose Cottage", "demolished": "yes"},
    ],
)
def test_nobody_names(tags: dict[str, str]) -> None:
    assert locality_row(tags, 48.0, 9.0) is None


def thing(kind: str, east_m: float = 0, street: str = "", *alts: str, is_node: bool = True) -> Thing:
    """Return something called "Swan"."""
    return Thing(LocalityRow("Swan", alts, kind, *lat_lon(east_m, 0), street), is_node)


def kinds(*things: Thing) -> list[str]:
    """Return the kinds of what is left."""
    found = one_each(things)
    assert sorted(found) == sorted(one_each(things[::-1]))
    return [row.kind for row in found]


@pytest.mark.parametrize(
    ("better", "twin", "apart_m"),
    [
        ("railway station", "bus stop", 500),
        ("bus stop", "bus stop", 500),
        ("hospital", "building", 200),
        ("park", "park", 200),
        ("shop", "shop", 50),
        ("pub", "building", 50),
        ("suburb", "place", 200),
    ],
)
def test_two_of_one_name_are_one(better: str, twin: str, apart_m: float) -> None:
    assert kinds(thing(twin), thing(better, apart_m, is_node=False)) == [better]


@pytest.mark.parametrize(
    ("kind", "other", "apart_m"),
    [
        ("bus stop", "bus stop", 700),
        ("park", "park", 400),
        ("shop", "shop", 200),
        ("pub", "hotel", 10),
        ("bus stop", "building", 10),
        ("square", "tram stop", 10),
        ("suburb", "pub", 10),
    ],
)
def test_two_of_one_name_are_two(kind: str, other: str, apart_m: float) -> None:
    assert len(kinds(thing(kind), thing(other, apart_m))) == 2


def test_shops_in_different_streets_are_two() -> None:
    assert len(kinds(thing("shop", 0, "Elm Road"), thing("shop", 20, "Oak Road"))) == 2
    assert len(kinds(thing("shop", 0, "Elm Road"), thing("shop", 20))) == 1


def test_a_town_is_where_its_node_is_whatever_its_outline() -> None:
    (row,) = one_each([thing("town", 4_000, is_node=False), thing("town")])
    assert (row.lat, row.lon) == lat_lon(0, 0)
    assert len(kinds(thing("town", 4_000), thing("town"))) == 2


def test_one_of_two_has_the_names_and_the_address_of_both() -> None:
    (row,) = one_each([thing("park", 0, "", "Alarch", is_node=False), thing("park", 10, "Elm Road", "Cygne")])
    assert (row.alt_names, row.street) == (("Alarch", "Cygne"), "Elm Road")
