"""Spellings of one name meet in one key."""

from __future__ import annotations

import pytest

from app.atlas.geocoder.language import vocabulary
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.text import core_of, glued_keys, key_of, mended_endings, terms_of, tokens_of

FINNISH = vocabulary(("fi",))
ENGLISH = vocabulary(("en",))


def key(name: str, language: str) -> str:
    return key_of(terms_of(name, vocabulary((language,))))


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "Boulevard Albert 1er", "bd. albert premier"),
        ("en", "Main Street", "main st."),
        ("en", "North 2nd Avenue", "N Second Ave"),
        ("de", "Hauptstraße", "Haupt Str."),
        ("de", "Sankt Florinsgasse", "St. Florinsgasse"),
        ("it", "Viale Abruzzi", "v.le abruzzi"),
        ("it", "Piazza San Marco", "P.za S. Marco"),
        ("it", "Via Sant'Andrea", "via s.andrea"),
        ("es", "Calle Mayor", "c/ mayor"),
        ("es", "Avenida de la Paz", "Avda. de la Paz"),
        ("fi", "Iso Roobertinkatu", "iso roobertin k."),
        ("fr", "Rue de l'Église", "rue de l’eglise"),
        ("en", "Queen's Hill Crescent", "Queens Hill Cres"),
        ("sv", "Södra vägen", "s:a vägen"),
        ("en", "Marks & Spencer", "marks and spencer"),
    ],
)
def test_spellings_of_one_street_share_a_key(language: str, one: str, other: str) -> None:
    assert key(one, language) == key(other, language)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Elm Street", "Elm Road"),
        ("108th Avenue", "109th Avenue"),
        ("W 4th St", "E 4th St"),
        ("St James Street", "James Street"),
        ("Pye Corner", "Pye and"),
    ],
)
def test_other_streets_have_other_keys(one: str, other: str) -> None:
    assert key(one, "en") != key(other, "en")


def core(name: str, language: str) -> str:
    words = vocabulary((language,))
    return core_of(terms_of(name, words), words)


def test_a_core_leaves_out_type_article_and_direction() -> None:
    assert core("Boulevard des Moulins", "fr") == core("moulins", "fr") == "moulins"


def test_a_street_called_by_its_number_or_a_direction_keeps_what_tells_it() -> None:
    assert core("West 13th Avenue", "en") == "13avenue"
    assert core("South Street", "en") == "south"


@pytest.mark.parametrize("name", ["Rue", "8", "12"])
def test_a_name_without_letters_of_its_own_has_no_core(name: str) -> None:
    assert core(name, "fr") == ""


def test_a_cut_ending_may_stand_for_the_whole_one() -> None:
    assert "fredrikinkatu" in glued_keys("fredrikink", FINNISH)
    assert glued_keys("ok", FINNISH) == []


def test_a_misspelled_ending_is_mended_and_a_right_one_left() -> None:
    german = vocabulary(("de",))
    assert "hackenstrasse" in mended_endings("hackensrasse", german)
    assert "dorfstrasse" in mended_endings("dorfsrt", german)
    assert "mariankatu" in mended_endings("mariakn", FINNISH)
    assert mended_endings("bulevardi", FINNISH) == []


def test_tokens_know_their_part() -> None:
    tokens = tokens_of("203-06 saint-roman, annank. 5")
    assert [token.text for token in tokens] == ["203-06", "saint", "roman", "annank", "5"]
    assert [token.part for token in tokens] == [0, 0, 0, 1, 1]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("via g.b. pirelli", "via g b pirelli"),
        ("v.le abruzzi", "vle abruzzi"),
        ("st.john street", "st john street"),
        ("f.a.m.i.", "f a m i"),
        ("f.a.m.i., rue grimaldi", "f a m i rue grimaldi"),
        ("dell'arte", "dell arte"),
        ("main & elm", "main & elm"),
        ("main / elm", "main & elm"),
        ("main/elm", "main & elm"),
        ("12/3 elm", "12/3 elm"),
    ],
)
def test_it_cuts_initials_elisions_and_corners(text: str, words: str) -> None:
    assert " ".join(token.text for token in tokens_of(fold(text))) == words
