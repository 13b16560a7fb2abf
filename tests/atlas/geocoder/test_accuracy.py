"""The right house comes first, clean and mangled, quickly; figures of all regions: `python -m bench.geocoder`."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bench.geocoder import Answers, Tally, ask, percentiles
from bench.geocoder_questions import clean_all, mangled_all, read_rows, sampled
from tests.support.folders import SAMPLES, SHARED
from tests.support.geocoder_town import town

REGIONS = (
    "newport-gb/newport-2023-06-13",
    "queens-village-ny-us/queens_village_ny",
    "reisterstown-md-us/reisterstown",
    "vancouver-ca/vancouver_canada",
    "liechtenstein/liechtenstein-latest",
    "munich-center/munchen",
    "milan/milan_italy_small",
)


def tallies(extract: Path, count: int) -> tuple[Tally, Tally]:
    addresses, streets, places = read_rows(extract)
    geocoder = town(addresses, streets, places)
    rows, answers = sampled(addresses, count), Answers(addresses)
    plain = ask(geocoder, clean_all(rows), answers)
    return plain, ask(geocoder, mangled_all(rows), answers)


@pytest.mark.parametrize("name", ["monaco", "helsinki"])
def test_the_right_house_comes_first_in_the_samples(name: str) -> None:
    plain, mangled = tallies(SAMPLES / f"{name}.osm.pbf", 200)
    assert plain.right >= 0.97, plain.wrong
    assert mangled.right >= 0.90, mangled.wrong


@pytest.mark.slow
@pytest.mark.parametrize("region", REGIONS)
def test_the_right_house_comes_first_in_larger_regions(region: str) -> None:
    extract = SHARED / "regions" / f"{region}.osm.pbf"
    if not extract.exists():
        pytest.skip("the larger regions (../shared/data) are not here")
    plain, mangled = tallies(extract, 1_000)
    assert plain.right >= 0.97, plain.wrong
    assert mangled.right >= 0.90, mangled.wrong


@pytest.mark.timed
def test_completion_is_quick_among_388_thousand_addresses() -> None:
    extract = SHARED / "scale" / "derived-queens-x12.osm.pbf"
    if not extract.exists():
        pytest.skip("the 12 times tiling (../shared/data/scale) is not here")
    addresses, streets, places = read_rows(extract)
    geocoder = town(addresses, streets, places)
    spent = []
    for row in sampled(addresses, 100):
        text = f"{row.number} {row.street}"
        for end in range(1, len(text) + 1):
            start = time.thread_time()
            geocoder.complete(text[:end])
            spent.append((time.thread_time() - start) * 1e3)
    assert percentiles(spent)[1] <= 15
