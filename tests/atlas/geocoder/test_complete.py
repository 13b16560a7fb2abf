"""Addresses complete while they are typed, in the order they are typed."""

from __future__ import annotations

import pytest

from tests.support.geocoder_town import first, house, labels, row_of_houses, sample, spot, town, way

STREETS = [
    *row_of_houses("High Street", (1, 2, 10, 12, 100), "Newport"),
    house("Highfield Road", "12", 900, "Newport"),
    house("109th Avenue", "203-06", 2_000),
]


def test_a_number_typed_first_stays_first() -> None:
    assert labels(sample("helsinki"), "12 Bulev")[0] == "12 Bulevardi, Helsinki"
    assert labels(sample("helsinki"), "Bulevardi 12")[0] == "Bulevardi 12, Helsinki"


def test_streets_come_with_the_most_houses_first() -> None:
    assert labels(town(STREETS), "high") == ("High Street, Newport", "Highfield Road, Newport")


def test_houses_come_by_number() -> None:
    found = labels(town(STREETS), "High Street 1")
    assert found == tuple(f"High Street {number}, Newport" for number in (1, 10, 12, 100))


def test_a_beginning_of_both_numbers_and_streets_gives_houses() -> None:
    assert labels(town(STREETS), "12 hi") == ("12 High Street, Newport", "12 Highfield Road, Newport")


@pytest.mark.parametrize("typed", ["203-0", "2030"])
def test_hyphenated_numbers_complete_with_and_without_the_hyphen(typed: str) -> None:
    assert labels(town(STREETS), f"{typed} 109th Av") == ("203-06 109th Avenue",)


def test_abbreviations_and_accents_are_no_hindrance() -> None:
    assert "27 Boulevard Albert 1er, 98000 Monaco" in labels(sample("monaco"), "27 bd alb")


def test_what_follows_a_comma_narrows_the_city() -> None:
    geocoder = town([*STREETS, house("High Street", "12", 9_000, "Cardiff")])
    assert labels(geocoder, "High Street 12, Car") == ("High Street 12, Cardiff",)
    assert labels(geocoder, "High Street 12, Paris") == ()


@pytest.mark.parametrize("typed", ["", " ", "12", "203-0", '"', "xyz", "high AND", "*", "-", "(", "a/b-c"])
def test_it_offers_nothing_for_what_begins_no_street(typed: str) -> None:
    assert labels(town(STREETS), typed) == ()


def test_a_completion_is_found_again() -> None:
    geocoder = sample("monaco")
    for label in labels(geocoder, "1 av"):
        number, street = label.split(",")[0].split(" ", 1)
        assert first(geocoder, label).startswith(f"{number} {street}")


def test_there_are_no_more_than_asked_for() -> None:
    ways = [way(f"Hill {letter}oad", east_m=1_000 * at) for at, letter in enumerate("abcdefghijkl")]
    assert len(town((), ways).complete("hill")) == 8
    assert len(town((), ways).complete("hill", 3)) == 3


def test_streets_and_towns_come_before_parks_and_these_before_shops() -> None:
    places = [spot("Highland", "shop"), spot("Highgate", "town", 9_000), spot("High Park", "park", 3_000)]
    found = labels(town(STREETS, (), places), "high")
    assert found == (
        "Highgate",
        "High Street, Newport",
        "Highfield Road, Newport",
        "High Park",
        "Highland, Newport",
    )


def test_a_place_is_offered_with_its_street() -> None:
    place = spot("Corner Shop", "shop")._replace(street="Elm Road", city="Newport")
    assert labels(town(STREETS, (), [place]), "corner") == ("Corner Shop, Elm Road",)


def test_what_begins_so_comes_before_what_holds_the_word() -> None:
    places = [spot("New High School", "school"), spot("High School", "school", 3_000)]
    assert labels(town((), (), places), "high s") == ("High School", "New High School")
