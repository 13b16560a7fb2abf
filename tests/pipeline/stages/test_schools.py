"""Schools, childcare and their levels."""

from __future__ import annotations

from app.pipeline.report import Finding, State
from app.pipeline.stages import schools
from app.places import Kind, Place
from tests.support.surroundings import NOTHING_MAPPED, StreetGrid, evaluation_of, place


def run(*places: Place, **grid: object) -> Finding:
    return schools.run(evaluation_of(StreetGrid(places=places, **grid)))  # type: ignore[arg-type]


def test_schools_are_sorted_into_levels() -> None:
    finding = run(place(Kind.PRIMARY_SCHOOL, 200, name="North Primary"), place(Kind.KINDERGARTEN, 300, name="Bees"))
    assert [(g.key, g.within_30) for g in finding.groups] == [("childcare", 1), ("primary", 1), ("secondary", 0)]
    assert "There is no secondary school within 30 minutes on foot." in finding.summary


def test_a_special_school_is_no_choice_for_every_child() -> None:
    finding = run(place(Kind.SPECIAL_SCHOOL, 200, name="Hill Centre"))
    assert [(g.key, g.within_30) for g in finding.groups] == [("childcare", 0), ("primary", 0), ("secondary", 0)]


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
    finding = run(place(Kind.PRIMARY_SCHOOL, 200, name="North Primary", operator_type="private"))
    assert finding.groups[1].places[0].detail == "private"


def test_it_says_that_there_are_no_ratings_and_no_catchments() -> None:
    notes = " ".join(run().notes)
    assert "no ratings" in notes
    assert "catchment" in notes
