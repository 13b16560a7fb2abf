"""Letters of three scripts meet in plain Latin ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.geocoder.letters import fold, romanised_alike, spelled_out


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("ÅRHUS", "arhus"),
        ("Straße", "strasse"),
        ("Ærø", "aero"),
        ("Œuvre", "oeuvre"),
        ("Łódź – Đakovo", "lodz - dakovo"),
        ("Þórsgata", "thorsgata"),
        ("Ħamrun, Iğdır’ı", "hamrun, igdir'i"),
        ("улица Щербакова", "ulitsa shcherbakova"),
        ("Невский", "nevskiy"),
        ("подъезд", "podezd"),
        ("България", "balgariya"),
        ("Київ", "kiiv"),
        ("Ґонти", "gonti"),
        ("Љубљана Њ", "ljubljana nj"),
        ("Ελευθερίου Βενιζέλου", "eleftheriou venizelou"),
        ("Ευαγγελισμός", "evangelismos"),
        ("Ναυαρίνου", "navarinou"),
        ("Αυτού", "aftou"),
        ("Μπουμπουλίνας", "boumpoulinas"),
        ("Αϋφαντής", "ayfantis"),
        ("ΘΗΣΕΩΣ Ψυχή Χ", "thiseos psychi ch"),
    ],
)
def test_it_folds_to_plain_latin_letters(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_other_scripts_stay() -> None:
    assert fold("東京") == "東京"


@given(st.text(st.characters(codec="utf-8", max_codepoint=0x4FF)))
def test_what_is_folded_stays(text: str) -> None:
    once = fold(text)
    assert fold(once) == once


def test_a_letter_and_its_accent_may_be_two_characters() -> None:
    assert fold("Невскии\u0306") == fold("Невский")


def test_umlauts_are_also_spelled_with_two_letters() -> None:
    assert spelled_out("Müller Å Ø") == "mueller aa oe"


@pytest.mark.parametrize(
    "spellings",
    [
        "khreshchatyk hreshchatik hreschatik",
        "chania xania hania khania",
        "ulyanova uljanova ulianova",
        "nevskiy nevsky nevskij nevski",
        "hrushevskoho grushevskogo",
        "eleftheriou eleutheriou",
        "evangelismos evaggelismos",
        "syngrou syggrou singrou",
        "shevchenka sevcenka schevtschenka",
        "yevropeyska ievropeiska evropeiska",
        "zhukova zukova",
        "ploshchad ploschad",
        "naberezhnaya nabereznaia",
        "dzerzhinskogo dzerzinskogo",
        "milosha milosa",
        "tsar car",
    ],
)
def test_the_ways_to_transliterate_a_name_are_alike(spellings: str) -> None:
    assert len({romanised_alike(name) for name in spellings.split()}) == 1


@pytest.mark.parametrize(("one", "other"), [("lenina", "lenskaya"), ("pushkina", "pushkarya"), ("ermou", "athinas")])
def test_other_names_are_not_alike(one: str, other: str) -> None:
    assert romanised_alike(one) != romanised_alike(other)
