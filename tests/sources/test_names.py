"""One look at the words of all names says which regions to ask, and asking these gives what asking all would give."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.atlas.geocoder.search.query import read_text
from app.places import Location, Question
from app.sources.names import SharedNames
from app.sources.opened import OpenRegions
from app.sources.regions import ImportedRegions
from tests.sources.test_deciding import town_of
from tests.sources.test_imported_regions import put

NAMES = ("Ashby", "Otley", "Selby")


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give three towns in regions of their own."""
    folder = tmp_path_factory.mktemp("names")
    for at, name in enumerate(NAMES):
        put(folder, town_of(name, north_m=40_000 * at), name.lower())
    return folder / "regions"


@pytest.fixture
def names(regions: Path) -> Iterator[SharedNames]:
    """Give the words of all."""
    opened = OpenRegions(regions)
    yield SharedNames(opened.all()[0])
    assert opened.all()


def test_regions_that_know_every_word_are_asked_first(names: SharedNames) -> None:
    assert [atlas.name for atlas in names.knowing_all(read_text("3 High Street, Otley"))] == ["otley"]
    assert len(names.knowing_all(read_text("3 High Street"))) == 3
    assert names.knowing_all(read_text("3 High Street, London")) == ()


def test_then_those_that_know_most_with_slips(names: SharedNames) -> None:
    most, some = names.knowing_most(read_text("3 High Street, Ottley"))
    assert [atlas.name for atlas in most] == ["otley"]
    assert [atlas.name for atlas in some] == ["ashby", "selby"]


def test_nobody_is_asked_about_words_that_nobody_knows(names: SharedNames) -> None:
    assert names.knowing_most(read_text("qwertz uiop")) == ((), ())


@pytest.mark.parametrize(
    "text",
    [
        *("3 High Street, Selby", "Hihg Street 3 Selby", "Selby", "Otley Rd", "Ashby Central", "3 HIGH ST"),
        *("5 High Road", "3 Otley Road, Ashby", "Park School, Otley Road", "Park School, Otley Fantasia"),
    ],
)
def test_the_answer_is_that_of_asking_every_region(regions: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ImportedRegions(regions)
    answer = source.locate(text)
    monkeypatch.setattr(ImportedRegions, "_rounds", lambda self, typed, atlases, near: iter([(atlases, True)]))
    assert summary(ImportedRegions(regions).locate(text)) == summary(answer)


def summary(answer: Location | Question) -> object:
    return answer if isinstance(answer, Location) else [choice.location for choice in answer.choices]
