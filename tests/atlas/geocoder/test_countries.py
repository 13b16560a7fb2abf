"""Countries and states behind an address say nothing where the region lies in them, and much where it does not."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.countries import is_country, is_elsewhere, lies_in
from app.atlas.geocoder.search.costs import Doubt
from tests.support.geocoder_town import row_of_houses, taken, town

#: In the south of Finland.
TOWN = town(row_of_houses("High Street", range(1, 20), "Newport"))

HELSINKI, MONACO, NEWPORT, PERTH = (60.17, 24.94), (43.73, 7.42), (51.58, -3.0), (-31.95, 115.86)


@pytest.mark.parametrize(
    ("word", "point"),
    [
        ("finland", HELSINKI),
        ("suomi", HELSINKI),
        ("monaco", MONACO),
        ("france", MONACO),
        ("wales", NEWPORT),
        ("uk", NEWPORT),
        ("australia", PERTH),
    ],
)
def test_a_place_lies_in_its_country(word: str, point: tuple[float, float]) -> None:
    assert is_country(word)
    assert lies_in(word, *point)


@pytest.mark.parametrize(
    ("word", "point"), [("minnesota", HELSINKI), ("jamaica", NEWPORT), ("australia", NEWPORT), ("finland", PERTH)]
)
def test_a_place_lies_in_no_other(word: str, point: tuple[float, float]) -> None:
    assert not is_country(word) or not lies_in(word, *point)


@pytest.mark.parametrize("word", ["new", "north", "united", "newport", "street", ""])
def test_a_word_of_several_names_or_none_is_no_country(word: str) -> None:
    assert not is_country(word)


def test_the_state_of_an_island_country_of_one_name_counts_for_each() -> None:
    assert lies_in("georgia", 33.7, -84.4)
    assert lies_in("georgia", 41.7, 44.8)
    assert not lies_in("georgia", *HELSINKI)


@pytest.mark.parametrize("country", ["Finland", "Suomi"])
def test_the_country_of_the_region_is_no_difference(country: str) -> None:
    assert taken(TOWN, f"12 High Street, Newport, {country}") == "12 High Street, Newport"


@pytest.mark.parametrize("country", ["Minnesota", "Germany", "Rhode Island"])
def test_another_country_is_asked_about(country: str) -> None:
    match = TOWN.search(f"12 High Street, Newport, {country}")[0]
    assert match.doubt is Doubt.DROPPED
    assert match.about == country.lower()


@pytest.mark.parametrize("code", ["ND", "OH", "RI"])
def test_the_code_of_a_state_elsewhere_is_asked_about(code: str) -> None:
    for text in (f"12 High Street, Newport, {code}", f"12 High Street, Newport, {code} 58000", f"Newport, {code}"):
        match = TOWN.search(text)[0]
        assert match.doubt is Doubt.DROPPED, text
        assert code.lower() in match.about.split()


def test_a_code_of_two_states_is_elsewhere_where_neither_is() -> None:
    vaduz, naples_florida = (47.14, 9.52), (26.1, -81.8)
    assert not is_elsewhere("fl", *vaduz)
    assert not is_elsewhere("fl", *naples_florida)
    assert is_elsewhere("fl", *HELSINKI)
    assert not is_elsewhere("xx", *HELSINKI)


def test_borders_are_near_enough_for_towns_beside_them() -> None:
    assert not lies_in("washington", 49.26, -123.1)
    assert not lies_in("austria", 47.14, 9.52)
    assert lies_in("austria", 47.41, 9.74)
    assert is_elsewhere("wa", 49.26, -123.1)
