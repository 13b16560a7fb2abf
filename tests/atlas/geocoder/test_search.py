"""Addresses are found however people write them."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from app.places import Precision
from tests.support.geocoder_town import first, house, row_of_houses, sample, spot, town, way

NEWPORT = [
    *row_of_houses("High Street", range(1, 40), "Newport"),
    house("St James Street", "12", 900, "Newport", "NP20 1AA"),
    house("Elm Road", "12a", 1_200, "Newport"),
    house("Elm Road", "14", 1_220, "Newport"),
    house("Church Street", "5", 1_800, "Newport", "NP20 2BB"),
    house("Church Street", "5", 9_000, "Marshfield", "CF3 2TT"),
]
QUEENS = [house("109th Avenue", number, at) for at, number in enumerate(("203-04", "203-06", "203-10", "204-02"))]


@pytest.mark.parametrize(
    "text", ["12 Bulevardi, Helsinki", "Bulevardi 12", "BULEVARDI 12, 00120 helsinki, Finland", "Bulevarden 12"]
)
def test_helsinki_finds_a_house_on_bulevardi(text: str) -> None:
    match = sample("helsinki").search(text)[0]
    assert match.text == "Bulevardi 12, Helsinki"
    assert match.location.precision is Precision.HOUSE
    assert match.score >= 0.9


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Boulevard des Moulins 27", "27 Boulevard des Moulins, 98000 Monaco"),
        ("1 rue des roses monte carlo", "1 Rue des Roses, 98000 Monte-Carlo"),
        ("27 bd albert 1er", "27 Boulevard Albert 1er, 98000 Monaco"),
        ("bulevard des moulins 27", "27 Boulevard des Moulins, 98000 Monaco"),
        ("27 moulins", "27 Boulevard des Moulins, 98000 Monaco"),
    ],
)
def test_monaco_finds_its_houses(text: str, label: str) -> None:
    assert first(sample("monaco"), text) == label


@pytest.mark.parametrize(
    "text",
    ["12 Saint James St", "st james street 12", "Flat 3, 12 St. James Street, Newport NP20 1AA", "12 st jmaes street"],
)
def test_it_finds_a_house_in_newport(text: str) -> None:
    assert first(town(NEWPORT), text) == "12 St James Street, Newport NP20 1AA"


@pytest.mark.parametrize("text", ["203-06 109th Avenue", "20306 109 ave", "109th Av 203-06, NY 11412"])
def test_it_finds_hyphenated_numbers(text: str) -> None:
    assert first(town(QUEENS), text) == "203-06 109th Avenue"


def test_it_finds_a_block_typed_with_a_space() -> None:
    assert first(town(QUEENS), "203 06 109th Avenue") == "203-06 109th Avenue"


@pytest.mark.parametrize("text", ["12 High Street C34", "12 High Street c 34", "12, High Street", "high street12"])
def test_a_flat_after_the_number_does_no_harm(text: str) -> None:
    match = town([house("High Street", "12")]).search(text)[0]
    assert match.text == "12 High Street"
    assert match.score >= FOUND


@pytest.mark.parametrize("text", ["12a Elm Road", "12 A Elm Rd", "Elm Road 12a"])
def test_it_finds_a_number_with_a_letter(text: str) -> None:
    assert first(town(NEWPORT), text) == "12a Elm Road, Newport"


def test_a_house_in_a_range_is_found() -> None:
    assert first(town([house("Elm Road", "12-16")]), "14 Elm Road") == "12-16 Elm Road"


def test_a_missing_number_is_placed_between_its_neighbours() -> None:
    match = town([house("Kaivokatu", "2", 0), house("Kaivokatu", "6", 100)]).search("Kaivokatu 4")[0].location
    assert match.precision is Precision.INTERPOLATED
    assert match.lon == pytest.approx(24.0 + 50 / 55_600)
    assert match.note == "Number 4 is not mapped; its place is estimated between numbers 2 and 6."


def test_a_number_on_the_other_side_is_no_neighbour_to_interpolate_with() -> None:
    match = town([house("Kaivokatu", "3", 0), house("Kaivokatu", "5", 100)]).search("Kaivokatu 4")[0].location
    assert "is the place of number" in match.note


def test_a_number_far_from_all_others_gives_the_street() -> None:
    match = town(NEWPORT).search("999 High Street")[0]
    assert (match.text, match.location.precision) == ("High Street, Newport", Precision.STREET)
    assert "Number 999 is not mapped on this street" in match.location.note


def test_an_unmapped_entrance_gives_its_house_and_says_so() -> None:
    match = town(NEWPORT).search("14b Elm Road")[0].location
    assert match.precision is Precision.HOUSE
    assert match.note == "Number 14b is not mapped by itself; this is number 14."


def test_a_street_alone_is_found_as_a_street() -> None:
    match = town(NEWPORT, [way("Mill Lane", "Lôn y Felin")]).search("Lon y Felin")[0]
    assert (match.text, match.location.precision) == ("Mill Lane, Newport", Precision.STREET)


def test_a_place_alone_is_found_as_a_place() -> None:
    match = town(NEWPORT, places=[spot("Maindee", "suburb")]).search("Maindee")[0]
    assert (match.text, match.location.precision) == ("Maindee", Precision.PLACE)


def test_a_station_is_found_with_or_without_that_word() -> None:
    geocoder = town(NEWPORT, places=[spot("Renfrew Station", "station")])
    assert first(geocoder, "renfrew") == first(geocoder, "Renfrew station") == "Renfrew Station"


def test_a_postcode_alone_is_found_as_a_place() -> None:
    match = town(NEWPORT).search("np20 1aa")[0]
    assert (match.text, match.location.precision) == ("NP20 1AA", Precision.PLACE)


def test_an_initial_stands_for_a_first_name_and_its_absence_is_a_near_miss() -> None:
    geocoder = town([house("Via Giorgio Washington", "70")])
    assert geocoder.search("Via G. Washington 70")[0].score >= FOUND
    assert PLAUSIBLE <= geocoder.search("Via Washington 70")[0].score < FOUND


def test_tokens_of_the_regions_title_are_known() -> None:
    text = "12 High Street, Gwent"
    assert town(NEWPORT).search(text)[0].score < FOUND
    assert town(NEWPORT, title="Newport in Gwent").search(text)[0].score >= FOUND


@pytest.mark.parametrize(
    ("hint", "town_name"), [("Marshfield", "Marshfield CF3 2TT"), ("NP20 2BB", "Newport NP20 2BB")]
)
def test_a_city_or_postcode_chooses_between_streets_of_one_name(hint: str, town_name: str) -> None:
    match = town(NEWPORT).search(f"5 Church St, {hint}")[0]
    assert match.text == f"5 Church Street, {town_name}"
    assert match.score >= FOUND


def test_an_ambiguous_address_is_not_answered_but_offered() -> None:
    geocoder = town(NEWPORT)
    assert geocoder.search("5 Church Street")[0].score < FOUND
    assert geocoder.suggest("5 Church Street")[:2] == (
        "5 Church Street, Marshfield CF3 2TT",
        "5 Church Street, Newport NP20 2BB",
    )


def test_the_street_that_has_the_number_wins() -> None:
    houses = [house("Church Street", "5", 0, "Newport"), house("Church Street", "77", 9_000, "Marshfield")]
    assert first(town(houses), "77 Church Street") == "77 Church Street, Marshfield"


def test_another_type_of_street_is_another_street() -> None:
    match = town(NEWPORT).search("12 High Road")[0]
    assert PLAUSIBLE <= match.score < FOUND


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_an_address_elsewhere_is_like_nothing_here(name: str) -> None:
    assert all(match.score < PLAUSIBLE for match in sample(name).search("10 Downing Street, London"))


@pytest.mark.parametrize("text", ["10 Fantasy Street, Helsinki", "Fantasy Street 10, 00100 Helsinki, Finland"])
def test_an_unknown_street_in_a_town_of_the_region_is_here_but_not_found(text: str) -> None:
    match = sample("helsinki").search(text)[0]
    assert PLAUSIBLE <= match.score < FOUND


def test_a_street_named_after_a_town_of_the_region_is_elsewhere() -> None:
    assert all(match.score < PLAUSIBLE for match in sample("helsinki").search("5 Helsinki Avenue, Stockholm"))


def test_a_street_of_the_name_in_a_foreign_city_is_not_the_answer() -> None:
    match = town(NEWPORT).search("12 High Street, London")[0]
    assert PLAUSIBLE <= match.score < FOUND


def test_a_building_before_a_placed_address_does_no_harm() -> None:
    match = town(NEWPORT).search("Westgate Hotel, 12 High Street, Newport")[0]
    assert match.text == "12 High Street, Newport"
    assert match.score >= FOUND


@pytest.mark.parametrize("text", ["", "  ", ",;", "???", "\x00", "12"])
def test_it_finds_nothing_in_nothing(text: str) -> None:
    assert town(NEWPORT).search(text) == ()


def test_an_empty_region_has_no_answers() -> None:
    geocoder = town()
    assert geocoder.search("12 High Street") == geocoder.suggest("12 High Street") == geocoder.complete("12 Hi") == ()
    assert geocoder.reverse(60.0, 24.0) is None
