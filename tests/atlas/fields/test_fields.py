"""The fields of a town as its import leaves them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from app.atlas.atlas import ADDRESSES_FILE, FIELDS_DIR, Atlas
from app.atlas.facts import WALK_LIMIT_S
from app.atlas.fields.fields import FACTS_FILE, NONE, UNKNOWN
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.errors import AtlasDamaged
from app.needs import NEED, NEEDS
from app.places import Location, Precision
from tests.support.extracts import Town, lat_lon, small_town
from tests.support.folders import REGIONS, SAMPLES
from tests.support.gtfs_feeds import write_feed

Imported = Callable[[Town], Atlas]


def long_town(houses: int = 120) -> Town:
    """Return a small town with many more houses on both sides of its street."""
    town = small_town()
    for number in range(11, houses + 1):
        east, side = -495 + 990 * number / houses, 15 if number % 2 else -15
        town.node(east, side, {"addr:housenumber": str(number), "addr:street": "Main Street"})
    return town


def at(atlas: Atlas, point: int) -> AtlasSurroundings:
    """Open the surroundings of a point of the fields."""
    lats, lons = atlas.fields.degrees()
    street = street_of(atlas, point)
    return AtlasSurroundings(
        atlas, Location(lats[point], lons[point], "here", Precision.HOUSE, atlas.name, street=street)
    )


def street_of(atlas: Atlas, point: int) -> str:
    """Return the street that the house of a point is numbered by, "" where points are none."""
    number = "SELECT id FROM geo_number ORDER BY id LIMIT 1 OFFSET ?"
    by_street = "SELECT name FROM geo_street WHERE NOT is_village AND (%s) BETWEEN first_number AND last_number"
    with closing(sqlite3.connect(atlas.directory / ADDRESSES_FILE)) as connection:
        found = connection.execute(by_street % number, (point,)).fetchone()
    return found[0] if found and atlas.fields.facts.sample == "addresses" else ""


def whole(seconds: float) -> int:
    """Return whole seconds of a walk, rounded up."""
    return int(np.ceil(seconds - 1e-5))


def test_every_house_is_a_point_in_the_order_of_its_number(imported: Imported) -> None:
    atlas = imported(long_town())
    with sqlite3.connect(atlas.directory / ADDRESSES_FILE) as connection:
        rows = connection.execute("SELECT lat, lon FROM geo_number ORDER BY id").fetchall()
    connection.close()
    assert atlas.fields.facts.sample == "addresses"
    assert np.column_stack(atlas.fields.degrees()) == pytest.approx(np.array(rows), abs=1e-7)


def test_a_number_is_what_an_evaluation_finds(imported: Imported) -> None:
    atlas = imported(long_town())
    for point in range(0, 120, 7):
        for key in ("supermarket", "cafe", "park"):
            (seconds, *_) = at(atlas, point).walk_seconds(*NEED[key].kinds)
            assert atlas.fields.of(key)[point] == whole(seconds)


def test_a_need_without_a_place_is_not_known_where_the_map_ends_within_the_walk(imported: Imported) -> None:
    assert set(imported(long_town()).fields.of("hospital").tolist()) == {UNKNOWN}


def test_it_tells_a_need_over_the_town(imported: Imported) -> None:
    atlas = imported(long_town())
    town = at(atlas, 0).town("supermarket")
    assert town is not None
    minutes = np.ceil(np.sort(atlas.fields.of("supermarket")) / 12) / 5
    assert (town.need, town.sample, town.points, town.places) == ("supermarket", "addresses", 120, 1)
    assert (town.median_min, town.quarter_min, town.three_quarter_min) == (minutes[59], minutes[29], minutes[89])
    assert town.share_beyond(3) == pytest.approx((minutes > 3).mean())
    assert town.none_share == 0.0


def test_it_tells_nothing_of_a_need_that_is_not_there_or_not_known(imported: Imported) -> None:
    here = at(imported(long_town()), 0)
    assert here.town("hospital") is None
    assert here.town("swimming with sharks") is None
    assert here.town_percentile("hospital", 5) is None


def test_few_houses_are_no_town(imported: Imported) -> None:
    here = at(imported(small_town()), 0)
    assert here.town("supermarket") is None


def test_a_rank_among_few_houses_is_none(imported: Imported) -> None:
    assert at(imported(long_town()), 0).town_percentile("supermarket", 5) is None


def test_where_few_houses_are_mapped_points_along_named_streets_are_measured(imported: Imported) -> None:
    town = Town()
    town.street()
    town.street("", 200, 250)
    town.way([(0, 0), (0, 200)], {"highway": "service", "name": "Back Lane"})
    town.node(100, 10, {"addr:housenumber": "1", "addr:street": "Main Street"})
    for east in (-400, -200, 200, 400):
        town.node(east, 10, {"amenity": "cafe"})
    fields = imported(town).fields
    lats, lons = fields.degrees()
    assert fields.facts.sample == "streets"
    assert len(lats) == 10
    assert lats == pytest.approx(lat_lon(0, 0)[0], abs=1e-6)
    assert np.diff(np.sort(lons)) == pytest.approx((lat_lon(100, 0)[1] - lat_lon(0, 0)[1]), rel=0.01)


def test_streets_count_without_names_where_most_have_none(imported: Imported) -> None:
    town = Town()
    town.street("Main Street", 0, 100)
    town.street("", 200, 500)
    for east in (-400, -200, 0, 200, 400):
        town.node(east, 190, {"amenity": "cafe"})
    assert len(imported(town).fields.rows.positions) == 12


def test_it_counts_what_the_region_has(imported: Imported) -> None:
    town = long_town()
    town.square(300, 200, 20, {"amenity": "cafe", "name": "Square"})
    town.node(310, 210, {"amenity": "cafe", "name": "Square"})
    counts = at(imported(town), 0).region_counts()
    assert (counts.addresses, counts.street_km) == (120, pytest.approx(1.0, abs=0.05))
    assert (counts.places["cafe"], counts.places["supermarket"], counts.places["bank"]) == (2, 1, 0)


def test_a_place_of_several_kinds_of_a_need_counts_once(imported: Imported) -> None:
    fields = imported(long_town()).fields
    assert fields.facts.counts.places["food_shop"] == 1


def import_with_stops(folder: Path, *stops: tuple[float, float]) -> Atlas:
    """Import the long town with a feed whose bus calls at these points, metres from its middle."""
    rows = [f"S{i},Stop {i},{lat},{lon}" for i, (lat, lon) in enumerate(lat_lon(*stop) for stop in stops)]
    times = [f"T1,07:{i:02}:00,07:{i:02}:00,S{i},{i + 1}" for i in range(len(stops))]
    feed = write_feed(
        folder / "bus.zip",
        stops="\n".join(("stop_id,stop_name,stop_lat,stop_lon", *rows)),
        trips="route_id,service_id,trip_id,trip_headsign\nR1,week,T1,End\n",
        stop_times="\n".join(("trip_id,arrival_time,departure_time,stop_id,stop_sequence", *times)),
    )
    store = RegionStore(folder / "regions")
    import_region(store, "town", RegionInput(long_town().write(folder / "town.osm.pbf"), (feed,), anyway=True))
    return Atlas("town", store.directory("town"))


@pytest.mark.parametrize("stops", [((-400, 5), (450, 5)), ((400, 5), (2200, 5)), ((5000, 5), (9000, 5))])
def test_stops_are_those_that_the_report_shows(tmp_path: Path, stops: tuple[tuple[float, float], ...]) -> None:
    atlas = import_with_stops(tmp_path, *stops)
    for point in range(0, 120, 11):
        (first, *_) = at(atlas, point).transit_stops()
        assert first.from_feed == (abs(stops[0][0]) < 2_400)
        assert atlas.fields.of("stop")[point] == whole(first.walk_s)


def test_a_region_without_streets_has_fields_that_say_nothing(imported: Imported) -> None:
    town = Town()
    town.way([(0, 0), (500, 0)], {"highway": "motorway"})
    town.node(0, 10, {"shop": "supermarket"})
    fields = imported(town).fields
    assert fields.rows.positions.shape == (0, 2)
    assert fields.rows.seconds.shape == (len(NEEDS), 0)
    assert fields.town("supermarket") is None


@pytest.mark.parametrize("file", ["positions.npy", "seconds.npy", "metres.npy", "public.npy", FACTS_FILE])
def test_fields_cut_short_or_missing_are_a_damaged_atlas(imported: Imported, file: str) -> None:
    atlas = imported(long_town())
    path = atlas.directory / FIELDS_DIR / file
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(AtlasDamaged, match="town"):
        Atlas("town", atlas.directory)
    path.unlink()
    with pytest.raises(AtlasDamaged, match="town"):
        Atlas("town", atlas.directory)


def test_values_of_other_points_are_a_damaged_atlas(imported: Imported) -> None:
    atlas = imported(long_town())
    np.save(atlas.directory / FIELDS_DIR / "seconds.npy", np.zeros((len(NEEDS), 7), dtype=np.uint16))
    with pytest.raises(AtlasDamaged):
        Atlas("town", atlas.directory)


def test_a_need_that_was_not_measured_is_a_key_error(imported: Imported) -> None:
    with pytest.raises(KeyError):
        imported(small_town()).fields.of("swimming with sharks")


def test_every_number_has_a_meaning(imported: Imported) -> None:
    seconds = imported(long_town()).fields.rows.seconds
    assert set(np.unique(seconds).tolist()) <= {*range(int(WALK_LIMIT_S) + 1), UNKNOWN, NONE}


@pytest.mark.parametrize("extract", [SAMPLES / "monaco.osm.pbf", REGIONS / "newport-gb/newport-2023-06-13.osm.pbf"])
def test_the_seconds_of_a_real_region_are_what_evaluations_find(extract: Path, region_store: RegionStore) -> None:
    if not extract.exists():
        pytest.skip("the larger regions (../shared/data) are not here")
    import_region(region_store, "town", RegionInput(extract))
    atlas = Atlas("town", region_store.directory("town"))
    for point in range(0, len(atlas.fields.rows.positions), len(atlas.fields.rows.positions) // 20):
        for need in NEEDS:
            seconds = at(atlas, point).walk_seconds(*need.kinds)
            stored = int(atlas.fields.of(need.key)[point])
            # A house that is an area lies between two of the steps that positions are kept in.
            assert abs(stored - whole(seconds[0])) <= 1 if len(seconds) else stored in (UNKNOWN, NONE)
