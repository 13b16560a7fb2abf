"""House numbers in the ways people and mappers write them."""

from __future__ import annotations

import numpy as np
import pytest

from app.atlas.geocoder.build.columns import Addresses, AddressRow
from app.atlas.geocoder.build.streets import houses_of
from app.atlas.geocoder.numbers import (
    HouseNumber,
    asked_numbers,
    is_block_number,
    numbers_of,
    parse_number,
    split_numbers,
)


@pytest.mark.parametrize(
    ("text", "house", "last", "suffix"),
    [
        ("12", 12, 12, ""),
        ("12a", 12, 12, "a"),
        ("12 A", 12, 12, "a"),
        ("12/A", 12, 12, "a"),
        ("12-A", 12, 12, "a"),
        ("12 - a", 12, 12, "a"),
        ("12-14 A", 12, 14, "a"),
        ("12 A-C", 12, 12, "a-c"),
        ("12б", 12, 12, "b"),
        ("12к2", 12, 12, "k2"),
        ("12 A4", 12, 12, ""),
        ("12-14", 12, 14, ""),
        ("29–27", 27, 29, ""),
        ("13/14", 13, 14, ""),
        ("12/3", 12, 12, "/3"),
        ("25 bis", 25, 25, "bis"),
        ("25-Bis", 25, 25, "bis"),
        ("4510 1/2", 4510, 4510, "1/2"),
        ("4510½", 4510, 4510, "1/2"),
        ("#110 532", 532, 532, ""),
        ("Unit 102 -1626", 1626, 1626, ""),
        ("9-1551", 1551, 1551, ""),
        ("#12", 12, 12, ""),
        ("No. 12a", 12, 12, "a"),
        ("N° 12", 12, 12, ""),
        ("č.p. 314", 314, 314, ""),
        ("400/9", 400, 400, "/9"),
        ("ev.12", 12, 12, "ev"),
        ("č. ev. 12", 12, 12, "ev"),
    ],
)
def test_it_reads_a_number(text: str, house: int, last: int, suffix: str) -> None:
    number = parse_number(text)
    assert number is not None
    assert number[1:] == (house, last, suffix)


@pytest.mark.parametrize("text", ["", "Maerdy Farm", "?", "n/a", "Unit 12", "Evans 12", "No. A"])
def test_it_finds_no_number_in_a_name(text: str) -> None:
    assert parse_number(text) is None


def test_block_style_joins_block_and_house() -> None:
    assert parse_number("203-06", True) == HouseNumber("203-06", 20306, 20306, "")


def test_a_number_of_queens_has_two_digits_after_the_hyphen() -> None:
    assert is_block_number("203-06")
    assert not is_block_number("203-6")


@pytest.mark.parametrize(
    ("written", "house"),
    [(["12-14", "12-05", "12-10"], 1214), (["12-14", "16-18"], 12), (["29-27", "1", "3"], 27)],
)
def test_a_street_is_numbered_by_block_when_most_of_its_numbers_are(written: list[str], house: int) -> None:
    addresses = Addresses.of(AddressRow(0.0, 0.01 * i, text, "Elm Road", "", "", "") for i, text in enumerate(written))
    rows = np.arange(len(written))
    houses = houses_of(addresses, rows, np.zeros_like(rows))
    number_of = dict(zip(houses.rows.tolist(), houses.numbers.tolist(), strict=True))
    assert houses.parsed[number_of[0]].house == house


@pytest.mark.parametrize(
    ("mapped", "numbers"),
    [
        ("12", ("12",)),
        ("2;4;6", ("2", "4", "6")),
        ("39,41", ("39", "41")),
        ("60 & 62", ("60", "62")),
        ("60 and 62", ("60", "62")),
        ("60+62a", ("60", "62a")),
        ("12a und 14", ("12a", "14")),
        ("12 e 14", ("12", "14")),
        ("12 E 4", ("12 E 4",)),
        ("ev.12", ("ev.12",)),
        ("8, Floor 6", ("8",)),
        ("Keskuskatu 5", ("5",)),
        ("Maerdy Farm", ()),
        ("Flat 1;Flat 2", ()),
    ],
)
def test_it_splits_what_one_house_carries(mapped: str, numbers: tuple[str, ...]) -> None:
    assert split_numbers(mapped) == numbers


def test_a_range_holds_its_own_side_only() -> None:
    numbers = {text: parse_number(text) for text in ("12-16", "14", "13", "18")}
    wide = numbers["12-16"]
    held = {text for text, number in numbers.items() if wide and number and wide.holds(number)}
    assert held == {"12-16", "14"}


def test_a_double_number_is_the_whole_and_each_of_its_parts() -> None:
    assert [number[1:] for number in numbers_of("12/21", "21;12")] == [(12, 12, "/21"), (21, 21, ""), (12, 12, "")]
    assert [number[1:] for number in numbers_of("12/21")] == [(12, 21, "")]


def test_further_numbers_are_taken_once() -> None:
    assert [number.exact for number in numbers_of("400;400 A", "400a;9")] == ["400-400", "400-400a", "9-9"]


def test_a_number_with_a_slash_is_asked_for_in_both_senses() -> None:
    assert [number.exact for number in asked_numbers("12/21")] == ["12-12/21", "12-21"]
    assert [number.exact for number in asked_numbers("400/9")] == ["400-400/9"]


def test_a_hyphenated_number_is_asked_for_in_both_senses() -> None:
    assert [number.house for number in asked_numbers("12-14")] == [12, 1214]
    assert [number.house for number in asked_numbers("203-06")] == [20306]
