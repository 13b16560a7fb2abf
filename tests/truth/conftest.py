"""Both sample regions beside their oracles, each read once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.pipeline.report import Report
from tests.truth.addresses import Extract, region_of, reports_on, samples
from tests.truth.near_by import Region
from tests.truth.table import Pages, pages_in

SAMPLES = {extract.name: extract for extract in samples()}

#: Gives a region's oracles and the reports on its addresses.
OpenSample = Callable[[str], tuple[Region, list[Report]]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> OpenSample:
    """Return a function that reads and imports a sample region once."""
    opened: dict[str, tuple[Region, list[Report]]] = {}

    def open_sample(name: str) -> tuple[Region, list[Report]]:
        if name not in opened:
            extract: Extract = SAMPLES[name]
            source = extract.import_into(tmp_path_factory.mktemp(name))
            opened[name] = Region(*region_of(extract)), list(reports_on(extract.listings, source))
        return opened[name]

    return open_sample


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    """Return a site that renders reports."""
    folder: Path = tmp_path_factory.mktemp("site")
    return pages_in(folder)
