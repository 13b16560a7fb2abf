"""Flats, floors and the like are noise; the address is not."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.language import vocabulary
from app.atlas.geocoder.search.query import MAX_TOKENS, mended_types, read_text

ENGLISH = vocabulary(("en",))


def words(text: str) -> list[str]:
    return [token.text for token in read_text(text).query(ENGLISH).tokens]


@pytest.mark.parametrize(
    "noise",
    ["Apt 4B", "apt. 12", "Flat 3", "Unit 7", "Suite 200", "#5", "2nd floor", "Ground Floor", "3. krs", "Room B"],
)
def test_it_leaves_out_the_flat_and_the_floor(noise: str) -> None:
    assert words(f"{noise}, 12 High Street") == words(f"12 High Street, {noise}") == ["12", "high", "street"]


@pytest.mark.parametrize("street", ["Flat Rock Road", "Ravin de Sainte-Dévote", "Unit Street", "Rue de la Porte"])
def test_it_keeps_a_street_that_sounds_like_noise(street: str) -> None:
    assert len(words(f"5 {street}")) == len(words(street)) + 1 == len(street.replace("-", " ").split()) + 1


def test_it_keeps_noise_when_nothing_else_is_left() -> None:
    assert words("Flat 3") == ["flat", "3"]


def test_it_joins_a_range_with_spaces_but_not_a_postcode() -> None:
    assert words("Somerton Park 69 - 70") == ["somerton", "park", "69-70"]
    assert words("Bulevardi 12 - 00120") == ["bulevardi", "12", "00120"]


def test_it_reads_no_more_words_than_an_address_has() -> None:
    assert len(words("word " * 100)) == MAX_TOKENS


def test_it_mends_a_misspelled_type_in_each_way_that_goes_and_nothing_else() -> None:
    assert mended_types("bulevard", vocabulary(("fr",))) == ("boulevard",)
    assert mended_types("boulevard", vocabulary(("fr",))) == ()
    assert mended_types("kaivokatu", vocabulary(("fi",))) == ()


@pytest.mark.parametrize("both", ["60 & 62", "60 and 62", "60 + 62"])
def test_two_numbers_are_the_houses_between_them(both: str) -> None:
    assert words(f"{both} High Street") == ["60-62", "high", "street"]


def test_a_number_after_a_street_number_is_no_flat() -> None:
    assert words("Cra. 7 #12-45") == ["cra", "7", "12-45"]
    assert words("12 High Street #5") == ["12", "high", "street"]
