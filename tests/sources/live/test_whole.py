"""An address evaluated by live services gets the report that the imported region gives it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from app.atlas.facts import RegionFacts
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.listing import Listing
from app.pipeline.report import Report, report_from_json, to_json
from app.queue.evaluation import as_configured
from app.sources.live.tiles.grid import Tile, tile_at
from app.sources.live.tiles.tiles import TITLE
from app.sources.regions import ImportedRegions
from tests.support.folders import REGIONS, SAMPLES
from tests.support.live.whole import Services, evaluated, live_services
from tests.support.report_text import report_text

MONACO = SAMPLES / "monaco.osm.pbf"
LISTINGS = (
    Listing("31 Avenue Princesse Grace, Monaco", profile="family"),
    Listing("Boulevard des Moulins 27, Monaco", destinations=("Rue Grimaldi",)),
    Listing("Rue Grimaldi 5, Monaco", must_haves=("supermarket:10",)),
    Listing("43.7384, 7.4246", profile="car-free"),
)


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with live_services(MONACO) as running:
        yield running


@pytest.fixture(scope="module")
def live(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return replace(
        Config(), data_dir=tmp_path_factory.mktemp("live"), own_service_pause_seconds=0.05, **services.settings()
    )


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Tile], Config]:
    """Give Monaco as it is imported where it is known that there is nothing around it, as the stand-in says."""

    @cache
    def config_for(tile: Tile) -> Config:
        config = Config(data_dir=tmp_path_factory.mktemp("imported"))
        region = RegionInput(MONACO, title=TITLE, known_box=tile.known_box)
        import_region(RegionStore(config.regions_dir), "monaco", region)
        return config

    return config_for


def in_monaco(report: Report, source: RegionFacts) -> Report:
    """Return a report as of the imported region: nothing but where its data is from is another."""
    tile = f'"{report.location.region}"'.encode()
    return replace(report_from_json(to_json(report).replace(tile, b'"monaco"')), source=source)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda listing: listing.address)
def test_its_report_is_that_of_the_imported_region(
    live: Config, imported: Callable[[Tile], Config], listing: Listing
) -> None:
    ours, drawn = evaluated(as_configured(live), listing)
    theirs, theirs_drawn = evaluated(as_configured(imported(tile_at(ours.location.lat, ours.location.lon))), listing)
    differing = list(
        difflib.unified_diff(report_text(theirs).splitlines(), report_text(ours).splitlines(), lineterm="", n=0)
    )
    assert "\n".join(differing) == ""
    assert in_monaco(ours, theirs.source) == theirs
    assert drawn.pictures == theirs_drawn.pictures


def test_its_maps_can_be_drawn_again_from_the_tile(live: Config) -> None:
    report, _ = evaluated(as_configured(live), LISTINGS[0])
    of_a_page = ImportedRegions(live.regions_dir, tiles_dir=live.tiles_dir)
    assert of_a_page.can_draw(report.location.region, report.source.data_date)
    assert of_a_page.surroundings(report.location).map_facts() is not None
    assert report.source.fetched_at
    assert of_a_page.covered() == ()  # a tile is no region to choose


@pytest.mark.slow
@pytest.mark.parametrize("address", ["Stollbergstraße 3, München", "Lenbachplatz 4, München"])
def test_so_does_one_among_stations_with_many_entrances(tmp_path: Path, address: str) -> None:
    extract = REGIONS / "munich-center" / "munchen.osm.pbf"
    if not extract.exists():
        pytest.skip("the extract of Munich is not beside the repository")
    with live_services(extract) as services:
        live = Config(data_dir=tmp_path / "live", own_service_pause_seconds=0.05, **services.settings())
        ours, _ = evaluated(as_configured(live), Listing(address))
    imported = Config(data_dir=tmp_path / "imported")
    box = tile_at(ours.location.lat, ours.location.lon).known_box
    import_region(RegionStore(imported.regions_dir), "munich", RegionInput(extract, title=TITLE, known_box=box))
    theirs, _ = evaluated(as_configured(imported), Listing(address))
    assert report_text(ours) == report_text(theirs)
