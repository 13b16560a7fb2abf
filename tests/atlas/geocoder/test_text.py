"""Spellings of one name meet in one key."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.text import (
    core_of,
    fold,
    glued_keys,
    key_of,
    mended_endings,
    spelled_out,
    terms_of,
    tokens_of,
)


def key(name: str) -> str:
    return key_of(terms_of(name))


@pytest.mark.parametrize(
    ("written", "folded"),
    [("ÅRHUS", "arhus"), ("Straße", "strasse"), ("Ærø", "aero"), ("Œuvre", "oeuvre"), ("Spélugues", "spelugues")],
)
def test_it_folds_case_accents_and_ligatures(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_umlauts_are_also_spelled_with_two_letters() -> None:
    assert spelled_out("Müller Å Ø") == "mueller aa oe"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Boulevard Albert 1er", "bd. albert premier"),
        ("Main Street", "main st."),
        ("North 2nd Avenue", "N Second Ave"),
        ("Hauptstraße", "Haupt Str."),
        ("Sankt Florinsgasse", "St. Florinsgasse"),
        ("Viale Abruzzi", "v.le abruzzi"),
        ("Piazza San Marco", "P.za S. Marco"),
        ("Calle Mayor", "c/ mayor"),
        ("Avenida de la Paz", "Avda. de la Paz"),
        ("Iso Roobertinkatu", "iso roobertin k."),
        ("Rue de l'Église", "rue de l’eglise"),
        ("Queen's Hill Crescent", "Queens Hill Cres"),
    ],
)
def test_spellings_of_one_street_share_a_key(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Elm Street", "Elm Road"), ("108th Avenue", "109th Avenue"), ("W 4th St", "E 4th St")]
)
def test_other_streets_have_other_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_core_leaves_out_type_article_and_direction() -> None:
    assert core_of(terms_of("Boulevard des Moulins")) == core_of(terms_of("moulins")) == "moulins"


def test_a_numbered_street_keeps_its_type_in_the_core() -> None:
    assert core_of(terms_of("West 13th Avenue")) == "13av"


@pytest.mark.parametrize("name", ["Rue", "8", "12", "Via"])
def test_a_name_without_letters_of_its_own_has_no_core(name: str) -> None:
    assert core_of(terms_of(name)) == ""


def test_a_cut_ending_may_stand_for_the_whole_one() -> None:
    assert "fredrikinkatu" in glued_keys("fredrikink")
    assert glued_keys("ok") == []


def test_a_misspelled_ending_is_mended_and_a_right_one_left() -> None:
    assert "hackenstr" in mended_endings("hackensrasse")
    assert mended_endings("bulevardi") == []


def test_tokens_know_their_part() -> None:
    tokens = tokens_of("203-06 saint-roman, annank. 5")
    assert [token.text for token in tokens] == ["203-06", "saint", "roman", "annank", "5"]
    assert [token.part for token in tokens] == [0, 0, 0, 1, 1]
