"""The right place is found, clean and mangled, quickly; figures of all regions: `python -m bench.geocoder`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.sources.regions import ImportedRegions
from bench.geocoder import addresses
from bench.geocoder.abroad import COUNT, abroad
from bench.geocoder.judging import Asked, Tally, Verdict, ask
from bench.geocoder.named import places
from bench.geocoder.regions import REGIONS, Region
from bench.geocoder.speed import at_share
from bench.geocoder.world import World, load
from tests.support.folders import SAMPLES, SHARED

RIGHT = (Verdict.FOUND, Verdict.GUESSED, Verdict.ASKED, Verdict.ASKED_NEEDLESSLY)
SAMPLE_NAMES = ("monaco", "helsinki")
Made = Callable[[World, Region, int], list[Asked]]


def region_called(name: str) -> Region:
    return next(region for region in REGIONS if region.name == name)


@pytest.fixture(scope="module")
def world() -> World:
    """Give what the two samples map."""
    return load({region_called(name): SAMPLES / f"{name}.osm.pbf" for name in SAMPLE_NAMES})


@pytest.fixture(scope="module")
def regions(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    """Give both samples, imported into one folder."""
    folder = tmp_path_factory.mktemp("regions")
    for name in SAMPLE_NAMES:
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return ImportedRegions(folder)


def tally_of(regions: ImportedRegions, questions: list[Asked]) -> Tally:
    assert len(questions) >= 50
    return ask(regions, questions)


@pytest.mark.parametrize("name", SAMPLE_NAMES)
@pytest.mark.parametrize(("made", "least"), [(addresses.clean, 0.99), (addresses.mangled, 0.95)])
def test_the_right_house_comes_first_in_the_samples(
    world: World, regions: ImportedRegions, name: str, made: Made, least: float
) -> None:
    tally = tally_of(regions, made(world, region_called(name), 200))
    assert tally.share(*RIGHT) >= least, tally.failures


@pytest.mark.parametrize(("name", "language"), [("monaco", "fr"), ("helsinki", "fi"), ("helsinki", "sv")])
def test_abbreviated_streets_are_found_in_the_samples(
    world: World, regions: ImportedRegions, name: str, language: str
) -> None:
    tally = tally_of(regions, addresses.abbreviations(world, region_called(name), 100)[language])
    assert tally.share(*RIGHT) >= 0.95, tally.failures


def test_nothing_that_is_in_no_region_is_answered_with_something_else(world: World, regions: ImportedRegions) -> None:
    questions = [question for each in abroad(world.words).values() for question in each]
    tally = tally_of(regions, questions)
    assert tally.counts[Verdict.WRONG] == tally.counts[Verdict.FOUND] == tally.counts[Verdict.GUESSED] == 0, (
        tally.failures
    )


def test_places_are_found_by_name_or_asked_about(world: World, regions: ImportedRegions) -> None:
    tally = tally_of(regions, [question for each in places(world).values() for question in each])
    assert tally.share(*RIGHT) >= 0.95, tally.failures


@pytest.mark.slow
@pytest.mark.parametrize("region", REGIONS[2:9], ids=lambda region: region.name)
def test_the_right_house_comes_first_in_larger_regions(tmp_path: Path, region: Region) -> None:
    extract = region.extract(SHARED)
    if extract is None:
        pytest.skip("the larger regions (../shared/data) are not here")
    import_region(RegionStore(tmp_path), region.name, RegionInput(extract))
    regions, alone = ImportedRegions(tmp_path), load({region: extract})
    plain = tally_of(regions, addresses.clean(alone, region, 1_000))
    assert plain.share(*RIGHT) >= 0.99, plain.failures
    hurried = tally_of(regions, addresses.mangled(alone, region, 1_000))
    assert hurried.share(*RIGHT) >= 0.95, hurried.failures


def test_the_house_next_door_is_wrong(world: World, regions: ImportedRegions) -> None:
    asked = addresses.clean(world, region_called("helsinki"), 2)
    swapped = Asked(asked[0].text, asked[1].meant, asked[1].right)
    assert ask(regions, asked).counts[Verdict.WRONG] == 0
    assert ask(regions, [swapped]).counts[Verdict.WRONG] == 1


def test_what_is_in_no_region_is_called_like_nothing_here(world: World) -> None:
    asked = abroad(world.words)
    texts = {question.text for questions in asked.values() for question in questions}
    assert len(texts) == COUNT
    assert "Monaco" not in texts
    assert "London" in texts
    assert "London" not in {question.text for question in abroad(world.words | {"london"})["town"]}


def test_places_are_drawn_alike_each_time(world: World) -> None:
    drawn = [[question.text for questions in places(world).values() for question in questions] for _ in range(2)]
    assert len(set(drawn[0])) == 100
    assert drawn[0] == drawn[1]


@pytest.mark.timed
def test_completion_is_quick_among_388_thousand_addresses(tmp_path: Path) -> None:
    extract = SHARED / "scale" / "derived-queens-x12.osm.pbf"
    if not extract.exists():
        pytest.skip("the 12 times tiling (../shared/data/scale) is not here")
    region = Region("queens", ("scale/derived-queens-x12.osm.pbf",), "en")
    import_region(RegionStore(tmp_path), "queens", RegionInput(extract))
    source, texts = ImportedRegions(tmp_path), addresses.clean(load({region: extract}), region, 100)
    spent = []
    for text in (question.text for question in texts):
        for end in range(1, len(text) + 1):
            start = time.thread_time()
            source.complete(text[:end])
            spent.append((time.thread_time() - start) * 1e3)
    assert at_share(sorted(spent), 0.99) <= 15
