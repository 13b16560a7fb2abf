"""Golden reports of six addresses. A change in one is a change that people will read: explain it in the commit.

To write them again: WRITE_GOLDENS=1 python -m pytest tests/pipeline/test_goldens.py
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.sources.interface import Source
from app.sources.regions import ImportedRegions
from tests.pipeline.conftest import OpenRegion
from tests.support.report_text import report_text

GOLDENS = Path(__file__).parent / "goldens"
IN_SAMPLES = {
    "bulevardi-12": Listing("12 Bulevardi, Helsinki"),
    "aleksanterinkatu-52": Listing(
        "Aleksanterinkatu 52, Helsinki",
        profile="car-free",
        rent=1_900.0,
        budget=1_700.0,
        bedrooms=2,
        destinations=("Bulevardi 12, Helsinki",),
    ),
    "boulevard-des-moulins-27": Listing("Boulevard des Moulins 27"),
    "rue-des-roses-1": Listing(
        "1 rue des roses monte carlo", profile="family", bedrooms=3, has_parking=True, wants_laundry=True
    ),
}
IN_LARGER = {
    "commercial-street-newport": ("newport-gb", Listing("Commercial Street 10, Newport", profile="senior")),
    "109th-avenue-queens": ("queens-village-ny-us", Listing("203-06 109th Avenue", profile="remote-worker")),
}


def compare(name: str, listing: Listing, source: Source) -> None:
    text, golden = report_text(evaluate_property(listing, source)), GOLDENS / f"{name}.txt"
    if os.environ.get("WRITE_GOLDENS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", IN_SAMPLES)
def test_a_report_in_the_samples_is_as_it_was(name: str, samples: Path) -> None:
    compare(name, IN_SAMPLES[name], ImportedRegions(samples))


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_LARGER)
def test_a_report_in_a_larger_region_is_as_it_was(name: str, larger: OpenRegion) -> None:
    region, listing = IN_LARGER[name]
    compare(name, listing, larger(region))
