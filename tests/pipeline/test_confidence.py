"""How much confidence a report deserves, and why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.confidence import Reason, judge, section, whole_report
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Confidence, Finding, Level, State
from app.pipeline.rules.categories import Data
from app.places import Precision
from tests.support.surroundings import (
    ADDRESS,
    NOTHING_MAPPED,
    REGION,
    WELL_MAPPED,
    StreetGrid,
    Town,
    evaluation_of,
    full_grid,
    location,
)


def judged(around: StreetGrid, *data: Data, by_metres: bool = False) -> Confidence:
    return section(evaluation_of(around), *data, by_metres=by_metres)


def test_nothing_against_it_is_high_without_reasons() -> None:
    assert judged(full_grid(facts=WELL_MAPPED), *Data) == Confidence(Level.HIGH)


@pytest.mark.parametrize(
    ("precision", "level"), [(Precision.INTERPOLATED, "medium"), (Precision.STREET, "medium"), (Precision.PLACE, "low")]
)
def test_a_rough_address_lowers_it(precision: Precision, level: str) -> None:
    assert judged(full_grid(location=location(precision=precision))).level == level


@pytest.mark.parametrize("precision", [Precision.HOUSE, Precision.POINT, Precision.CORNER])
def test_an_exact_address_does_not_lower_it(precision: Precision) -> None:
    assert judged(full_grid(location=location(precision=precision)), by_metres=True).level is Level.HIGH


def test_metres_need_a_house() -> None:
    street = full_grid(location=location(precision=Precision.STREET))
    assert judged(street, by_metres=True).level is Level.LOW


@pytest.mark.parametrize(("edge_m", "level"), [(2_400, "high"), (2_300, "medium"), (1_000, "low")])
def test_a_map_that_ends_near_lowers_it(edge_m: float, level: str) -> None:
    found = judged(full_grid(edge_m=edge_m))
    assert found.level == level
    assert all("cut off" in reason for reason in found.reasons)


def test_missing_data_lowers_the_sections_that_need_it() -> None:
    shopless = full_grid(facts=replace(WELL_MAPPED, shops=3))
    assert judged(shopless, Data.SHOPS).level is Level.LOW
    assert judged(shopless, Data.AMENITIES).level is Level.HIGH
    assert "3 within 2.4 km" in judged(shopless, Data.SHOPS).reasons[0]


@pytest.mark.parametrize(("date", "level"), [("2026-01-31", "high"), ("2019-04-21", "medium"), ("", "medium")])
def test_old_data_lowers_it(date: str, level: str) -> None:
    assert judged(full_grid(region=replace(REGION, data_date=date))).level == level


def test_the_age_is_said_in_words() -> None:
    reasons = judged(full_grid(region=replace(REGION, data_date="2019-04-21"))).reasons
    assert reasons[0].startswith("The map data is from 21 April 2019")


@pytest.mark.parametrize(("snap_m", "level"), [(100.0, "high"), (101.0, "medium"), (None, "low")])
def test_a_far_street_lowers_it(snap_m: float | None, level: str) -> None:
    assert judged(full_grid(snap_m=snap_m)).level == level


def test_many_small_reasons_make_it_low() -> None:
    assert judge([Reason(Level.MEDIUM, str(n)) for n in range(2)]).level is Level.MEDIUM
    assert judge([Reason(Level.MEDIUM, str(n)) for n in range(3)]).level is Level.LOW


def test_a_reason_is_said_once() -> None:
    assert judge([Reason(Level.MEDIUM, "same")] * 2).reasons == ("same",)


def test_a_report_without_timetable_says_so() -> None:
    confidence = evaluate_property(Listing(ADDRESS), Town(full_grid(timetable=False))).confidence
    assert any("No timetable" in reason for reason in confidence.reasons)


def test_a_report_names_the_sections_that_are_missing() -> None:
    confidence = evaluate_property(Listing(ADDRESS), Town(StreetGrid(facts=NOTHING_MAPPED))).confidence
    assert confidence.level is Level.LOW
    assert any("could not be measured" in reason for reason in confidence.reasons)


@pytest.mark.parametrize(("missing", "level"), [(1, "medium"), (2, "medium"), (3, "low")])
def test_sections_that_are_missing_lower_the_whole_report(missing: int, level: str) -> None:
    evaluation = evaluation_of(full_grid())
    findings = [Finding(title=f"Section {n}", state=State.UNKNOWN, summary="") for n in range(missing)]
    assert whole_report(evaluation, findings).level == level
