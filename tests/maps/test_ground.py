"""Shapes, sea and doubled lines, each against arithmetic or the extract itself."""

from __future__ import annotations

import numpy as np
import osmium
import pytest
import shapely

from app.atlas.basemap.layers import Layer
from app.maps.frame import UNITS_PER_PX, Frame
from app.maps.ground import Ground
from app.maps.ragged import area_path, areas_of, clipped, line_path
from app.maps.sea import sea_of
from app.maps.thinning import Canvas
from tests.support.drawn import FRAME, corners, shapes, square
from tests.support.folders import SAMPLES


def line(*points: tuple[float, float]) -> np.ndarray:
    return np.array([shapely.LineString(points)], dtype=object)


def total(lines: np.ndarray) -> float:
    return float(shapely.length(lines).sum())


def test_a_frame_puts_north_up_and_its_middle_in_the_middle() -> None:
    at = FRAME.to_units(np.array([(FRAME.lon, FRAME.lat), (FRAME.lon, FRAME.lat + 0.001)]))
    assert at[0].tolist() == [FRAME.width / 2, FRAME.height / 2]
    assert at[1, 1] == pytest.approx(at[0, 1] - 111.2 * FRAME.units_per_m, abs=0.1)


def test_a_path_is_read_back_as_it_was_drawn() -> None:
    lines = np.array(
        [shapely.LineString([(1, 2), (5, -3), (5, -3.2), (-7, 9)]), shapely.LineString([(0, 0), (0.2, 0)])]
    )
    assert corners(line_path(lines)) == [[(1, 2), (5, -3), (-7, 9)]]


def test_an_area_keeps_its_hole_and_overlaps_stay_filled() -> None:
    whole = shapely.Polygon([(0, 0), (90, 0), (90, 90), (0, 90)], [[(30, 30), (60, 30), (60, 60), (30, 60)]])
    other = shapely.box(50, 50, 200, 200)
    rings = [shapely.LinearRing(ring) for ring in corners(area_path(np.array([whole, other])))]
    turns = [ring.is_ccw for ring in rings]
    assert turns[0] == turns[2] != turns[1], "a hole turns the other way, so that the rule nonzero leaves it open"


def test_the_area_of_a_layer_is_that_on_the_ground() -> None:
    (area,) = areas_of(shapes(square(-50, -50, 100)), FRAME)
    assert area.area == pytest.approx((100 * FRAME.units_per_m) ** 2, rel=0.01)


def test_what_lies_outside_is_cut_off_and_nothing_else() -> None:
    left, _, right, _ = FRAME.bounds
    long = clipped(line((left - 500, 100), (right + 500, 100)), FRAME)
    assert total(long) == pytest.approx(right - left)
    assert not len(clipped(line((left - 500, 100), (left - 1, 100)), FRAME))
    inside = line((10, 10), (20, 30))
    assert clipped(inside, FRAME)[0] is inside[0]


# --- the sea ---------------------------------------------------------------------------------------


def is_sea(areas: np.ndarray, x: float, y: float) -> bool:
    return bool(len(areas)) and bool(shapely.intersects_xy(areas, x, y).any())


@pytest.mark.parametrize("northward", [True, False])
def test_the_sea_is_on_the_right_hand(northward: bool) -> None:
    x = FRAME.width / 2
    ends = [(x, FRAME.height + 500.0), (x, -500.0)]
    sea = sea_of(line(*(ends if northward else ends[::-1])), FRAME)
    assert is_sea(sea, x + 200, 300) is northward
    assert is_sea(sea, x - 200, 300) is not northward


def test_a_coast_whose_data_ends_goes_on_straight() -> None:
    x = FRAME.width / 2
    sea = sea_of(line((x, 600), (x, 300)), FRAME)
    assert is_sea(sea, x + 10, 5)
    assert is_sea(sea, x + 10, FRAME.height - 5)
    assert not is_sea(sea, x - 10, 5)


def test_an_island_is_land_and_a_pool_in_it_sea() -> None:
    def ring(half: float) -> list[tuple[float, float]]:
        x, y = FRAME.width / 2, FRAME.height / 2
        return [(x - half, y + half), (x + half, y + half), (x + half, y - half), (x - half, y - half)]

    island, pool = ring(300), ring(50)[::-1]
    coast = np.concatenate([line(*island, island[0]), line(*pool, pool[0])])
    sea = sea_of(coast, FRAME)
    x, y = FRAME.width / 2, FRAME.height / 2
    assert (is_sea(sea, 20, 20), is_sea(sea, x + 150, y), is_sea(sea, x, y)) == (True, False, True)


MONACO = {
    "Port Hercule": (43.7345, 7.4258, True),
    "off Larvotto": (43.7440, 7.4380, True),
    "open sea": (43.7320, 7.4400, True),
    "the casino": (43.7392, 7.4277, False),
    "the palace": (43.7314, 7.4202, False),
    "Moneghetti": (43.7370, 7.4130, False),
}


def test_the_sea_of_monaco_is_where_it_is() -> None:
    coast = [
        shapely.LineString([(node.lon, node.lat) for node in way.nodes if node.location.valid()])
        for way in osmium.FileProcessor(
            str(SAMPLES / "monaco.osm.pbf"), osmium.osm.NODE | osmium.osm.WAY
        ).with_locations()
        if way.is_way() and way.tags.get("natural") == "coastline"
    ]
    frame = Frame(43.7370, 7.4250, 700, 520, 3_000.0)
    sea = sea_of(frame.geometries(np.array(coast, dtype=object)), frame)
    places = {name: frame.to_units(np.array([(lon, lat)]))[0] for name, (lat, lon, _) in MONACO.items()}
    assert all(frame.shows(*place) for place in places.values())
    found = {name: is_sea(sea, *place) for name, place in places.items()}
    assert found == {name: wet for name, (_, _, wet) in MONACO.items()}


# --- what runs beside itself -----------------------------------------------------------------------


def px(*points: tuple[float, float]) -> np.ndarray:
    return line(*((x * UNITS_PER_PX, y * UNITS_PER_PX) for x, y in points))


def test_a_pavement_goes_and_a_crossing_path_stays() -> None:
    canvas = Canvas(FRAME)
    canvas.draw(px((10, 100), (300, 100)), 3.6)
    assert not len(canvas.without_what_is_near(px((10, 102), (300, 102))))
    crossing = px((150, 20), (150, 180))
    assert total(canvas.without_what_is_near(crossing)) == pytest.approx(total(crossing))


def test_only_the_part_beside_the_street_goes() -> None:
    canvas = Canvas(FRAME)
    canvas.draw(px((10, 100), (200, 100)), 3.6)
    left = canvas.without_what_is_near(px((10, 102), (200, 102), (380, 102)))
    assert total(left) / UNITS_PER_PX == pytest.approx(177, abs=4)


def test_two_tracks_are_one_and_two_lines_are_two() -> None:
    tracks = np.concatenate([px((10, 50), (300, 50)), px((20, 51.5), (290, 51.5)), px((10, 90), (300, 90))])
    for kept in (Canvas(FRAME).one_by_one(tracks, 2.6), Canvas(FRAME).longest(tracks, 2.6)):
        assert total(kept) / UNITS_PER_PX == pytest.approx(580, abs=2)


# --- where the data ends ---------------------------------------------------------------------------


def cells(west: float, south: float, east: float, north: float) -> np.ndarray:
    """Return one cell by its bounds in metres."""
    lon, lat = FRAME.lon, FRAME.lat
    d_lat, d_lon = 1 / 111_195.0, 1 / (111_195.0 * np.cos(np.radians(lat)))
    return np.array([[lon + west * d_lon, lat + south * d_lat, lon + east * d_lon, lat + north * d_lat]])


def test_where_there_is_no_data_the_ground_is_tinted() -> None:
    ground = Ground(FRAME, {}, cells(-900, -900, 0, 900))
    (data,) = [part for part in ground.below_streets() if part.startswith('<path class="nd"')]
    (ring,) = corners(data.split('d="')[1].rstrip('"/>'))
    area = shapely.Polygon(ring).intersection(shapely.box(0, 0, FRAME.width, FRAME.height)).area
    assert area / (FRAME.width * FRAME.height) == pytest.approx(0.5, abs=0.02)


def test_the_sea_ends_where_the_data_does() -> None:
    coast = {Layer.COAST: shapes([(-100, -900), (-100, 900)])}
    ground = Ground(FRAME, coast, cells(-900, -900, 200, 900))
    west, east = (ground.frame.width / 2 + metres * FRAME.units_per_m for metres in (50, 350))
    assert is_sea(ground.sea, west, 300)
    assert not is_sea(ground.sea, east, 300)


def test_where_there_is_data_everywhere_nothing_is_tinted() -> None:
    assert not any("nd" in part for part in Ground(FRAME, {}, cells(-900, -900, 900, 900)).below_streets())


def test_the_picture_moves_towards_the_data_and_keeps_the_home() -> None:
    moved = FRAME.moved_towards(cells(0, 0, 400, 300))
    assert moved.lat > FRAME.lat
    assert moved.lon > FRAME.lon
    home = moved.to_units(np.array([(FRAME.lon, FRAME.lat)]))[0]
    assert moved.shows(*home, inside_px=50)
    assert FRAME.moved_towards(cells(-400, -300, 400, 300)).lat == pytest.approx(FRAME.lat)
    assert FRAME.moved_towards(np.empty((0, 4))) is FRAME


def test_names_are_those_of_the_layer_that_matters_most() -> None:
    layers = {
        Layer.STREET: shapes(([(-100, 0), (0, 0)], "Long Way")),
        Layer.PRIMARY: shapes(([(0, 0), (50, 0)], "Long Way")),
    }
    (named,) = Ground(FRAME, layers, cells(-900, -900, 900, 900)).named_streets
    assert (named.name, named.face.value, len(named.lines)) == ("Long Way", "tm", 2)
