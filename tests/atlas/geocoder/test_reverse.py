"""A pin is named by the nearest address."""

from __future__ import annotations

import pytest

from app.places import Precision
from tests.support.geocoder_town import DEGREES_PER_METRE_EAST, LAT, LON, house, row_of_houses, town, way

TOWN = town(row_of_houses("Kaivokatu", range(1, 20)), [way("Mannerheimintie", east_m=2_000)])


def east(metres: float) -> tuple[float, float]:
    return LAT, LON + metres * DEGREES_PER_METRE_EAST


@pytest.mark.parametrize("number", [1, 7, 19])
def test_a_point_at_a_house_is_that_house(number: int) -> None:
    match = TOWN.reverse(*east(10 * number + 2))
    assert match is not None
    assert (match.text, match.location.note) == (f"Kaivokatu {number}", "")


def test_a_point_further_off_says_how_far() -> None:
    match = TOWN.reverse(*east(330))
    assert match is not None
    assert match.text == "Kaivokatu 19"
    assert match.location.note == "The nearest mapped address, 140 m from the point."


def test_a_point_without_addresses_is_named_by_its_street() -> None:
    match = TOWN.reverse(*east(2_050))
    assert match is not None
    assert (match.text, match.location.precision) == ("Mannerheimintie", Precision.STREET)


def test_a_point_far_from_everything_has_no_name() -> None:
    assert TOWN.reverse(*east(9_000)) is None
    assert TOWN.reverse(-33.9, 151.2) is None


def test_the_nearer_of_two_cells_wins() -> None:
    geocoder = town([house("Near", "1", 0), house("Far", "2", 240)])
    match = geocoder.reverse(*east(110))
    assert match is not None
    assert match.text == "Near 1"
