"""What holds for every address and every text, on both sample regions in one folder."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import DoorstepError
from app.places import MOST_CHOICES, Location, Question
from app.sources.regions import ImportedRegions
from bench.geocoder import addresses
from bench.geocoder.regions import REGIONS
from bench.geocoder.world import World, load
from tests.support.folders import SAMPLES

NAMES = ("monaco", "helsinki")
TOWNS = ("Helsinki", "Monaco", "Monte-Carlo")
SOME = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    """Give both samples in one folder."""
    return imported(tmp_path_factory, *NAMES)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ImportedRegions]:
    """Give each sample in a folder of its own."""
    return {name: imported(tmp_path_factory, name) for name in NAMES}


def imported(tmp_path_factory: pytest.TempPathFactory, *names: str) -> ImportedRegions:
    folder = tmp_path_factory.mktemp("regions")
    for name in names:
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return ImportedRegions(folder)


@cache
def world() -> World:
    return load({region: SAMPLES / f"{region.name}.osm.pbf" for region in REGIONS if region.name in NAMES})


@cache
def printed(name: str) -> tuple[str, ...]:
    """Return addresses as printed, with their town."""
    region = next(region for region in REGIONS if region.name == name)
    return tuple(question.text for question in addresses.clean(world(), region, 300) if region.town in question.text)


def place_of(source: ImportedRegions, text: str) -> object:
    """Return where a text leads: a place, the places asked about, or the kind of refusal."""
    try:
        found = source.locate(text)
    except DoorstepError as error:
        return type(error)
    if isinstance(found, Question):
        return {(choice.location.lat, choice.location.lon) for choice in found.choices}
    return found.lat, found.lon


@SOME
@given(name=st.sampled_from(NAMES), at=st.integers(0, 199))
def test_another_region_never_changes_an_address_with_its_town(
    together: ImportedRegions, alone: dict[str, ImportedRegions], name: str, at: int
) -> None:
    text = printed(name)[at % len(printed(name))]
    assert place_of(together, text) == place_of(alone[name], text)


@SOME
@given(name=st.sampled_from(NAMES), at=st.integers(0, 199), seed=st.integers(0, 1_000))
def test_the_order_of_the_parts_and_case_never_change_it(
    together: ImportedRegions, name: str, at: int, seed: int
) -> None:
    text = printed(name)[at % len(printed(name))]
    draw = random.Random(seed)
    parts = [part.strip() for part in text.split(",")]
    draw.shuffle(parts)
    changed = draw.choice((str.upper, str.lower, str.title, str.casefold))(", ".join(parts))
    assert place_of(together, changed) == place_of(together, text)


@SOME
@given(name=st.sampled_from(NAMES), at=st.integers(0, 199))
def test_accents_never_change_it(together: ImportedRegions, name: str, at: int) -> None:
    text = printed(name)[at % len(printed(name))]
    assert place_of(together, addresses.without_accents(text)) == place_of(together, text)


@SOME
@given(name=st.sampled_from(NAMES), at=st.integers(0, 199), letters=st.integers(3, 14))
def test_what_a_completion_offers_is_found_exactly(together: ImportedRegions, name: str, at: int, letters: int) -> None:
    for label in together.complete(printed(name)[at % len(printed(name))][:letters]):
        found = together.locate(label)
        places = [found] if isinstance(found, Location) else [choice.location for choice in found.choices]
        begin = words(label.split(",")[0])
        if any(map(str.isdigit, label.split(",")[0])) and label.endswith(TOWNS):
            assert any(begin <= words(place.label) for place in places), (label, places)
        else:  # a stop "Pohj. Makasiinikatu" is on the street of that name
            assert any(begin & words(place.label) for place in places), (label, places)


def words(label: str) -> set[str]:
    return {*label.casefold().replace(",", " ").split()}


@settings(max_examples=300, deadline=None)
@given(
    text=st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "12",
                "rue",
                "Bulevardi",
                "&",
                "and",
                "Monaco",
                "98000",
                "43.7",
                "7.4",
                "N",
                "°",
                "'",
                "geo:",
                "9FWM+22",
                "st",
                "via",
            ]
        ),
        max_size=8,
    ).map(" ".join)
)
def test_no_text_breaks_it(together: ImportedRegions, text: str) -> None:
    try:
        found = together.locate(text)
    except DoorstepError:
        return
    if isinstance(found, Question):
        assert 1 <= len(found.choices) <= MOST_CHOICES
        assert all(choice.location.label and choice.what for choice in found.choices)
        assert found.about == text
    else:
        assert found.label
