"""The rows of a whole region beside the single reports of its addresses, cell by cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.files import build_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.bulk.rows import COLUMNS, MISSING, Cell, missing_row, why_missing
from app.bulk.tiles import (
    PART_ADDRESSES,
    TILE_ADDRESSES,
    Tile,
    addresses_of,
    listing_of,
    order_of,
    parts_of,
    tile_in,
    tiles_of,
    unpacked,
)
from app.errors import RegionChanged
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import to_json
from app.places import Location, Precision
from app.sources.regions import ImportedRegions
from tests.support.extracts import Town
from tests.support.folders import REGIONS, SAMPLES
from tests.support.row_oracle import expected_cells

NEWPORT = REGIONS / "newport-gb"
#: Every so many addresses of a region are compared.
MONACO_STEP, NEWPORT_STEP = 9, 700


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    folder = tmp_path_factory.mktemp("regions")
    import_region(RegionStore(folder), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return ImportedRegions(folder)


@pytest.fixture(scope="module")
def newport(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    if not NEWPORT.is_dir():
        pytest.skip(f"no extract of Newport in {NEWPORT}")
    folder = tmp_path_factory.mktemp("newport")
    feed = NEWPORT / "newport-20230613.gtfs.zip"
    import_region(RegionStore(folder), "newport", RegionInput(NEWPORT / "newport-2023-06-13.osm.pbf", (feed,)))
    return ImportedRegions(folder)


def one_tile(regions: ImportedRegions, name: str, first: int, count: int, profile: str = "balanced") -> Tile:
    return Tile(name, build_of(regions.whole_region(name).directory), first, count, profile)


def rows_of(regions: ImportedRegions, tile: Tile) -> list[list[Cell]]:
    kept = [part.evaluate(lambda: None) for part in parts_of(tile, regions, 0)]
    return [row for part in kept for row in unpacked(part)]


def by_name(row: list[Cell]) -> dict[str, Cell]:
    return {column.name: cell for column, cell in zip(COLUMNS, row, strict=True)}


def compare(regions: ImportedRegions, tile: Tile, step: int) -> int:
    """Compare every so many rows of a tile with single reports; return how many could be found by their words."""
    rows, compared = rows_of(regions, tile), 0
    places = addresses_of(regions.whole_region(tile.region), tile)
    for row, place in list(zip(rows, places, strict=True))[::step]:
        if regions.locate(place.label) != place:  # its words mean several houses, or another one
            continue
        report = evaluate_property(Listing(place.label, profile=tile.profile), regions)
        told, expected = by_name(row), expected_cells(to_json(report))
        assert {name: told[name] for name in expected} == expected
        assert set(told) - set(expected) == {"not_known"}
        gaps = [gap.what for finding in report.findings for gap in finding.gaps]
        assert told["not_known"] == "nothing" or set(str(told["not_known"]).split("; ")) <= set(
            "; ".join(gaps).split("; ")
        )
        compared += 1
    return compared


@pytest.mark.parametrize("profile", ["balanced", "car-free"])
def test_a_row_says_what_the_report_says(regions: ImportedRegions, profile: str) -> None:
    amount = len(order_of(regions.whole_region("monaco")))
    assert compare(regions, one_tile(regions, "monaco", 0, amount, profile), MONACO_STEP) >= amount // MONACO_STEP // 2


def test_rows_with_a_timetable_say_what_reports_say(newport: ImportedRegions) -> None:
    amount = len(order_of(newport.whole_region("newport")))
    compared = sum(
        compare(newport, one_tile(newport, "newport", first, 25), 6) for first in range(0, amount - 25, amount // 8)
    )
    assert compared >= 20


def test_the_location_is_that_of_the_geocoder(newport: ImportedRegions) -> None:
    atlas = newport.whole_region("newport")
    places = addresses_of(atlas, one_tile(newport, "newport", 0, len(order_of(atlas))))[::NEWPORT_STEP]
    found = [newport.locate(place.label) for place in places]
    same = sum(one == other for one, other in zip(found, places, strict=True))
    assert same >= 0.9 * len(places)
    for one, other in zip(
        found, places, strict=True
    ):  # a house whose words are another's too is no other kind of match
        assert not isinstance(one, Location) or (one.label, one.precision) == (other.label, Precision.HOUSE)


def test_tiles_hold_every_address_once(regions: ImportedRegions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.bulk.tiles.TILE_ADDRESSES", 50)
    atlas = regions.whole_region("monaco")
    tiles = tiles_of(atlas, "build", "family")
    ids = [ident for tile in tiles for ident in order_of(atlas)[tile.first : tile.first + tile.count].tolist()]
    assert sorted(ids) == [ident for ident, *_ in atlas.geocoder.points()]
    assert max(tile.count for tile in tiles) - min(tile.count for tile in tiles) <= 1
    assert tile_in(listing_of(tiles[1])) == tiles[1]
    assert tile_in(to_json(Listing("12 High Street")).decode()) is None
    assert TILE_ADDRESSES > PART_ADDRESSES


def test_neighbours_in_a_tile_are_neighbours_on_the_ground(newport: ImportedRegions) -> None:
    places = addresses_of(newport.whole_region("newport"), one_tile(newport, "newport", 0, 100))
    lats, lons = [place.lat for place in places], [place.lon for place in places]
    assert max(lats) - min(lats) < 0.1
    assert max(lons) - min(lons) < 0.1


def test_a_tile_goes_on_after_what_is_kept(regions: ImportedRegions) -> None:
    tile = one_tile(regions, "monaco", 10, 230)
    names = [(part.name, part.count) for part in parts_of(tile, regions, 100)]
    assert names == [("addresses 101 to 200", 100), ("addresses 201 to 230", 30)]
    (last,) = parts_of(tile, regions, 200)
    assert unpacked(last.evaluate(lambda: None)) == rows_of(regions, one_tile(regions, "monaco", 210, 30))


def test_it_asks_before_each_address_whether_to_go_on(regions: ImportedRegions) -> None:
    class Stopped(Exception):
        pass

    asked: list[int] = []

    def twice() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise Stopped

    (part,) = parts_of(one_tile(regions, "monaco", 0, 5), regions, 0)
    with pytest.raises(Stopped):
        part.evaluate(twice)


def test_a_region_of_another_build_is_refused(regions: ImportedRegions) -> None:
    with pytest.raises(RegionChanged) as refused:
        next(parts_of(Tile("monaco", "0" * 16, 0, 5), regions, 0))
    assert "monaco was imported again" in refused.value.message


def test_a_stage_that_fails_costs_its_cells_alone(regions: ImportedRegions, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    tile = one_tile(regions, "monaco", 0, 1)
    before = by_name(rows_of(regions, tile)[0])
    monkeypatch.setattr("app.pipeline.stages.bike_score._measured", broken)
    after = by_name(rows_of(regions, tile)[0])
    assert (after["bike"], after["bike_word"]) == (None, "not known")
    assert "cycling" in str(after["not_known"])
    assert {k: v for k, v in after.items() if not k.startswith(("bike", "not_known"))} == {
        k: v for k, v in before.items() if not k.startswith(("bike", "not_known"))
    }


def test_no_text_of_a_row_is_empty_and_every_missing_number_has_its_reason(regions: ImportedRegions) -> None:
    rows = rows_of(regions, one_tile(regions, "monaco", 0, 120))
    reasons = set()
    for row in rows:
        assert all(isinstance(cell, str) and cell for c, cell in zip(COLUMNS, row, strict=True) if not c.is_number)
        reasons |= {why_missing(row, c) for c, cell in zip(COLUMNS, row, strict=True) if cell is None}
    assert {"not known", "none"} <= reasons


def test_an_address_without_an_evaluation_says_so_in_every_cell() -> None:
    row = missing_row(Location(43.7, 7.4, "1 Rue X", Precision.HOUSE, "monaco"), "It broke.")
    told = by_name(list(row))
    assert (told["address"], told["lat"], told["state"]) == ("1 Rue X", 43.7, "not evaluated: It broke.")
    assert {why_missing(row, c) if cell is None else cell for c, cell in zip(COLUMNS[4:], row[4:], strict=True)} == {
        MISSING
    }


def test_a_lonely_house_has_a_row_too(imported: Callable[[Town], object], tmp_path: Path) -> None:
    """Far from everything, by itself: no box of neighbours, no place, no street pattern."""
    town = Town()
    town.way([(0, 0), (120, 0)], {"highway": "residential", "name": "High Street"})
    town.node(10, 8, {"addr:housenumber": "1", "addr:street": "High Street"})
    imported(town)
    regions = ImportedRegions(tmp_path / "regions")
    (row,) = rows_of(regions, one_tile(regions, "town", 0, 1))
    assert by_name(row)["state"] == "evaluated"
    assert by_name(row)["food_shop"] == "not known"
