"""Plain English."""

from __future__ import annotations

import pytest

from app import wording
from app.pipeline.found import KIND_WORDS, place_name
from app.places import Kind
from tests.support.surroundings import place


def test_every_kind_has_a_word() -> None:
    assert set(KIND_WORDS) == set(Kind)


def test_no_word_shows_a_tag() -> None:
    assert not [word for word in KIND_WORDS.values() if "_" in word or "=" in word]


def test_an_unnamed_place_is_never_empty() -> None:
    assert place_name(place(Kind.PARK, 100)) == "a park (no name on the map)"


def test_a_named_place_keeps_its_name() -> None:
    assert place_name(place(Kind.PARK, 100, name="Ruttopuisto")) == "Ruttopuisto"


@pytest.mark.parametrize(("value", "text"), [(0.2, "1 minute"), (1.4, "1 minute"), (1.6, "2 minutes")])
def test_minutes_are_whole(value: float, text: str) -> None:
    assert wording.minutes(value) == text


@pytest.mark.parametrize(("value", "text"), [(2, "less than 10 m"), (84, "80 m"), (996, "1 km"), (1240, "1.2 km")])
def test_metres_are_tens(value: float, text: str) -> None:
    assert wording.metres(value) == text


@pytest.mark.parametrize(("value", "text"), [(75, "75 m"), (2_000, "2 km"), (2_414, "2.41 km"), (805, "805 m")])
def test_limits_are_exact(value: float, text: str) -> None:
    assert wording.limit(value) == text


@pytest.mark.parametrize(("noun", "plural"), [("bakery", "bakeries"), ("bus", "buses"), ("café", "cafés")])
def test_plurals(noun: str, plural: str) -> None:
    assert wording.count(2, noun) == f"2 {plural}"
    assert wording.count(1, noun) == f"1 {noun}"


@pytest.mark.parametrize(("share", "text"), [(0.0, "0 %"), (0.001, "1 %"), (0.999, "99 %"), (1.0, "100 %")])
def test_percent_does_not_round_to_all_or_nothing(share: float, text: str) -> None:
    assert wording.percent(share) == text


def test_articles_follow_the_sound() -> None:
    assert [wording.with_article(n) for n in ("atm", "university", "park")] == ["an atm", "a university", "a park"]


def test_lists_end_with_and() -> None:
    assert [wording.listed(["a"]), wording.listed(["a", "b", "c"]), wording.listed([])] == ["a", "a, b and c", ""]
