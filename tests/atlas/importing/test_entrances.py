"""An entrance leads to the station that it or a relation names, or behind its passages; else to the nearest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind, Location, Precision
from tests.conftest import Opened
from tests.support.extracts import Town
from tests.support.folders import REGIONS

UNDERGROUND = {"railway": "station", "station": "subway"}
RAILWAY = {"railway": "station", "train": "yes"}
S_BAHN = {"railway": "station", "station": "light_rail", "light_rail": "yes"}
ENTRANCE = {"railway": "subway_entrance"}
PASSAGE = {"highway": "footway", "tunnel": "yes", "layer": "-1"}
HERE = (10.0, 5.0)


@pytest.fixture
def town() -> Town:
    """Give a town of one long street, whose middle is the address."""
    town = Town()
    town.street("Mill Lane", half_m=1_000.0)
    return town


def at_the_entrance(around: Opened, town: Town) -> set[tuple[str, str]]:
    """Return name and mode of the stations that the entrance beside the address leads to."""
    stops = around(town).transit_stops()
    return {(stop.name, stop.mode) for stop in stops if stop.walk_s < 30}


def garibaldi(town: Town) -> Town:
    """Add a railway station 200 m east and an underground 40 m nearer, as at Milano Porta Garibaldi."""
    town.node(210, 5, RAILWAY | {"name": "Milano Porta Garibaldi"})
    town.node(170, 5, UNDERGROUND | {"name": "Garibaldi FS"})
    return town


def test_an_entrance_with_a_name_leads_to_the_station_that_is_most_like_it(around: Opened, town: Town) -> None:
    garibaldi(town).node(*HERE, ENTRANCE | {"name": "Milano P.ta Garibaldi"})
    assert at_the_entrance(around, town) == {("Milano Porta Garibaldi", "rail")}


def test_one_that_names_a_line_leads_to_the_underground(around: Opened, town: Town) -> None:
    garibaldi(town).node(*HERE, ENTRANCE | {"name": "Garibaldi M5"})
    assert at_the_entrance(around, town) == {("Garibaldi FS", "subway")}


def test_one_without_a_name_leads_where_the_other_end_of_its_passage_leads(around: Opened, town: Town) -> None:
    garibaldi(town).node(*HERE, ENTRANCE)
    town.node(60, 105, ENTRANCE | {"name": "Porta Garibaldi"})
    town.way([HERE, (12, 20)], {"highway": "steps"})
    town.way([(12, 20), (60, 95)], PASSAGE)
    town.way([(60, 95), (60, 105)], {"highway": "steps"})
    assert at_the_entrance(around, town) == {("Milano Porta Garibaldi", "rail")}


def test_a_path_in_the_open_tells_nothing(around: Opened, town: Town) -> None:
    garibaldi(town).node(*HERE, ENTRANCE)
    town.node(60, 105, ENTRANCE | {"name": "Porta Garibaldi"})
    town.way([(0, 0), HERE, (60, 105)], {"highway": "footway"})
    assert at_the_entrance(around, town) == {("Garibaldi FS", "subway")}


def test_a_relation_puts_an_entrance_to_its_station(around: Opened, town: Town) -> None:
    town.node(60, 5, UNDERGROUND | {"name": "Near"})
    far = town.node(330, 5, UNDERGROUND | {"name": "Far"})
    entrance = town.node(*HERE, ENTRANCE)
    town.relation(
        [("n", far, "stop"), ("n", entrance, "")], {"type": "public_transport", "public_transport": "stop_area"}
    )
    assert at_the_entrance(around, town) == {("Far", "subway")}


def test_a_relation_without_its_station_puts_it_to_the_one_of_its_name(around: Opened, town: Town) -> None:
    town.node(60, 5, UNDERGROUND | {"name": "Near"})
    town.node(330, 5, UNDERGROUND | {"name": "Far"})
    tags = {"type": "route", "public_transport": "stop_area", "name": "Far"}
    town.relation([("n", town.node(*HERE, ENTRANCE), "")], tags)
    assert at_the_entrance(around, town) == {("Far", "subway")}


@pytest.mark.parametrize(
    ("signs", "modes"),
    [
        (("subway",), {"subway"}),
        (("s-train",), {"light_rail"}),
        (("subway", "s-train"), {"subway", "light_rail"}),
    ],
)
def test_signs_at_an_entrance_say_which_trains_it_leads_to(
    around: Opened, town: Town, signs: tuple[str, ...], modes: set[str]
) -> None:
    town.node(150, 5, UNDERGROUND | {"name": "Tor"})
    town.node(120, 5, S_BAHN | {"name": "Tor"})
    town.node(*HERE, ENTRANCE | {"name": "Tor A"} | {f"entrance_marker:{sign}": "yes" for sign in signs})
    assert {mode for _, mode in at_the_entrance(around, town)} == modes


@pytest.mark.parametrize(("railway_m", "leads_to"), [(120, "underground"), (60, "railway")])
def test_where_nothing_tells_it_is_the_nearest_of_its_own_kind_unless_another_is_much_nearer(
    around: Opened, town: Town, railway_m: float, leads_to: str
) -> None:
    town.node(10 + railway_m, 5, RAILWAY | {"name": "railway"})
    town.node(160, 5, UNDERGROUND | {"name": "underground"})
    town.node(*HERE, ENTRANCE)
    assert {name for name, _ in at_the_entrance(around, town)} == {leads_to}


def test_the_railway_s_entrance_leads_down_to_the_underground_of_its_name_below(around: Opened, town: Town) -> None:
    town.node(60, 5, RAILWAY | {"name": "Milano Repubblica"})
    town.node(90, 5, UNDERGROUND | {"name": "Repubblica"})
    town.node(*HERE, ENTRANCE | {"name": "Milano Repubblica"})
    assert {mode for _, mode in at_the_entrance(around, town)} == {"rail", "subway"}


@pytest.mark.parametrize("name", ["", "Far"])
def test_no_entrance_leads_to_a_station_far_away(around: Opened, town: Town, name: str) -> None:
    town.node(430, 5, UNDERGROUND | {"name": "Far"})
    town.node(*HERE, ENTRANCE | ({"name": name} if name else {}))
    assert at_the_entrance(around, town) == set()


def test_an_entrance_on_the_outline_of_a_station_leads_into_it(around: Opened, town: Town) -> None:
    town.square(15, 5, 60, UNDERGROUND | {"name": "Hall"})
    town.node(13, -14, UNDERGROUND | {"name": "Square"})
    town.node(12, 8, ENTRANCE)
    assert at_the_entrance(around, town) >= {("Hall", "subway")}


def test_a_part_of_a_station_is_the_station(imported: Callable[[Town], Atlas], town: Town) -> None:
    town.node(0, 20, RAILWAY | {"name": "Milano Porta Garibaldi Passante"})
    town.node(80, 20, RAILWAY | {"name": "Milano Porta Garibaldi"})
    town.node(90, 20, RAILWAY | {"name": "Milano Centrale"})
    atlas = imported(town)
    rows = atlas.tables().execute("SELECT name FROM places WHERE kind = ?", (Kind.RAIL_STATION,))
    assert sorted(name for (name,) in rows) == ["Milano Centrale", "Milano Porta Garibaldi"]


MILAN = REGIONS / "milan" / "milan_italy_small.osm.pbf"


@pytest.mark.slow
@pytest.mark.skipif(not MILAN.exists(), reason="the extract of Milan is not at hand")
def test_the_entrance_of_porta_garibaldi_in_via_ferrari_is_the_railway_s(tmp_path: Path) -> None:
    store = RegionStore(tmp_path)
    import_region(store, "milan", RegionInput(MILAN))
    here = Location(45.485093, 9.184715, "Via Giuseppe Ferrari 10", Precision.HOUSE, "milan")
    around = AtlasSurroundings(Atlas("milan", store.directory("milan")), here)
    walks = {(stop.name, stop.mode): stop.walk_s for stop in around.transit_stops() if "Garibaldi" in stop.name}
    assert walks["Milano Porta Garibaldi", "rail"] < 60
    assert walks["Garibaldi FS", "subway"] > 180
