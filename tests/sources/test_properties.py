"""What holds for every address and every text: on both sample regions in one folder, and on made-up towns."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.text import tokens_of
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.errors import DoorstepError
from app.places import MOST_CHOICES, Location, Question
from app.sources.regions import ImportedRegions
from bench.geocoder.addresses import sampled, without_accents
from bench.geocoder.mapped import Mapped, read
from bench.geocoder.regions import REGIONS
from tests.sources.test_deciding import town_of
from tests.sources.test_imported_regions import put
from tests.support.folders import SAMPLES

NAMES = ("monaco", "helsinki")
MADE_UP = ("Ashby", "Otley")
#: Words of the samples' towns, and none: a place may be called after its town.
TOWNS = {"helsinki", "monaco", "monte", "carlo", "00100", "98000"}
SOME = settings(max_examples=60, deadline=None)
TOKENS = (
    *("12", "rue", "Bulevardi", "&", "and", "Monaco", "98000", "43.7", "7.4", "N", "°", "'", "geo:", "9FWM+22"),
    *("st", "via", "station", "corner of", "Bât. 2", "60 & 62", "12/21", "#", ",", "é", "٣", "Elm", "Main Street"),
)
TEXTS = st.text(max_size=60) | st.lists(st.sampled_from(TOKENS), max_size=8).map(" ".join)


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
def mapped(name: str) -> Mapped:
    return read(SAMPLES / f"{name}.osm.pbf")


@st.composite
def addresses(draw: st.DrawFn) -> tuple[str, str, str, str, str]:
    """Draw a mapped house of a sample: region, street, number, town and postcode."""
    name = draw(st.sampled_from(NAMES))
    houses = sampled(mapped(name), 300)
    mistagged = {each.street for each in mapped(name).houses if each.street[-1].isdigit()}
    houses = [each for each in houses if each.number[:5].isalnum() and f"{each.street} {each.number}" not in mistagged]
    house = draw(st.sampled_from(houses))
    town = house.city or next(region.town for region in REGIONS if region.name == name)
    return name, house.street, house.number, town, house.postcode


@st.composite
def written(draw: st.DrawFn, pair: tuple[str, str], towns: list[str]) -> str:
    """Draw a way to write an address: the order of its parts, what stands between them, case and accents."""
    street, number = pair
    house = draw(st.sampled_from([f"{number} {street}", f"{street} {number}", f"{street}, {number}"]))
    parts = draw(st.permutations([house, *draw(st.sampled_from([towns, [" ".join(towns)], [" ".join(towns[::-1])]]))]))
    text = draw(st.sampled_from([", ", " ", " , ", "\n"])).join(parts)
    return draw(st.sampled_from([str.upper, str.lower, str.title, str, without_accents]))(text)


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
@given(address=addresses())
def test_another_region_never_changes_an_address_with_its_town(
    together: ImportedRegions, alone: dict[str, ImportedRegions], address: tuple[str, ...]
) -> None:
    name, street, number, town, _ = address
    text = f"{street} {number}, {town}"
    assert place_of(together, text) == place_of(alone[name], text)


@settings(max_examples=120, deadline=None)
@given(address=addresses(), data=st.data())
def test_the_order_of_the_parts_case_and_accents_never_change_it(
    together: ImportedRegions, address: tuple[str, ...], data: st.DataObject
) -> None:
    _, street, number, *towns = address
    where = [part for part in data.draw(st.sampled_from([towns, towns[:1]])) if part]
    text = data.draw(written((street, number), where))
    assert place_of(together, text) == place_of(together, f"{street} {number}, {' '.join(where)}")


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    """Give two towns of the same streets, numbers, shops and schools, each in a region of its own."""
    folder = tmp_path_factory.mktemp("twins")
    for at, name in enumerate(MADE_UP):
        put(folder, town_of(name, north_m=40_000 * at), name.lower())
    return ImportedRegions(folder / "regions")


@SOME
@given(town=st.sampled_from(MADE_UP), number=st.integers(1, 8), data=st.data())
def test_the_named_town_decides_however_it_is_written(
    twins: ImportedRegions, town: str, number: int, data: st.DataObject
) -> None:
    text = data.draw(written(("High Street", str(number)), [town]))
    found = twins.locate(text)
    assert isinstance(found, Location), (text, found)
    assert (found.label, found.region) == (f"{number} High Street, {town}", town.lower())


@SOME
@given(town=st.sampled_from(MADE_UP), thing=st.sampled_from(["Tesco", "Park School", "5 High Street", "5 High Road"]))
def test_without_its_town_nothing_is_taken_from_one_of_two(twins: ImportedRegions, town: str, thing: str) -> None:
    assert isinstance(twins.locate(thing), Question)
    home = twins.locate(f"3 High Street, {town}")
    assert isinstance(home, Location)
    found = twins.locate(thing, home)
    places = [found] if isinstance(found, Location) else [choice.location for choice in found.choices]
    assert {place.region for place in places} == {town.lower()}


@cache
def names_of_things() -> list[str]:
    """Return the names of all streets and things of both samples."""
    names = {thing.names["name"] for name in NAMES for thing in mapped(name).things}
    return sorted(names.union(*(mapped(name).streets for name in NAMES)))


@settings(max_examples=80, deadline=None)
@given(data=st.data(), letters=st.integers(3, 14), number=st.sampled_from(["", "", "1", "2", "12"]))
def test_what_a_completion_offers_is_found_or_asked_about(
    together: ImportedRegions, data: st.DataObject, letters: int, number: str
) -> None:
    name = data.draw(st.sampled_from(names_of_things()))
    for label in together.complete(f"{number} {name[:letters]}"):
        found = together.locate(label)
        places = [found] if isinstance(found, Location) else [choice.location for choice in found.choices]
        # What is called like a street, or lies at an address, may be taken for that: one of its words tells.
        telling = words(label) - TOWNS
        assert any(telling & words(place.label) or "".join(telling) in letters_of(place) for place in places), label
        if number in (begin := words(label.split(",")[0])) and isinstance(found, Location):
            assert begin <= words(found.label), (label, found)


def letters_of(place: Location) -> str:
    return "".join(filter(str.isalnum, fold(place.label)))


def words(label: str) -> set[str]:
    return {token.text for token in tokens_of(fold(label))}


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_no_text_breaks_it(together: ImportedRegions, text: str) -> None:
    assert together.complete(text) == together.complete(text)
    try:
        found = together.locate(text)
    except DoorstepError:
        return
    if isinstance(found, Question):
        assert 1 <= len(found.choices) <= MOST_CHOICES
        assert all(choice.location.label and choice.what for choice in found.choices)
        assert (found.about, bool(found.why)) == (text, True)
    else:
        assert found.label
        assert found.region in NAMES


@SOME
@given(text=TEXTS, near=st.sampled_from(["Bulevardi 12, Helsinki", "27 Boulevard des Moulins"]))
def test_no_destination_breaks_it(together: ImportedRegions, text: str, near: str) -> None:
    home = together.locate(near)
    assert isinstance(home, Location)
    try:
        found = together.locate(text, home)
    except DoorstepError:
        return
    if isinstance(found, Question):
        assert 1 <= len(found.choices) <= MOST_CHOICES
