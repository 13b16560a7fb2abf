"""Which poles are one place to wait, and what it is called."""

from __future__ import annotations

import pytest

from app.atlas.transit.compile.changes import station_of, without_bay
from app.atlas.transit.feed.feed import Stop

METRE = 1 / 111_195


def stations(*poles: tuple[str, float], parent: str = "") -> list[int]:
    """Return the station of each pole: its name, its metres up the street."""
    stops = (
        Stop(str(number), name, 51.0 + metres * METRE, -3.0, parent) for number, (name, metres) in enumerate(poles)
    )
    return station_of(tuple(stops)).tolist()


def test_both_sides_of_a_street_with_one_name_are_one_stop() -> None:
    assert stations(("Mill Lane", 0), ("Mill Lane", 60)) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other", "apart_m"),
    [("Moorland Avenue", "Thompson Avenue", 32), ("Rogerstone Library", "Rogerstone Pentecostal Church", 0)],
)
def test_sides_of_a_street_with_two_names_are_two_stops(one: str, other: str, apart_m: float) -> None:
    # Whoever waits at the one sees no bus of the other: as one, a bus of 06:13 was told as one of 06:08.
    assert stations((one, 0), (other, apart_m)) == [0, 1]


@pytest.mark.parametrize(
    ("bays", "station"),
    [
        (("Market Square 16", "Market Square 24"), "Market Square"),
        (("Queensway Q1", "Queensway Q4"), "Queensway"),
        (("Cwmbran Bus Station Stand A", "Cwmbran Bus Station Stand D1"), "Cwmbran Bus Station"),
        (("Heathrow Central Bus Station", "Heathrow Central Bus Station (Stand 8)"), "Heathrow Central Bus Station"),
    ],
)
def test_bays_are_one_station_called_without_the_bay(bays: tuple[str, str], station: str) -> None:
    assert stations((bays[0], 0), (bays[1], 30)) == [0, 0]
    assert {without_bay(bay) for bay in bays} == {station}


def test_a_name_that_is_only_a_bay_is_kept() -> None:
    assert stations(("Stop 1", 0), ("Stop 2", 20)) == [0, 1]
    assert without_bay("Stop 1") == "Stop 1"


def test_a_parent_binds_its_platforms_whatever_they_are_called() -> None:
    assert stations(("Platform 1", 0), ("Street side", 400), parent="S") == [0, 0]


def test_poles_without_a_name_are_stops_of_their_own() -> None:
    assert stations(("", 0), ("", 30)) == [0, 1]


def test_a_chain_of_poles_is_cut_where_it_grows_too_long() -> None:
    poles = [("Avenida", metres) for metres in (0, 20, 120, 140, 260, 280)]
    assert stations(*poles) == [0, 0, 0, 0, 1, 1]
    assert stations(*poles[::-1]) == [0, 0, 1, 1, 1, 1]
    assert stations(*poles[:4]) == [0] * 4
