"""The verdict: score, word, what helps and what costs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Report, Score, State
from app.pipeline.scoring import word_for
from app.pipeline.stages.saving import METHOD, verdict_of
from app.places import Kind
from tests.support.surroundings import ADDRESS, NOTHING_MAPPED, StreetGrid, Town, full_grid, hazard, place, route, stop

#: A stop that 12 lines serve.
BUSY = (stop(150.0, *(route(str(n), mode="subway") for n in range(12))),)


def report(around: StreetGrid, **listing: object) -> Report:
    return evaluate_property(Listing(ADDRESS, **listing), Town(around))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "word"),
    [(85, "exceptional"), (70, "strong"), (55, "solid with trade-offs"), (40, "compromised"), (39, "significant gaps")],
)
def test_verdict_words(value: float, word: str) -> None:
    assert word_for(METHOD.words, value) == word


def test_a_good_address_reads_its_word_and_score() -> None:
    verdict = report(full_grid()).verdict
    assert verdict.word == "exceptional"
    assert verdict.sentence == f"Exceptional: {verdict.score:.0f} of 100."


def test_a_failed_check_is_named_first_and_the_score_is_kept() -> None:
    safe, unsafe = report(full_grid()), report(full_grid(dangers=(hazard(Kind.FUEL_STATION, 20, "Neste"),)))
    assert unsafe.verdict.score == safe.verdict.score
    assert unsafe.verdict.sentence.startswith("Does not meet the baseline: Neste (fuel station) is 20 m away. ")
    assert unsafe.verdict.costs[0].title == "Fuel station"


def test_a_failed_wish_is_named_too() -> None:
    verdict = report(full_grid(), wants_laundry=True, has_laundry=False).verdict
    assert verdict.baseline_failures == ("The listing says there is no laundry",)


def test_an_unknown_wish_fails_nobody() -> None:
    assert report(full_grid(), wants_laundry=True).verdict.baseline_failures == ()


def test_three_things_help_by_name_and_minutes() -> None:
    helps = report(full_grid()).verdict.helps
    assert len(helps) == 3
    assert helps[0].title == "Green escape"
    assert "Town Park, 4 min on foot" in helps[0].detail


def test_what_loses_most_costs_most() -> None:
    gymless = tuple(p for p in full_grid().places if p.kind is not Kind.FITNESS_CENTRE)
    far = place(Kind.FITNESS_CENTRE, 3_200.0, name="Far Gym")
    costs = report(full_grid(places=(*gymless, far))).verdict.costs
    assert costs[0].title == "Fitness"
    assert costs[0].detail == "Far Gym, 40 min on foot."


def test_a_warning_costs_where_nothing_loses_points() -> None:
    costs = report(full_grid(stops=BUSY, dangers=(hazard(Kind.WATERCOURSE, 20, "Mill Brook"),))).verdict.costs
    assert [c.detail for c in costs] == ["Mill Brook (stretch of open water) is 20 m away."]


def test_nothing_costs_where_nothing_does() -> None:
    assert report(full_grid(stops=BUSY)).verdict.costs == ()


def test_a_low_index_costs_last() -> None:
    costs = report(full_grid(dangers=(hazard(Kind.WATERCOURSE, 20, "Mill Brook"),))).verdict.costs
    assert [c.title for c in costs] == ["Water nearby", "Transit index"]


def test_of_unmet_needs_the_farthest_costs_most() -> None:
    near = tuple(p for p in full_grid().places if p.kind not in (Kind.PHARMACY, Kind.BANK, Kind.DOCTOR))
    far = (place(Kind.DOCTOR, 1_500), place(Kind.BANK, 2_100), place(Kind.PHARMACY, 1_800))
    costs = report(full_grid(places=(*near, *far), stops=BUSY)).verdict.costs
    assert [c.title for c in costs] == ["A bank or post office", "A pharmacy", "A doctor"]


def test_a_warning_costs_more_than_an_unmet_need_and_that_more_than_a_low_index() -> None:
    bankless = tuple(p for p in full_grid().places if p.kind is not Kind.BANK)
    costs = report(full_grid(places=bankless, dangers=(hazard(Kind.WATERCOURSE, 20, "Mill Brook"),))).verdict.costs
    assert [c.title for c in costs] == ["Water nearby", "A bank or post office", "Transit index"]


def test_an_unmapped_address_has_no_score() -> None:
    verdict = report(StreetGrid(facts=NOTHING_MAPPED)).verdict
    assert verdict.score is None
    assert verdict.sentence == "Too little is known about this address to give a score."


def test_a_home_over_the_budget_is_said_once() -> None:
    costs = report(full_grid(), rent=1_200.0, budget=1_000.0).verdict.costs
    assert [c.title for c in costs] == ["Cost", "Transit index"]


def test_bonuses_help() -> None:
    poor = replace(full_grid(), places=(), greens=(), stops=())
    assert [h.title for h in report(poor, has_parking=True).verdict.helps] == ["Parking"]


def test_another_failed_wish_does_not_hide_what_affordability_loses() -> None:
    around = full_grid(stops=BUSY)
    costs = report(around, rent=1_100.0, budget=1_100.0, wants_laundry=True, has_laundry=False).verdict.costs
    assert [c.title for c in costs] == ["Laundry", "Affordability"]


def test_of_two_low_indexes_the_lower_one_costs_more() -> None:
    low = {"walk_scores": 40.0, "bike_score": 20.0, "transit_score": 30.0}
    findings = {
        stage: Finding(title=stage, state=State.MEASURED, summary="", score=Score("Index", value, 100.0))
        for stage, value in low.items()
    }
    assert [c.title for c in verdict_of(findings).costs] == ["bike_score", "transit_score", "walk_scores"]
