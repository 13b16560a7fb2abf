"""Which poles are one place to wait, and what it is called."""

from __future__ import annotations

import pytest

from app.atlas.transit.compile.stations import station_names, station_of
from app.atlas.transit.feed.feed import Stop

METRE = 1 / 111_195


def named(*poles: tuple[str, float], parent: str = "", parents: dict[str, str] | None = None) -> list[tuple[int, str]]:
    """Return the station of each pole (its name, its metres up the street), and the name of that station."""
    stops = tuple(Stop(str(n), name, 51.0 + m * METRE, -3.0, parent) for n, (name, m) in enumerate(poles))
    station = station_of(stops)
    return list(zip(station.tolist(), station_names(stops, station, parents or {}), strict=True))


def test_both_sides_of_a_street_with_one_name_are_one_stop() -> None:
    assert named(("Mill Lane", 0), ("Mill Lane", 60)) == [(0, "Mill Lane"), (0, "Mill Lane")]


@pytest.mark.parametrize(
    ("one", "other", "apart_m"),
    [("Moorland Avenue", "Thompson Avenue", 32), ("Rogerstone Library", "Rogerstone Pentecostal Church", 0)],
)
def test_sides_of_a_street_with_two_names_are_two_stops(one: str, other: str, apart_m: float) -> None:
    # Whoever waits at the one sees no bus of the other: as one, a bus of 06:13 was told as one of 06:08.
    assert named((one, 0), (other, apart_m)) == [(0, one), (1, other)]


@pytest.mark.parametrize(
    ("bays", "station"),
    [
        (("Market Square 16", "Market Square 24"), "Market Square"),
        (("Queensway Q1", "Queensway Q4"), "Queensway"),
        (("Cwmbran Bus Station Stand A", "Cwmbran Bus Station Stand D1"), "Cwmbran Bus Station"),
        (("Heathrow Central Bus Station", "Heathrow Central Bus Station (Stand 8)"), "Heathrow Central Bus Station"),
    ],
)
def test_bays_are_one_station_named_without_the_bay(bays: tuple[str, str], station: str) -> None:
    assert named((bays[0], 0), (bays[1], 30)) == [(0, station), (0, station)]


def test_bays_farther_apart_keep_their_names() -> None:
    assert named(("High Street 1", 0), ("High Street 2", 60)) == [(0, "High Street 1"), (1, "High Street 2")]


def test_a_bay_alone_keeps_its_name() -> None:
    assert named(("Town Hall 2", 0), ("Mill Lane", 20)) == [(0, "Town Hall 2"), (1, "Mill Lane")]


def test_a_name_that_is_only_a_bay_is_kept() -> None:
    assert named(("Stop 1", 0), ("Stop 2", 20)) == [(0, "Stop 1"), (1, "Stop 2")]


def test_a_parent_binds_its_platforms_whatever_they_are_called() -> None:
    found = named(("Platform 1", 0), ("Street side", 400), parent="S", parents={"S": "Central"})
    assert found == [(0, "Central"), (0, "Central")]


def test_poles_without_a_name_across_a_street_are_one_stop() -> None:
    assert [number for number, _ in named(("", 0), ("", 30), ("", 90))] == [0, 0, 1]
