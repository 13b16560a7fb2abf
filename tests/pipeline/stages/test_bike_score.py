"""The bike index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.atlas.facts import BikeInfrastructure, MappedFacts
from app.pipeline.report import Finding, State
from app.pipeline.rules.categories import WALK_CATEGORIES
from app.pipeline.stages import bike_score
from app.places import Kind
from tests.support.surroundings import NOTHING_MAPPED, WELL_MAPPED, StreetGrid, evaluation_of, full_grid, place

SHOPS_ONLY = replace(WELL_MAPPED, amenities=0)


def run(around: StreetGrid) -> Finding:
    return bike_score.run(evaluation_of(around))


def value(finding: Finding, key: str) -> float | None:
    return next(p.value for p in finding.parts if p.key == key)


@pytest.mark.parametrize(
    ("paths", "lanes", "share"), [(6, 0, 1.0), (0, 12, 1.0), (3, 6, 1.0), (3, 0, 0.5), (0, 0, 0.0)]
)
def test_paths_and_lanes_saturate(paths: float, lanes: float, share: float) -> None:
    assert bike_score.infrastructure_value(BikeInfrastructure(paths, lanes)) == pytest.approx(share)


def test_the_parts_are_weighted() -> None:
    finding = run(full_grid())
    assert finding.score is not None
    expected = 100 * sum((p.value or 0) * p.weight for p in finding.parts)
    assert finding.score.value == pytest.approx(expected, abs=0.1)
    assert sum(p.weight for p in finding.parts) == pytest.approx(1.0)


def test_needs_behind_a_stressful_street_are_not_reached() -> None:
    calm, busy = place(Kind.PHARMACY, 500), place(Kind.PHARMACY, 500, stress="4")
    assert value(run(StreetGrid(places=(calm,))), "reach") == pytest.approx(1 / 13, abs=0.001)
    assert value(run(StreetGrid(places=(busy,))), "reach") == 0.0


def test_needs_too_far_to_ride_are_not_reached() -> None:
    assert value(run(StreetGrid(places=(place(Kind.PHARMACY, 2_700),))), "reach") == 0.0


@pytest.mark.parametrize(("metres", "share"), [(1_600, 1.0), (2_400, 0.8), (3_200, 0.5), (4_800, 0.0)])
def test_destinations_fade_with_the_ride(metres: float, share: float) -> None:
    grid = StreetGrid(places=(place(Kind.BANK, metres),))
    banks = next(c for c in WALK_CATEGORIES if c.key == "banks")
    assert bike_score.destination_share(grid, banks) == pytest.approx(share)


def test_a_town_without_streets_is_unknown() -> None:
    finding = run(StreetGrid(facts=MappedFacts(0, 0, 0, 0, street_km=0.0)))
    assert finding.state is State.UNKNOWN
    assert finding.score is None


def test_a_map_of_streets_alone_gives_no_index() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED))
    assert finding.state is State.UNKNOWN
    assert finding.score is None


def test_reach_is_unknown_where_most_needs_are_not_mapped() -> None:
    only_stops = MappedFacts(shops=0, addresses=0, stops=60, amenities=0, street_km=180.0)
    assert run(StreetGrid(facts=only_stops, places=(place(Kind.BUS_STOP, 100),))).score is None


@pytest.mark.parametrize(("detour", "reached"), [("1.2", 1 / 13), ("1.3", 0.0)])
def test_a_long_quiet_detour_is_no_reach(detour: str, reached: float) -> None:
    around = StreetGrid(places=(place(Kind.PHARMACY, 500, stress="4", detour=detour),))
    assert value(run(around), "reach") == pytest.approx(reached, abs=0.001)


def test_paths_count_where_no_amenities_are_mapped() -> None:
    amenityless = full_grid(facts=SHOPS_ONLY)
    assert value(run(amenityless), "infrastructure") == pytest.approx(0.5)


def test_no_paths_where_no_amenities_are_mapped_is_not_known() -> None:
    pathless = full_grid(facts=SHOPS_ONLY, bike=BikeInfrastructure(0.0, 0.0))
    assert run(pathless).state is State.UNKNOWN
