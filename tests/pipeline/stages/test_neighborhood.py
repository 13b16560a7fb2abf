"""The 15-minute index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.needs_near import NO_WAY
from app.pipeline.report import Finding, Group, State
from app.pipeline.stages import neighborhood
from app.places import Kind
from tests.support.surroundings import (
    NOTHING_MAPPED,
    WELL_MAPPED,
    StreetGrid,
    evaluation_of,
    full_grid,
    place,
    route,
    stop,
)


def run(around: StreetGrid) -> Finding:
    return neighborhood.run(evaluation_of(around))


def group(finding: Finding, key: str) -> Group:
    return next(g for g in finding.groups if g.key == key)


def value(finding: Finding, key: str) -> float | None:
    return next(p.value for p in finding.parts if p.key == key)


def test_every_need_within_fifteen_minutes_reads_one_hundred() -> None:
    finding = run(full_grid())
    assert finding.score is not None
    assert (finding.score.value, finding.score.word) == (100.0, "13 of 13 needs within 15 minutes")


def test_what_is_told_as_fifteen_minutes_is_met() -> None:
    finding = run(StreetGrid(places=(place(Kind.PHARMACY, 1_203.0), place(Kind.SUPERMARKET, 1_245.0))))
    assert value(finding, "pharmacy") == 1.0
    assert group(finding, "pharmacy").within_15 == 1
    assert value(finding, "food_shop") == pytest.approx(0.9625, abs=0.001)
    assert group(finding, "food_shop").within_15 == 0


def test_the_worst_need_is_named() -> None:
    near = tuple(p for p in full_grid().places if p.kind is not Kind.PHARMACY)
    finding = run(full_grid(places=(*near, place(Kind.PHARMACY, 1_760.0, name="Far Pharmacy"))))
    assert finding.score is not None
    assert finding.score.word == "12 of 13 needs within 15 minutes"
    assert "The farthest is a pharmacy, 22 min on foot." in finding.summary


def test_a_need_without_any_place_is_named() -> None:
    finding = run(full_grid(places=tuple(p for p in full_grid().places if p.kind is not Kind.PHARMACY)))
    assert "no way to a pharmacy" in finding.summary


def test_an_unmapped_town_is_unknown() -> None:
    finding = run(StreetGrid(facts=NOTHING_MAPPED))
    assert finding.score is None
    assert finding.state is State.UNKNOWN
    assert finding.groups == ()


def test_a_need_met_nearby_counts_where_little_is_mapped() -> None:
    assert value(run(full_grid(facts=replace(WELL_MAPPED, shops=1))), "food_shop") == 1.0


def test_a_far_place_does_not_count_where_little_is_mapped() -> None:
    far = full_grid(facts=replace(WELL_MAPPED, shops=1), places=(place(Kind.SUPERMARKET, 2_000.0),))
    assert value(run(far), "food_shop") is None


def test_a_need_not_found_before_the_edge_is_unknown() -> None:
    finding = run(full_grid(edge_m=500.0, places=full_grid().places[1:]))
    assert value(finding, "food_shop") is None
    assert "cut off" in finding.gaps[0].why


def test_a_need_not_found_on_a_whole_map_is_zero() -> None:
    assert value(run(full_grid(places=full_grid().places[1:])), "food_shop") == 0.0


def test_no_mapped_stop_is_not_mapped_rather_than_no_bus() -> None:
    finding = run(full_grid(stops=(), timetable=False, facts=replace(WELL_MAPPED, stops=0), places=()))
    assert value(finding, "stop") is None
    gap = next(g for g in finding.gaps if g.what == "stop")
    assert "need not mean that there are none" in gap.why


def test_stops_of_the_timetable_answer_where_there_is_one() -> None:
    finding = run(full_grid(stops=(stop(160.0, route("7")),)))
    assert group(finding, "stop").places[0].name == "Market"


def test_a_secondary_school_is_no_primary_school() -> None:
    school = place(Kind.SECONDARY_SCHOOL, 100.0, name="Lycée Albert Premier")
    others = tuple(p for p in full_grid().places if p.kind is not Kind.PRIMARY_SCHOOL)
    assert value(run(full_grid(places=(*others, school))), "primary_school") == 0.0


def test_five_places_are_listed_and_all_are_counted() -> None:
    cafes = tuple(place(Kind.CAFE, 100.0 * n) for n in range(1, 9))
    found = group(run(full_grid(places=cafes)), "cafe")
    assert (len(found.places), found.within_15, found.within_30) == (5, 8, 8)


def test_a_suspicious_walk_is_flagged() -> None:
    odd = replace(place(Kind.SUPERMARKET, 200.0), walk_s=600.0)
    finding = run(full_grid(places=(odd,)))
    assert group(finding, "food_shop").places[0].detail == "the walk is 4 times the straight line"


def test_what_is_not_known_is_named() -> None:
    finding = run(full_grid(edge_m=500.0, places=full_grid().places[1:]))
    assert finding.summary == "12 of 12 daily needs are within a 15-minute walk (not known here: a food shop)."


def test_what_lies_near_but_no_mapped_way_reaches_is_named_once() -> None:
    beyond = replace(place(Kind.SUPERMARKET, 300, name="Riverside"), walk_s=None)
    finding = run(replace(full_grid(), places=(place(Kind.SUPERMARKET, 700), beyond)))
    (gap,) = (gap for gap in finding.gaps if gap.why == NO_WAY)
    assert gap.what == "Riverside (supermarket), 300 m away"


@pytest.mark.parametrize(("east_m", "reached_m"), [(1_100, 2_000), (300, 200)], ids=["far", "one is reached nearer"])
def test_what_no_way_reaches_is_not_named_where_it_matters_little(east_m: float, reached_m: float) -> None:
    beyond = replace(place(Kind.PHARMACY, east_m, name="Riverside"), walk_s=None)
    finding = run(replace(full_grid(), places=(place(Kind.PHARMACY, reached_m), beyond)))
    assert all(gap.why != NO_WAY for gap in finding.gaps)
