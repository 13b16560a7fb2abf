"""Of a service's candidates one is taken, or the person is asked: what fits in part is never taken silently."""

from __future__ import annotations

from typing import Any

import pytest

from app.places import MOST_CHOICES, Location, Precision, Question
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.choosing import decided
from app.sources.live.geocoders.fitting import has_house_number, same_number
from tests.support.live.answers import candidates, house, postcode, street, thing, town

DE = {"country": "Deutschland", "country_code": "de"}
US = {"country": "United States", "country_code": "us"}
GB = {"country": "United Kingdom", "country_code": "gb"}
FR = {"country": "France", "country_code": "fr"}
CZ = {"country": "Česko", "country_code": "cz"}
RU = {"country": "Россия", "country_code": "ru"}
JP = {"country": "日本", "country_code": "jp"}
EG = {"country": "مصر", "country_code": "eg"}

HAUPTSTRASSEN = (
    house("5", "Hauptstraße", "Berlin", 52.49, 13.36, postcode="10827", **DE),
    house("5", "Hauptstraße", "Heidelberg", 49.41, 8.70, postcode="69117", state="Baden-Württemberg", **DE),
    house("5", "Hauptstraße", "Köln", 50.88, 7.05, postcode="51143", state="Nordrhein-Westfalen", **DE),
)
SPRINGFIELDS = (
    town("Springfield", 39.79, -89.64, 0.62, state="Illinois", county="Sangamon County", **US),
    town("Springfield", 42.10, -72.59, 0.59, state="Massachusetts", **US),
    town("Springfield", 37.20, -93.29, 0.58, state="Missouri", **US),
)
PARISES = (
    town("Paris", 48.85, 2.35, 0.88, state="Île-de-France", **FR),
    town("Paris", 33.66, -95.55, 0.51, "town", state="Texas", **US),
)
WHITE_HOUSE = house(
    "1600", "Pennsylvania Avenue Northwest", "Washington", 38.8977, -77.0365, postcode="20500", **US,
    state="District of Columbia",
)  # fmt: skip
WHITE_HOUSE_LABEL = "1600 Pennsylvania Avenue Northwest, Washington 20500"
GAMBETTA = house("12", "Avenue Gambetta", "Paris", 48.86, 2.39, **FR)
MANNERHEIM = house("5", "Mannerheimintie", "Helsinki", 60.16, 24.94)
DLOUHA = house("400/9", "Dlouhá", "Praha", 50.0893, 14.4245, postcode="110 00", suburb="Staré Město", **CZ)
DOWNING_STREET = (
    thing("Prime Minister’s Office", ("tourism", "attraction"), 51.50344, -0.12770, house_number="10", city="London",
          road="Downing Street", postcode="SW1A 2AA", **GB),
    house("10", "Downing Street", "London", 51.50328, -0.12763, postcode="SW1A 2AA", **GB),
)  # fmt: skip
MARTA = house("8", "улица 8 Марта", "Екатеринбург", 56.83, 60.60, postcode="620014", **RU)
SARUE = house(
    "4-2", "", "江東区", 35.686, 139.811, neighbourhood="猿江一丁目", postcode="135-0003", province="東京都", **JP
)
TALAAT = house("12", "شارع طلعت حرب", "القاهرة", 30.05, 31.24, **EG)


def decide(text: str, *places: dict[str, Any]) -> Location | Question | None:
    return decided(text, candidates(*places), lambda lat, lon: f"{lat:.0f}/{lon:.0f}")


def taken(text: str, *places: dict[str, Any]) -> Location:
    answer = decide(text, *places)
    assert isinstance(answer, Location), answer
    return answer


def asked(text: str, *places: dict[str, Any]) -> Question:
    answer = decide(text, *places)
    assert isinstance(answer, Question), answer
    assert answer.about == text
    return answer


def labels(question: Question) -> list[str]:
    return [choice.location.label for choice in question.choices]


# --- one is meant ---


@pytest.mark.parametrize(
    ("text", "places", "label"),
    [
        ("Hauptstraße 5, Berlin", HAUPTSTRASSEN, "Hauptstraße 5, 10827 Berlin"),
        ("Haupt Str. 5 Heidelberg", HAUPTSTRASSEN, "Hauptstraße 5, 69117 Heidelberg"),
        ("Hauptstr. 5, Cologne", HAUPTSTRASSEN, "Hauptstraße 5, 51143 Köln"),
        ("Hauptstrasse 5, 51143 Koeln, Germany", HAUPTSTRASSEN, "Hauptstraße 5, 51143 Köln"),
        ("1600 Pennsylvania Ave NW, Apt 3, Washington, DC", [WHITE_HOUSE], WHITE_HOUSE_LABEL),
        ("Dlouhá 9, Praha", [DLOUHA], "Dlouhá 400/9, 110 00 Praha"),
        ("Dlouha 400/9, 11000 Prague", [DLOUHA], "Dlouhá 400/9, 110 00 Praha"),
        ("Dlouhá 400", [DLOUHA], "Dlouhá 400/9, 110 00 Praha"),
        ("10 Downing St, London", DOWNING_STREET, "10 Downing Street, London SW1A 2AA"),
        ("ул. 8 Марта 8, Екатеринбург", [MARTA], "улица 8 Марта 8, 620014 Екатеринбург"),
        ("ulitsa 8 Marta 8", [MARTA], "улица 8 Марта 8, 620014 Екатеринбург"),
        ("東京都江東区猿江1丁目4番2号", [SARUE], "猿江一丁目 4-2, 135-0003 江東区"),
        ("〒135-0003 東京都江東区猿江1-4-2", [SARUE], "猿江一丁目 4-2, 135-0003 江東区"),
        ("12 شارع طلعت حرب، القاهرة", [TALAAT], "شارع طلعت حرب 12, القاهرة"),
        ("12 avenue Gambeta", [GAMBETTA], "12 Avenue Gambetta, Paris"),
        ("Mannerheimintie 5 B 12", [MANNERHEIM], "Mannerheimintie 5, Helsinki"),
    ],
)  # fmt: skip
def test_a_house_that_fits_is_taken(text: str, places: list[dict[str, Any]], label: str) -> None:
    location = taken(text, *places)
    assert (location.label, location.note, location.precision) == (label, "", Precision.HOUSE)
    assert location.street


def test_the_region_is_named_by_the_point() -> None:
    assert taken("Dlouhá 9", DLOUHA).region == "50/14"


@pytest.mark.parametrize("text", ["SW1A 2AA", "sw1a2aa"])
def test_a_british_postcode_alone_is_an_area(text: str) -> None:
    location = taken(text, postcode("SW1A 2AA", 51.503, -0.127, state="England", **GB))
    assert location.precision is Precision.PLACE
    assert location.note == "Only SW1A 2AA was given, not a street in it: distances are from its middle."


def test_the_state_tells_towns_apart() -> None:
    assert taken("Springfield, IL", *SPRINGFIELDS).label == "Springfield, Illinois (city)"
    assert taken("springfield mo usa", *SPRINGFIELDS).label == "Springfield, Missouri (city)"
    assert taken("Paris, Texas", *PARISES).label == "Paris, Texas (town)"


def test_a_much_better_known_town_is_meant() -> None:
    assert taken("Paris", *PARISES).label == "Paris, Île-de-France (city)"


def test_a_thing_is_named_with_its_kind() -> None:
    station = thing("Gare du Nord", ("railway", "station"), 48.880, 2.355, city="Paris", **FR)
    location = taken("gare du nord, paris", station)
    assert (location.label, location.precision) == ("Gare du Nord, Paris (station)", Precision.NAMED)


# --- one thing, mapped twice ---


def test_one_thing_at_one_place_is_one() -> None:
    stop = thing("Gare du Nord", ("highway", "bus_stop"), 48.8803, 2.3560, city="Paris", **FR)
    station = thing("Gare du Nord", ("railway", "station"), 48.8800, 2.3550, city="Paris", **FR)
    assert "station" in taken("Gare du Nord", station, stop).label


def test_pieces_of_one_street_are_one() -> None:
    pieces = [street("Lange Reihe", "Hamburg", 53.557 + north, 10.01, **DE) for north in (0, 0.004, 0.008)]
    location = taken("Lange Reihe, Hamburg", *pieces)
    assert location.note == "No house number was given; distances are from the middle of the street."


def test_a_shop_beside_a_street_of_its_name_is_called_after_it() -> None:
    places = [street("Long Lane", "Testham", 51.0, 0.0), thing("Long Lane", ("shop", "bakery"), 51.004, 0.0)]
    assert taken("Long Lane", *places).precision is Precision.STREET


# --- several may be meant ---


def test_one_address_in_several_towns_is_asked_about() -> None:
    question = asked("Hauptstr. 5", *HAUPTSTRASSEN)
    assert question.why == "“Hauptstr. 5” can mean several places. Which one?"
    assert labels(question)[0] == "Hauptstraße 5, 10827 Berlin"
    assert [choice.detail for choice in question.choices][1] == "House, Baden-Württemberg, Deutschland"


def test_springfield_alone_is_asked_about() -> None:
    question = asked("Springfield", *SPRINGFIELDS)
    assert labels(question)[0] == "Springfield, Illinois (city)"
    assert question.choices[0].where == "Sangamon County, United States"


def test_a_zip_code_in_two_countries_is_asked_about() -> None:
    places = [postcode("90210", 34.1, -118.4, town="Beverly Hills", state="California", **US)]
    places.append(postcode("90210", 60.1, 24.9, town="Lahti", country="Suomi", country_code="fi"))
    assert len(asked("90210", *places).choices) == 2
    assert taken("90210 USA", *places).label == "90210, Beverly Hills (postcode)"


def test_no_more_choices_are_offered_than_a_question_may_have() -> None:
    towns = [town("Neustadt", 48 + lat, 9, state=f"Land {lat}", **DE) for lat in range(8)]
    assert len(asked("Neustadt", *towns).choices) == MOST_CHOICES


def test_choices_that_read_alike_are_told_apart() -> None:
    houses = [house("1", "Dorfstraße", "Neudorf", 50 + north, 10, **DE) for north in (0, 0.1)]
    assert [choice.where for choice in asked("Dorfstraße 1", *houses).choices] == [
        "Deutschland",
        "Deutschland, 11.1 km north of the first",
    ]


# --- what was left out ---


def test_a_number_that_is_not_there_is_asked_about() -> None:
    question = asked("Hauptstr. 9, Berlin", street("Hauptstraße", "Berlin", 52.49, 13.36, **DE))
    assert question.why == "Number 9 is not on the map there. Is it one of these?"
    note = "Number 9 is not mapped on this street; distances are from the middle of the street."
    assert question.choices[0].location.note == note


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Hauptstr. 5a, Berlin", HAUPTSTRASSEN[0]),
        ("улица 8 Марта 12", MARTA),
        ("東京都江東区猿江1丁目4番5号", SARUE),
        ("15 شارع طلعت حرب", TALAAT),
        ("221 Baker Street", house("221B", "Baker Street", "London", 51.52, -0.158, **GB)),
    ],
)
def test_another_number_is_asked_about(text: str, place: dict[str, Any]) -> None:
    question = asked(text, place)
    assert "is not on the map there" in question.why
    assert "was not found; this is number" in question.choices[0].location.note


def test_a_number_of_the_street_is_not_that_of_the_house() -> None:
    question = asked("улица 8 Марта 8", street("улица 8 Марта", "Екатеринбург", 56.83, 60.6, **RU))
    assert question.why.startswith("Number 8 is not on the map there")


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("Hauptstr. 5, Hamburg", HAUPTSTRASSEN[0], "nothing that fits “hamburg” as well"),
        ("Hauptgasse 5, Berlin", HAUPTSTRASSEN[0], "nothing that fits “hauptgasse” as well"),
        ("улица Ленина 8", MARTA, "nothing that fits “lenina” as well"),
        ("大阪市北区猿江1丁目4-2", SARUE, "nothing that fits “大阪北” as well"),
        ("Hauptstr. 5, Berlin, Austria", HAUPTSTRASSEN[0], "in the country or state that it names"),
        ("Springfield, Ohio", SPRINGFIELDS[0], "in the country or state that it names"),
        ("1600 Pennsylvania Ave SE, Washington", WHITE_HOUSE, "but this has a name like it"),
        ("1600 Pennsylvania St NW, Washington", WHITE_HOUSE, "but this has a name like it"),
    ],
)
def test_words_that_are_left_out_are_asked_about(text: str, place: dict[str, Any], why: str) -> None:
    assert why in asked(text, place).why


def test_the_country_that_was_typed_comes_before_the_service_s_order() -> None:
    places = [house("5", "Bahnhofstraße", "Polling", 47.28, 11.15, country="Österreich", country_code="at")]
    places.append(house("5", "Bahnhofstraße", "Polling", 47.81, 11.13, **DE))
    assert taken("Bahnhofstr. 5, Polling, Germany", *places).lat == 47.81


def test_another_postcode_is_said() -> None:
    location = taken("Hauptstr. 5, 51145 Köln", *HAUPTSTRASSEN)
    assert location.note == "The postcode 51145 was not found with it: its postcode is 51143."


def test_names_in_other_letters_are_said_not_to_be_compared() -> None:
    assert taken("12 Talaat Harb Street, Cairo", TALAAT).note.startswith("Its names are in other letters")
    assert taken("Sarue 1-4-2, Koto, Tokyo", SARUE).note.startswith("Its names are in other letters")
    assert "Number 15" in asked("15 Talaat Harb Street, Cairo", TALAAT).why


def test_a_number_in_the_name_of_a_building_may_be_that_of_the_house() -> None:
    found = thing("26 Carré Or", ("building", "yes"), 43.74, 7.42, house_number="26", road="Avenue de la Costa", **FR)
    assert taken("26 Avenue de la Costa", found).label == "26 Avenue de la Costa"


def test_a_number_written_in_words_may_be_that_of_the_house() -> None:
    found = house("3", "Kolmas linja", "Helsinki", 60.18, 24.95, country="Suomi / Finland", country_code="fi")
    assert taken("Kolmas linja 3", found).precision is Precision.HOUSE
    assert "Number 5" in asked("Kolmas linja 5", found).why


def test_a_part_of_a_name_is_asked_about() -> None:
    museum = thing("Museum of the Moving Image", ("tourism", "museum"), 40.756, -73.924, city="New York", **US)
    assert asked("Moving Image", museum).why == "“Moving Image” is only a part of these names. Which one?"


def test_a_house_in_what_was_named_is_not_what_was_named() -> None:
    found = house("37", "Rue Basse", "Monaco", 43.73, 7.42, postcode="98000", country="Monaco", country_code="mc")
    assert "not on the map as it is written" in asked("98000", found).why


def test_a_house_in_a_ward_is_not_the_ward() -> None:
    assert "not on the map as it is written" in asked("東京都江東区", SARUE).why
    ward = town("江東区", 35.67, 139.82, province="東京都", **JP)
    assert taken("東京都江東区", SARUE, ward).label == "江東区, 日本 (city)"


def test_what_the_service_calls_partial_is_asked_about() -> None:
    found = Candidate(52.0, 13.0, "Hauptstraße 5, Berlin", Precision.HOUSE, "house", "", number="5", is_partial=True,
                      street="Hauptstraße", words=("Hauptstraße", "Berlin"))  # fmt: skip
    assert isinstance(decided("Hauptstr. 5, Berlin", [found], lambda lat, lon: "x"), Question)


def test_an_estimated_place_is_said_to_be_one() -> None:
    found = Candidate(38.8, -76.9, "4600 Silver Hill Rd, Suitland 20746", Precision.INTERPOLATED, "house", "MD",
                      number="4600", street="Silver Hill Rd", words=("Silver Hill Rd", "Suitland", "MD"))  # fmt: skip
    location = decided("4600 Silver Hill Road, Suitland", [found], lambda lat, lon: "x")
    assert isinstance(location, Location)
    assert location.note == "The place of number 4600 is estimated from the numbers of its part of the street."


def test_of_no_candidates_nothing_is_made() -> None:
    assert decide("Hauptstr. 5") is None


# --- numbers ---


@pytest.mark.parametrize(
    ("asked_for", "have"), [("5", "5"), ("5a", "5 A"), ("14", "12-16"), ("4", "2;4;6"), ("9", "400/9")]
)
def test_numbers_that_are_the_same(asked_for: str, have: str) -> None:
    assert same_number(asked_for, have)


@pytest.mark.parametrize(
    ("asked_for", "have"), [("5", "5a"), ("5a", "5"), ("13", "12-16"), ("4", "40"), ("4", "400/9")]
)
def test_numbers_that_are_not(asked_for: str, have: str) -> None:
    assert not same_number(asked_for, have)


@pytest.mark.parametrize(
    ("text", "has"),
    [("Hauptstr. 5", True), ("12345 Main St, Troy", True), ("75001 Paris", False), ("SW1A 2AA", False),
     ("Paris", False), ("東京都江東区猿江1丁目4-2", True), ("〒135-0003", False)],
)  # fmt: skip
def test_a_house_number_is_told_from_a_postcode(text: str, has: bool) -> None:
    assert has_house_number(text) is has
