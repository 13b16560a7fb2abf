"""Tier 2: six categories of everyday life."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Part, State
from app.pipeline.rules.profiles import PROFILES, profile_named
from app.pipeline.stages import green_escape, tier2_scoring, transit_access
from app.places import Kind
from tests.support.surroundings import ADDRESS, NOTHING_MAPPED, WELL_MAPPED, StreetGrid, evaluation_of, full_grid, place


def run(around: StreetGrid, **listing: object) -> Finding:
    evaluation = evaluation_of(around, Listing(ADDRESS, **listing))  # type: ignore[arg-type]
    evaluation.findings["green_escape"] = green_escape.run(evaluation)
    evaluation.findings["transit_access"] = transit_access.run(evaluation)
    return tier2_scoring.run(evaluation)


def part(finding: Finding, key: str) -> Part:
    return next(p for p in finding.parts if p.key == key)


@pytest.mark.parametrize(("minutes", "value"), [(1, 10), (10, 10), (15, 9), (17.5, 8), (20, 7), (30, 4), (45, 0)])
def test_the_curve_goes_through_its_points(minutes: float, value: float) -> None:
    near = tier2_scoring.lifestyle_value(np.array([minutes * 60.0] * 1))
    choice = 2 / 3 if minutes <= 15 else 0.0
    assert near == pytest.approx(0.8 * value + choice)


def test_three_places_within_fifteen_minutes_are_a_full_choice() -> None:
    assert tier2_scoring.lifestyle_value(np.array([60.0, 70.0, 80.0, 90.0])) == 10.0


@pytest.mark.parametrize(("percent", "value"), [(50, 10), (85, 10), (100, 5), (115, 0), (200, 0)])
def test_affordability_falls_around_the_budget(percent: float, value: float) -> None:
    assert tier2_scoring.affordability_value(percent, 100.0) == pytest.approx(value)


def test_affordability_needs_cost_and_budget() -> None:
    assert part(run(full_grid(), rent=900.0), "affordability").value is None
    assert part(run(full_grid(), budget=900.0), "affordability").value is None
    assert part(run(full_grid(), rent=900.0, budget=1_000.0), "affordability").value == pytest.approx(8.33)


def test_categories_that_are_unknown_are_left_out() -> None:
    finding = run(full_grid(facts=replace(WELL_MAPPED, shops=0), places=(place(Kind.CAFE, 100.0),)))
    known = [p for p in finding.parts if p.value is not None]
    assert "provisioning" not in [p.key for p in known]
    assert finding.score is not None
    assert finding.score.value == pytest.approx(10 * sum(p.value or 0 for p in known) / len(known), abs=0.05)


def test_one_or_two_categories_make_no_score() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED), rent=900.0, budget=1_000.0)
    assert finding.score is None
    assert finding.summary == "Only 1 of 6 categories could be measured, too few for a score."


def test_nothing_measured_is_unknown() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED))
    assert (finding.score, finding.state) == (None, State.UNKNOWN)


def test_a_mapped_town_without_places_reads_zero() -> None:
    assert part(run(StreetGrid(timetable=True)), "fitness").value == 0.0


def test_a_category_not_found_before_the_edge_is_unknown() -> None:
    assert part(run(StreetGrid(edge_m=500.0)), "fitness").value is None


def test_the_profile_weighs() -> None:
    bus_less = full_grid(stops=(), timetable=True)
    scores = {p.key: run(bus_less, profile=p.key).score for p in PROFILES}
    assert scores["car-free"] is not None
    assert scores["remote-worker"] is not None
    assert scores["car-free"].value < scores["remote-worker"].value


def test_an_unknown_profile_is_the_balanced_one() -> None:
    assert profile_named("astronaut").key == "balanced"


def test_evidence_names_the_nearest_and_the_choice() -> None:
    cafes = (place(Kind.CAFE, 160.0, name="Ekberg"), place(Kind.CAFE, 400.0), place(Kind.LIBRARY, 500.0))
    assert part(run(full_grid(places=cafes)), "third_place").evidence == (
        "Ekberg, 2 min on foot, and 2 more within 15 minutes."
    )


def test_a_failed_stage_is_missing_here_too() -> None:
    evaluation = evaluation_of(full_grid())
    finding = tier2_scoring.run(evaluation)
    assert part(finding, "green_escape").value is None
    assert part(finding, "green_escape").evidence == "This could not be measured."


def test_a_place_nearby_counts_where_little_is_mapped() -> None:
    sparse = replace(WELL_MAPPED, shops=1)
    near, far = (full_grid(facts=sparse, places=(place(Kind.SUPERMARKET, m),)) for m in (300.0, 2_000.0))
    assert part(run(near), "provisioning").value == pytest.approx(8.67)
    assert part(run(far), "provisioning").value is None


def test_a_place_at_exactly_fifteen_minutes_is_still_a_choice() -> None:
    cafes = (place(Kind.CAFE, 100.0, name="Near Café"), place(Kind.CAFE, 1_200.0))
    assert part(run(StreetGrid(places=cafes)), "third_place").evidence == (
        "Near Café, 1 min on foot, and 1 more within 15 minutes."
    )
