"""What is said of the address: what was typed, what was matched, and how exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.errors import AddressNotFound
from app.pipeline.evaluation import Asked, Evaluation
from app.pipeline.listing import Listing
from app.pipeline.report import Finding, Level
from app.pipeline.stages import geocode
from app.places import Answer, Choice, Location, Precision, Question
from tests.support.surroundings import ADDRESS, Town, location

TYPED = "hauptstr 9 vaduz"
HOUSE = location("Hauptstrasse 9, 9490 Vaduz")
SEVERAL = Question(TYPED, "There are two.", (Choice(HOUSE, "house"), Choice(location("Hauptstrasse 9a"), "house")))


def run(listing: Listing, found: Location | Question = HOUSE) -> Finding:
    """Locate in a town where "hauptstr 9 vaduz" means what is given."""
    return geocode.run(Evaluation(listing, Town(known={TYPED: found})))


def facts_of(finding: Finding) -> dict[str, object]:
    return {fact.key: fact.value for fact in finding.facts}


def test_it_says_what_was_typed_where_something_else_was_matched() -> None:
    finding = run(Listing(TYPED))
    assert finding.notes == ("You typed “hauptstr 9 vaduz”; this report is about Hauptstrasse 9, 9490 Vaduz.",)
    assert (facts_of(finding)["typed"], facts_of(finding)["label"]) == (TYPED, HOUSE.label)


def test_it_says_nothing_where_the_address_was_typed_as_it_is_called() -> None:
    finding = run(Listing(TYPED), location("Hauptstr. 9, VADUZ"))
    assert finding.notes == ()
    assert facts_of(finding)["typed"] == TYPED


def test_it_says_that_the_person_chose_it() -> None:
    finding = run(Listing(ADDRESS, answers=(Answer(ADDRESS, location()),)))
    assert finding.notes == ("You chose this one when asked.",)


def test_what_was_answered_about_another_text_is_no_choice() -> None:
    assert run(Listing(ADDRESS, answers=(Answer("work", HOUSE),))).notes == ()


@pytest.mark.parametrize(
    ("precision", "says"),
    [
        (Precision.HOUSE, "We found the house: Mill Lane."),
        (Precision.POINT, "This is the point that you gave: Mill Lane."),
        (Precision.CORNER, "We found the corner: Mill Lane."),
        (Precision.INTERPOLATED, "This house number is not on the map, so its place is estimated: Mill Lane."),
        (Precision.STREET, "We found the street, not a house: Mill Lane."),
        (Precision.PLACE, "We found the place: Mill Lane."),
    ],
)
def test_it_says_how_exactly_it_was_found(precision: Precision, says: str) -> None:
    finding = run(Listing(TYPED), location("Mill Lane", precision))
    assert finding.summary == says
    assert facts_of(finding)["precision"] == geocode.PRECISION_TEXTS[precision]


def test_what_was_left_out_is_said_by_whoever_located_it() -> None:
    street = replace(location("Hauptstrasse", Precision.STREET), note="Number 9 is not mapped on this street.")
    finding = run(Listing(TYPED), street)
    assert finding.notes[1:] == ("Number 9 is not mapped on this street.",)
    assert "house number" not in f"{finding.summary} {finding.notes}"


@pytest.mark.parametrize(
    ("precision", "level"),
    [
        (Precision.HOUSE, Level.HIGH),
        (Precision.POINT, Level.HIGH),
        (Precision.CORNER, Level.HIGH),
        (Precision.STREET, Level.MEDIUM),
        (Precision.PLACE, Level.LOW),
    ],
)
def test_it_is_as_sure_as_the_place_is_exact(precision: Precision, level: Level) -> None:
    assert run(Listing(TYPED), location("Mill Lane", precision)).confidence.level is level


def test_it_asks_which_one_the_address_means() -> None:
    with pytest.raises(Asked) as asked:
        run(Listing(TYPED), SEVERAL)
    assert not asked.value.question.may_be_left_out


def test_it_asks_about_a_destination_before_the_long_work() -> None:
    with pytest.raises(Asked) as asked:
        run(Listing(ADDRESS, destinations=(TYPED,)), SEVERAL)
    assert asked.value.question == replace(SEVERAL, may_be_left_out=True)


def test_a_destination_that_is_not_found_does_not_fail_it() -> None:
    assert run(Listing(ADDRESS, destinations=("atlantis",))).location == location()
    with pytest.raises(AddressNotFound):
        run(Listing("atlantis"))
