"""Stops as people know them: stations as one, with their ways in; stops without a name by their street."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.facts import TransitStop
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.places import Kind, Location, Precision
from tests.conftest import Opened
from tests.support.extracts import Town, lat_lon
from tests.support.gtfs_feeds import write_feed


@pytest.fixture
def town() -> Town:
    """Give a town of one long street."""
    town = Town()
    town.street("Mill Lane", half_m=1_000.0)
    town.street("Church Road", north_m=-300.0, half_m=1_000.0)
    return town


def test_stops_without_a_name_are_stops_of_their_own_in_their_street(around: Opened, town: Town) -> None:
    town.node(100, 6, {"highway": "bus_stop"})
    town.node(130, -6, {"highway": "bus_stop"})
    town.node(400, 6, {"highway": "bus_stop", "name": "Mill"})
    assert [(stop.name, stop.near) for stop in around(town).transit_stops()] == [
        ("", "Mill Lane"),
        ("", "Mill Lane"),
        ("Mill", ""),
    ]


@pytest.mark.parametrize("key", ["operator", "brand"])
def test_an_operator_s_name_is_no_name_of_a_stop(around: Opened, town: Town, key: str) -> None:
    town.node(100, 6, {"highway": "bus_stop", key: "Valley Buses"})
    (stop,) = around(town).transit_stops()
    assert (stop.name, stop.near) == ("", "Mill Lane")


def test_a_stop_far_from_every_street_has_none(around: Opened, town: Town) -> None:
    town.node(100, 100, {"highway": "bus_stop"})
    (stop,) = around(town).transit_stops()
    assert (stop.name, stop.near) == ("", "")


def test_platforms_of_one_name_are_one_stop_with_the_lines_of_all(around: Opened, town: Town) -> None:
    for east, line in ((100, "7"), (220, "9"), (600, "12")):
        town.node(east, 6, {"highway": "bus_stop", "name": "Market", "route_ref": line})
    here = around(town)
    assert [[route.name for route in stop.routes] for stop in here.transit_stops()] == [["7", "9"], ["12"]]


def test_a_line_at_its_end_leads_to_the_other_end(around: Opened, town: Town) -> None:
    one, across, further = (
        town.node(east, north, {"highway": "bus_stop", "name": name})
        for east, north, name in ((100, 6, "Vaduz Post"), (120, -6, "Vaduz Post"), (600, 6, "Mill"))
    )
    for stops, to in (((one, further), "Malbun"), ((further, across, one), "Vaduz, Post"), ((across,), "")):
        members = [("n", stop, "platform") for stop in stops]
        town.relation(members, {"type": "route", "route": "bus", "ref": "21", "to": to})
    told = {stop.name: [route.headsign for route in stop.routes] for stop in around(town).transit_stops()}
    assert told == {"Vaduz Post": ["Malbun"], "Mill": ["Vaduz, Post"]}


def test_stops_of_two_modes_stay_two(around: Opened, town: Town) -> None:
    town.node(100, 6, {"highway": "bus_stop", "name": "Market"})
    town.node(110, 6, {"railway": "tram_stop", "name": "Market"})
    assert sorted(stop.mode for stop in around(town).transit_stops()) == ["bus", "tram"]


def walk_m(stop: TransitStop) -> float:
    return stop.walk_s / 60 * 80


@pytest.mark.parametrize(
    ("station", "entrance", "reach_m"),
    [
        ({"railway": "station", "station": "subway"}, "subway_entrance", 20),
        ({"railway": "station", "train": "yes"}, "train_station_entrance", 20),
    ],
)
def test_the_walk_to_a_station_is_that_to_its_nearest_entrance(
    around: Opened, town: Town, station: dict[str, str], entrance: str, reach_m: float
) -> None:
    town.node(240, 5, station | {"name": "Central"})
    town.node(20, 5, {"railway": entrance})
    town.node(400, 5, {"railway": entrance})
    (stop,) = around(town).transit_stops()
    assert walk_m(stop) == pytest.approx(reach_m, abs=8)


def test_an_underground_s_far_entrance_leads_to_its_nearest_station_alone(around: Opened, town: Town) -> None:
    town.node(240, 5, {"railway": "station", "station": "subway", "name": "Near"})
    town.node(500, 5, {"railway": "station", "station": "subway", "name": "Far"})
    town.node(10, 5, {"railway": "subway_entrance"})
    found = {stop.name: walk_m(stop) for stop in around(town).transit_stops()}
    assert found["Near"] == pytest.approx(10, abs=8)
    assert found["Far"] == pytest.approx(500, abs=8)


def feed(path: Path, mode: str, *, doors: bool) -> Path:
    """Write a line from a station of two platforms, 500 m east, with a door 50 m east of the town's middle."""
    rows = [("S", "Central", 500, 1, ""), ("P1", "Platform 1", 500, 0, "S"), ("P2", "Platform 2", 560, 0, "S")]
    rows += [("D", "Door", 50, 2, "S")] if doors else []
    rows += [("Z", "Zoo", 900, 0, "")]
    stops = "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    for stop, name, east, kind, parent in rows:
        lat, lon = lat_lon(east, 5)
        stops += f"{stop},{name},{lat},{lon},{kind},{parent}\n"
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    for trip, platform in (("T1", "P1"), ("T2", "P2")):
        times += f"{trip},08:00:00,08:00:00,{platform},1\n{trip},08:10:00,08:10:00,Z,2\n"
    routes = f"route_id,route_short_name,route_type\nR1,1,{mode}\n"
    return write_feed(path, stops=stops, stop_times=times, routes=routes)


@pytest.mark.parametrize(("mode", "doors", "reach_m"), [("1", True, 50), ("1", False, 500), ("3", True, 500)])
def test_platforms_of_a_timetable_are_one_station_behind_its_doors(
    tmp_path: Path, town: Town, mode: str, doors: bool, reach_m: float
) -> None:
    store = RegionStore(tmp_path / "regions")
    extract = town.write(tmp_path / "town.osm.pbf")
    meta = import_region(store, "town", RegionInput(extract, (feed(tmp_path / "feed.zip", mode, doors=doors),)))
    assert (meta.service_date, meta.feed_valid_until) == ("2024-06-13", "2024-06-28")
    here = AtlasSurroundings(
        Atlas("town", store.directory("town")), Location(*lat_lon(0, 0), "", Precision.HOUSE, "town")
    )
    assert here.region.feed_valid_until == "2024-06-28"
    central = next(stop for stop in here.transit_stops() if stop.name == "Central")
    assert walk_m(central) == pytest.approx(reach_m, abs=8)
    assert [(route.weekday_trips, route.headsign) for route in central.routes] == [(2, "Cedar")]


def shouting(path: Path, stops: dict[str, float], mode: str = "1") -> Path:
    """Write a line that calls at stops, so many metres east, whose names are in capitals."""
    rows = "".join("{},{},{},{}\n".format(name, name, *lat_lon(east, 5)) for name, east in stops.items())
    calls = "".join(f"T,08:{n:02}:00,08:{n:02}:00,{name},{n}\n" for n, name in enumerate(stops))
    return write_feed(
        path,
        stops=f"stop_id,stop_name,stop_lat,stop_lon\n{rows}",
        stop_times=f"trip_id,arrival_time,departure_time,stop_id,stop_sequence\n{calls}",
        routes=f"route_id,route_short_name,route_type\nR1,1,{mode}\n",
        trips="route_id,service_id,trip_id,trip_headsign\nR1,week,T,VILLA FIORITA\n",
    )


def test_stops_of_a_timetable_are_written_as_names_are_and_as_on_the_map(tmp_path: Path, town: Town) -> None:
    town.node(120, 5, {"railway": "station", "station": "subway", "name": "Garibaldi FS"})
    town.node(900, 5, {"railway": "station", "station": "subway", "name": "Moscòva"})
    town.node(700, 5, {"railway": "station", "train": "yes", "name": "São Pedro"})
    town.node(990, 5, {"railway": "tram_stop", "name": "VILLA M2"})
    feed = shouting(
        tmp_path / "feed.zip",
        {"GARIBALDI F.S.": 122, "GIOIA": 500, "ESTACAO SAO PEDRO": 705, "MOSCOVA": 895, "VILLA": 990},
    )
    store = RegionStore(tmp_path / "regions")
    import_region(store, "town", RegionInput(town.write(tmp_path / "town.osm.pbf"), (feed,)))
    here = Location(*lat_lon(0, 0), "", Precision.HOUSE, "town")
    stops = AtlasSurroundings(Atlas("town", store.directory("town")), here).transit_stops()
    assert [stop.name for stop in stops] == ["Garibaldi FS", "Gioia", "São Pedro", "Moscòva", "Villa"]
    assert stops[0].routes[0].headsign == "Villa Fiorita"


@pytest.mark.parametrize(("entrance_m", "reach_m"), [(400, 405), (200, 205), (520, 405)])
def test_a_station_of_map_and_timetable_has_one_name_and_the_shorter_walk_of_both(
    tmp_path: Path, town: Town, entrance_m: float, reach_m: float
) -> None:
    town.node(420, 5, {"railway": "station", "station": "subway", "name": "Lambrate FS"})
    town.node(entrance_m, 5, {"railway": "subway_entrance", "name": "Lambrate"})
    feed = shouting(tmp_path / "feed.zip", {"LAMBRATE F.S.": 400, "VILLA": 990}, mode="2")
    here = surroundings(tmp_path, town, feed)
    (station,) = here.nearest(Kind.SUBWAY_STATION)
    stop, _ = here.transit_stops()
    assert (stop.name, stop.mode) == (station.name, "subway") == ("Lambrate FS", "subway")
    assert stop.walk_s == station.walk_s == here.walk_seconds(Kind.SUBWAY_STATION)[0]
    assert here.landmark(Kind.SUBWAY_STATION) == station
    assert walk_m(stop) == pytest.approx(reach_m, abs=10)


def test_two_stops_of_a_timetable_that_are_one_station_of_the_map_are_one(tmp_path: Path, town: Town) -> None:
    town.node(420, 5, {"railway": "station", "name": "Mercado"})
    feed = shouting(tmp_path / "feed.zip", {"MERCADO": 300, "ESTACAO MERCADO": 560, "VILLA": 990}, mode="2")
    here = surroundings(tmp_path, town, feed)
    mercado, villa = here.transit_stops()
    assert (mercado.name, villa.name) == ("Mercado", "Villa")
    assert walk_m(mercado) == pytest.approx(300, abs=10)
    assert [route.weekday_trips for route in mercado.routes] == [1]


@pytest.mark.parametrize(
    ("on_the_map", "in_the_timetable", "east", "is_one"),
    [
        ("Porta Genova FS", "P.TA GENOVA F.S.", 490, True),
        ("Sant'Agostino", "S.AGOSTINO", 490, True),
        ("Cernusco sul Naviglio", "CERNUSCO S.N.", 430, True),
        ("Cernusco sul Naviglio", "CERNUSCO S.N.", 560, False),
        ("Assago Milanofiori Forum", "ASSAGO NORD", 430, False),
    ],
)
def test_a_station_is_one_however_its_name_is_shortened(
    tmp_path: Path, town: Town, on_the_map: str, in_the_timetable: str, east: float, is_one: bool
) -> None:
    town.node(420, 5, {"railway": "station", "station": "subway", "name": on_the_map})
    here = surroundings(tmp_path, town, shouting(tmp_path / "feed.zip", {in_the_timetable: east, "VILLA": 990}))
    assert (here.transit_stops()[0].name == on_the_map) is is_one


def surroundings(tmp_path: Path, town: Town, feed: Path) -> AtlasSurroundings:
    """Import a town with a timetable, and return what lies around its middle."""
    store = RegionStore(tmp_path / "regions")
    import_region(store, "town", RegionInput(town.write(tmp_path / "town.osm.pbf"), (feed,)))
    here = Location(*lat_lon(0, 0), "", Precision.HOUSE, "town")
    return AtlasSurroundings(Atlas("town", store.directory("town")), here)
