"""What is shown of a line equals a count made straight from the feed's files."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from app.atlas.transit.compile.compiler import compile_timetables
from app.atlas.transit.timetable import Timetable
from tests.support.feed_oracle import Counted, FeedOracle, counted
from tests.support.folders import REGIONS
from tests.support.gtfs_feeds import write_feed

NEWPORT = REGIONS / "newport-gb" / "newport-20230613.gtfs.zip"
LINES, STOPS = 20, 20

#: Two operators with a line 7 each along one street, and a night bus; the feed tells directions.
STREET = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
    f"{side}{n},Stop {n},{50 + n / 100},{4 + (side == 'E') / 2000}\n" for n in range(4) for side in "EW"
)
TIMETABLE = {
    "R1": ("0", [6 * 60 + 20 * n for n in range(50)]),
    "R1 back": ("1", [6 * 60 + 7 + 30 * n for n in range(30)]),
    "R2": ("0", [7 * 60 + 10, 9 * 60, 16 * 60 + 5, 24 * 60 + 19]),
}


def street_feed(path: Path) -> Path:
    """Write the feed: each trip calls at all four stops, on its own side of the street."""
    trips, times = (
        "route_id,service_id,trip_id,direction_id\n",
        "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n",
    )
    for name, (way, starts) in TIMETABLE.items():
        stops = [f"E{n}" for n in range(4)] if way == "0" else [f"W{n}" for n in (3, 2, 1, 0)]
        for number, start in enumerate(starts):
            trips += f"{name[:2]},week,{name}-{number},{way}\n"
            for place, stop in enumerate(stops):
                at = f"{(start + 4 * place) // 60:02d}:{(start + 4 * place) % 60:02d}:00"
                times += f"{name}-{number},{at},{at},{stop},{place}\n"
    routes = "route_id,agency_id,route_short_name,route_type\nR1,red,7,3\nR2,blue,7,3\n"
    agency = "agency_id,agency_name\nred,Red Buses\nblue,Blue Buses\n"
    return write_feed(path, stops=STREET, trips=trips, stop_times=times, routes=routes, agency=agency)


def opened(directory: Path, feed: Path) -> Timetable:
    compile_timetables([feed], directory, None)
    timetable = Timetable.open(directory)
    assert timetable is not None
    return timetable


def shown(timetable: Timetable, station: set[str], route_id: str) -> dict[int, Counted]:
    """Return what the timetable tells of a line at a station."""
    stops = (timetable.stops.ids.index(stop) for stop in sorted(station))
    return {
        route.direction: Counted(
            route.weekday_trips or 0, route.first_departure, route.last_departure, route.headway_min
        )
        for route in timetable.routes_calling(*stops)
        if route.route_id == route_id
    }  # fmt: skip


def test_every_number_of_a_small_feed_is_right(tmp_path: Path) -> None:
    feed = street_feed(tmp_path / "street.zip")
    timetable = opened(tmp_path / "out", feed)
    oracle = FeedOracle(feed, timetable.facts.service_date)
    ways = {trip: int(row["direction_id"]) for trip, row in oracle.trips.items()}
    for route in ("R1", "R2"):
        for stop in oracle.stops:
            station = oracle.station(stop)
            found = oracle.departures(route, station, ways)
            assert shown(timetable, station, route) == {way: counted(times) for way, times in found.items()}
    at_the_first = shown(timetable, oracle.station("E0"), "R1") | shown(timetable, oracle.station("E0"), "R2")
    assert at_the_first == {0: Counted(4, "07:10", "00:19", None)}
    assert shown(timetable, oracle.station("E1"), "R1") == {
        0: Counted(50, "06:04", "22:24", 20),
        1: Counted(30, "06:15", "20:45", 30),
    }


def test_two_operators_of_one_name_are_told_apart(tmp_path: Path) -> None:
    timetable = opened(tmp_path / "out", street_feed(tmp_path / "street.zip"))
    found = timetable.routes_calling(timetable.stops.ids.index("E1"))
    assert sorted((route.agency, route.name) for route in found) == [("Blue Buses", "7"), ("Red Buses", "7")]


def test_bays_are_one_stop_and_poles_of_two_names_are_two(tmp_path: Path) -> None:
    stops = (
        "stop_id,stop_name,stop_lat,stop_lon\n"
        "a,Market Square 16,50,4\nb,Market Square Q7,50.0003,4\nc,Mill Lane,50.0003,4.0002\nd,Town Hall,50.02,4\n"
    )
    trips = "route_id,service_id,trip_id\n" + "".join(f"R1,week,{stop},\n".replace(",\n", "\n") for stop in "abc")
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n" + "".join(
        f"{stop},08:0{n}:00,08:0{n}:00,{stop},1\n{stop},08:30:00,08:30:00,d,2\n" for n, stop in enumerate("abc")
    )
    routes = "route_id,route_short_name,route_type\nR1,7,3\n"
    feed = write_feed(tmp_path / "bays.zip", stops=stops, trips=trips, stop_times=times, routes=routes)
    timetable = opened(tmp_path / "out", feed)
    stations, names = timetable.stops.stations.tolist(), timetable.stops.station_names
    a, b, c = (timetable.stops.ids.index(stop) for stop in "abc")
    assert stations[a] == stations[b] != stations[c]
    assert (names[a], names[b], names[c]) == ("Market Square", "Market Square", "Mill Lane")
    assert [route.weekday_trips for route in timetable.routes_calling(a)] == [2]
    assert [route.weekday_trips for route in timetable.routes_calling(c)] == [1]


def ways_of(oracle: FeedOracle, route: str) -> dict[str, int]:
    """Return 0 for the trips of a route that pass stations in the order of its longest one, 1 for those against it."""
    trips = [trip for trip, row in oracle.trips.items() if row["route_id"] == route and oracle.calls[trip]]
    station = {stop: min(oracle.place(stop)) for trip in trips for stop in {c["stop_id"] for c in oracle.calls[trip]}}
    longest = max(trips, key=lambda trip: len(oracle.calls[trip]))
    order: dict[str, int] = {}
    for place, call in enumerate(oracle.calls[longest]):
        order.setdefault(station[call["stop_id"]], place)
    found = {}
    for trip in trips:
        passed = [order[station[c["stop_id"]]] for c in oracle.calls[trip] if station[c["stop_id"]] in order]
        steps = [(after > before) - (after < before) for before, after in itertools.pairwise(passed)]
        found[trip] = int(sum(steps) < 0)
    return found


@pytest.mark.skipif(not NEWPORT.exists(), reason="../shared/data with the real feeds is not here")
def test_every_number_of_newport_s_busiest_lines_is_right(tmp_path: Path) -> None:
    timetable = opened(tmp_path / "out", NEWPORT)
    oracle = FeedOracle(NEWPORT, timetable.facts.service_date)
    compared = 0
    for route in oracle.busiest_lines(LINES):
        ways = ways_of(oracle, route)
        for stop in oracle.stations_of(route)[:STOPS]:
            station = oracle.station(stop)
            told = sorted(map(repr, shown(timetable, station, route).values()))
            wanted = sorted(repr(counted(times)) for times in oracle.departures(route, station, ways).values())
            assert told == wanted, (oracle.routes[route]["route_short_name"], oracle.stops[stop]["stop_name"])
            compared += len(wanted)
    assert compared > LINES * STOPS
