"""The map of a town in squares: the ground, the squares joined to rectangles, pins and letters."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.maps.squares import (
    CLASSES,
    SIZES,
    TownGround,
    draw_squares,
    frame_of,
    outside,
    rectangles,
    square_m,
    town_ground,
)
from app.pipeline.choosing.ranking import Squares, Standing
from tests.maps.conftest import Mapped

CELLS = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=60)
LATS, LONS = np.linspace(51.55, 51.60, 500), np.linspace(-3.05, -2.95, 500)


def squares(cells: list[tuple[int, int, Standing]]) -> Squares:
    rows, columns, standings = (np.array(values) for values in zip(*cells, strict=True))
    homes = np.ones(len(cells), dtype=np.int64)
    return Squares(51.55, -3.05, 0.0009, 0.00145, 100.0, rows, columns, standings.astype(np.int8), homes, homes)


def ground(name: str = "map") -> TownGround:
    return TownGround(name, frame_of(LATS, LONS, name), (), (), (("Old Town <b>", 51.575, -3.0),))


@given(CELLS)
def test_rectangles_cover_every_square_once(cells: set[tuple[int, int]]) -> None:
    rows, columns = (np.array([cell[at] for cell in sorted(cells)], dtype=np.int64) for at in (0, 1))
    covered = [
        (row, column)
        for south, north, west, east in rectangles(rows, columns).tolist()
        for row in range(south, north)
        for column in range(west, east)
    ]
    assert sorted(covered) == sorted(cells)


def test_a_block_of_squares_is_one_rectangle() -> None:
    rows, columns = (values.ravel() for values in np.meshgrid(np.arange(3), np.arange(4), indexing="ij"))
    assert rectangles(rows, columns).tolist() == [[0, 3, 0, 4]]


def test_the_picture_is_a_whole_document_with_a_path_for_each_kind_of_square() -> None:
    cells = [(10, at * 3, standing) for at, standing in enumerate(Standing)]
    drawn = draw_squares(ground(), squares(cells), [(51.56, -3.0), (51.58, -2.99)], [(51.57, -3.01)])
    ElementTree.fromstring(drawn)
    for standing, classes in CLASSES.items():
        assert f'class="{classes}"' in drawn, standing
    assert "Old Town &lt;b&gt;" in drawn
    numbers = re.findall(r'<text class="no"[^>]*>([^<]+)<', drawn)
    assert numbers == ["1", "2", "A"]
    assert "<script" not in drawn
    assert "href=" not in drawn


def test_a_place_beyond_the_town_has_its_letter_at_the_edge() -> None:
    drawn = draw_squares(ground(), squares([(1, 1, Standing.ALL)]), [], [(60.0, 10.0)])
    frame = frame_of(LATS, LONS, "map")
    x, y = map(int, re.search(r'<circle class="ho" cx="(\d+)" cy="(\d+)"', drawn).groups())  # type: ignore[union-attr]
    assert 0 < x < frame.width
    assert 0 < y < frame.height


@pytest.mark.parametrize("name", SIZES)
def test_the_frame_holds_all_but_the_outermost_homes(name: str) -> None:
    lats, lons = np.append(LATS, 52.5), np.append(LONS, 0.0)
    frame = frame_of(lats, lons, name)
    assert 1 <= outside(frame, lats, lons) <= 6
    size = SIZES[name]
    assert size.least_height <= frame.height_px <= size.most_height


def test_squares_are_wider_where_a_pixel_is_more_than_20_metres() -> None:
    assert square_m(frame_of(LATS, LONS, "map")) == 100.0
    assert square_m(frame_of(np.linspace(49.2, 49.3, 99), np.linspace(-123.3, -123.05, 99), "map")) == 150.0
    assert square_m(frame_of(np.linspace(45.0, 46.5, 99), np.linspace(8.0, 10.0, 99), "map")) > 150.0


def test_a_region_without_homes_or_with_one_has_a_map_all_the_same() -> None:
    for lats in (np.empty(0), np.array([51.5])):
        assert frame_of(lats, lats, "map").metres > 0


def test_it_draws_the_ground_of_a_real_town(mapped: Mapped) -> None:
    atlas = mapped()._atlas
    drawn = town_ground(atlas, frame_of(atlas.town.lats, atlas.town.lons, "map"), "map")
    assert any("Z" in part or "z" in part for part in drawn.below)
    assert any("<use" in part for part in drawn.above)
