"""What kinds and places are called."""

from __future__ import annotations

from app.pipeline.found import KIND_NOUNS, place_name
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
