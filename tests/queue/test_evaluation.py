"""The pipeline as the evaluator runs it, where a place must be asked about."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from app.pipeline.listing import Listing, listing_from_json, question_from_json, with_answer
from app.pipeline.report import report_from_json, to_json
from app.places import Answer, Location, Precision, Question
from app.queue.evaluation import from_source
from app.queue.jobs import Picture
from app.queue.runner import NeedsAnswer, StageEnded
from tests.support.questions import question
from tests.support.surroundings import ADDRESS, Town, full_grid

LONDON = Location(0.001, 0.001, "London Street", Precision.STREET, "gridtown")


@dataclass
class Unsure(Town):
    """A town in which some texts may mean several places."""

    unsure: dict[str, Question] = field(default_factory=dict)

    def locate(self, text: str, near: Location | None = None) -> Location | Question:  # type: ignore[override]
        return self.unsure.get(text) or super().locate(text, near)


class Nobody:
    """Listens to no stage."""

    needs = ""

    def began_anew(self) -> None: ...

    def began(self, stage: str) -> None: ...

    def ended(self, stage: StageEnded) -> None: ...

    def waits(self, service: str | None, turn: bool = False) -> None: ...

    def drew(self, pictures: tuple[Picture, ...]) -> None: ...


def evaluate(listing: Listing, *abouts: str) -> bytes:
    """Evaluate where these texts may mean several places."""
    source = Unsure(full_grid(), unsure={about: question(about=about) for about in abouts})
    return from_source(source)(to_json(listing).decode(), (), Nobody())


def asked(listing: Listing, *abouts: str) -> Question:
    with pytest.raises(NeedsAnswer) as needed:
        evaluate(listing, *abouts)
    return question_from_json(needed.value.question)


def test_it_asks_about_the_address() -> None:
    assert asked(Listing(ADDRESS), ADDRESS) == question(about=ADDRESS)


def test_it_asks_about_a_destination_that_may_be_left_out() -> None:
    listing = Listing(ADDRESS, destinations=("London",))
    assert asked(listing, "London") == question(about="London", may_be_left_out=True)


def test_it_goes_on_with_the_answer() -> None:
    listing = with_answer(Listing("Newport"), Answer("Newport", full_grid().location))
    report = report_from_json(evaluate(listing, "Newport"))
    assert report.location == full_grid().location
    assert report.listing.address == "Newport"


def test_it_goes_on_without_what_is_left_out() -> None:
    listing = with_answer(Listing(ADDRESS, destinations=("London",)), Answer("London", None))
    assert report_from_json(evaluate(listing, "London")).verdict.score


def test_a_new_answer_takes_the_place_of_an_old_one() -> None:
    listing = with_answer(Listing(ADDRESS), Answer("London", None))
    again = listing_from_json(to_json(with_answer(listing, Answer("London", LONDON))))
    assert again.answers == (Answer("London", LONDON),)
    assert again.key() == Listing(ADDRESS).key(), "it is the same question all the same"
