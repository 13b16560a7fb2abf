"""What is true of every home of a town at once, against what is found from each home."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from app.atlas.atlas import Atlas
from app.atlas.facts import SNAP_M
from app.atlas.fields.fields import FAR, UNKNOWN
from app.atlas.fields.rides import walks_from_stops
from app.atlas.fields.town import ARRIVE_BY_S, KEPT_PLACES, MODES, Mode
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.streets.arrays import EdgeFlag
from app.atlas.streets.snapping import Points, Wish, snap_points
from app.atlas.transit.arrivals import Arrivals
from app.atlas.transit.contract import STOP_WALK_S, StopWalks
from app.atlas.transit.journeys import MINUTE_S, JourneySearch, Span, build_window
from app.needs import OFTEN_MIN
from tests.support.extracts import Town as Map
from tests.support.extracts import lat_lon
from tests.support.folders import REGIONS, SAMPLES
from tests.support.town_oracle import TownOracle

Imported = Callable[[Map], Atlas]
#: The search backwards adds up the same costs in another order, and keeps seconds in four bytes.
TOLERANCE_S = 0.01


def houses(*places: tuple[float, float], street: str = "Main Street") -> Map:
    """Return a town with a street and houses at these metres from its middle."""
    town = Map()
    town.street()
    for number, (east, north) in enumerate(places, start=1):
        town.node(east, north, {"addr:housenumber": str(number), "addr:street": street})
    return town


#: So many that the town is measured at its addresses.
ROW = [(float(east), 15.0) for east in range(-480, 500, 40)]
ROWS = [*ROW, *((east, north) for east, _ in ROW for north in (-40.0, 40.0, 85.0))]


@pytest.fixture(scope="module")
def monaco(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Import a sample."""
    store = RegionStore(tmp_path_factory.mktemp("town") / "regions")
    import_region(store, "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return Atlas("monaco", store.directory("monaco"))


@pytest.mark.parametrize("mode", MODES)
def test_trips_to_a_place_are_those_from_each_home(monaco: Atlas, mode: Mode) -> None:
    town, random = monaco.town, np.random.default_rng(8)
    for place in random.choice(town.count, 3).tolist():
        lat, lon = float(town.lats[place]) + 2e-4, float(town.lons[place])
        found = town.seconds_to(mode, lat, lon)
        for home in random.choice(town.count, 25).tolist():
            here, street = (float(town.lats[home]), float(town.lons[home])), town.street_of(home)
            (expected,) = monaco.network.travel_seconds(mode, here, [lat], [lon], street=street)
            assert found[home] == pytest.approx(expected, abs=TOLERANCE_S, rel=1e-5)


def home_at(atlas: Atlas, east_m: float, north_m: float) -> int:
    """Return the home that stands at these metres from the middle."""
    lat, lon = lat_lon(east_m, north_m)
    return int(np.argmin(np.hypot(atlas.town.lats - lat, atlas.town.lons - lon)))


def test_a_home_on_a_private_street_goes_out_by_its_gate(imported: Imported) -> None:
    town = houses(*ROWS)
    town.way([(0, 0), (0, 100), (0, 200)], {"highway": "residential", "access": "private", "name": "Gated Row"})
    town.node(10, 180, {"addr:housenumber": "1", "addr:street": "Gated Row"})
    atlas = imported(town)
    home = home_at(atlas, 10, 180)
    assert atlas.fields.rows.private["edge"][home] >= 0
    for mode in MODES[:2]:
        lat, lon = lat_lon(300, 10)
        here = float(atlas.town.lats[home]), float(atlas.town.lons[home])
        (expected,) = atlas.network.travel_seconds(mode, here, [lat], [lon], street="Gated Row")
        assert atlas.town.seconds_to(mode, lat, lon)[home] == pytest.approx(expected, abs=TOLERANCE_S)
        assert np.isfinite(expected)


def test_nobody_walks_further_than_a_report_does(imported: Imported) -> None:
    town = Map()
    town.street(half_m=4_000)
    for east in range(-3_900, 4_000, 100):
        town.node(east, 12, {"addr:housenumber": str(east + 4_000), "addr:street": "Main Street"})
    atlas = imported(town)
    walk = atlas.town.seconds_to("walk", *lat_lon(3_900, 12))
    assert np.isinf(walk).sum() > 10
    assert np.isfinite(walk).sum() > 50


def test_answers_are_kept_for_a_few_places_and_may_not_be_changed(imported: Imported) -> None:
    town = imported(houses(*ROW)).town
    first = town.seconds_to("walk", *lat_lon(0, 10))
    assert town.seconds_to("walk", *lat_lon(0, 10)) is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1.0
    for east in range(KEPT_PLACES):
        town.seconds_to("walk", *lat_lon(east, 12))
    assert town.seconds_to("walk", *lat_lon(0, 10)) is not first


def test_homes_have_the_street_that_they_are_numbered_by(imported: Imported) -> None:
    town = houses(*ROWS)
    town.street("Back Lane", 60)
    town.node(0, 50, {"addr:housenumber": "1", "addr:street": "Back Lane"})
    atlas = imported(town)
    assert atlas.town.sample == "addresses"
    assert atlas.town.street_of(home_at(atlas, 0, 50)) == "Back Lane"
    assert atlas.town.street_of(home_at(atlas, *ROW[3])) == "Main Street"


def test_points_along_streets_have_the_nearest_street(imported: Imported) -> None:
    town = Map()
    town.street()
    town.node(0, 10, {"amenity": "cafe"})
    found = imported(town).town
    assert found.sample == "streets"
    assert {found.street_of(home) for home in range(found.count)} == {"Main Street"}


def test_without_a_timetable_nothing_is_known_of_stops_and_rides(imported: Imported) -> None:
    town = imported(houses(*ROW)).town
    assert town.transit_seconds_to(*lat_lon(0, 0)) is None
    assert {int(each) for every in OFTEN_MIN for each in town.frequent_stop_seconds(every)} == {UNKNOWN}


def test_a_piece_without_lanes_has_those_of_the_nearest_piece_of_its_road(imported: Imported) -> None:
    town = houses(*ROWS)
    tags = {"highway": "tertiary", "name": "Ring Road"}
    town.way([(-450, 60), (-60, 60)], {**tags, "lanes": "4"})
    town.way([(-60, 60), (120, 60)], tags)
    town.way([(120, 60), (500, 60)], {**tags, "lanes": "2"})
    atlas = imported(town)
    metres = [int(atlas.town.metres("busy_road")[home_at(atlas, east, 15)]) for east in (-400, 0, 80, 320)]
    assert metres[0] == metres[1] == pytest.approx(45, abs=1)
    # Nearer to the piece with two lanes, and so no more than that itself.
    assert 100 < metres[2] < 150
    assert metres[3] == FAR
    assert not TownOracle(atlas).differences(len(ROWS))["busy_road"]


def test_a_side_street_has_no_through_street_near(imported: Imported) -> None:
    town = houses(*ROW)
    town.way([(380, -300), (380, 300)], {"highway": "secondary", "name": "Station Road"})
    atlas = imported(town)
    found = {round(east): int(atlas.town.side_street[home_at(atlas, east, 15)]) for east, _ in ROW}
    assert {east for east, is_side in found.items() if is_side == 0} == {360, 400}
    assert found[-480] == 1


NEWPORT = REGIONS / "newport-gb"
#: Departures each minute, from the first from which one may be there within the limit to the last arrival.
DEPARTURES = Span(6 * 3600 + 10 * 60, 141, 110 * 60)
PLACE = (51.5842, -2.9977)


@pytest.fixture(scope="module")
def newport(tmp_path_factory: pytest.TempPathFactory) -> Atlas:
    """Import a region with a timetable."""
    if not NEWPORT.exists():
        pytest.skip("the larger regions (../shared/data) are not here")
    store = RegionStore(tmp_path_factory.mktemp("newport") / "regions")
    region = RegionInput(next(NEWPORT.glob("*.osm.pbf")), tuple(NEWPORT.glob("*.gtfs.zip")))
    import_region(store, "newport", region)
    return Atlas("newport", store.directory("newport"))


def test_rides_to_a_place_are_those_from_each_home(newport: Atlas) -> None:
    timetable, rides, window = newport.timetable, newport.town._rides, Arrivals(ARRIVE_BY_S)
    assert timetable is not None
    assert rides is not None
    egress = walks_from_stops(newport.network, timetable, newport.stop_snaps, PLACE, over_rails=False)
    search = JourneySearch(build_window(timetable._columns, DEPARTURES), DEPARTURES)
    found = rides.walks.least(timetable.arrivals(window).seconds_before(egress))[np.argsort(rides.walks.homes)]
    leave = DEPARTURES.first_s + MINUTE_S * np.arange(DEPARTURES.minutes)
    apart = window.last_s - MINUTE_S * np.arange(window.minutes) - leave[:, None]
    made = 0
    for home in np.random.default_rng(5).choice(newport.town.count, 60).tolist():
        there = leave + search.durations(search.labels(access_of(newport, home)), egress)
        expected = (there[:, None] - leave[:, None] <= apart) & (apart <= window.limit_s)
        assert np.array_equal((apart >= found[home]) & (apart <= window.limit_s), expected)
        made += int(expected.sum())
    assert made > 10_000


def access_of(atlas: Atlas, home: int) -> StopWalks:
    """Return the walks of up to 20 minutes from a home to stops, as its report has them."""
    walks = TownOracle(atlas).around(home)._stops.walks
    near = walks.seconds <= STOP_WALK_S
    return StopWalks(walks.stops[near], walks.seconds[near])


def test_a_ride_takes_the_median_of_the_half_hour_and_no_longer_than_the_walk(newport: Atlas) -> None:
    rides, window = newport.town._rides, Arrivals(ARRIVE_BY_S)
    found, walk = newport.town.transit_seconds_to(*PLACE), newport.town.seconds_to("walk", *PLACE)
    assert rides is not None
    assert found is not None
    egress = walks_from_stops(newport.network, rides.timetable, newport.stop_snaps, PLACE, over_rails=False)
    least = rides.walks.least(rides.timetable.arrivals(window).seconds_before(egress)).astype(float)
    median = np.median(least, axis=1)[np.argsort(rides.walks.homes)]
    expected = np.minimum(np.where(median <= window.limit_s, median, np.inf), np.where(walk <= 6_600, walk, np.inf))
    assert found == pytest.approx(expected, abs=0.01)
    assert 0 < (found < walk).mean() < 1


def test_every_row_is_what_a_report_of_each_home_says(newport: Atlas) -> None:
    found = TownOracle(newport).differences(40)
    assert found == {"compared": found["compared"]}


def test_a_drive_begins_where_the_street_for_cars_is_found(imported: Imported, monaco: Atlas) -> None:
    town = houses(*ROWS)
    town.way([(-500, 20), (0, 20), (500, 20)], {"highway": "residential", "foot": "no", "name": "Fast Lane"})
    for atlas in (imported(town), monaco):
        found, names = atlas.town, [atlas.town.street_of(home) for home in range(atlas.town.count)]
        points = Points.of(found.lats, found.lons, names)
        expected = snap_points(atlas.network.files, points, Wish(SNAP_M, EdgeFlag.CAR)).snaps
        # Houses that are areas stand a little beside the steps in which positions are kept.
        assert (atlas.fields.rows.by_car["edge"] == expected["edge"]).all()
        assert atlas.fields.rows.by_car["offset"] == pytest.approx(expected["offset"], abs=0.05)
