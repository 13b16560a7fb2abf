"""Regions first, then services, then the map of the surroundings: whole evaluations beside an imported region."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.errors import (
    AddressUnknown,
    DoorstepError,
    LinkWithoutPoint,
    MaybeInDamagedRegion,
    NoHomeHere,
    ServiceTrouble,
    SurroundingsNotHere,
)
from app.pipeline.listing import Listing
from app.places import Location, Precision, Question
from app.queue import open_store
from app.queue.evaluation import as_configured
from app.queue.runner import NeedsAnswer
from app.sources.live.asking.ledger import digest_about
from app.sources.live.tiles.grid import is_tile
from tests.support.folders import SAMPLES
from tests.support.live.extras import WALKSCORE_KEY, StandIn, fema_reply, served, walkscore_reply
from tests.support.live.whole import Services, evaluated, live_services

PRINCESSE_GRACE = "31 Avenue Princesse Grace, Monaco"

#: Asks about an address; returns where it is, or the question that comes back.
Locate = Callable[..., Location | Question]


@pytest.fixture(scope="module")
def services() -> Iterator[Services]:
    with live_services(SAMPLES / "monaco.osm.pbf") as running:
        yield running


@pytest.fixture(scope="module")
def config(services: Services, tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A site that has Helsinki, and asks services that know Monaco."""
    folder = tmp_path_factory.mktemp("site")
    found = Config(data_dir=folder, own_service_pause_seconds=0.0, **services.settings())
    import_region(RegionStore(found.regions_dir), "helsinki", RegionInput(SAMPLES / "helsinki.osm.pbf"))
    return found


@pytest.fixture
def locate(config: Config) -> Locate:
    def found(address: str, **settings: object) -> Location | Question:
        changed = replace(config, **settings)  # type: ignore[arg-type]
        try:
            return evaluated(as_configured(changed), Listing(address))[0].location
        except NeedsAnswer as asked:
            return msgspec.json.decode(asked.question, type=Question)

    return found


def test_an_address_of_a_region_is_asked_of_nobody(locate: Locate, services: Services) -> None:
    before = services.requests
    found = locate("Bulevardi 12, Helsinki")
    assert isinstance(found, Location)
    assert found.region == "helsinki"
    assert services.requests == before


def test_one_that_the_regions_do_not_hold_lies_in_a_tile(locate: Locate) -> None:
    found = locate(PRINCESSE_GRACE)
    assert isinstance(found, Location)
    assert is_tile(found.region)
    assert (found.precision, found.street) == (Precision.HOUSE, "Avenue Princesse Grace")


def test_a_number_that_the_service_does_not_know_is_estimated_on_the_map(locate: Locate) -> None:
    found = locate("12 Rue Grimaldi, Monaco")
    assert isinstance(found, Location)
    assert found.precision is Precision.INTERPOLATED
    assert found.note == "Number 12 is not mapped; its place is estimated between numbers 6 and 34."


def test_what_a_region_has_only_in_part_is_looked_up_by_its_town(locate: Locate) -> None:
    found = locate("Boulevard des Moulins, Monaco")
    assert isinstance(found, Location)
    assert is_tile(found.region)


def test_what_both_have_only_in_part_is_asked_about_with_both(locate: Locate) -> None:
    asked = locate("Place d'Armes 5, Helsinki")
    assert isinstance(asked, Question)
    regions = [choice.location.region for choice in asked.choices]
    assert regions == sorted(regions, key=is_tile, reverse=True)


def test_a_point_is_fetched_and_named_by_the_map(locate: Locate, services: Services) -> None:
    asked = len(services.nominatim.asked)
    found = locate("43.73840, 7.42460")
    assert isinstance(found, Location)
    assert found.label.startswith("Near ")
    assert len(services.nominatim.asked) == asked


@pytest.mark.parametrize("typed", [f"Flat 2, {PRINCESSE_GRACE}", "PCQF+99 Monaco"])
def test_what_is_kept_of_an_answer_goes_with_what_was_typed(locate: Locate, config: Config, typed: str) -> None:
    locate(typed)
    kept = open_store(config).db.read("SELECT about FROM service_answers WHERE service = 'nominatim'")
    assert digest_about(typed) in [row["about"] for row in kept]


def test_a_short_plus_code_is_completed_by_its_town(locate: Locate) -> None:
    found = locate("PCQF+99 Monaco")
    assert isinstance(found, Location)
    assert found.precision is Precision.POINT


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("Zzyzx Road 99, Nowhere", AddressUnknown),
        ("43.10000, 7.90000", NoHomeHere),
        ("https://maps.example/place/home", LinkWithoutPoint),
    ],
)
def test_what_cannot_be_found_is_said(locate: Locate, typed: str, error: type[DoorstepError]) -> None:
    with pytest.raises(error):
        locate(typed)


def test_what_no_service_knows_may_lie_in_a_damaged_region(config: Config, locate: Locate) -> None:
    tables = RegionStore(config.regions_dir).directory("helsinki") / "atlas.sqlite"
    import_region(RegionStore(config.regions_dir), "smallville", RegionInput(SAMPLES / "helsinki.osm.pbf"))
    kept = tables.rename(tables.with_name("kept"))
    try:
        with pytest.raises(MaybeInDamagedRegion):
            locate("Zzyzx Road 99, Nowhere")
        assert isinstance(locate(PRINCESSE_GRACE), Location)
    finally:
        kept.rename(tables)
        RegionStore(config.regions_dir).remove("smallville")


def test_where_nothing_is_fetched_that_is_said(locate: Locate) -> None:
    with pytest.raises(SurroundingsNotHere):
        locate("43.70000, 7.30000", overpass="off")


def test_a_service_in_trouble_sends_the_job_back(locate: Locate, services: Services) -> None:
    services.nominatim.fail(429)
    try:
        with pytest.raises(ServiceTrouble):
            locate("2 Rue de la Turbie, Monaco")
    finally:
        services.nominatim.recover()


def test_a_destination_is_looked_for_on_the_map_of_its_address(config: Config, services: Services) -> None:
    evaluate = as_configured(config)
    evaluated(evaluate, Listing(PRINCESSE_GRACE))
    before = services.requests
    listing = Listing(PRINCESSE_GRACE, destinations=("Boulevard des Moulins", "Bulevardi 12, Helsinki"))
    finding = evaluated(evaluate, listing)[0].finding("urban_access")
    assert finding is not None
    assert [trip.typed for trip in finding.trips if trip.typed] == ["Boulevard des Moulins"]
    assert [gap.what for gap in finding.gaps if gap.what in listing.destinations] == ["Bulevardi 12, Helsinki"]
    assert services.requests == before


@pytest.mark.parametrize(("everywhere", "asked"), [("off", 0), ("on", 1)])
def test_others_are_asked_about_a_region_only_where_the_settings_say_so(
    config: Config, everywhere: str, asked: int
) -> None:
    walkscore = StandIn(walkscore_reply(71, None, None))
    with served(walkscore, StandIn(fema_reply())):
        site = replace(
            config,
            data_dir=config.data_dir,
            extras="walkscore",
            walkscore_url=walkscore.url,
            walkscore_key=WALKSCORE_KEY,
            extras_in_regions=everywhere,
        )
        report, _ = evaluated(as_configured(site), Listing("Bulevardi 12, Helsinki"))
    assert len(walkscore.asked) == asked
    assert [bool(finding.official) for finding in report.findings if finding.stage == "walk_scores"] == [bool(asked)]


def test_others_are_asked_once_about_an_address_in_a_tile(config: Config) -> None:
    walkscore = StandIn(walkscore_reply(71, None, None))
    with served(walkscore):
        site = replace(config, extras="walkscore", walkscore_url=walkscore.url, walkscore_key=WALKSCORE_KEY)
        evaluated(as_configured(site), Listing(PRINCESSE_GRACE))
    assert len(walkscore.asked) == 1
