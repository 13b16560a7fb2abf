"""Addresses complete while they are typed, in the order they are typed."""

from __future__ import annotations

import pytest

from tests.support.geocoder_town import first, house, row_of_houses, sample, town, way

STREETS = [
    *row_of_houses("High Street", (1, 2, 10, 12, 100), "Newport"),
    house("Highfield Road", "12", 900, "Newport"),
    house("109th Avenue", "203-06", 2_000),
]


def test_a_number_typed_first_stays_first() -> None:
    assert sample("helsinki").complete("12 Bulev")[0] == "12 Bulevardi, Helsinki"
    assert sample("helsinki").complete("Bulevardi 12")[0] == "Bulevardi 12, Helsinki"


def test_streets_come_with_the_most_houses_first() -> None:
    assert town(STREETS).complete("high") == ("High Street, Newport", "Highfield Road, Newport")


def test_houses_come_by_number() -> None:
    labels = town(STREETS).complete("High Street 1")
    assert labels == tuple(f"High Street {number}, Newport" for number in (1, 10, 12, 100))


def test_a_beginning_of_both_numbers_and_streets_gives_houses() -> None:
    assert town(STREETS).complete("12 hi") == ("12 High Street, Newport", "12 Highfield Road, Newport")


@pytest.mark.parametrize("typed", ["203-0", "2030"])
def test_hyphenated_numbers_complete_with_and_without_the_hyphen(typed: str) -> None:
    assert town(STREETS).complete(f"{typed} 109th Av") == ("203-06 109th Avenue",)


def test_abbreviations_and_accents_are_no_hindrance() -> None:
    assert "27 Boulevard Albert 1er, 98000 Monaco" in sample("monaco").complete("27 bd alb")


def test_what_follows_a_comma_narrows_the_city() -> None:
    geocoder = town([*STREETS, house("High Street", "12", 9_000, "Cardiff")])
    assert geocoder.complete("High Street 12, Car") == ("High Street 12, Cardiff",)
    assert geocoder.complete("High Street 12, Paris") == ()


@pytest.mark.parametrize("typed", ["", " ", "12", "203-0", '"', "xyz", "high AND", "*", "-", "(", "a/b-c"])
def test_it_offers_nothing_for_what_begins_no_street(typed: str) -> None:
    assert town(STREETS).complete(typed) == ()


def test_a_completion_is_found_again() -> None:
    geocoder = sample("monaco")
    for label in geocoder.complete("1 av"):
        number, street = label.split(",")[0].split(" ", 1)
        assert first(geocoder, label).startswith(f"{number} {street}")


def test_there_are_no_more_than_asked_for() -> None:
    ways = [way(f"Hill {letter}oad", east_m=1_000 * at) for at, letter in enumerate("abcdefghijkl")]
    assert len(town((), ways).complete("hill")) == 8
    assert len(town((), ways).complete("hill", 3)) == 3
