"""Addresses of real maps as people type them are taken; the same with another house for an answer are not."""

from __future__ import annotations

import json
import random
import unicodedata
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.places import Location, Precision, Question
from app.sources.live.geocoders import nominatim
from app.sources.live.geocoders.candidates import Candidate
from app.sources.live.geocoders.choosing import decided
from app.sources.live.geocoders.geocoding import asked_text
from tests.support.folders import SAMPLES
from tests.support.live.geocoders import nominatim_place
from tests.support.live.mapped import Gazetteer, Mapped, apart_m, gazetteer

MAPS = {"monaco": ("Monaco", "mc"), "helsinki": ("Suomi / Finland", "fi")}


def known(name: str) -> Gazetteer:
    country, code = MAPS[name]
    return gazetteer(SAMPLES / f"{name}.osm.pbf", country=country, code=code)


@cache
def houses(name: str) -> tuple[Mapped, ...]:
    return tuple(each for each in known(name).all if each.kind == "house" and each.city and each.number.isdigit())


def drawn(name: str) -> list[Mapped]:
    return random.Random(7).sample(houses(name), 15)


def decide(text: str, name: str, *answer: Mapped) -> Location | Question | None:
    body = json.dumps([nominatim_place(each, known(name)) for each in answer]).encode()
    return decided(text, nominatim.candidates(body), lambda lat, lon: name)


def plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower()


@pytest.mark.parametrize("name", MAPS)
@pytest.mark.parametrize(
    "pattern",
    ["{0.number} {0.street}, {0.city}", "{0.street} {0.number}", "{0.street} {0.number}, {0.postcode} {0.city}",
     "{0.street} {0.number}, flat 3, {0.city}"],
)  # fmt: skip
def test_an_address_as_people_type_it_is_taken(name: str, pattern: str) -> None:
    for each in drawn(name):
        same = [other for other in houses(name) if (other.street, other.number) == (each.street, each.number)]
        if max(apart_m(each.lat, each.lon, other) for other in same) > 150:
            continue  # one address in two places is asked about
        for text in (pattern.format(each), plain(pattern.format(each)), pattern.format(each).upper()):
            found = decide(text, name, *same)
            assert isinstance(found, Location), (text, found)
            assert (found.precision, found.street) == (Precision.HOUSE, each.street)


@pytest.mark.parametrize("name", MAPS)
def test_another_house_is_never_taken(name: str) -> None:
    for each in drawn(name):
        text = f"{each.number} {each.street}, {each.city}"
        others = random.Random(each.ident).sample(houses(name), 3)
        elsewhere = replace(each, city="Elsewhere", name="")
        renumbered = replace(each, number=str(int(each.number) + 1))
        town_is_country = each.city == known(name).country
        for wrong in (*others, renumbered, *([] if town_is_country else [elsewhere])):
            if (wrong.street, wrong.number, wrong.city) != (each.street, each.number, each.city):
                assert not isinstance(decide(text, name, wrong), Location), (text, wrong)


WORDS = st.text(max_size=30) | st.sampled_from(
    [
        "Hauptstraße",
        "8 Марта",
        "猿江一丁目",
        "شارع",
        "St",
        "12-16",
        "400/9",
        "NY",
        "new",
        "１２",
        "½",
        "",
        "&",
        "q 1/2 c",
    ]
)
CANDIDATES = st.builds(
    Candidate,
    lat=st.floats(-90, 90),
    lon=st.floats(-180, 180),
    label=WORDS.filter(bool),
    precision=st.sampled_from(Precision),
    what=st.sampled_from(["house", "street", "city", "shop"]),
    where=WORDS,
    street=WORDS,
    country=st.sampled_from(["", "us", "de", "jp", "zz"]),
    number=WORDS,
    postcode=WORDS,
    name=WORDS,
    address=WORDS,
    words=st.lists(WORDS, max_size=4).map(tuple),
)


@given(st.lists(WORDS, max_size=5).map(" ".join), st.lists(CANDIDATES, max_size=4))
def test_whatever_is_typed_and_found_there_is_an_answer(text: str, candidates: list[Candidate]) -> None:
    answer = decided(text, candidates, lambda lat, lon: "x")
    assert isinstance(answer, Location | Question) is bool(candidates)
    if isinstance(answer, Question):
        assert 1 <= len(answer.choices) <= 5
    assert asked_text(asked_text(text)) is not None
