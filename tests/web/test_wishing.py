"""Reading what a link asks of a town: nothing is lost, and the shortest link asks for the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.wishes import MOST_PLACES, MOST_WISHES, WISHES
from app.web.wishing import AskedPlace, asked_in

TEXTS = st.text(max_size=30)
NAMES = st.sampled_from(["region", "wish", "place", "by", "within", "at", "profile", "other"])
SENSIBLE = st.sampled_from([*WISHES, "walk", "transit", "35", "08:30", "7:5", *(profile.key for profile in PROFILES)])
QUERIES = st.lists(st.tuples(NAMES, st.one_of(TEXTS, SENSIBLE)), max_size=25)


@given(QUERIES)
def test_the_shortest_link_asks_for_the_same(pairs: list[tuple[str, str]]) -> None:
    asked = asked_in(MultiDict(pairs))
    again = asked_in(MultiDict(asked.query()))
    assert again.query() == asked.query()
    assert (set(again.wishes), again.places, again.profile) == (set(asked.wishes), asked.places, asked.profile)
    assert not again.errors or len(again.wishes) > MOST_WISHES


@given(QUERIES)
def test_whatever_is_sent_there_are_no_more_than_may_be_judged(pairs: list[tuple[str, str]]) -> None:
    asked = asked_in(MultiDict(pairs))
    assert len(asked.judged) <= MOST_WISHES
    assert len(asked.places) <= MOST_PLACES
    assert all(place.text and 1 <= place.within_min <= 120 for place in asked.places)


def test_it_reads_the_link_of_the_documentation() -> None:
    asked = asked_in(
        MultiDict(
            [
                *(("wish", text) for text in ("food_shop-10", "motorway-300", "steps")),
                *(("region", "newport"), ("place", "NP20 1AA"), ("by", "transit"), ("within", "35"), ("at", "08:30")),
                ("profile", "family"),
            ]
        )
    )
    assert [wish.text for wish in asked.wishes] == ["food_shop-10", "motorway-300", "steps"]
    assert asked.places == (AskedPlace("NP20 1AA", "transit", 35, 8 * 3600 + 30 * 60),)
    assert (asked.region, asked.profile, asked.errors) == ("newport", "family", {})


def test_must_haves_are_read_as_a_listing_writes_them() -> None:
    assert asked_in(MultiDict([("wish", "park:5")])).wishes == (WISHES["park-5"],)


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [("by", "broom", "by-1"), ("within", "0", "within-1"), ("within", "1e3", "within-1"), ("at", "24:00", "at-1")],
)
def test_a_field_that_cannot_be_read_has_its_usual_value(name: str, value: str, field: str) -> None:
    asked = asked_in(MultiDict([("place", "Work"), (name, value)]))
    assert list(asked.errors) == [field]
    assert asked.places == (AskedPlace("Work"),)
