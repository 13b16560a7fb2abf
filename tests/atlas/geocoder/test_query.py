"""Flats, floors and the like are noise; the address is not."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.search.query import MAX_TOKENS, mended_type, read_query


def words(text: str) -> list[str]:
    return [token.text for token in read_query(text).tokens]


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


def test_it_mends_a_misspelled_type_and_nothing_else() -> None:
    assert mended_type("bulevard") == "boulevard"
    assert mended_type("boulevard") is None
    assert mended_type("kaivokatu") is None
