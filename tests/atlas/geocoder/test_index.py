"""Rows become streets, cities and labels, in any order of the rows."""

from __future__ import annotations

import sqlite3

from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.geocoder.build.columns import Addresses
from app.atlas.geocoder.build.index import index_addresses
from app.atlas.geocoder.geocoder import Geocoder
from app.atlas.geocoder.labels import Style, address_label, style_of
from tests.support.geocoder_town import first, house, row_of_houses, sample, spot, town, village, way

PIECES = st.sampled_from(
    [
        *("12", "203-06", "12/", "1/2", "bd", "Boulevard", "des", "Moulins", "albert 1er", "apt 4", "Monaco", "98000"),
        *(
            "mc",
            "é",
            "St",
            "N",
            "AND",
            "OR",
            "NEAR(",
            "٣",
            "²",
            "\ud800",
            "\n",
            "--",
            "#",
            "-",
            "/",
            "'",
            '"',
            "*",
            ",",
            ".",
        ),
    ]
)


def test_the_order_of_the_rows_makes_no_difference() -> None:
    rows = [*row_of_houses("High Street", range(1, 9), "Newport"), house("Elm Road", "1", 700)]
    ways = [way("High Street"), way("Elm Road", east_m=700)]
    dumps = []
    for houses, streets in ((rows, ways), (rows[::-1], ways[::-1])):
        connection = sqlite3.connect(":memory:")
        index_addresses(connection, Addresses.of(houses), streets, [])
        dumps.append(list(connection.iterdump()))
    assert dumps[0] == dumps[1]


def test_a_house_mapped_twice_is_one_house() -> None:
    rows = [house("Elm Road", "1", 0), house("Elm Road", "1", 30, "Newport", "NP20 1AA")]
    matches = town(rows).search("1 Elm Road")
    assert [match.text for match in matches] == ["1 Elm Road, Newport NP20 1AA"]
    assert matches[0].location.note == ""


def test_one_address_in_two_spots_gives_both() -> None:
    rows = [house("Elm Road", "1", 0, "Newport"), house("Elm Road", "1", 3_000, "Newport")]
    assert [match.text for match in town(rows).search("1 Elm Road")] == ["1 Elm Road, Newport"] * 2


def test_streets_of_one_name_far_apart_stay_apart() -> None:
    rows = [house("Elm Road", "1", 0, "Newport"), house("Elm Road", "91", 5_000, "Cardiff")]
    matches = town(rows).search("Elm Road")
    assert {match.text for match in matches} == {"Elm Road, Newport", "Elm Road, Cardiff"}


def test_parts_of_a_street_with_its_way_between_them_are_one() -> None:
    rows = [house("Elm Road", "2", 0), house("Elm Road", "6", 210)]
    assert "between numbers 2 and 6" in town(rows, [way("Elm Road")]).search("4 Elm Road")[0].location.note


def test_a_house_without_a_city_takes_its_neighbours() -> None:
    rows = [*row_of_houses("High Street", range(1, 9), "Newport"), house("Elm Road", "1", 100)]
    assert first(town(rows), "1 Elm Road") == "1 Elm Road, Newport"


def test_a_house_without_a_city_far_from_all_stays_without() -> None:
    rows = [*row_of_houses("High Street", range(1, 9), "Newport"), house("Elm Road", "1", 30_000)]
    assert first(town(rows), "1 Elm Road") == "1 Elm Road"


def test_a_street_is_named_after_the_town_that_reaches_it() -> None:
    geocoder = town((), [way("Mill Lane")], [spot("Ashby", "town", 1_000), spot("Otley", "town", 30_000)])
    assert first(geocoder, "mill lane") == "Mill Lane, Ashby"


def test_spellings_of_one_city_become_the_usual_one() -> None:
    rows = [
        *row_of_houses("Robson Street", range(1, 9), "Vancouver"),
        house("Robson Street", "20", 9, "vancouver, BC"),
    ]
    assert first(town(rows), "20 Robson Street") == "20 Robson Street, Vancouver"


def test_what_names_no_city_is_dropped() -> None:
    assert first(town([house("Annankatu", "5", 0, "7")]), "Annankatu 5") == "Annankatu 5"


def test_a_village_without_street_names_is_found_by_its_place() -> None:
    assert first(town([village("Hinterdorf", "12")]), "Hinterdorf 12") == "Hinterdorf 12"


def test_the_languages_of_a_region_are_told_by_its_streets() -> None:
    ways = [way(name, east_m=1_000 * at) for at, name in enumerate(("Rue Haute", "Rue Basse", "High Street"))]
    assert town((), ways).vocabulary.codes == ("en", "fr")


def test_a_building_called_by_a_number_takes_no_house_number_away() -> None:
    geocoder = town(row_of_houses("High Street", range(1, 20)), (), [spot("12", "building")])
    assert first(geocoder, "12 High Street") == "12 High Street"


def test_the_style_follows_the_streets() -> None:
    assert style_of(["High Street", "Elm Road", "Bulevardi"]) is Style.ENGLISH
    assert style_of(["Rue Grimaldi", "Boulevard des Moulins"]) is Style.FRENCH
    assert style_of(["Via Roma", "Avenida Paulista"]) is Style.NUMBER_LAST
    assert style_of([]) is Style.NUMBER_LAST


def test_a_label_leaves_out_what_is_not_known() -> None:
    assert address_label("Elm Road", "1", "", "", Style.ENGLISH) == "1 Elm Road"
    assert address_label("Elm Road", "", "Newport", "NP1", Style.ENGLISH) == "Elm Road, Newport NP1"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80) | st.lists(PIECES, max_size=12).map(" ".join) | st.lists(PIECES, max_size=12).map("".join))
def test_no_text_breaks_it(text: str) -> None:
    geocoder = sample("monaco")
    assert geocoder.search(text) == geocoder.search(text)
    geocoder.complete(text)


def test_a_provider_of_connections_will_do() -> None:
    connection = sqlite3.connect(":memory:")
    index_addresses(connection, Addresses.of([house("Elm Road", "1")]), [], [])
    assert first(Geocoder(lambda: connection), "1 elm rd") == "1 Elm Road"
