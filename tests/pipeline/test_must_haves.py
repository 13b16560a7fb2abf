"""What a person says that the place must have: yes, no or not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.listing import Listing
from app.pipeline.report import Check
from app.pipeline.rules.must_haves import MINUTES, NEAR, OFFERED, MustHave, choices
from app.pipeline.stages import tier1_checks
from app.places import Kind
from tests.support.surroundings import (
    ADDRESS,
    NOTHING_MAPPED,
    StreetGrid,
    evaluation_of,
    full_grid,
    hazard,
    place,
    route,
    stop,
)


def answer(around: StreetGrid, must: str) -> tuple[str, str]:
    evaluation = evaluation_of(around, Listing(ADDRESS, must_haves=(must,)))
    found: Check = next(c for c in tier1_checks.run(evaluation).checks if c.key.startswith("must_"))
    return found.outcome.value, found.finding


def lidl(metres: float, **tags: str) -> StreetGrid:
    return StreetGrid(places=(place(Kind.SUPERMARKET, metres, name="Lidl", **tags),))


@pytest.mark.parametrize(
    ("metres", "expected"),
    [
        (800.0, ("pass", "Yes: Lidl, 10 min on foot.")),
        (848.0, ("fail", "No: the nearest is Lidl, 11 min on foot.")),
        (830.0, ("pass", "Yes: Lidl, 10 min on foot.")),
    ],
)
def test_a_need_is_judged_by_the_minutes_that_are_shown(metres: float, expected: tuple[str, str]) -> None:
    assert answer(lidl(metres), "supermarket:10") == expected


def test_none_on_the_map_is_no_where_such_places_are_mapped() -> None:
    assert answer(StreetGrid(), "pharmacy:10") == ("fail", "No: there is none on the map within 45 minutes on foot.")
    assert answer(StreetGrid(facts=NOTHING_MAPPED), "pharmacy:10")[0] == "unknown"
    assert answer(StreetGrid(edge_m=400.0), "pharmacy:10")[0] == "unknown"


@pytest.mark.parametrize(("metres", "outcome"), [(299.0, "fail"), (301.0, "pass")])
def test_a_motorway_within_the_distance_is_no(metres: float, outcome: str) -> None:
    assert answer(full_grid(dangers=(hazard(Kind.MOTORWAY, metres, "M4"),)), "motorway:300")[0] == outcome


def test_the_motorway_is_named() -> None:
    found = answer(full_grid(dangers=(hazard(Kind.MOTORWAY, 210.0, "M4"),)), "motorway:300")
    assert found == ("fail", "No: M4, a motorway, is 210 m north of the address.")


def test_beyond_the_edge_there_may_be_a_motorway() -> None:
    assert answer(full_grid(edge_m=200.0), "motorway:500")[0] == "unknown"


def test_ways_without_steps() -> None:
    near = lidl(400.0)
    assert answer(near, "steps") == ("pass", "Yes, as far as steps are mapped: food shop 5 min on foot.")
    assert answer(lidl(400.0, steps="yes"), "steps") == (
        "fail",
        "No: every way of up to 15 minutes to the food shop has steps.",
    )
    assert answer(StreetGrid(), "steps")[0] == "unknown"


def test_everything_that_the_form_offers_is_known() -> None:
    texts = [text for _, answers in choices() for text, _ in answers]
    assert set(texts) == set(OFFERED)
    assert len(NEAR) * len(MINUTES) < len(texts)


def test_what_another_version_offered_is_left_out() -> None:
    evaluation = evaluation_of(full_grid(), Listing(ADDRESS, must_haves=("casino:5",)))
    assert not [c for c in tier1_checks.run(evaluation).checks if c.key.startswith("must_")]


def test_titles_are_what_a_person_says() -> None:
    assert MustHave("supermarket", 10).title == "A supermarket within 10 minutes"
    assert MustHave("motorway", 300).title == "No motorway or trunk road within 300 m"
    assert MustHave("steps", 0).title == "With a pram: no steps"


def test_a_stop_that_only_the_timetable_knows_is_behind_no_steps() -> None:
    around = replace(lidl(400.0), stops=(stop(200.0, route()),), timetable=True)
    assert answer(around, "steps") == ("pass", "Yes, as far as steps are mapped: food shop 5 min on foot.")
