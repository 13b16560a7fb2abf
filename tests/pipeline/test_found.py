"""What kinds and places are called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pipeline.found import KIND_NOUNS, found_place, place_name, same_words
from app.places import Kind
from tests.support.surroundings import place


def test_every_kind_has_a_word() -> None:
    assert set(KIND_NOUNS) == set(Kind)


def test_no_word_shows_a_tag() -> None:
    assert not [word for word in KIND_NOUNS.values() if "_" in word or "=" in word]


def test_an_unnamed_place_is_never_empty() -> None:
    assert place_name(place(Kind.PARK, 100)) == "a park (no name on the map)"


def test_a_named_place_keeps_its_name() -> None:
    assert place_name(place(Kind.PARK, 100, name="Ruttopuisto")) == "Ruttopuisto"


@pytest.mark.parametrize(
    ("straight_m", "walk_m", "said"),
    [
        (300.0, 730.0, ""),
        (300.0, 731.0, "the walk is 2.4 times the straight line"),
        (50.0, 206.0, "the walk is 4.1 times the straight line"),
        # Below 50 m a factor would sound absurd: 40 times of 10 m.
        (49.0, 203.0, "the walk is long for the distance"),
        (0.0, 101.0, "the walk is long for the distance"),
        (0.0, 100.0, ""),
    ],
)
def test_a_walk_that_is_too_long_for_its_distance_says_so(straight_m: float, walk_m: float, said: str) -> None:
    found = replace(place(Kind.PARK, 0), straight_m=straight_m, walk_s=walk_m / 80.0 * 60.0)
    assert found_place(found).detail == said


def test_what_a_place_is_and_its_detour_stand_beside_each_other() -> None:
    found = replace(place(Kind.SCHOOL, 0), straight_m=100.0, walk_s=600.0)
    assert found_place(found, "public").detail == "public, the walk is 8 times the straight line"


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("rue des roses 1 monaco", "Rue des Roses 1, Monaco"),
        ("Århusgade 5", "arhusgade  5,"),
        ("saint-roman 3", "Saint Roman 3"),
        ("Hauptstrasse 9", "Hauptstraße 9"),
    ],
)
def test_case_accents_spaces_and_commas_are_no_other_words(typed: str, label: str) -> None:
    assert same_words(typed, label)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("1 Rue des Roses", "Rue des Roses 1"),
        ("20 Avenue de Fontvieille, Monaco", "20 Avenue de Fontvieille, 98000 Monaco"),
        ("12 Caerleon Road, Newport", "12 Caerleon Road, Newport NP19 7BU"),
        ("Damrak 1, Amsterdam", "Damrak 1, 1012 LG Amsterdam"),
    ],
)
def test_the_order_of_words_and_a_postcode_more_are_no_other_place(typed: str, label: str) -> None:
    assert same_words(typed, label)


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("Rue des Roses, Monaco", "Rue des Roses 98000 Monaco"),
        ("Rue des Roses 1", "Rue des Roses 1 12"),
        ("Rue des Roses 1", "Rue des Roses 1, Menton 06500"),
        ("Rue des Roses 1", "Rue des Roses 1, 1"),
    ],
)
def test_a_number_or_a_town_more_is_said(typed: str, label: str) -> None:
    assert not same_words(typed, label)


@pytest.mark.parametrize("typed", ["Rue des Roses 2", "Rue des Rosiers 1", "Rue des Roses 1, Monaco", ""])
def test_any_other_word_is_one(typed: str) -> None:
    assert not same_words(typed, "Rue des Roses 1")


def test_a_stop_without_a_name_is_called_by_its_street_as_in_the_section_of_transit() -> None:
    stop = replace(place(Kind.BUS_STOP, 100, name=""), tags={"street": "Mill Lane"})
    assert place_name(stop) == "a bus stop in Mill Lane"
    assert place_name(replace(stop, tags={})) == "a bus stop (no name on the map)"
    assert place_name(replace(stop, kind=Kind.PARK)) == "a park (no name on the map)"
