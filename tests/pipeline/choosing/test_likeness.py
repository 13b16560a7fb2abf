"""From a report to its town: what it is strong in as wishes, and what near by is better."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.atlas.atlas import Atlas
from app.atlas.regions import RegionStore
from app.geo import distance_m
from app.pipeline.choosing.asking import criteria_of
from app.pipeline.choosing.criteria import MET
from app.pipeline.choosing.likeness import better_near, missed_at, trips_like, wishes_like
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.wishes import MOST_WISHES, WISHES
from app.sources.regions import ImportedRegions
from tests.support.reports import commuting_report, unknown_report

ADDRESS = "31 Avenue Princesse Grace, Monaco"


@pytest.fixture(scope="module")
def made(samples: Path) -> Report:
    return evaluate_property(Listing(ADDRESS), ImportedRegions(samples))


@pytest.fixture
def atlas(samples: Path) -> Atlas:
    return Atlas("monaco", RegionStore(samples).directory("monaco"))


def asking(samples: Path, *must_haves: str) -> Report:
    return evaluate_property(Listing(ADDRESS, must_haves=must_haves), ImportedRegions(samples))


def test_all_that_a_report_is_strong_in_is_met_at_its_own_home(made: Report, atlas: Atlas) -> None:
    wishes = wishes_like(made)
    assert 0 < len(wishes) <= MOST_WISHES
    town = atlas.town
    here = distance_m  # the home nearest to the address is the address
    at = made.location
    home = min(range(town.count), key=lambda n: here(at.lat, at.lon, float(town.lats[n]), float(town.lons[n])))
    assert {int(found.answers[home]) for found in criteria_of(atlas, wishes, (), PROFILES[0])} == {MET}


def test_what_was_asked_for_comes_first(samples: Path) -> None:
    assert wishes_like(asking(samples, "station:30", "motorway:150"))[:2] == (
        WISHES["station-30"],
        WISHES["motorway-150"],
    )


def test_a_report_on_which_nothing_is_known_is_strong_in_nothing() -> None:
    assert wishes_like(unknown_report()) == ()
    assert missed_at(unknown_report()) is None


def test_own_places_are_reached_as_from_here() -> None:
    (station,) = trips_like(replace(commuting_report(), door=()))[:1]
    assert (station.by, station.within_min) == ("walk", 15)


def test_nothing_is_missed_where_all_that_was_asked_for_is_met(samples: Path) -> None:
    assert missed_at(asking(samples, "cafe:30")) is None


def test_where_one_fails_all_are_looked_for_near_by(samples: Path, atlas: Atlas) -> None:
    report = asking(samples, "cafe:10", "station:5")
    missed = missed_at(report)
    assert missed is not None
    assert missed.wishes == (WISHES["cafe-10"], WISHES["station-5"])
    at = report.location
    better = better_near(atlas, missed.wishes, at.lat, at.lon, "balanced")
    if better is not None:
        assert 0 < better.metres <= 1_000
        assert better.street


def test_what_is_met_everywhere_is_met_around_the_corner(atlas: Atlas) -> None:
    lat, lon = float(atlas.town.lats[0]), float(atlas.town.lons[0])
    better = better_near(atlas, (WISHES["cafe-30"],), lat, lon, "balanced")
    assert better is not None
    assert better.metres < 150


def test_it_is_silent_where_something_is_not_known(atlas: Atlas) -> None:
    lat, lon = float(atlas.town.lats[0]), float(atlas.town.lons[0])
    assert better_near(atlas, (WISHES["cafe-30"], WISHES["stop_every_15-8"]), lat, lon, "balanced") is None
    assert better_near(atlas, (WISHES["cafe-30"],), lat + 1, lon, "balanced") is None
