"""The two regions that ship with Doorstep, imported as `make run` does."""

from __future__ import annotations

import numpy as np
import pytest

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.errors import AddressNotFound
from app.places import Kind, Precision
from app.sources.regions import ImportedRegions
from tests.support.folders import SAMPLES


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> ImportedRegions:
    """Give both regions, imported once."""
    folder = tmp_path_factory.mktemp("regions")
    for name in ("monaco", "helsinki"):
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return ImportedRegions(folder)


def at(samples: ImportedRegions, address: str) -> AtlasSurroundings:
    """Open the surroundings of an address."""
    surroundings = samples.surroundings(samples.locate(address))
    assert isinstance(surroundings, AtlasSurroundings)
    return surroundings


@pytest.mark.parametrize(
    ("typed", "label", "region"),
    [
        ("12 Bulevardi, Helsinki", "Bulevardi 12", "helsinki"),
        ("Boulevard des Moulins 27", "27 Boulevard des Moulins", "monaco"),
        ("1 rue des roses monte carlo", "1 Rue des Roses", "monaco"),
        ("27 bd albert 1er", "27 Boulevard Albert 1er", "monaco"),
    ],
)
def test_addresses_are_found_in_their_region(samples: ImportedRegions, typed: str, label: str, region: str) -> None:
    location = samples.locate(typed)
    assert location.label.startswith(label)
    assert (location.region, location.precision) == (region, Precision.HOUSE)


def test_an_address_elsewhere_names_the_regions_covered(samples: ImportedRegions) -> None:
    with pytest.raises(AddressNotFound, match="Helsinki, Monaco"):
        samples.locate("10 Downing Street, London")


def test_daily_life_at_bulevardi(samples: ImportedRegions) -> None:
    here = at(samples, "12 Bulevardi, Helsinki")
    assert here.nearest(Kind.CAFE)[0].name == "Cafe Ekberg"
    assert here.green_spaces()[0].place.name == "Vanha kirkkopuisto"
    assert {stop.mode for stop in here.transit_stops()} >= {"bus", "tram", "subway", "rail"}
    assert (here.region.data_date, here.snap_m is not None) == ("2019-04-21", True)


def test_the_small_sample_of_helsinki_is_cut_off(samples: ImportedRegions) -> None:
    here = at(samples, "12 Bulevardi, Helsinki")
    assert here.coverage(100) > 0.95
    assert here.coverage(2_400) < 0.2


def test_monaco_has_a_heliport_but_no_runway_and_no_airport(samples: ImportedRegions) -> None:
    here = at(samples, "27 Boulevard des Moulins")
    assert here.hazards(Kind.RUNWAY, within_m=5_000) == ()
    assert here.landmark(Kind.AIRPORT) is None


def test_the_railway_under_monaco_does_not_count(samples: ImportedRegions) -> None:
    station = at(samples, "27 Boulevard des Moulins").landmark(Kind.RAIL_STATION)
    assert station is not None
    assert station.name == "Monaco - Monte Carlo"
    assert at(samples, "27 Boulevard des Moulins").hazards(Kind.RAILWAY, within_m=300) == ()


def test_the_sea_off_monaco_is_no_gap_in_the_data(samples: ImportedRegions) -> None:
    here = at(samples, "27 Boulevard des Moulins")
    assert 0.35 < here.coverage(2_400) < 0.75


def test_walks_are_never_shorter_than_the_straight_line(samples: ImportedRegions) -> None:
    for address in ("12 Bulevardi, Helsinki", "27 Boulevard des Moulins"):
        for place in at(samples, address).nearest(*(kind for kind in Kind if kind < Kind.PARK), limit=300):
            assert place.walk_s is not None
            assert place.walk_s >= 0.75 * place.straight_m - 1.5


def test_every_answer_is_the_same_the_second_time(samples: ImportedRegions) -> None:
    one, two = (at(samples, "12 Bulevardi, Helsinki") for _ in range(2))
    assert one.nearest(Kind.RESTAURANT, limit=50) == two.nearest(Kind.RESTAURANT, limit=50)
    assert one.green_spaces() == two.green_spaces()
    assert one.transit_stops() == two.transit_stops()
    assert np.array_equal(one.bike_metres(Kind.CAFE), two.bike_metres(Kind.CAFE))
