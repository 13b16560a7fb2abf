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
    assert [(g.key, g.within_30) for g in finding.groups] == [
        ("childcare", 1),
        ("primary_school", 1),
        ("secondary_school", 0),
    ]
    assert finding.summary == (
        "The nearest on foot: childcare centre: Bees, 4 min; primary school: North Primary, 3 min. "
        "Within 30 minutes on foot the map shows no way to a secondary school."
    )


def test_a_school_of_unknown_level_leaves_the_others_open() -> None:
    finding = run(place(Kind.SCHOOL, 200, name="St Joseph's"))
    facts = {f.key: f.value for f in finding.facts}
    assert (facts["primary_school_within_30"], facts["school_within_30"]) == (None, 1.0)
    assert finding.gaps[0].why == "The map does not say the level of 1 school nearer than 30 minutes."
    assert "Whether there is a primary school or a secondary school within 30 minutes is not known." in finding.summary


def test_a_known_school_nearby_is_enough() -> None:
    finding = run(place(Kind.SCHOOL, 100, name="St Joseph's"), place(Kind.PRIMARY_SCHOOL, 400, name="North Primary"))
    assert "primary school: North Primary, 5 min" in finding.summary


def test_a_school_beside_nearer_ones_of_unknown_level_is_not_called_the_nearest() -> None:
    finding = run(
        place(Kind.SCHOOL, 1_300, name="St Joseph's"), place(Kind.PRIMARY_SCHOOL, 1_600, name="North Primary")
    )
    assert "though others may be nearer: primary school: North Primary, 20 min." in finding.summary
    assert "primary school: " not in finding.summary.split(".")[0]


def test_a_special_school_is_shown_as_one() -> None:
    finding = run(place(Kind.SPECIAL_SCHOOL, 200, name="The Oaks"))
    assert [g.title for g in finding.groups][-1] == "Special schools"
    assert {f.key: f.value for f in finding.facts}["secondary_school_within_30"] == 0.0


def test_a_mapped_town_without_schools_says_so() -> None:
    finding = run()
    assert finding.state is State.MEASURED
    assert finding.summary == (
        "Within 30 minutes on foot the map shows no way to a childcare centre, a primary school or a secondary school."
    )


def test_an_unmapped_town_is_unknown() -> None:
    finding = run(facts=NOTHING_MAPPED)
    assert finding.state is State.UNKNOWN
    assert all(fact.value is None for fact in finding.facts)


def test_public_and_private_are_said_when_tagged() -> None:
    finding = run(place(Kind.PRIMARY_SCHOOL, 200, name="North Primary", operator_type="private"))
    assert finding.groups[1].places[0].detail == "private"


def test_it_says_that_there_are_no_ratings_and_no_catchments() -> None:
    notes = " ".join(run().notes)
    assert "no ratings" in notes
    assert "assigns" in notes
