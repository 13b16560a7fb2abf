"""The net catches: a falsehood put into a report on a real address is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.pipeline.report import Finding, FoundPlace, Group, Report
from tests.truth.conftest import OpenSample
from tests.truth.near_by import Region, Surroundings, green_statements, near_statements
from tests.truth.page_said import page_statements
from tests.truth.statements import Statement
from tests.truth.table import Pages

Change = Callable[[Finding], Finding]


@pytest.fixture(scope="module")
def region(sample: OpenSample) -> Region:
    return sample("monaco")[0]


@pytest.fixture(scope="module")
def told(sample: OpenSample) -> Report:
    return sample("monaco")[1][1]


def changed(report: Report, stage: str, change: Change) -> Report:
    """Return a report with one section changed."""
    return replace(report, findings=tuple(change(f) if f.stage == stage else f for f in report.findings))


def in_group(key: str, change: Callable[[Group], Group]) -> Change:
    """Return a change of one group."""
    return lambda finding: replace(finding, groups=tuple(change(g) if g.key == key else g for g in finding.groups))


def in_first_place(key: str, **values: Any) -> Change:
    """Return a change of the first place of a group, and of its nearest minutes with it."""

    def change(group: Group) -> Group:
        first = replace(group.places[0], **values)
        return replace(group, nearest_min=first.minutes, places=(first, *group.places[1:]))

    return in_group(key, change)


def kinds(statements: list[Statement]) -> set[tuple[str, str]]:
    """Return the kind and the words of what is false."""
    return {(statement.kind, statement.said) for statement in statements if statement.truth}


def caught(region: Region, told: Report, lie: Report) -> set[str]:
    """Return the kinds of falsehood that a lie adds, by the oracles of the extract."""

    def false(report: Report) -> set[tuple[str, str]]:
        around = Surroundings(region, report)
        return kinds(list(near_statements(around)))

    return {kind for kind, _ in false(lie) - false(told)}


def caught_on_page(told: Report, lie: Report, page: str = "") -> set[str]:
    """Return the kinds of falsehood that a lie adds to a page."""
    before, after = (kinds(list(page_statements(report, page))) for report in (told, lie))
    return {kind for kind, _ in after - before}


def group_of(report: Report, key: str) -> Group:
    return next(g for f in report.findings if f.stage == "neighborhood" for g in f.groups if g.key == key)


def test_a_nearest_that_is_too_far_is_caught(region: Region, told: Report) -> None:
    lie = changed(told, "neighborhood", in_first_place("pharmacy", minutes=25.0))
    assert {"walk", "nearest"} <= caught(region, told, lie)


def test_a_walk_that_is_too_short_is_caught(region: Region, told: Report) -> None:
    far = max(group_of(told, "food_shop").places, key=lambda place: place.metres)
    places = tuple(replace(p, minutes=0.4) if p == far else p for p in group_of(told, "food_shop").places)
    lie = changed(told, "neighborhood", in_group("food_shop", lambda g: replace(g, places=places)))
    assert caught(region, told, lie) == {"walk"}


def test_a_place_at_other_metres_is_caught(region: Region, told: Report) -> None:
    metres = group_of(told, "bank").places[0].metres
    lie = changed(told, "neighborhood", in_first_place("bank", metres=metres + 60))
    assert "metres" in caught(region, told, lie)


@pytest.mark.parametrize("values", [{"osm_id": "n1"}, {"name": "Zur Post"}])
def test_a_place_that_is_not_there_is_caught(region: Region, told: Report, values: dict[str, str]) -> None:
    lie = changed(told, "neighborhood", in_first_place("bank", **values))
    assert "exists" in caught(region, told, lie)


def test_a_place_of_another_kind_is_caught(region: Region, told: Report) -> None:
    cafe: FoundPlace = group_of(told, "cafe").places[0]
    lie = changed(told, "neighborhood", in_group("doctor", lambda g: replace(g, places=(cafe,))))
    assert "exists" in caught(region, told, lie)


def test_none_beside_one_in_the_extract_is_caught(region: Region, told: Report) -> None:
    def none(group: Group) -> Group:
        return replace(group, nearest_min=None, within_15=0, within_30=0, places=())

    lie = changed(told, "neighborhood", in_group("food_shop", none))
    assert {"none", "count"} <= caught(region, told, lie)


@pytest.mark.parametrize("within_15", [0, 400])
def test_a_wrong_count_is_caught(region: Region, told: Report, within_15: int) -> None:
    lie = changed(told, "neighborhood", in_group("restaurant", lambda g: replace(g, within_15=within_15)))
    assert caught(region, told, lie) == {"count"}


def test_green_that_is_denied_or_made_up_is_caught(region: Region, told: Report) -> None:
    """One of the two answers is a lie, whatever is there."""

    def answer(value: bool) -> set[str]:
        def change(finding: Finding) -> Finding:
            facts = (replace(f, value=value) if f.key == "green_within_300_m" else f for f in finding.facts)
            return replace(finding, facts=tuple(facts))

        lie = changed(told, "green_spaces", change)
        return {statement.kind for statement in green_statements(Surroundings(region, lie)) if statement.truth}

    assert sorted(map(sorted, (answer(True), answer(False)))) == [[], ["green"]]


def test_one_place_with_two_walks_is_caught(told: Report) -> None:
    school = next(f for f in told.findings if f.stage == "schools").groups[0]
    lie = changed(told, "schools", in_first_place(school.key, minutes=(school.nearest_min or 0.0) + 3))
    assert caught_on_page(told, lie) == {"one value"}


def test_a_sentence_with_another_walk_is_caught(told: Report) -> None:
    place = group_of(told, "food_shop").places[0]
    lie = changed(told, "walk_scores", lambda f: replace(f, summary=f"{place.name}, 29 min on foot."))
    assert caught_on_page(told, lie) == {"one value"}


def test_none_beside_one_on_the_page_is_caught(told: Report) -> None:
    text = "Within 30 minutes the map shows no way to a bakery and a pharmacy."
    lie = changed(told, "walk_scores", lambda f: replace(f, summary=text))
    assert caught_on_page(told, lie) == {"no none beside one"}


def test_a_need_known_and_unknown_is_caught(told: Report) -> None:
    def forget(finding: Finding) -> Finding:
        parts = (replace(p, value=None) if p.key == "pharmacy" else p for p in finding.parts)
        return replace(finding, parts=tuple(parts))

    assert caught_on_page(told, changed(told, "neighborhood", forget)) == {"known once"}


def test_a_wrong_count_of_checks_is_caught(told: Report) -> None:
    lie = changed(told, "tier1_checks", lambda f: replace(f, checks=f.checks[1:]))
    assert caught_on_page(told, lie) == {"counts"}


def test_another_score_on_the_page_is_caught(told: Report, pages: Pages) -> None:
    page = pages.render(told)
    lie = changed(told, "bike_score", lambda f: replace(f, score=replace(f.score, value=3.0) if f.score else None))
    assert "score" in caught_on_page(told, lie, page)


def test_a_sentence_said_twice_is_caught(told: Report) -> None:
    page = "<main><p>The bakery is round the corner here.</p><p>The bakery is round the corner here.</p></main>"
    assert caught_on_page(told, told, "") == set()
    assert ("said once", "The bakery is round the corner here.") in kinds(list(page_statements(told, page)))


def at_the_door(report: Report, key: str, **values: Any) -> Report:
    """Return a report with one thing at its door changed."""
    return replace(report, door=tuple(replace(t, **values) if t.key == key else t for t in report.door))


def test_another_walk_at_the_door_than_in_the_lists_is_caught(told: Report) -> None:
    assert caught_on_page(told, at_the_door(told, "food_shop", minutes=29.0)) == {"one value"}


def test_a_thing_at_the_door_that_is_unknown_there_alone_is_caught(told: Report) -> None:
    assert "known once" in caught_on_page(told, at_the_door(told, "pharmacy", place=None, why_unknown="It is dark."))


def test_a_walk_at_the_door_that_is_too_long_is_caught(region: Region, told: Report) -> None:
    cafe = next(thing.place for thing in told.door if thing.key == "cafe")
    assert cafe is not None
    lie = at_the_door(told, "cafe", place=replace(cafe, minutes=44.0), minutes=44.0)
    assert {"walk", "nearest"} <= caught(region, told, lie)


def test_none_within_minutes_at_the_door_beside_one_is_caught(region: Region, told: Report) -> None:
    lie = at_the_door(told, "cafe", place=None, minutes=None, why_unknown="The map ends.", none_within_min=15)
    assert "none" in caught(region, told, lie)


def test_another_number_on_the_page_than_on_the_map_is_caught(told: Report, pages: Pages) -> None:
    page = pages.render(told)
    assert "score" in caught_on_page(told, at_the_door(told, "cafe", number=77), page)


def test_a_character_that_denies_what_is_listed_is_caught(told: Report) -> None:
    lie = replace(told, character="Side street; no food shop within 15 minutes.")
    assert caught_on_page(told, lie) == {"no none beside one"}
