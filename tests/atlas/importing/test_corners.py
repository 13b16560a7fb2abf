"""Corners: where streets of different names meet."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.atlas.geocoder.build.columns import CornerRow
from app.atlas.importing.addressing.corners import corners_of
from app.atlas.importing.extract import read_extract
from app.atlas.importing.outlines import street_ways
from app.atlas.importing.pbf.file import PbfFile
from tests.support.extracts import Point, Town, lat_lon


def corners(folder: Path, *streets: tuple[str, list[Point]], **links: list[Point]) -> list[CornerRow]:
    """Return the corners of named streets, and of links without a name whose word is their highway=*."""
    town = Town()
    for name, points in streets:
        town.way(points, {"highway": "residential", "name": name})
    for kind, points in links.items():
        is_round = kind == "roundabout"
        town.way(points, {"junction": kind, "highway": "tertiary"} if is_round else {"highway": kind})
    return corners_of(street_ways(read_extract(PbfFile(town.write(folder / "town.osm.pbf"))).streets))


def at(corner: CornerRow) -> tuple[float, float]:
    return corner.lat, corner.lon


ELM: tuple[str, list[Point]] = ("Elm Road", [(-200, 0), (0, 0), (200, 0)])
OAK: tuple[str, list[Point]] = ("Oak Road", [(0, -200), (0, 0), (0, 200)])


def test_two_streets_meet_at_a_node(tmp_path: Path) -> None:
    (corner,) = corners(tmp_path, ELM, OAK)
    assert corner.streets == ("Elm Road", "Oak Road")
    assert at(corner) == pytest.approx(lat_lon(0, 0))


def test_a_street_meets_neither_itself_nor_what_passes_over_it(tmp_path: Path) -> None:
    more_of_elm: tuple[str, list[Point]] = ("Elm Road", [(200, 0), (400, 0)])
    bridge: tuple[str, list[Point]] = ("Oak Road", [(0, -200), (0, 200)])
    assert corners(tmp_path, ELM, more_of_elm, bridge) == []


def test_the_two_carriageways_of_a_street_give_one_corner(tmp_path: Path) -> None:
    other: tuple[str, list[Point]] = ("Elm Road", [(-200, 20), (0, 20), (200, 20)])
    oak: tuple[str, list[Point]] = ("Oak Road", [(0, -200), (0, 0), (0, 20), (0, 200)])
    assert len(corners(tmp_path, ELM, other, oak)) == 1


def test_streets_that_cross_twice_have_two_corners(tmp_path: Path) -> None:
    crescent: tuple[str, list[Point]] = ("The Crescent", [(-200, 0), (-100, 90), (200, 0)])
    assert len(corners(tmp_path, ELM, crescent)) == 2


def test_all_streets_of_a_roundabout_meet_in_its_middle(tmp_path: Path) -> None:
    circle: list[Point] = [(-20, 0), (0, -20), (20, 0), (0, 20), (-20, 0)]
    arms = [("A Road", [(-200, 0), (-20, 0)]), ("B Road", [(20, 0), (200, 0)]), ("C Road", [(0, 20), (0, 200)])]
    (corner,) = corners(tmp_path, *arms, roundabout=circle)
    assert corner.streets == ("A Road", "B Road", "C Road")
    assert at(corner) == pytest.approx(lat_lon(0, 20 / 3), abs=2e-5)


@pytest.mark.parametrize(
    ("kind", "length_m", "count"), [("residential", 40, 1), ("residential", 90, 0), ("path", 40, 0)]
)
def test_a_short_street_without_a_name_joins_those_at_its_ends(
    tmp_path: Path, kind: str, length_m: float, count: int
) -> None:
    oak: tuple[str, list[Point]] = ("Oak Road", [(-200, length_m), (0, length_m), (200, length_m)])
    assert len(corners(tmp_path, ELM, oak, **{kind: [(0, 0), (0, length_m)]})) == count


def test_streets_without_names_have_no_corners(tmp_path: Path) -> None:
    assert corners(tmp_path, residential=[(0, 0), (100, 0)], service=[(0, 0), (0, 100)]) == []
