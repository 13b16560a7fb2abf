"""Schools, childcare and their levels."""

from __future__ import annotations

import pytest

from app.pipeline.report import Finding, State
from app.pipeline.rules.school_levels import SchoolLevel, school_levels
from app.pipeline.stages import schools
from app.places import Kind, Place
from tests.support.surroundings import NOTHING_MAPPED, StreetGrid, evaluation_of, place

PRIMARY, SECONDARY, CHILDCARE = SchoolLevel.PRIMARY, SchoolLevel.SECONDARY, SchoolLevel.CHILDCARE


def run(*places: Place, **grid: object) -> Finding:
    return schools.run(evaluation_of(StreetGrid(places=places, **grid)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("Maiden Choice Elementary School", {PRIMARY}),
        ("Franklin High School", {SECONDARY}),
        ("École élémentaire Saint-Charles", {PRIMARY}),
        ("Collège Charles III", {SECONDARY}),
        ("Lycée Albert Ier", {SECONDARY}),
        ("Helsingin normaalilyseo", {SECONDARY}),
        ("Snellmanin ala-asteen koulu", {PRIMARY}),
        ("Ressun peruskoulu", {PRIMARY, SECONDARY}),
        ("Volksschule Vaduz", {PRIMARY}),
        ("École maternelle du Parc", {CHILDCARE}),
        ("St Joseph's", set()),
        ("", set()),
    ],
)
def test_names_tell_the_level(name: str, levels: set[SchoolLevel]) -> None:
    assert school_levels(place(Kind.SCHOOL, 100, name=name)) == levels


@pytest.mark.parametrize(
    ("tags", "levels"),
    [
        ({"isced_level": "1"}, {PRIMARY}),
        ({"isced_level": "2;3"}, {SECONDARY}),
        ({"isced_level": "0-2"}, {CHILDCARE, PRIMARY, SECONDARY}),
        ({"isced_level_1": "yes"}, {PRIMARY}),
        ({"grades": "K-5"}, {PRIMARY}),
        ({"grades": "9-12"}, {SECONDARY}),
        ({"grades": "PK-8"}, {PRIMARY, SECONDARY}),
        ({"grades": "many"}, set()),
        ({"school_FR": "primaire"}, {PRIMARY}),
    ],
)
def test_tags_tell_the_level(tags: dict[str, str], levels: set[SchoolLevel]) -> None:
    assert school_levels(place(Kind.SCHOOL, 100, 0.0, "", **tags)) == levels


def test_tags_go_before_the_name() -> None:
    assert school_levels(place(Kind.SCHOOL, 100, name="High School", isced_level="1")) == {PRIMARY}


def test_schools_are_sorted_into_levels() -> None:
    finding = run(place(Kind.SCHOOL, 200, name="North Primary"), place(Kind.KINDERGARTEN, 300, name="Bees"))
    assert [(g.key, g.within_30) for g in finding.groups] == [("childcare", 1), ("primary", 1), ("secondary", 0)]
    assert "There is no secondary school within 30 minutes on foot." in finding.summary


def test_a_school_of_unknown_level_leaves_the_others_open() -> None:
    finding = run(place(Kind.SCHOOL, 200, name="St Joseph's"))
    assert {f.key: f.value for f in finding.facts}["primary_within_30"] is None
    assert finding.gaps[0].why == "The map does not say the level of 1 school within 30 minutes on foot."


def test_a_mapped_town_without_schools_says_so() -> None:
    finding = run()
    assert finding.state is State.MEASURED
    assert finding.summary == (
        "There is no childcare, no primary school and no secondary school within 30 minutes on foot."
    )


def test_an_unmapped_town_is_unknown() -> None:
    finding = run(facts=NOTHING_MAPPED)
    assert finding.state is State.UNKNOWN
    assert all(fact.value is None for fact in finding.facts if fact.key != "unknown_within_30")


def test_public_and_private_are_said_when_tagged() -> None:
    finding = run(place(Kind.SCHOOL, 200, name="North Primary", operator_type="private"))
    assert finding.groups[1].places[0].detail == "private"


def test_it_says_that_there_are_no_ratings_and_no_catchments() -> None:
    notes = " ".join(run().notes)
    assert "no ratings" in notes
    assert "catchment" in notes
