"""Addresses and names as columns, read from files of every kind of element."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.atlas.geocoder.build.columns import Addresses, LocalityRow
from app.atlas.importing.addressing.addresses import AddressReader, NamedFeatures
from app.atlas.importing.extract import read_extract
from app.atlas.importing.pbf.file import PbfFile
from tests.support.extracts import Town, lat_lon, small_town


def read(folder: Path, town: Town) -> tuple[Addresses, list[LocalityRow]]:
    """Return the addresses and the named things of a town."""
    file = PbfFile(town.write(folder / "town.osm.pbf"))
    extract = read_extract(file)
    reader = AddressReader(file)
    found = (extract.interpolations, extract.addresses, extract.house_streets)
    named = NamedFeatures([], extract.localities, *found, corners=[])
    return reader.with_others(named), reader.named_with(extract.localities)


def houses(folder: Path, *tags: dict[str, str]) -> list[tuple[str, str, str, bool]]:
    """Return number, further numbers, name and whether that is a village of nodes; the same must be said of ways."""
    on_nodes, on_ways = Town(), Town()
    for town in (on_nodes, on_ways):
        town.street()
    for i, house in enumerate(tags):
        on_nodes.node(100 * i, 50, house)
        on_ways.square(100 * i, 50, 10, {"building": "yes", **house})
    found = [columns(read(folder, town)[0]) for town in (on_nodes, on_ways)]
    assert found[0] == found[1]
    return found[0]


def columns(addresses: Addresses) -> list[tuple[str, str, str, bool]]:
    rows = np.arange(len(addresses.lats))
    texts = (addresses.numbers.at(rows), addresses.other_numbers.at(rows), addresses.names.at(rows))
    return list(zip(*texts, addresses.in_village.tolist(), strict=True))


def test_a_czech_house_has_three_numbers(tmp_path: Path) -> None:
    parts = {"addr:streetnumber": "9", "addr:conscriptionnumber": "400", "addr:street": "Dlouhá"}
    assert houses(tmp_path, {"addr:housenumber": "400/9", **parts}) == [("400/9", "9;400", "Dlouhá", False)]
    assert houses(tmp_path, parts) == [("400/9", "9;400", "Dlouhá", False)]


def test_houses_of_a_village_without_street_names_are_kept(tmp_path: Path) -> None:
    found = houses(
        tmp_path,
        {"addr:conscriptionnumber": "314", "addr:place": "Kolice"},
        {"addr:housenumber": "315", "addr:city": "Kolice"},
        {"addr:provisionalnumber": "12", "addr:place": "Kolice"},
        {"addr:housenumber": "ev.13", "addr:provisionalnumber": "13", "addr:place": "Kolice"},
    )
    assert [house[0] for house in found] == ["314", "315", "ev.12", "ev.13"]
    assert {house[1:] for house in found} == {("", "Kolice", True)}


def test_an_element_without_a_number_is_no_address(tmp_path: Path) -> None:
    assert houses(tmp_path, {"addr:street": "Main Street"}, {"addr:housename": "Rose Cottage"}) == []


@pytest.mark.parametrize("kind", ["associatedStreet", "street"])
def test_a_relation_names_the_street_only_of_houses_without_one(tmp_path: Path, kind: str) -> None:
    town = small_town()
    bare, tagged = {"addr:housenumber": "1"}, {"addr:housenumber": "2", "addr:street": "Elm Road"}
    members = [("n", town.node(0, 90 + i, tags), "house") for i, tags in enumerate((bare, tagged))]
    town.relation(members, {"type": kind, "name": "Back Lane"})
    names = columns(read(tmp_path, town)[0])
    assert ("1", "", "Back Lane", False) in names
    assert ("2", "", "Elm Road", False) in names


HOSPITAL = {"amenity": "hospital", "name": "Royal Hospital"}


def places(folder: Path, town: Town) -> dict[str, LocalityRow]:
    """Return the named things by name."""
    town.street()
    return {row.name: row for row in read(folder, town)[1]}


def test_a_name_is_read_from_a_node_an_area_and_a_relation(tmp_path: Path) -> None:
    town = Town()
    town.node(0, 300, {"railway": "station", "name": "Central"})
    town.square(500, 500, 100, HOSPITAL)
    outer = town.square(1_000, 0, 100, {})
    inner = town.square(1_040, 40, 20, {})
    town.relation(
        [("w", outer, "outer"), ("w", inner, "inner")], {"type": "multipolygon", "building": "yes", "name": "Ring"}
    )
    found = places(tmp_path, town)
    assert {name: row.kind for name, row in found.items()} == {
        "Central": "railway station",
        "Royal Hospital": "hospital",
        "Ring": "building",
    }
    assert (found["Royal Hospital"].lat, found["Royal Hospital"].lon) == pytest.approx(lat_lon(550, 550), abs=1e-6)
    assert (found["Ring"].lat, found["Ring"].lon) == pytest.approx(lat_lon(1_050, 50), abs=1e-6)


def test_the_middle_of_an_area_does_not_move_with_the_corners_on_its_edge(tmp_path: Path) -> None:
    town = Town()
    town.area([(0, 0), (10, 0), (20, 0), (30, 0), (100, 0), (100, 100), (0, 100)], HOSPITAL)
    row = places(tmp_path, town)["Royal Hospital"]
    assert (row.lat, row.lon) == pytest.approx(lat_lon(50, 50), abs=1e-6)


def test_a_line_is_in_the_middle_of_its_corners(tmp_path: Path) -> None:
    town = Town()
    town.way([(0, 100), (100, 100)], {"man_made": "bridge", "name": "Old Bridge"})
    row = places(tmp_path, town)["Old Bridge"]
    assert (row.lat, row.lon) == pytest.approx(lat_lon(50, 100), abs=1e-6)


def test_a_house_with_a_name_and_no_number_is_one(tmp_path: Path) -> None:
    town = Town()
    tags = {"addr:housename": "Rose Cottage", "addr:street": "Bakers Row", "addr:city": "Testham"}
    town.node(0, 50, tags)
    town.square(300, 50, 10, {**tags, "building": "yes", "addr:housename": "The Gables"})
    found = places(tmp_path, town)
    assert {(row.name, row.kind, row.street, row.city) for row in found.values()} == {
        ("Rose Cottage", "house", "Bakers Row", "Testham"),
        ("The Gables", "house", "Bakers Row", "Testham"),
    }


def test_what_has_no_name_is_not_read(tmp_path: Path) -> None:
    town = Town()
    town.square(0, 50, 10, {"building": "yes"})
    town.node(0, 90, {"shop": "books"})
    town.way([(0, 10), (90, 10)], {"waterway": "river", "name": "Usk"})
    assert places(tmp_path, town) == {}


def test_a_thing_cut_off_by_the_edge_of_the_extract_is_where_its_rest_is(tmp_path: Path) -> None:
    town = Town()
    town.street()
    far = town.node(5_000, 5_000)
    gone = [town.node(9_000 + i, 9_000) for i in range(3)]
    town.area([(0, 50), (100, 50), (5_000, 5_000)], HOSPITAL)
    town.way([(9_000 + i, 9_000) for i in range(3)], {"leisure": "park", "name": "Lost Park"})
    file = PbfFile(town.write(tmp_path / "town.osm.pbf", without_nodes=[far, *gone]))
    (row,) = AddressReader(file).named_with([])
    assert (row.lat, row.lon) == pytest.approx(lat_lon(33.3, 50), abs=1e-5)
